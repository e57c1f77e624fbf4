//! Building: how the next generation of counts comes to be beside the one that is read.
//!
//! Everything that changes how answers are counted (time zone, dimensions, values, named touchpoints, a recount) goes
//! one way: [`review`] compares what is wanted with what there is, and begins the next generation where they differ.
//! Steps then count the responses that were there, in the order of (`shown_at`, place), while whatever arrives, changes
//! or goes is counted in both. The step that finds the last of them switches, in its own transaction. Whoever begins or
//! steps holds the site's lock alone: no answer is between its place and its counts meanwhile.
//!
//! A change that comes during a build waits for its end, and is then reviewed. Beginning again with each change would
//! end sooner after two quick ones, but a site that learns a value every minute would never end at all.

use bearing_shared::id::SiteId;

use super::session::{Lock, Session, Sites};
use super::{PostgresStore, counting, deleted, generations, rows};
use crate::counts::change::{Changes, WEEK};
use crate::counts::generation::{Config, Counting, Generations, Remainder};
use crate::{Result, StoreError, json};

/// Cells cleared in one step.
const STEP_CELLS: i64 = 2_000;

/// Sees to it that a site is, or will be, counted as its settings, surveys and learned values ask for.
///
/// What can be had exactly by naming it goes into the current generation; else the next one begins with one step of at
/// most `limit` responses, so that a small site is there within this very transaction.
pub(super) async fn review(session: &Session, site: &SiteId, limit: u32) -> Result<()> {
    loop {
        let Some(wanted) = generations::wanted(session, site).await? else { return Ok(()) };
        let Generations { current, building } = generations::read(session, site).await?;
        if building.is_some() {
            return Ok(());
        }
        if let Some(current) = current {
            if current.config == wanted {
                return Ok(());
            }
            if holds_already(session, site, &current, &wanted).await? {
                return adopt(session, site, current.number, &wanted).await;
            }
        }
        begin(session, site, &wanted).await?;
        if !step(session, site, limit).await? {
            return Ok(());
        }
    }
}

/// Whether the cells of a generation are already what they would be under another config.
async fn holds_already(session: &Session, site: &SiteId, current: &Counting, wanted: &Config) -> Result<bool> {
    let any = session.one("SELECT EXISTS (SELECT 1 FROM response WHERE site_id = $1)", &[&site.0]).await?;
    if !any.try_get::<_, bool>(0)? {
        return Ok(true);
    }
    let Some(remainders) = current.config.remainders(wanted) else { return Ok(false) };
    for remainder in &remainders {
        if has_remainder(session, site, current.number, remainder).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether any answer counts in the cells of this (dimension, value, touchpoint if one is meant).
async fn has_remainder(
    session: &Session,
    site: &SiteId,
    generation: u32,
    (dimension, value, touchpoint): &Remainder,
) -> Result<bool> {
    let row = session
        .one(
            "SELECT EXISTS (
               SELECT 1 FROM cell
               WHERE site_id = $1 AND generation = $2 AND grain = $3 AND dimension = $4 AND value = $5
               AND ($6::text IS NULL OR touchpoint = $6)
               AND c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 > 0)",
            &[&site.0, &generations::number(generation), &(WEEK as i16), dimension, value, touchpoint],
        )
        .await?;
    Ok(row.try_get(0)?)
}

/// Names what a generation tells apart anew, without counting.
async fn adopt(session: &Session, site: &SiteId, number: u32, config: &Config) -> Result<()> {
    session
        .execute(
            "UPDATE generation SET config = $3 WHERE site_id = $1 AND number = $2",
            &[&site.0, &generations::number(number), &json::write(config)?],
        )
        .await?;
    rows::changed(session).await
}

/// Begins the next generation; its number.
async fn begin(session: &Session, site: &SiteId, config: &Config) -> Result<u32> {
    // Above any cell that is there, whatever went wrong before: a build adds to what it finds. Every answer of the site
    // that is there has drawn its place before this, and every later one draws a higher one.
    let row = session
        .one(
            "INSERT INTO generation (site_id, number, config, state, progress_at, progress, last, done)
             SELECT $1, 1 + greatest(coalesce((SELECT max(number) FROM generation WHERE site_id = $1), 0),
                                     coalesce((SELECT max(generation) FROM cell WHERE site_id = $1), 0)),
                    $2, 'building', $3, 0, (SELECT last_value FROM response_place), 0
             RETURNING number",
            &[&site.0, &json::write(config)?, &i64::MIN],
        )
        .await?;
    rows::changed(session).await?;
    rows::small(row.try_get::<_, i32>(0)?.into(), "generation", "number", site.as_str())
}

/// Begins counting a site anew, whatever its counts say, unless it is being counted now; the number of the generation
/// that was begun. `None` while another one is being built; the site itself may be gone.
pub(super) async fn begin_anew(session: &Session, site: &SiteId) -> Result<Option<u32>> {
    if generations::read(session, site).await?.building.is_some() {
        return Ok(None);
    }
    let Some(wanted) = generations::wanted(session, site).await? else { return Ok(None) };
    begin(session, site, &wanted).await.map(Some)
}

/// Counts the next responses, at most `limit`, of the generation that a site is building; whether that completed it.
async fn step(session: &Session, site: &SiteId, limit: u32) -> Result<bool> {
    let Some((counting, mut progress)) = generations::read(session, site).await?.building else { return Ok(false) };
    let sql = rows::select_responses(
        "WHERE site_id = $1 AND (shown_at, place) > ($2, $3) AND place <= $4 ORDER BY shown_at, place LIMIT $5",
    );
    let (from, place) = progress.at;
    let found = session.query(&sql, &[&site.0, &from, &place, &progress.last, &i64::from(limit)]).await?;
    let mut changes = Changes::default();
    for row in &found {
        match rows::response(row) {
            Ok(response) => changes.response(site, &response, &counting, 1),
            // Counted in no generation from now on; `bearing check` names it.
            Err(why @ StoreError::Corrupt { .. }) => tracing::error!(%site, %why, "a damaged response is not counted"),
            Err(error) => return Err(error),
        }
        progress.at = rows::position(row)?;
    }
    counting::write(session, changes).await?;
    let completed = found.len() < limit as usize;
    if completed {
        let retire = "UPDATE generation SET state = 'retired' WHERE site_id = $1 AND state = 'current'";
        session.execute(retire, &[&site.0]).await?;
        rows::changed(session).await?;
    }
    session
        .execute(
            "UPDATE generation SET state = $3, progress_at = $4, progress = $5, done = done + $6
             WHERE site_id = $1 AND number = $2",
            &[
                &site.0,
                &generations::number(counting.number),
                &if completed { "current" } else { "building" },
                &progress.at.0,
                &progress.at.1,
                &(found.len() as i64),
            ],
        )
        .await?;
    Ok(completed)
}

/// Takes the next step of a site that builds, and reviews the site when that completed the generation: its settings may
/// have changed meanwhile.
pub(super) async fn advance(session: &Session, site: &SiteId, limit: u32) -> Result<()> {
    if step(session, site, limit).await? { review(session, site, limit).await } else { Ok(()) }
}

/// Clears some cells of a retired generation, and the generation itself with the last of them.
async fn clear(session: &Session, site: &SiteId, number: u32) -> Result<()> {
    const KEY: &str = "site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint";
    let generation = generations::number(number);
    let sql = format!(
        "DELETE FROM cell WHERE ({KEY}) IN (SELECT {KEY} FROM cell WHERE site_id = $1 AND generation = $2 LIMIT $3)"
    );
    let cleared = session.execute(&sql, &[&site.0, &generation, &STEP_CELLS]).await?;
    if cleared < STEP_CELLS as u64 {
        let sql = "DELETE FROM generation WHERE site_id = $1 AND number = $2 AND state = 'retired'";
        session.execute(sql, &[&site.0, &generation]).await?;
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
    pub(super) async fn list(session: &Session) -> Result<Vec<Self>> {
        let found = session
            .query(
                "SELECT 0 AS urgency, id, 0 FROM site
                 WHERE NOT EXISTS (SELECT 1 FROM generation WHERE site_id = id AND state <> 'retired')
                 UNION ALL SELECT CASE state WHEN 'building' THEN 1 ELSE 2 END, site_id, number FROM generation
                 WHERE state <> 'current'
                 UNION ALL SELECT 3, site_id, 0 FROM deleted_site
                 ORDER BY urgency",
                &[],
            )
            .await?;
        let work = |row: &tokio_postgres::Row| {
            let site = SiteId(row.try_get(1)?);
            let number: i32 = row.try_get(2)?;
            Ok(match row.try_get::<_, i32>(0)? {
                0 => Self::Begin(site),
                1 => Self::Build(site),
                3 => Self::Forget(site),
                _ => Self::Clear(site.clone(), rows::small(number.into(), "generation", "number", site.as_str())?),
            })
        };
        found.iter().map(work).collect()
    }

    fn site(&self) -> &SiteId {
        match self {
            Self::Begin(site) | Self::Build(site) | Self::Clear(site, _) | Self::Forget(site) => site,
        }
    }
}

impl PostgresStore {
    /// What is to be done, the most urgent first.
    pub(super) async fn work(&self) -> Result<Vec<Work>> {
        let session = self.reading(Sites::All).await?;
        let work = Work::list(&session).await;
        session.end(work).await
    }

    /// Does one step of it. When several servers do, they take turns: each step begins with what the last one left.
    pub(super) async fn do_step(&self, work: &Work) -> Result<()> {
        let limit = self.limits.step;
        let session = self.writing(std::slice::from_ref(work.site()), Lock::Alone).await?;
        let done = match work {
            Work::Begin(site) => review(&session, site, limit).await,
            Work::Build(site) => advance(&session, site, limit).await,
            Work::Clear(site, number) => clear(&session, site, *number).await,
            Work::Forget(site) => deleted::clear(&session, site, limit).await,
        };
        session.end(done).await
    }

    /// Begins the first generation of every site that has none, as after an upgrade: from then on whatever happens is
    /// counted, and only what lies before waits for the steps.
    pub(super) async fn begin_missing(&self) -> Result<()> {
        for work in self.work().await?.into_iter().filter(|work| matches!(work, Work::Begin(_))) {
            match self.do_step(&work).await {
                Ok(()) => {}
                // The other sites can be served, and the steps try this one again.
                Err(why @ (StoreError::Corrupt { .. } | StoreError::Driver(_))) => {
                    tracing::error!(?work, %why, "a site cannot be counted");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The responses that one generation's steps have counted, and whether it is still being built; `None` when it is gone.
pub(super) async fn counted_by(session: &Session, site: &SiteId, number: u32) -> Result<Option<(u64, bool)>> {
    let sql = "SELECT done, state = 'building' FROM generation WHERE site_id = $1 AND number = $2";
    let found = session.first(sql, &[&site.0, &generations::number(number)]).await?;
    found.map(|row| Ok((rows::unsigned(row.try_get(0)?), row.try_get(1)?))).transpose()
}
