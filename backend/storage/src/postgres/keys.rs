//! API keys in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::{KeyId, SiteId};

use super::session::{Lock, Session, Sites};
use super::{PostgresStore, rows};
use crate::keys::{Key, KeyStore, Scope};
use crate::{Result, StoreError};

async fn create(session: &Session, key: &Key) -> Result<bool> {
    let made = session
        .execute(
            "INSERT INTO api_key (id, site_id, hash, scope, created_at)
             SELECT $1, id, $3, $4, $5 FROM site WHERE id = $2",
            &[&key.id.0, &key.site.0, &&key.hash[..], &key.scope.name(), &key.created_at],
        )
        .await?;
    rows::changed(session).await?;
    Ok(made == 1)
}

async fn find(session: &Session, hash: [u8; 32]) -> Result<Option<Key>> {
    let sql = "SELECT id, site_id, scope, created_at FROM api_key WHERE hash = $1";
    let Some(row) = session.first(sql, &[&&hash[..]]).await? else { return Ok(None) };
    let (id, scope): (String, String) = (row.try_get(0)?, row.try_get(2)?);
    let scope = Scope::named(&scope).ok_or_else(|| StoreError::Corrupt {
        table: "api_key",
        column: "scope",
        row: id.clone(),
        why: format!("`{scope}` is no scope"),
    })?;
    Ok(Some(Key { id: KeyId(id), site: SiteId(row.try_get(1)?), hash, scope, created_at: row.try_get(3)? }))
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
        let found = find(&session, hash).await;
        session.end(found).await
    }
}
