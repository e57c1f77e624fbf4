//! Learned values in SQLite: what trusted answers say of a dimension and its owner did not list.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{self, Dimension};
use bearing_shared::id::SiteId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction, params};

use super::filter::{self, Bound};
use super::{generations, rows};
use crate::counts::change::WEEK;
use crate::counts::frequent::Frequent;
use crate::counts::generation::{Config, Learned, LearnedStanding};
use crate::counts::trust::{self, History, is_value};
use crate::{Result, json};

/// The learned values of a site.
pub(super) fn values(connection: &Connection, site: &SiteId) -> Result<Learned> {
    let mut statement = connection
        .prepare_cached("SELECT dimension, value FROM learned WHERE site_id = ?1 ORDER BY dimension, ordinal")?;
    let mut found = statement.query([site.as_str()])?;
    let mut values = Learned::new();
    while let Some(row) = found.next()? {
        values.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(values)
}

/// The names of those of these dimensions that a site does not declare yet; none when there is no such site.
pub(super) fn undeclared(connection: &Connection, site: &SiteId, asked: &[Dimension]) -> Result<Vec<String>> {
    let before = rows::site(connection, "id", site.as_str())?;
    Ok(before.map(|before| trust::undeclared(&before.settings.dimensions, asked)).unwrap_or_default())
}

/// What the trusted answers of a site say of these attributes, of which there is at least one: every answer is read.
pub(super) fn history(connection: &Connection, site: &SiteId, names: Vec<String>) -> Result<History> {
    let mut bound = Bound::default();
    let sent: Vec<String> = names.iter().map(|name| filter::attribute(&mut bound, name)).collect();
    let sql = format!(
        "SELECT {} FROM response INDEXED BY response_shown WHERE site_id = {} AND {} AND json_valid(attributes)",
        sent.join(", "),
        bound.add(site.0.clone()),
        trusted(&mut bound),
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(bound.values())?;
    let mut totals: Vec<Frequent> = names.iter().map(|_| Frequent::default()).collect();
    while let Some(row) = found.next()? {
        for (column, total) in totals.iter_mut().enumerate() {
            if let ValueRef::Text(value) = row.get_ref(column)?
                && let Ok(value) = str::from_utf8(value)
                && is_value(value)
            {
                total.add(value, 1);
            }
        }
    }
    let values = totals.into_iter().map(|total| total.into_most().collect());
    Ok(names.into_iter().zip(values).collect())
}

/// [`trust::is_trusted`] as a condition on rows.
fn trusted(bound: &mut Bound) -> String {
    let (counted, verified) = (ResponseState::Counted.name(), Identity::Verified.name());
    format!(
        "state = {} AND (source = 'server' OR identity = {})",
        bound.add(counted.to_owned()),
        bound.add(verified.to_owned())
    )
}

/// Keeps what a history says of a site's declared dimensions, as far as they have room.
pub(super) fn keep_history(
    transaction: &Transaction<'_>,
    site: &SiteId,
    listed: &[Dimension],
    history: &History,
) -> Result<()> {
    let learned = values(transaction, site)?;
    for (dimension, value) in trust::lessons(listed, &learned, history) {
        keep(transaction, site, &dimension, value)?;
    }
    Ok(())
}

/// Keeps a value of a dimension.
pub(super) fn keep(transaction: &Transaction<'_>, site: &SiteId, dimension: &str, value: &str) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO learned (site_id, dimension, ordinal, value)
             SELECT ?1, ?2, coalesce(max(ordinal), 0) + 1, ?3 FROM learned WHERE site_id = ?1 AND dimension = ?2",
        )?
        .execute(params![site.as_str(), dimension, value])?;
    rows::changed(transaction)
}

/// Forgets a value that was learned and that no counted answer gives any more: it is told apart no longer, and nothing
/// names it. Whether there was such a value.
pub(super) fn forget(transaction: &Transaction<'_>, site: &SiteId, dimension: &str, value: &str) -> Result<bool> {
    let is_learned: bool = transaction
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM learned WHERE site_id = ?1 AND dimension = ?2 AND value = ?3)")?
        .query_row(params![site.as_str(), dimension, value], |row| row.get(0))?;
    let (true, Some(found)) = (is_learned, rows::site(transaction, "id", site.as_str())?) else { return Ok(false) };
    let generations = generations::read(transaction, site)?;
    let standing = generations.standing(&found.settings, dimension, value);
    let is_given = match standing {
        LearnedStanding::Unknown => return Ok(false),
        LearnedStanding::Told(generation) => {
            has_answers(transaction, site, generation, &cell::attribute(dimension), value)?
        }
        LearnedStanding::Listed | LearnedStanding::Idle => false,
    };
    if is_given {
        return Ok(false);
    }
    transaction
        .prepare_cached("DELETE FROM learned WHERE site_id = ?1 AND dimension = ?2 AND value = ?3")?
        .execute(params![site.as_str(), dimension, value])?;
    if standing != LearnedStanding::Listed {
        unname(transaction, site, (dimension, &cell::attribute(dimension)), value)?;
    }
    rows::changed(transaction)?;
    Ok(true)
}

/// Whether any answer counts in the cells of a value.
fn has_answers(connection: &Connection, site: &SiteId, generation: u32, name: &str, value: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (
           SELECT 1 FROM cell WHERE site_id = ?1 AND generation = ?2 AND grain = ?3 AND dimension = ?4 AND value = ?5
           AND c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 > 0)",
    )?;
    Ok(statement.query_row(params![site.as_str(), generation, WEEK, name, value], |row| row.get(0))?)
}

/// Takes a value that no answer counts in out of every generation; what happened to it becomes that of the remainder.
fn unname(transaction: &Transaction<'_>, site: &SiteId, (dimension, name): (&str, &str), value: &str) -> Result<()> {
    let generations: Vec<(u32, String)> = transaction
        .prepare_cached("SELECT number, config FROM generation WHERE site_id = ?1")?
        .query_map([site.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (number, config) in generations {
        let mut config: Config = json::read(&config, "generation", "config", site.as_str())?;
        if config.forget(dimension, value) {
            transaction.execute(
                "UPDATE generation SET config = ?3 WHERE site_id = ?1 AND number = ?2",
                params![site.as_str(), number, json::write(&config)?],
            )?;
        }
        transaction
            .prepare_cached(
                "DELETE FROM cell WHERE site_id = ?1 AND generation = ?2 AND dimension = ?3 AND value = ?4",
            )?
            .execute(params![site.as_str(), number, name, value])?;
    }
    transaction.execute(
        "INSERT INTO funnel (site_id, dimension, value, period, instrument, survey_id, touchpoint,
           eligible, shown, started, dismissed)
         SELECT site_id, dimension, ?4, period, instrument, survey_id, touchpoint, eligible, shown, started, dismissed
         FROM funnel WHERE site_id = ?1 AND dimension = ?2 AND value = ?3
         ON CONFLICT DO UPDATE SET
           eligible = eligible + excluded.eligible, shown = shown + excluded.shown,
           started = started + excluded.started, dismissed = dismissed + excluded.dismissed",
        params![site.as_str(), name, value, cell::OTHER],
    )?;
    transaction.execute(
        "DELETE FROM funnel WHERE site_id = ?1 AND dimension = ?2 AND value = ?3",
        params![site.as_str(), name, value],
    )?;
    Ok(())
}
