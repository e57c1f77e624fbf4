//! Upkeep in SQLite: probing, recounting and checking.

use std::collections::HashMap;

use async_trait::async_trait;
use bearing_shared::cell;
use bearing_shared::histogram::SLOTS;
use rusqlite::Connection;

use super::counting::{Changes, Counting, DAY, WEEK, recount_site};
use super::{SqliteStore, reports};
use crate::upkeep::{CheckReport, UpkeepStore};
use crate::{Result, StoreError};

/// What rows should hold, by their keys as text (which also name them in a problem).
type Expected<const N: usize> = HashMap<String, [i64; N]>;

/// The most problems that are listed: a broken table has as many as rows.
const PROBLEMS: usize = 20;

fn add<const N: usize>(expected: &mut Expected<N>, name: String, counts: [i64; N]) {
    let sums = expected.entry(name).or_insert([0; N]);
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum += count;
    }
}

/// What the cells, and `answered` and `completed` of the funnel, should hold from the answers.
fn expected(connection: &Connection, report: &mut CheckReport) -> Result<(Expected<SLOTS>, Expected<2>)> {
    let (mut cells, mut funnel) = (HashMap::new(), HashMap::new());
    for site in reports::site_ids(connection)? {
        let mut changes = Changes::default();
        let Some(counting) = Counting::read(connection, &site)? else { continue };
        report.responses += changes.all_of(connection, &site, &counting)?;
        for (key, change) in changes.into_cells() {
            let place = [&key.dimension, &key.value, key.instrument, &key.survey, &key.touchpoint].join(" | ");
            for (grain, period) in [(DAY, key.day), (WEEK, cell::week_of(key.day))] {
                add(&mut cells, format!("{site} | {grain} | {place} | {period}"), change.scores);
            }
            let [.., answered, completed, _] = change.funnel;
            add(&mut funnel, format!("{site} | {place} | {}", key.day), [answered, completed]);
        }
    }
    Ok((cells, funnel))
}

/// Compares the rows of a query (name, then counts) with what they should hold; the number of rows.
fn compare<const N: usize>(
    connection: &Connection,
    what: &str,
    sql: &str,
    mut expected: Expected<N>,
    problems: &mut Vec<String>,
) -> Result<u64> {
    let mut statement = connection.prepare(sql)?;
    let mut found = statement.query([])?;
    let mut rows = 0;
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        let mut counts = [0; N];
        for (place, count) in counts.iter_mut().enumerate() {
            *count = row.get(place + 1)?;
        }
        rows += 1;
        let wanted = expected.remove(&name).unwrap_or([0; N]);
        if wanted != counts && problems.len() < PROBLEMS {
            problems.push(format!("{what} {name} holds {counts:?} and should hold {wanted:?}"));
        }
    }
    let missing = expected.into_iter().filter(|(_, counts)| counts.iter().any(|count| *count != 0));
    let room = PROBLEMS.saturating_sub(problems.len());
    problems.extend(missing.take(room).map(|(name, counts)| format!("{what} {name} is missing {counts:?}")));
    Ok(rows)
}

fn check(connection: &Connection) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({PROBLEMS})"))?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let faults = lines.iter().filter(|line| *line != "ok");
    report.problems.extend(faults.map(|line| format!("integrity: {}", line.replace('\n', " "))));
    if !report.problems.is_empty() {
        // What is read from a damaged file proves nothing.
        return Ok(report);
    }
    let (cells, funnel) = match expected(connection, &mut report) {
        Err(error @ StoreError::Corrupt { .. }) => {
            report.problems.push(error.to_string());
            return Ok(report);
        }
        result => result?,
    };
    let key = "dimension, value, instrument, survey_id, touchpoint, period";
    let sql = format!(
        "SELECT concat_ws(' | ', site_id, grain, {key}), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM cell"
    );
    report.cells = compare(connection, "cell", &sql, cells, &mut report.problems)?;
    let sql = format!("SELECT concat_ws(' | ', site_id, {key}), answered, completed FROM funnel");
    compare(connection, "funnel", &sql, funnel, &mut report.problems)?;
    Ok(report)
}

#[async_trait]
impl UpkeepStore for SqliteStore {
    async fn revision(&self) -> Result<i64> {
        self.readers.run(reports::revision).await
    }

    async fn probe(&self) -> Result<()> {
        let write = |transaction: &rusqlite::Transaction<'_>| {
            transaction.execute(
                "INSERT INTO meta (name, value) VALUES ('probe', 1)
                 ON CONFLICT (name) DO UPDATE SET value = value + 1",
                [],
            )?;
            Ok(())
        };
        self.writer.write(write).await
    }

    async fn recount(&self) -> Result<u64> {
        let write = |transaction: &rusqlite::Transaction<'_>| {
            let mut count = 0;
            for site in reports::site_ids(transaction)? {
                count += recount_site(transaction, &site)?;
            }
            Ok(count)
        };
        self.writer.write(write).await
    }

    async fn check(&self) -> Result<CheckReport> {
        // One read transaction, so that answers and cells are those of one moment.
        let read = |connection: &Connection| {
            let transaction = connection.unchecked_transaction()?;
            check(&transaction)
        };
        self.readers.run(read).await
    }

    async fn close(&self) {
        self.readers.close();
        self.writer.close().await;
    }
}
