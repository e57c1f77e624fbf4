//! Upkeep in SQLite: probing, building generations of counts, checking.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use rusqlite::{Connection, Transaction};

use super::build::{self, Work};
use super::check::{check, site_ids};
use super::{SqliteStore, rows};
use crate::upkeep::{CheckReport, UpkeepStore};
use crate::{Result, StoreError};

impl SqliteStore {
    /// Does one step of the first work that can be done; false when there was none.
    async fn step(&self) -> Result<bool> {
        // Looked for by a reader: with nothing to do, the writer is left alone.
        let work = self.readers.run(Work::list).await?;
        let limit = self.limits.step;
        let mut refusal = None;
        for work in work {
            let doing = work.clone();
            match self.writer.write(move |transaction| doing.step(transaction, limit)).await {
                Ok(()) => return Ok(true),
                // One site's damage must not keep the others from being built; a disk that is full does.
                Err(why @ (StoreError::Corrupt { .. } | StoreError::Driver(_))) => {
                    tracing::error!(?work, %why, "a step of building counts failed");
                    refusal = Some(why);
                }
                Err(error) => return Err(error),
            }
        }
        refusal.map_or(Ok(false), Err)
    }

    /// Counts a site anew; the number of responses counted.
    async fn recount_site(&self, site: SiteId) -> Result<u64> {
        let limit = self.limits.step;
        let begun = loop {
            let id = site.clone();
            let begin = move |transaction: &Transaction<'_>| {
                let begun = build::begin_anew(transaction, &id)?;
                if begun.is_none() {
                    // Another build goes first: what it has counted so far may be as wrong as what it replaces.
                    build::advance(transaction, &id, limit)?;
                }
                let there = rows::site(transaction, "id", id.as_str())?.is_some();
                Ok((begun, there))
            };
            match self.writer.write(begin).await? {
                (Some(number), _) => break number,
                (None, true) => {}
                (None, false) => return Ok(0),
            }
        };
        let mut counted = 0;
        loop {
            let id = site.clone();
            let step = move |transaction: &Transaction<'_>| {
                let before = build::counted_by(transaction, &id, begun)?;
                if before.is_some_and(|(_, building)| building) {
                    build::advance(transaction, &id, limit)?;
                }
                build::counted_by(transaction, &id, begun)
            };
            match self.writer.write(step).await? {
                Some((done, true)) => counted = done,
                Some((done, false)) => return Ok(done),
                // Another process completed, replaced and cleared it between two looks.
                None => return Ok(counted),
            }
        }
    }
}

#[async_trait]
impl UpkeepStore for SqliteStore {
    async fn revision(&self) -> Result<i64> {
        self.readers.run(rows::revision).await
    }

    async fn probe(&self) -> Result<()> {
        let write = |transaction: &Transaction<'_>| {
            transaction.execute(
                "INSERT INTO meta (name, value) VALUES ('probe', 1)
                 ON CONFLICT (name) DO UPDATE SET value = value + 1",
                [],
            )?;
            Ok(())
        };
        self.writer.write(write).await
    }

    async fn build_step(&self) -> Result<bool> {
        self.step().await
    }

    async fn recount(&self) -> Result<u64> {
        let mut counted = 0;
        for site in self.readers.run(site_ids).await? {
            counted += self.recount_site(site).await?;
        }
        while self.step().await? {}
        Ok(counted)
    }

    async fn check(&self) -> Result<CheckReport> {
        // One read transaction, so that answers and cells are those of one moment.
        let read = |connection: &Connection| {
            let transaction = connection.unchecked_transaction()?;
            check(&transaction)
        };
        self.readers.run_unlimited(read).await
    }

    async fn close(&self) {
        self.readers.close();
        self.writer.close().await;
    }
}
