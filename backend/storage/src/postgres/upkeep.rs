//! Upkeep in PostgreSQL: probing, building generations of counts, checking.

use async_trait::async_trait;
use bearing_shared::id::SiteId;

use super::check::{check, site_ids};
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, build, rows};
use crate::upkeep::{CheckReport, UpkeepStore};
use crate::{Result, StoreError};

impl PostgresStore {
    /// Does one step of the first work that can be done; false when there was none.
    async fn step(&self) -> Result<bool> {
        let mut refusal = None;
        for work in self.work().await? {
            match self.do_step(&work).await {
                Ok(()) => return Ok(true),
                // One site's damage must not keep the others from being built; a server that cannot write does.
                Err(why @ (StoreError::Corrupt { .. } | StoreError::Driver(_))) => {
                    tracing::error!(?work, %why, "a step of building counts failed");
                    refusal = Some(why);
                }
                Err(error) => return Err(error),
            }
        }
        refusal.map_or(Ok(false), Err)
    }

    /// Begins to count a site anew, or takes a step of the build that goes first: what that one has counted so far may
    /// be as wrong as what it replaces. The generation that was begun, and whether the site is there.
    async fn begin_anew(&self, session: &Session, site: &SiteId) -> Result<(Option<u32>, bool)> {
        let begun = build::begin_anew(session, site).await?;
        if begun.is_none() {
            build::advance(session, site, self.limits.step).await?;
        }
        Ok((begun, rows::site(session, site).await?.is_some()))
    }

    /// Takes a step of a generation that is still being built; how far it is.
    async fn advance(&self, session: &Session, site: &SiteId, number: u32) -> Result<Option<(u64, bool)>> {
        let before = build::counted_by(session, site, number).await?;
        if before.is_some_and(|(_, building)| building) {
            build::advance(session, site, self.limits.step).await?;
        }
        build::counted_by(session, site, number).await
    }

    /// Counts a site anew; the number of responses counted.
    async fn recount_site(&self, site: &SiteId) -> Result<u64> {
        let sites = std::slice::from_ref(site);
        let begun = loop {
            let session = self.writing(sites, Lock::Alone).await?;
            let begun = self.begin_anew(&session, site).await;
            match session.end(begun).await? {
                (Some(number), _) => break number,
                (None, true) => {}
                (None, false) => return Ok(0),
            }
        };
        let mut counted = 0;
        loop {
            let session = self.writing(sites, Lock::Alone).await?;
            let step = self.advance(&session, site, begun).await;
            match session.end(step).await? {
                Some((done, true)) => counted = done,
                Some((done, false)) => return Ok(done),
                // Another process completed, replaced and cleared it between two looks.
                None => return Ok(counted),
            }
        }
    }
}

#[async_trait]
impl UpkeepStore for PostgresStore {
    async fn revision(&self) -> Result<i64> {
        let session = self.reading(Sites::Of(&[])).await?;
        let revision = rows::revision(&session).await;
        session.end(revision).await
    }

    async fn probe(&self) -> Result<()> {
        let session = self.writing_freely(Sites::Of(&[])).await?;
        let sql = "INSERT INTO meta (name, number) VALUES ('probe', 1)
                   ON CONFLICT (name) DO UPDATE SET number = meta.number + 1";
        let probed = session.execute(sql, &[]).await;
        session.end(probed).await?;
        Ok(())
    }

    async fn build_step(&self) -> Result<bool> {
        self.step().await
    }

    async fn recount(&self) -> Result<u64> {
        let session = self.reading(Sites::All).await?;
        let sites = site_ids(&session).await;
        let mut counted = 0;
        for site in session.end(sites).await? {
            counted += self.recount_site(&site).await?;
        }
        while self.step().await? {}
        Ok(counted)
    }

    async fn check(&self) -> Result<CheckReport> {
        let session = self.reading_without_end(Sites::All).await?;
        let report = check(&session).await;
        session.end(report).await
    }

    async fn close(&self) {
        self.line.close();
        self.hold.release().await;
        self.connections.close();
    }
}
