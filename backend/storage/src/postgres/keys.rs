//! API keys in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::{KeyId, SiteId};
use tokio_postgres::Row;

use super::session::{Lock, Session, Sites};
use super::{PostgresStore, rows};
use crate::keys::{Key, KeyStore, Scope};
use crate::{Result, StoreError};

const KEY: &str = "SELECT id, site_id, hash, scope, name, created_at, last_used_at FROM api_key";

fn record(row: &Row) -> Result<Key> {
    let (id, scope): (String, String) = (row.try_get(0)?, row.try_get(3)?);
    let scope = Scope::named(&scope).ok_or_else(|| StoreError::Corrupt {
        table: "api_key",
        column: "scope",
        row: id.clone(),
        why: format!("`{scope}` is no scope"),
    })?;
    Ok(Key {
        id: KeyId(id),
        site: SiteId(row.try_get(1)?),
        hash: rows::hash(row, 2)?,
        scope,
        name: row.try_get(4)?,
        created_at: row.try_get(5)?,
        last_used_at: row.try_get(6)?,
    })
}

async fn create(session: &Session, key: &Key) -> Result<bool> {
    let made = session
        .execute(
            "INSERT INTO api_key (id, site_id, hash, scope, name, created_at, last_used_at)
             SELECT $1, id, $3, $4, $5, $6, $7 FROM site WHERE id = $2",
            &[&key.id.0, &key.site.0, &&key.hash[..], &key.scope.name(), &key.name, &key.created_at, &key.last_used_at],
        )
        .await?;
    rows::changed(session).await?;
    Ok(made == 1)
}

async fn delete(session: &Session, site: &SiteId, id: &KeyId) -> Result<bool> {
    let gone = session.execute("DELETE FROM api_key WHERE site_id = $1 AND id = $2", &[&site.0, &id.0]).await?;
    rows::changed(session).await?;
    Ok(gone == 1)
}

async fn touch(session: &Session, used: &[(KeyId, i64)]) -> Result<()> {
    // In the order of the keys, so that two servers wait for each other in one direction only.
    let mut used: Vec<(&str, i64)> = used.iter().map(|(id, at)| (id.as_str(), *at)).collect();
    used.sort_unstable();
    for (id, at) in used {
        let sql = "UPDATE api_key SET last_used_at = greatest(last_used_at, $2) WHERE id = $1";
        session.execute(sql, &[&id, &at]).await?;
    }
    Ok(())
}

#[async_trait]
impl KeyStore for PostgresStore {
    async fn create_key(&self, key: Key) -> Result<bool> {
        // Under the site's lock: a key of a site that is being removed would stay for ever.
        let session = self.writing(std::slice::from_ref(&key.site), Lock::Shared).await?;
        let made = create(&session, &key).await;
        session.end(made).await
    }

    async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<Key>> {
        let session = self.reading(Sites::All).await?;
        let found = session.first(&format!("{KEY} WHERE hash = $1"), &[&&hash[..]]).await;
        let found = found.and_then(|row| row.as_ref().map(record).transpose());
        session.end(found).await
    }

    async fn keys(&self, site: &SiteId) -> Result<Vec<Key>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = session.query(&format!("{KEY} WHERE site_id = $1 ORDER BY created_at, id"), &[&site.0]).await;
        let found = found.and_then(|rows| rows.iter().map(record).collect());
        session.end(found).await
    }

    async fn delete_key(&self, site: &SiteId, id: &KeyId) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(site), Lock::Shared).await?;
        let gone = delete(&session, site, id).await;
        session.end(gone).await
    }

    async fn touch_keys(&self, used: Vec<(KeyId, i64)>) -> Result<()> {
        let session = self.writing_freely(Sites::Of(&[])).await?;
        let touched = touch(&session, &used).await;
        session.end(touched).await
    }
}
