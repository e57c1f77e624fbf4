//! Applying a replicated log in PostgreSQL: the position moves in the transaction of what it stands for.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bearing_shared::id::SiteId;

use super::faults::Tries;
use super::intake::sites;
use super::responses::Taken;
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, counting, erase};
use crate::counts::change::Said;
use crate::log::{Applied, LogEntries, LogStore};
use crate::responses::Arrival;
use crate::{Result, StoreError, log};

/// What became of a try to apply.
struct Tried {
    applied: Applied,
    wrote_deliveries: bool,
    /// What editions that were replaced said ([`PostgresStore::forget_replaced`]).
    replaced: BTreeSet<Said>,
}

/// Moves a position; false when it is another one. The row is held until the transaction ends, so that of two servers
/// the second finds it moved.
async fn advance(session: &Session, log: &str, from: u64, to: u64) -> Result<bool> {
    let (name, from, to) = (name(log), number(from)?, number(to)?);
    let moved = match from {
        0 => {
            "INSERT INTO meta AS there (name, number) VALUES ($1, $3)
             ON CONFLICT (name) DO UPDATE SET number = excluded.number WHERE there.number = $2"
        }
        _ => "UPDATE meta SET number = $3 WHERE name = $1 AND number = $2",
    };
    Ok(session.execute(moved, &[&name, &from, &to]).await? == 1)
}

/// The row of a log's position.
fn name(log: &str) -> String {
    format!("log {log}")
}

fn number(sequence: u64) -> Result<i64> {
    i64::try_from(sequence).map_err(|_| StoreError::Driver("a log's number is too large".into()))
}

impl PostgresStore {
    /// Applies entries in one transaction.
    async fn apply_together(&self, log: &str, from: u64, to: u64, entries: &LogEntries) -> Result<Applied> {
        let arrivals = entries.arrivals.iter().map(Arrival::site);
        let sites = sites(arrivals.chain(entries.events.iter().map(|event| &event.site)));
        // Taking an answer away needs the site alone, as in `take_in`.
        let takes_away = entries.arrivals.iter().any(|arrival| matches!(arrival, Arrival::Withdrawal(_)));
        let mut lock = if takes_away { Lock::Alone } else { Lock::Shared };
        let mut tries = Tries::default();
        loop {
            let session = self.taking_in(&sites, lock).await?;
            let tried = self.try_apply(&session, &sites, (log, from, to), entries, lock).await;
            let needs_lock = matches!(tried, Ok(None));
            // What needs the sites alone has moved the position already: that is rolled back with a fault.
            let tried =
                tried.and_then(|tried| tried.ok_or_else(|| StoreError::Driver("it needs the sites alone".into())));
            match session.finish(tried).await {
                Ok(Tried { applied, wrote_deliveries, replaced }) => {
                    if wrote_deliveries {
                        self.written.notify_one();
                    }
                    self.forget_replaced(replaced).await;
                    return Ok(applied);
                }
                Err(_) if needs_lock => lock = Lock::Alone,
                Err(failed) if tries.again(&failed) => {}
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    /// What was applied; `None` when that needs the sites alone.
    async fn try_apply(
        &self,
        session: &Session,
        sites: &[SiteId],
        (log, from, to): (&str, u64, u64),
        entries: &LogEntries,
        lock: Lock,
    ) -> Result<Option<Tried>> {
        let mut tried = Tried { applied: Applied::Overtaken, wrote_deliveries: false, replaced: BTreeSet::new() };
        if !advance(session, log, from, to).await? {
            return Ok(Some(tried));
        }
        let mut outcomes = Vec::new();
        if !entries.arrivals.is_empty() {
            match self.take_in_all(session, sites, &entries.arrivals, lock).await? {
                Taken::Done { outcomes: done, mut changes, wrote_deliveries } => {
                    (outcomes, tried.wrote_deliveries) = (done, wrote_deliveries);
                    if lock == Lock::Alone {
                        erase::finish(session, changes).await?;
                    } else {
                        tried.replaced = changes.take_said();
                        counting::write(session, changes).await?;
                    }
                }
                Taken::NeedsLock => return Ok(None),
            }
        }
        if !entries.events.is_empty() {
            self.count_all(session, sites, &entries.events).await?;
        }
        tried.applied = Applied::Done(outcomes);
        Ok(Some(tried))
    }
}

#[async_trait]
impl LogStore for PostgresStore {
    async fn identity(&self) -> Result<String> {
        Ok(log::identity_of(&self.tombstone_key))
    }

    async fn applied(&self, log: &str) -> Result<u64> {
        let session = self.reading(Sites::Of(&[])).await?;
        let found = session.first("SELECT number FROM meta WHERE name = $1", &[&name(log)]).await;
        let Some(row) = session.end(found).await? else { return Ok(0) };
        Ok(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or_default())
    }

    async fn apply(&self, log: &str, from: u64, to: u64, entries: LogEntries) -> Result<Applied> {
        self.apply_together(log, from, to, &entries).await
    }
}
