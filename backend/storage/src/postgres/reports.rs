//! Counts in PostgreSQL: from cells where they answer exactly, else from the answers.

use async_trait::async_trait;
use bearing_shared::api::reports::Source;
use bearing_shared::id::SiteId;

use super::session::{Session, Sites};
use super::{PostgresStore, cells, generations, ratings, scan};
use crate::Result;
use crate::counts::plan::Plan;
use crate::reports::{FunnelCounts, Rating, RatingQuery, ReportFilter, ReportStore, Tallied, TallyQuery};

async fn tally(session: &Session, site: &SiteId, query: &TallyQuery) -> Result<Tallied> {
    let Some(counting) = generations::current(session, site).await? else {
        return Ok(Tallied { tallies: Vec::new(), source: Source::Scan });
    };
    let (tallies, source) = match Plan::of(query, &counting) {
        Some(plan) => (cells::tally(session, site, query, &counting, &plan).await?, Source::Cells),
        None => (scan::tally(session, site, query, &counting).await?, Source::Scan),
    };
    Ok(Tallied { tallies, source })
}

async fn funnel(session: &Session, site: &SiteId, filter: &ReportFilter) -> Result<Option<FunnelCounts>> {
    let Some(counting) = generations::current(session, site).await? else { return Ok(None) };
    match Plan::of_filter(filter, &counting) {
        Some(plan) => cells::funnel(session, site, filter, &counting, &plan).await.map(Some),
        None => Ok(None),
    }
}

async fn ratings(session: &Session, site: &SiteId, query: RatingQuery) -> Result<Vec<Rating>> {
    let Some(counting) = generations::current(session, site).await? else { return Ok(Vec::new()) };
    ratings::read(session, site, query, &counting).await
}

#[async_trait]
impl ReportStore for PostgresStore {
    async fn tally(&self, site: &SiteId, query: TallyQuery) -> Result<Tallied> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let tallied = tally(&session, site, &query).await;
        session.end(tallied).await
    }

    async fn funnel(&self, site: &SiteId, filter: ReportFilter) -> Result<Option<FunnelCounts>> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let counts = funnel(&session, site, &filter).await;
        session.end(counts).await
    }

    async fn ratings(&self, site: &SiteId, query: RatingQuery) -> Result<Vec<Rating>> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let ratings = ratings(&session, site, query).await;
        session.end(ratings).await
    }
}
