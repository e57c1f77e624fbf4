//! API keys in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{KeyId, SiteId};
use rusqlite::{OptionalExtension, Row, params};

use super::{SqliteStore, rows};
use crate::keys::{Key, KeyStore, Scope};
use crate::{Result, StoreError};

const KEY: &str = "SELECT id, site_id, hash, scope, name, created_at, last_used_at FROM api_key";

type Columns = (String, String, [u8; 32], String, String, i64, Option<i64>);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
}

fn record((id, site, hash, scope, name, created_at, last_used_at): Columns) -> Result<Key> {
    let scope = Scope::named(&scope).ok_or_else(|| StoreError::Corrupt {
        table: "api_key",
        column: "scope",
        row: id.clone(),
        why: format!("`{scope}` is no scope"),
    })?;
    Ok(Key { id: KeyId(id), site: SiteId(site), hash, scope, name, created_at, last_used_at })
}

#[async_trait]
impl KeyStore for SqliteStore {
    async fn create_key(&self, key: Key) -> Result<bool> {
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let made = transaction.execute(
                "INSERT INTO api_key (id, site_id, hash, scope, name, created_at, last_used_at)
                 SELECT ?1, id, ?3, ?4, ?5, ?6, ?7 FROM site WHERE id = ?2",
                params![key.id.0, key.site.0, key.hash, key.scope.name(), key.name, key.created_at, key.last_used_at],
            )?;
            rows::changed(transaction)?;
            Ok(made == 1)
        };
        self.writer.write(write).await
    }

    async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<Key>> {
        let read = move |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(&format!("{KEY} WHERE hash = ?1"))?;
            statement.query_row([hash], columns).optional()?.map(record).transpose()
        };
        self.readers.run(read).await
    }

    async fn keys(&self, site: &SiteId) -> Result<Vec<Key>> {
        let site = site.clone();
        let read = move |connection: &rusqlite::Connection| {
            let mut statement =
                connection.prepare_cached(&format!("{KEY} WHERE site_id = ?1 ORDER BY created_at, id"))?;
            let found: Vec<Columns> = statement.query_map([&site.0], columns)?.collect::<rusqlite::Result<_>>()?;
            found.into_iter().map(record).collect()
        };
        self.readers.run(read).await
    }

    async fn delete_key(&self, site: &SiteId, id: &KeyId) -> Result<bool> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let gone = transaction.execute("DELETE FROM api_key WHERE site_id = ?1 AND id = ?2", [&site.0, &id.0])?;
            rows::changed(transaction)?;
            Ok(gone == 1)
        };
        self.writer.write(write).await
    }

    async fn touch_keys(&self, used: Vec<(KeyId, i64)>) -> Result<()> {
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let mut statement = transaction.prepare_cached(
                "UPDATE api_key SET last_used_at = max(coalesce(last_used_at, ?2), ?2) WHERE id = ?1",
            )?;
            for (id, at) in &used {
                statement.execute(params![id.0, at])?;
            }
            Ok(())
        };
        self.writer.write(write).await
    }
}
