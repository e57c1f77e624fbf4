//! Sites in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{SiteId, SiteKey};
use rusqlite::params;

use super::{SqliteStore, build, deleted, generations, learned, rows};
use crate::counts::trust;
use crate::deleted::still_there;
use crate::sites::{CountingStatus, Replaced, Site, SiteStore};
use crate::{Result, json};

impl SqliteStore {
    /// What earlier answers say of the dimensions that a change of settings declares for the first time.
    async fn history(&self, changed: &Site) -> Result<trust::History> {
        let (id, asked) = (changed.id.clone(), changed.settings.dimensions.clone());
        let names = self.readers.run(move |connection| learned::undeclared(connection, &id, &asked)).await?;
        if names.is_empty() {
            return Ok(trust::History::new());
        }
        let id = changed.id.clone();
        self.readers.run_slow_of(&changed.id, move |connection| learned::history(connection, &id, names)).await
    }
}

#[async_trait]
impl SiteStore for SqliteStore {
    async fn create_site(&self, site: Site) -> Result<()> {
        let limit = self.limits.step;
        let site = self.keyring.seal_site(site)?;
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let settings = json::write(&site.settings)?;
            let (previous, until) = site.previous.unzip();
            let made = transaction.execute(
                "INSERT INTO site (id, site_key, identity_secret, settings, created_at, previous_secret, previous_until)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
                 WHERE NOT EXISTS (SELECT 1 FROM deleted_site WHERE site_id = ?1)",
                params![site.id.0, site.key.0, site.identity_secret, settings, site.created_at, previous, until],
            )?;
            if made == 0 {
                return Err(still_there());
            }
            build::review(transaction, &site.id, limit)?;
            rows::changed(transaction)
        };
        self.writer.write(write).await
    }

    async fn site(&self, id: &SiteId) -> Result<Option<Site>> {
        let id = id.clone();
        let found = self.readers.run(move |connection| rows::site(connection, "id", id.as_str())).await?;
        found.map(|site| self.keyring.open_site(site)).transpose()
    }

    async fn site_by_key(&self, key: &SiteKey) -> Result<Option<Site>> {
        let key = key.clone();
        let found = self.readers.run(move |connection| rows::site(connection, "site_key", key.as_str())).await?;
        found.map(|site| self.keyring.open_site(site)).transpose()
    }

    async fn sites(&self) -> Result<Vec<Site>> {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(&format!("{} ORDER BY created_at, id", rows::SITE))?;
            let columns: Vec<_> = statement.query_map([], rows::site_columns)?.collect::<rusqlite::Result<_>>()?;
            columns.into_iter().map(rows::site_record).collect::<Result<Vec<_>>>()
        };
        self.readers.run(read).await?.into_iter().map(|site| self.keyring.open_site(site)).collect()
    }

    async fn update_site(&self, before: &Site, site: Site) -> Result<Replaced> {
        let limit = self.limits.step;
        // Read before the transaction: the writer must not wait until every answer has been looked at.
        let history = self.history(&site).await.unwrap_or_else(|why| {
            // The settings hold without it, and the next answers teach.
            tracing::warn!(site = %site.id, %why, "the values of a new dimension are not learned from earlier answers");
            trust::History::new()
        });
        let (before, keyring) = (before.clone(), self.keyring.clone());
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let Some(now) = rows::site(transaction, "id", site.id.as_str())? else { return Ok(Replaced::Missing) };
            if !keyring.open_site(now)?.is_set_as(&before) {
                return Ok(Replaced::Overtaken);
            }
            let site = keyring.seal_site(site)?;
            let (previous, until) = site.previous.unzip();
            transaction.execute(
                "UPDATE site SET identity_secret = ?2, settings = ?3, previous_secret = ?4, previous_until = ?5
                 WHERE id = ?1",
                params![site.id.0, site.identity_secret, json::write(&site.settings)?, previous, until],
            )?;
            learned::keep_history(transaction, &site.id, &site.settings.dimensions, &history)?;
            build::review(transaction, &site.id, limit)?;
            rows::changed(transaction)?;
            Ok(Replaced::Done)
        };
        self.writer.write(write).await
    }

    async fn delete_site(&self, id: &SiteId) -> Result<bool> {
        let id = id.clone();
        self.writer.write(move |transaction| deleted::delete(transaction, &id)).await
    }

    async fn counting(&self, site: &SiteId) -> Result<Option<CountingStatus>> {
        let site = site.clone();
        let read = move |connection: &rusqlite::Connection| {
            // One read transaction, so that both generations are those of one moment.
            let transaction = connection.unchecked_transaction()?;
            generations::status(&transaction, &site)
        };
        self.readers.run(read).await
    }
}
