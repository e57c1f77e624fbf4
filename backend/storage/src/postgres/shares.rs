//! Shared links in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::{MemberId, ShareId, SiteId};
use tokio_postgres::Row;

use super::session::{Lock, Sites};
use super::{PostgresStore, rows};
use crate::Result;
use crate::shares::{Share, ShareStore};

const SHARE: &str =
    "SELECT id, site_id, hash, name, filter, created_by, created_at, expires_at, last_used_at FROM share";

fn record(row: &Row) -> Result<Share> {
    Ok(Share {
        id: ShareId(row.try_get(0)?),
        site: SiteId(row.try_get(1)?),
        hash: rows::hash(row, 2)?,
        name: row.try_get(3)?,
        filter: row.try_get(4)?,
        created_by: row.try_get::<_, Option<String>>(5)?.map(MemberId),
        created_at: row.try_get(6)?,
        expires_at: row.try_get(7)?,
        last_used_at: row.try_get(8)?,
    })
}

#[async_trait]
impl ShareStore for PostgresStore {
    async fn create_share(&self, share: Share) -> Result<bool> {
        // Under the site's lock, as a key.
        let session = self.writing(std::slice::from_ref(&share.site), Lock::Shared).await?;
        let made = session
            .execute(
                "INSERT INTO share (id, site_id, hash, name, filter, created_by, created_at, expires_at, last_used_at)
                 SELECT $1, id, $3, $4, $5, $6, $7, $8, $9 FROM site WHERE id = $2",
                &[
                    &share.id.0,
                    &share.site.0,
                    &&share.hash[..],
                    &share.name,
                    &share.filter,
                    &share.created_by.as_ref().map(|id| &id.0),
                    &share.created_at,
                    &share.expires_at,
                    &share.last_used_at,
                ],
            )
            .await;
        session.end(made.map(|made| made == 1)).await
    }

    async fn shares(&self, site: &SiteId) -> Result<Vec<Share>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = session.query(&format!("{SHARE} WHERE site_id = $1 ORDER BY created_at, id"), &[&site.0]).await;
        let found = found.and_then(|rows| rows.iter().map(record).collect());
        session.end(found).await
    }

    async fn share_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Share>> {
        // The site is not known before the link is found.
        let session = self.reading(Sites::All).await?;
        let sql = format!("{SHARE} WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2)");
        let found = session.first(&sql, &[&&hash[..], &now]).await;
        let found = found.and_then(|row| row.as_ref().map(record).transpose());
        session.end(found).await
    }

    async fn delete_share(&self, site: &SiteId, id: &ShareId) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(site), Lock::Shared).await?;
        let gone = session.execute("DELETE FROM share WHERE site_id = $1 AND id = $2", &[&site.0, &id.0]).await;
        session.end(gone.map(|gone| gone == 1)).await
    }

    async fn touch_share(&self, site: &SiteId, id: &ShareId, at: i64) -> Result<()> {
        let session = self.writing_freely(Sites::Of(std::slice::from_ref(site))).await?;
        let sql = "UPDATE share SET last_used_at = $3 WHERE site_id = $1 AND id = $2";
        let touched = session.execute(sql, &[&site.0, &id.0, &at]).await;
        session.end(touched.map(|_| ())).await
    }
}
