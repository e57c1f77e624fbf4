//! Shared links in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{MemberId, ShareId, SiteId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::SqliteStore;
use crate::Result;
use crate::shares::{Share, ShareStore};

const SHARE: &str =
    "SELECT id, site_id, hash, name, filter, created_by, created_at, expires_at, last_used_at FROM share";

fn record(row: &Row<'_>) -> rusqlite::Result<Share> {
    Ok(Share {
        id: ShareId(row.get(0)?),
        site: SiteId(row.get(1)?),
        hash: row.get(2)?,
        name: row.get(3)?,
        filter: row.get(4)?,
        created_by: row.get::<_, Option<String>>(5)?.map(MemberId),
        created_at: row.get(6)?,
        expires_at: row.get(7)?,
        last_used_at: row.get(8)?,
    })
}

#[async_trait]
impl ShareStore for SqliteStore {
    async fn create_share(&self, share: Share) -> Result<bool> {
        let write = move |transaction: &Transaction<'_>| {
            let made = transaction.execute(
                "INSERT INTO share (id, site_id, hash, name, filter, created_by, created_at, expires_at, last_used_at)
                 SELECT ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM site WHERE id = ?2",
                params![
                    share.id.0,
                    share.site.0,
                    share.hash,
                    share.name,
                    share.filter,
                    share.created_by.as_ref().map(|id| &id.0),
                    share.created_at,
                    share.expires_at,
                    share.last_used_at
                ],
            )?;
            Ok(made == 1)
        };
        self.writer.write(write).await
    }

    async fn shares(&self, site: &SiteId) -> Result<Vec<Share>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let mut statement =
                connection.prepare_cached(&format!("{SHARE} WHERE site_id = ?1 ORDER BY created_at, id"))?;
            Ok(statement.query_map([&site.0], record)?.collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run(read).await
    }

    async fn share_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Share>> {
        let read = move |connection: &Connection| {
            let mut statement = connection
                .prepare_cached(&format!("{SHARE} WHERE hash = ?1 AND (expires_at IS NULL OR expires_at > ?2)"))?;
            Ok(statement.query_row(params![hash, now], record).optional()?)
        };
        self.readers.run(read).await
    }

    async fn delete_share(&self, site: &SiteId, id: &ShareId) -> Result<bool> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            Ok(transaction.execute("DELETE FROM share WHERE site_id = ?1 AND id = ?2", [&site.0, &id.0])? == 1)
        };
        self.writer.write(write).await
    }

    async fn touch_share(&self, site: &SiteId, id: &ShareId, at: i64) -> Result<()> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE share SET last_used_at = ?3 WHERE site_id = ?1 AND id = ?2";
            transaction.execute(sql, params![site.0, id.0, at])?;
            Ok(())
        };
        self.writer.write(write).await
    }
}
