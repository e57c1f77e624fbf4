//! The check: is the file whole, and do the cells hold what the answers say?

use bearing_shared::id::SiteId;
use rusqlite::{Connection, Row};

use super::{generations, rows};
use crate::counts::change::{Change, Changes};
use crate::counts::expected::{Expected, PROBLEMS};
use crate::upkeep::CheckReport;
use crate::{Result, StoreError};

/// Checks the store, on a connection that is in a transaction.
pub(super) fn check(connection: &Connection) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({PROBLEMS})"))?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let faults = lines.iter().filter(|line| *line != "ok");
    report.problems.extend(faults.map(|line| format!("integrity: {}", line.replace('\n', " "))));
    if !report.problems.is_empty() {
        // What is read from a damaged file proves nothing.
        return Ok(report);
    }
    let expected = match expected(connection, &mut report) {
        Err(error @ StoreError::Corrupt { .. }) => {
            report.problems.push(error.to_string());
            return Ok(report);
        }
        result => result?,
    };
    compare(connection, expected, &mut report)?;
    Ok(report)
}

/// The sites of the store.
pub(super) fn site_ids(connection: &Connection) -> Result<Vec<SiteId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM site ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0).map(SiteId))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// What the cells that are read, and those that are being built, should hold.
fn expected(connection: &Connection, report: &mut CheckReport) -> Result<Expected> {
    let mut cells = Expected::default();
    for site in site_ids(connection)? {
        let generations = generations::read(connection, &site)?;
        let mut changes = Changes::default();
        let mut statement = connection.prepare_cached(&rows::select_responses("WHERE site_id = ?1"))?;
        let mut found = statement.query([site.as_str()])?;
        while let Some(row) = found.next()? {
            let (_, place) = rows::position(row)?;
            generations.count(&mut changes, &site, &rows::response(row)?, place, 1);
            report.responses += 1;
        }
        cells.add(&site, changes);
    }
    Ok(cells)
}

/// Compares the cells with what they should hold. Those of retired generations and deleted sites hold what nobody reads.
fn compare(connection: &Connection, mut expected: Expected, report: &mut CheckReport) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT concat_ws(' | ', site_id, generation, grain, dimension, value, period, instrument, survey_id,
                touchpoint), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, completed
         FROM cell WHERE NOT EXISTS (
           SELECT 1 FROM generation
           WHERE generation.site_id = cell.site_id AND number = generation AND generation.state = 'retired')
         AND site_id IN (SELECT id FROM site)",
    )?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        expected.compare(&name, &counts(row)?, report);
    }
    expected.finish(report);
    Ok(())
}

fn counts(row: &Row<'_>) -> Result<Change> {
    let mut change = Change::default();
    for (slot, count) in change.scores.iter_mut().enumerate() {
        *count = row.get(slot + 1)?;
    }
    change.completed = row.get(change.scores.len() + 1)?;
    Ok(change)
}
