//! Sightings in SQLite.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use rusqlite::{Connection, Row, Transaction, params};

use super::SqliteStore;
use crate::Result;
use crate::sightings::{Sighting, SightingStore, Standing};

fn record(row: &Row<'_>) -> rusqlite::Result<Sighting> {
    Ok(Sighting {
        origin: row.get(0)?,
        standing: Standing::numbered(row.get(1)?),
        first_at: row.get(2)?,
        last_at: row.get(3)?,
        requests: row.get::<_, i64>(4)? as u64,
    })
}

fn add(transaction: &Transaction<'_>, site: &SiteId, seen: &Sighting) -> Result<()> {
    let sql = "INSERT INTO sighting (site_id, origin, standing, first_at, last_at, requests)
               SELECT id, ?2, ?3, ?4, ?5, ?6 FROM site WHERE id = ?1
               ON CONFLICT (site_id, origin) DO UPDATE SET
                 standing = CASE WHEN excluded.last_at >= last_at THEN excluded.standing ELSE standing END,
                 first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
                 requests = requests + excluded.requests";
    transaction.prepare_cached(sql)?.execute(params![
        site.0,
        seen.origin,
        seen.standing.number(),
        seen.first_at,
        seen.last_at,
        seen.requests as i64
    ])?;
    Ok(())
}

#[async_trait]
impl SightingStore for SqliteStore {
    async fn note_sightings(&self, site: &SiteId, seen: Vec<Sighting>, most: u32) -> Result<()> {
        let site = site.clone();
        let write = move |transaction: &Transaction<'_>| {
            for sighting in &seen {
                add(transaction, &site, sighting)?;
            }
            let sql = "DELETE FROM sighting WHERE site_id = ?1 AND origin IN (
                         SELECT origin FROM sighting WHERE site_id = ?1 AND origin <> ''
                         ORDER BY standing, last_at DESC, origin LIMIT -1 OFFSET ?2)
                       RETURNING origin, standing, first_at, last_at, requests";
            let mut statement = transaction.prepare_cached(sql)?;
            let rest: Vec<_> = statement.query_map(params![site.0, most], record)?.collect::<rusqlite::Result<_>>()?;
            Sighting::together(rest).map_or(Ok(()), |rest| add(transaction, &site, &rest))
        };
        self.writer.write(write).await
    }

    async fn sightings(&self, site: &SiteId) -> Result<Vec<Sighting>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT origin, standing, first_at, last_at, requests FROM sighting WHERE site_id = ?1
                 ORDER BY last_at DESC, origin",
            )?;
            Ok(statement.query_map([&site.0], record)?.collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run(read).await
    }

    async fn forget_sightings(&self, before: i64) -> Result<u64> {
        let write = move |transaction: &Transaction<'_>| {
            Ok(transaction.execute("DELETE FROM sighting WHERE last_at < ?1", [before])?)
        };
        Ok(self.writer.write(write).await? as u64)
    }
}
