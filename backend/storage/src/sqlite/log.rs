//! Applying a replicated log in SQLite: the position moves in the transaction of what it stands for.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::SqliteStore;
use super::counting::Countings;
use super::erase::tombstone_key;
use super::responses::{count_all, take_in_all};
use super::writer::Pen;
use crate::log::{Applied, LogEntries, LogStore};
use crate::{Result, StoreError, log};

/// How far a log is.
fn position(connection: &Connection, log: &str) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'log ' || ?1")?;
    let found: Option<i64> = statement.query_row([log], |row| row.get(0)).optional()?;
    Ok(found.and_then(|number| u64::try_from(number).ok()).unwrap_or_default())
}

/// Moves a position; false when it is another one.
fn advance(transaction: &Transaction<'_>, log: &str, from: u64, to: u64) -> Result<bool> {
    if position(transaction, log)? != from {
        return Ok(false);
    }
    let to = i64::try_from(to).map_err(|_| StoreError::Driver("a log's number is too large".into()))?;
    let sql = "INSERT INTO meta (name, value) VALUES ('log ' || ?1, ?2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    transaction.prepare_cached(sql)?.execute(params![log, to])?;
    Ok(true)
}

/// Applies entries in one transaction.
fn apply(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    (log, from, to): (&str, u64, u64),
    entries: &LogEntries,
    limit: u32,
) -> Result<Applied> {
    if !advance(transaction, log, from, to)? {
        return Ok(Applied::Overtaken);
    }
    let outcomes = take_in_all(transaction, countings, &entries.arrivals, limit)?;
    count_all(transaction, countings, &entries.events)?;
    Ok(Applied::Done(outcomes))
}

#[async_trait]
impl LogStore for SqliteStore {
    async fn identity(&self) -> Result<String> {
        self.readers.run(|connection| Ok(log::identity_of(&tombstone_key(connection)?))).await
    }

    async fn applied(&self, log: &str) -> Result<u64> {
        let log = log.to_owned();
        self.readers.run(move |connection| position(connection, &log)).await
    }

    async fn apply(&self, log: &str, from: u64, to: u64, entries: LogEntries) -> Result<Applied> {
        let (log, limit) = (log.to_owned(), self.limits.step);
        let work = move |pen: &mut Pen| {
            let applied = pen
                .transaction(|transaction, countings| apply(transaction, countings, (&log, from, to), &entries, limit));
            applied.map(|applied| (applied, pen.wrote_deliveries()))
        };
        let (applied, wrote_deliveries) = self.writer.run(work).await?;
        if wrote_deliveries {
            self.written.notify_one();
        }
        Ok(applied)
    }
}
