//! Building: how the next generation of counts comes to be beside the one that is read.
//!
//! Everything that changes how answers are counted (time zone, dimensions, values, named touchpoints, a recount) goes
//! one way: [`review`] compares what is wanted with what there is, and begins the next generation where they differ.
//! Steps then count the responses that were there, in the order of (`shown_at`, place), while whatever arrives, changes
//! or goes is counted in both. The step that finds the last of them switches, in its own transaction.
//!
//! A change that comes during a build waits for its end, and is then reviewed. Beginning again with each change would
//! end sooner after two quick ones, but a site that learns a value every minute would never end at all.

use bearing_shared::id::SiteId;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{counting, deleted, generations, rows};
use crate::counts::change::{Changes, WEEK};
use crate::counts::generation::{Config, Counting, Generations, Remainder};
use crate::{Result, StoreError, json};

/// Cells cleared in one step.
const STEP_CELLS: usize = 2_000;

/// Sees to it that a site is, or will be, counted as its settings, surveys and learned values ask for.
///
/// What can be had exactly by naming it goes into the current generation; else the next one begins with one step of at
/// most `limit` responses, so that a small site is there within this very transaction.
pub(super) fn review(transaction: &Transaction<'_>, site: &SiteId, limit: u32) -> Result<()> {
    loop {
        let Some(wanted) = generations::wanted(transaction, site)? else { return Ok(()) };
        let Generations { current, building } = generations::read(transaction, site)?;
        if building.is_some() {
            return Ok(());
        }
        if let Some(current) = current {
            if current.config == wanted {
                return Ok(());
            }
            if holds_already(transaction, site, &current, &wanted)? {
                return adopt(transaction, site, current.number, &wanted);
            }
        }
        begin(transaction, site, &wanted)?;
        if !step(transaction, site, limit)? {
            return Ok(());
        }
    }
}

/// Whether the cells of a generation are already what they would be under another config.
fn holds_already(connection: &Connection, site: &SiteId, current: &Counting, wanted: &Config) -> Result<bool> {
    let any: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM response WHERE site_id = ?1)")?
        .query_row([site.as_str()], |row| row.get(0))?;
    if !any {
        return Ok(true);
    }
    let Some(remainders) = current.config.remainders(wanted) else { return Ok(false) };
    for remainder in &remainders {
        if has_remainder(connection, site, current.number, remainder)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether any answer counts in the cells of this (dimension, value, touchpoint if one is meant).
fn has_remainder(
    connection: &Connection,
    site: &SiteId,
    generation: u32,
    (dimension, value, touchpoint): &Remainder,
) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (
           SELECT 1 FROM cell WHERE site_id = ?1 AND generation = ?2 AND grain = ?3 AND dimension = ?4 AND value = ?5
           AND (?6 IS NULL OR touchpoint = ?6) AND c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 > 0)",
    )?;
    let found = statement
        .query_row(params![site.as_str(), generation, WEEK, dimension, value, touchpoint], |row| row.get(0))?;
    Ok(found)
}

/// Names what a generation tells apart anew, without counting.
fn adopt(transaction: &Transaction<'_>, site: &SiteId, number: u32, config: &Config) -> Result<()> {
    transaction.execute(
        "UPDATE generation SET config = ?3 WHERE site_id = ?1 AND number = ?2",
        params![site.as_str(), number, json::write(config)?],
    )?;
    rows::changed(transaction)
}

/// Begins the next generation; its number.
fn begin(transaction: &Transaction<'_>, site: &SiteId, config: &Config) -> Result<u32> {
    // Above any cell that is there, whatever went wrong before: a build adds to what it finds.
    let number: u32 = transaction
        .prepare_cached(
            "SELECT 1 + max(coalesce((SELECT max(number) FROM generation WHERE site_id = ?1), 0),
                            coalesce((SELECT max(generation) FROM cell WHERE site_id = ?1), 0))",
        )?
        .query_row([site.as_str()], |row| row.get(0))?;
    transaction.execute(
        "INSERT INTO generation (site_id, number, config, state, progress_at, progress, last, done)
         VALUES (?1, ?2, ?3, 'building', ?4, 0, (SELECT coalesce(max(place), 0) FROM response), 0)",
        params![site.as_str(), number, json::write(config)?, i64::MIN],
    )?;
    rows::changed(transaction)?;
    Ok(number)
}

/// Begins counting a site anew, whatever its counts say, unless it is being counted now; the number of the generation
/// that was begun. `None` while another one is being built; the site itself may be gone.
pub(super) fn begin_anew(transaction: &Transaction<'_>, site: &SiteId) -> Result<Option<u32>> {
    if generations::read(transaction, site)?.building.is_some() {
        return Ok(None);
    }
    let Some(wanted) = generations::wanted(transaction, site)? else { return Ok(None) };
    begin(transaction, site, &wanted).map(Some)
}

/// Counts the next responses, at most `limit`, of the generation that a site is building; whether that completed it.
fn step(transaction: &Transaction<'_>, site: &SiteId, limit: u32) -> Result<bool> {
    let Some((counting, mut progress)) = generations::read(transaction, site)?.building else { return Ok(false) };
    let (mut changes, mut count) = (Changes::default(), 0);
    let (from, place) = progress.at;
    // In two parts, for the index finds no place among moments: a million answers of one moment would be met each time.
    // What is no moment has no place in this order and would be met again and again: it is damage, and passed over.
    for part in ["shown_at = ?2 AND place > ?3", "shown_at > ?2 AND ?3 IS NOT NULL"] {
        let mut statement = transaction.prepare_cached(&rows::select_responses(&format!(
            "INDEXED BY response_shown WHERE site_id = ?1 AND {part} AND place <= ?4 AND typeof(shown_at) = 'integer'
             ORDER BY shown_at, place LIMIT ?5"
        )))?;
        let mut found = statement.query(params![site.as_str(), from, place, progress.last, limit - count])?;
        while let Some(row) = found.next()? {
            match rows::response(row) {
                Ok(response) => changes.response(site, &response, &counting, 1),
                // Counted in no generation from now on; `bearing check` names it.
                Err(why @ StoreError::Corrupt { .. }) => {
                    tracing::error!(%site, %why, "a damaged response is not counted");
                }
                Err(error) => return Err(error),
            }
            progress.at = rows::position(row)?;
            count += 1;
        }
    }
    counting::write(transaction, changes)?;
    let completed = count < limit;
    if completed {
        transaction.execute(
            "UPDATE generation SET state = 'retired' WHERE site_id = ?1 AND state = 'current'",
            [site.as_str()],
        )?;
        rows::changed(transaction)?;
    }
    transaction.execute(
        "UPDATE generation SET state = ?3, progress_at = ?4, progress = ?5, done = done + ?6
         WHERE site_id = ?1 AND number = ?2",
        params![
            site.as_str(),
            counting.number,
            if completed { "current" } else { "building" },
            progress.at.0,
            progress.at.1,
            count
        ],
    )?;
    Ok(completed)
}

/// Takes the next step of a site that builds, and reviews the site when that completed the generation: its settings may
/// have changed meanwhile.
pub(super) fn advance(transaction: &Transaction<'_>, site: &SiteId, limit: u32) -> Result<()> {
    if step(transaction, site, limit)? { review(transaction, site, limit) } else { Ok(()) }
}

/// Clears some cells of a retired generation, and the generation itself with the last of them.
pub(super) fn clear(transaction: &Transaction<'_>, site: &SiteId, number: u32) -> Result<()> {
    const KEY: &str = "site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint";
    let cleared = transaction.execute(
        &format!(
            "DELETE FROM cell WHERE ({KEY}) IN (SELECT {KEY} FROM cell WHERE site_id = ?1 AND generation = ?2 LIMIT ?3)"
        ),
        params![site.as_str(), number, STEP_CELLS as i64],
    )?;
    if cleared < STEP_CELLS {
        transaction.execute(
            "DELETE FROM generation WHERE site_id = ?1 AND number = ?2 AND state = 'retired'",
            params![site.as_str(), number],
        )?;
    }
    Ok(())
}

/// Something that a step could do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Begin the first generation of a site.
    Begin(SiteId),
    /// Count the next responses of a site.
    Build(SiteId),
    /// Clear cells of a retired generation.
    Clear(SiteId, u32),
    /// Clear away rows of a deleted site.
    Forget(SiteId),
}

impl Work {
    /// What is to be done, the most urgent first.
    pub(super) fn list(connection: &Connection) -> Result<Vec<Self>> {
        let mut statement = connection.prepare_cached(
            "SELECT 0 AS urgency, id, 0 FROM site
             WHERE NOT EXISTS (SELECT 1 FROM generation WHERE site_id = id AND state <> 'retired')
             UNION ALL SELECT iif(state = 'building', 1, 2), site_id, number FROM generation WHERE state <> 'current'
             UNION ALL SELECT 3, site_id, 0 FROM deleted_site
             ORDER BY urgency",
        )?;
        let work = statement.query_map([], |row| {
            let site = SiteId(row.get(1)?);
            Ok(match row.get(0)? {
                0 => Self::Begin(site),
                1 => Self::Build(site),
                3 => Self::Forget(site),
                _ => Self::Clear(site, row.get(2)?),
            })
        })?;
        Ok(work.collect::<rusqlite::Result<_>>()?)
    }

    /// Does one step of it.
    pub(super) fn step(&self, transaction: &Transaction<'_>, limit: u32) -> Result<()> {
        match self {
            Self::Begin(site) => review(transaction, site, limit),
            Self::Build(site) => advance(transaction, site, limit),
            Self::Clear(site, number) => clear(transaction, site, *number),
            Self::Forget(site) => deleted::clear(transaction, site, limit),
        }
    }
}

/// Begins the first generation of every site that has none, as after an upgrade: from then on whatever happens is
/// counted, and only what lies before waits for the steps.
pub(super) fn begin_missing(connection: &mut Connection, limit: u32) -> Result<()> {
    for work in Work::list(connection)?.into_iter().filter(|work| matches!(work, Work::Begin(_))) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match work.step(&transaction, limit) {
            Ok(()) => transaction.commit()?,
            // The other sites can be served, and the steps try this one again.
            Err(why @ (StoreError::Corrupt { .. } | StoreError::Driver(_))) => {
                tracing::error!(?work, %why, "a site cannot be counted");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The responses that one generation's steps have counted, and whether it is still being built; `None` when it is gone.
pub(super) fn counted_by(connection: &Connection, site: &SiteId, number: u32) -> Result<Option<(u64, bool)>> {
    let mut statement = connection
        .prepare_cached("SELECT done, state = 'building' FROM generation WHERE site_id = ?1 AND number = ?2")?;
    Ok(statement
        .query_row(params![site.as_str(), number], |row| Ok((rows::unsigned(row.get(0)?), row.get(1)?)))
        .optional()?)
}
