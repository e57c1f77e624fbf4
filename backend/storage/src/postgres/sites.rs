//! Sites in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::{SiteId, SiteKey};

use super::session::{Lock, Session, Sites};
use super::{PostgresStore, build, deleted, generations, learned, rows};
use crate::counts::trust;
use crate::deleted::still_there;
use crate::sites::{CountingStatus, Replaced, Site, SiteStore};
use crate::{Result, json};

impl PostgresStore {
    /// What earlier answers say of the dimensions that a change of settings declares for the first time.
    async fn history(&self, changed: &Site) -> Result<trust::History> {
        let sites = std::slice::from_ref(&changed.id);
        let session = self.reading(Sites::Of(sites)).await?;
        let before = rows::site(&session, &changed.id).await;
        let before = session.end(before).await?;
        let asked = &changed.settings.dimensions;
        let names = before.map(|before| trust::undeclared(&before.settings.dimensions, asked)).unwrap_or_default();
        if names.is_empty() {
            return Ok(trust::History::new());
        }
        let session = self.reading_slowly(Sites::Of(sites)).await?;
        let history = learned::history(&session, &changed.id, names).await;
        session.end(history).await
    }

    async fn create(&self, session: &Session, site: &Site) -> Result<()> {
        let made = session
            .execute(
                "INSERT INTO site (id, site_key, identity_secret, settings, created_at, previous_secret, previous_until)
                 SELECT $1, $2, $3, $4, $5, $6, $7
                 WHERE NOT EXISTS (SELECT 1 FROM deleted_site WHERE site_id = $1)",
                &[
                    &site.id.0,
                    &site.key.0,
                    &site.identity_secret,
                    &json::write(&site.settings)?,
                    &site.created_at,
                    &site.previous.as_ref().map(|(secret, _)| secret),
                    &site.previous.as_ref().map(|(_, until)| until),
                ],
            )
            .await?;
        if made == 0 {
            return Err(still_there());
        }
        build::review(session, &site.id, self.limits.step).await?;
        rows::changed(session).await
    }

    /// Replaces a site that nobody else may write meanwhile.
    async fn update(
        &self,
        session: &Session,
        before: &Site,
        site: &Site,
        history: &trust::History,
    ) -> Result<Replaced> {
        let Some(now) = rows::site(session, &site.id).await? else { return Ok(Replaced::Missing) };
        if !self.keyring.open_site(now)?.is_set_as(before) {
            return Ok(Replaced::Overtaken);
        }
        let kept = self.keyring.seal_site(site.clone())?;
        session
            .execute(
                "UPDATE site SET identity_secret = $2, settings = $3, previous_secret = $4, previous_until = $5
                 WHERE id = $1",
                &[
                    &kept.id.0,
                    &kept.identity_secret,
                    &json::write(&kept.settings)?,
                    &kept.previous.as_ref().map(|(secret, _)| secret),
                    &kept.previous.as_ref().map(|(_, until)| until),
                ],
            )
            .await?;
        learned::keep_history(session, &site.id, &site.settings.dimensions, history).await?;
        build::review(session, &site.id, self.limits.step).await?;
        rows::changed(session).await?;
        Ok(Replaced::Done)
    }
}

#[async_trait]
impl SiteStore for PostgresStore {
    async fn create_site(&self, site: Site) -> Result<()> {
        let site = self.keyring.seal_site(site)?;
        let session = self.writing(std::slice::from_ref(&site.id), Lock::Alone).await?;
        let created = self.create(&session, &site).await;
        session.end(created).await
    }

    async fn site(&self, id: &SiteId) -> Result<Option<Site>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(id))).await?;
        let found = rows::site(&session, id).await;
        session.end(found).await?.map(|site| self.keyring.open_site(site)).transpose()
    }

    async fn site_by_key(&self, key: &SiteKey) -> Result<Option<Site>> {
        let session = self.reading(Sites::Of(&[])).await?;
        let found = session.first(&format!("{} WHERE site_key = $1", rows::SITE), &[&key.0]).await;
        let found = found.and_then(|row| row.map(|row| rows::site_record(&row)).transpose());
        session.end(found).await?.map(|site| self.keyring.open_site(site)).transpose()
    }

    async fn sites(&self) -> Result<Vec<Site>> {
        let session = self.reading(Sites::Of(&[])).await?;
        let found = session.query(&format!("{} ORDER BY created_at, id", rows::SITE), &[]).await;
        let found = found.and_then(|rows| rows.iter().map(rows::site_record).collect::<Result<Vec<_>>>());
        session.end(found).await?.into_iter().map(|site| self.keyring.open_site(site)).collect()
    }

    async fn update_site(&self, before: &Site, site: Site) -> Result<Replaced> {
        // Read before the transaction: answers must not wait until every one of them has been looked at.
        let history = self.history(&site).await.unwrap_or_else(|why| {
            // The settings hold without it, and the next answers teach.
            tracing::warn!(site = %site.id, %why, "the values of a new dimension are not learned from earlier answers");
            trust::History::new()
        });
        let session = self.writing(std::slice::from_ref(&site.id), Lock::Alone).await?;
        let updated = self.update(&session, before, &site, &history).await;
        session.end(updated).await
    }

    async fn delete_site(&self, id: &SiteId) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(id), Lock::Alone).await?;
        let deleted = deleted::delete(&session, id).await;
        session.end(deleted).await
    }

    async fn counting(&self, site: &SiteId) -> Result<Option<CountingStatus>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let status = generations::status(&session, site).await;
        session.end(status).await
    }
}
