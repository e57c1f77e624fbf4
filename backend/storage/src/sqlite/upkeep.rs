//! Upkeep in SQLite: probing, recounting and checking.

use std::collections::HashMap;

use async_trait::async_trait;
use bearing_shared::cell;
use bearing_shared::histogram::SLOTS;
use rusqlite::Connection;

use super::counting::{Changes, Counting, DAY, WEEK, recount_site};
use super::{SqliteStore, reports};
use crate::Result;
use crate::upkeep::{CheckReport, UpkeepStore};

/// A cell's key as text, for comparing and for naming it in a problem.
type CellName = String;

/// What the cells should hold, from the answers.
fn expected(connection: &Connection, report: &mut CheckReport) -> Result<HashMap<CellName, [i64; SLOTS]>> {
    let mut cells: HashMap<CellName, [i64; SLOTS]> = HashMap::new();
    for site in reports::site_ids(connection)? {
        let mut changes = Changes::default();
        report.responses += changes.all_of(connection, &site, &Counting::read(connection, &site)?)?;
        for (key, change) in changes.cells {
            for (grain, period) in [(DAY, key.day), (WEEK, cell::week_of(key.day))] {
                let name = [
                    key.site.as_str(),
                    &grain.to_string(),
                    &key.dimension,
                    &key.value,
                    key.instrument,
                    &key.survey,
                    &key.touchpoint,
                    &period.to_string(),
                ]
                .join(" | ");
                let counts = cells.entry(name).or_default();
                for (sum, count) in counts.iter_mut().zip(change.scores) {
                    *sum += count;
                }
            }
        }
    }
    Ok(cells)
}

fn check(connection: &Connection) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
    let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    report.problems.extend(lines.into_iter().filter(|line| line != "ok").map(|line| format!("integrity: {line}")));
    let mut cells = expected(connection, &mut report)?;
    let mut statement = connection.prepare(
        "SELECT concat_ws(' | ', site_id, grain, dimension, value, instrument, survey_id, touchpoint, period),
                c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM cell",
    )?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        let mut counts = [0i64; SLOTS];
        for (place, count) in counts.iter_mut().enumerate() {
            *count = row.get(place + 1)?;
        }
        report.cells += 1;
        let wanted = cells.remove(&name).unwrap_or_default();
        if wanted != counts && report.problems.len() < 20 {
            report.problems.push(format!("cell {name} holds {counts:?} and should hold {wanted:?}"));
        }
    }
    let missing = cells.into_iter().filter(|(_, counts)| counts.iter().any(|count| *count != 0));
    report.problems.extend(missing.take(20).map(|(name, counts)| format!("cell {name} is missing {counts:?}")));
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
        self.writer.run(move |pen| pen.transaction(|transaction, _| write(transaction))).await
    }

    async fn recount(&self) -> Result<u64> {
        let write = |transaction: &rusqlite::Transaction<'_>| {
            let mut count = 0;
            for site in reports::site_ids(transaction)? {
                count += recount_site(transaction, &site)?;
            }
            Ok(count)
        };
        self.writer.run(move |pen| pen.transaction(|transaction, _| write(transaction))).await
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
