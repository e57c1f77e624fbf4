//! Counts in SQLite: from cells where they answer exactly, else from the answers.

use async_trait::async_trait;
use bearing_shared::api::reports::Source;
use bearing_shared::id::SiteId;
use rusqlite::Connection;

use super::{SqliteStore, cells, generations, ratings, scan};
use crate::Result;
use crate::counts::generation::Counting;
use crate::counts::plan::Plan;
use crate::reports::{FunnelCounts, Rating, RatingQuery, ReportFilter, ReportStore, Tallied, TallyQuery};

impl SqliteStore {
    /// Runs a read of a site's counts in one read transaction: what is decided by a generation is read from it. Without
    /// the site nothing is read.
    async fn count<T: Send + 'static>(
        &self,
        site: &SiteId,
        read: impl FnOnce(&Connection, &SiteId, &Counting) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let (of, site) = (site, site.clone());
        let read = move |connection: &Connection| {
            let transaction = connection.unchecked_transaction()?;
            let counting = generations::current(&transaction, &site)?;
            counting.map(|counting| read(&transaction, &site, &counting)).transpose()
        };
        self.readers.run_slow_of(of, read).await
    }
}

#[async_trait]
impl ReportStore for SqliteStore {
    async fn tally(&self, site: &SiteId, query: TallyQuery) -> Result<Tallied> {
        let read = move |connection: &Connection, site: &SiteId, counting: &Counting| {
            let (tallies, source) = match Plan::of(&query, counting) {
                Some(plan) => (cells::tally(connection, site, &query, counting, &plan)?, Source::Cells),
                None => (scan::tally(connection, site, &query, counting)?, Source::Scan),
            };
            Ok(Some(Tallied { tallies, source }))
        };
        let none = Tallied { tallies: Vec::new(), source: Source::Scan };
        Ok(self.count(site, read).await?.flatten().unwrap_or(none))
    }

    async fn funnel(&self, site: &SiteId, filter: ReportFilter) -> Result<Option<FunnelCounts>> {
        let read = move |connection: &Connection, site: &SiteId, counting: &Counting| {
            let plan = Plan::of_filter(&filter, counting);
            plan.map(|plan| cells::funnel(connection, site, &filter, counting, &plan)).transpose()
        };
        Ok(self.count(site, read).await?.flatten())
    }

    async fn ratings(&self, site: &SiteId, query: RatingQuery) -> Result<Vec<Rating>> {
        let read = move |connection: &Connection, site: &SiteId, counting: &Counting| {
            ratings::read(connection, site, query, counting)
        };
        Ok(self.count(site, read).await?.unwrap_or_default())
    }
}
