//! API keys in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{KeyId, SiteId};
use rusqlite::{OptionalExtension, params};

use super::{SqliteStore, rows};
use crate::keys::{Key, KeyStore, Scope};
use crate::{Result, StoreError};

#[async_trait]
impl KeyStore for SqliteStore {
    async fn create_key(&self, key: Key) -> Result<bool> {
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let made = transaction.execute(
                "INSERT INTO api_key (id, site_id, hash, scope, created_at)
                 SELECT ?1, id, ?3, ?4, ?5 FROM site WHERE id = ?2",
                params![key.id.0, key.site.0, key.hash, key.scope.name(), key.created_at],
            )?;
            rows::changed(transaction)?;
            Ok(made == 1)
        };
        self.writer.write(write).await
    }

    async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<Key>> {
        let read = move |connection: &rusqlite::Connection| {
            let mut statement =
                connection.prepare_cached("SELECT id, site_id, scope, created_at FROM api_key WHERE hash = ?1")?;
            let found: Option<(String, String, String, i64)> = statement
                .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
                .optional()?;
            let Some((id, site, scope, created_at)) = found else { return Ok(None) };
            let scope = Scope::named(&scope).ok_or_else(|| StoreError::Corrupt {
                table: "api_key",
                column: "scope",
                row: id.clone(),
                why: format!("`{scope}` is no scope"),
            })?;
            Ok(Some(Key { id: KeyId(id), site: SiteId(site), hash, scope, created_at }))
        };
        self.readers.run(read).await
    }
}
