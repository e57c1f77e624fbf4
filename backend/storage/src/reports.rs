//! What reports read: histograms and denominators, never answers.

use async_trait::async_trait;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;

use crate::Result;

/// Which counts to add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFilter {
    /// Only answers to this metric.
    pub metric: Metric,
    /// Only this survey.
    pub survey: Option<SurveyId>,
    /// Only this touchpoint.
    pub touchpoint: Option<String>,
    /// From this day on, days since 1970-01-01.
    pub from_day: Option<i32>,
    /// Up to and including this day.
    pub to_day: Option<i32>,
    /// Only with these attribute values.
    pub attributes: Vec<(String, String)>,
}

/// How to part the counts in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Not at all: the period is 0.
    Whole,
    /// By the hour of showing, hours since 1970 UTC; by scan only.
    Hour,
    /// By day, days since 1970-01-01.
    Day,
}

/// The counts of one instrument in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The instrument.
    pub instrument: Instrument,
    /// The period, in the unit of the grouping.
    pub period: i32,
    /// The counts.
    pub histogram: Histogram,
}

/// Denominators and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FunnelCounts {
    /// Eligible visitors.
    pub eligible: u64,
    /// Showings.
    pub shown: u64,
    /// Begun answers.
    pub started: u64,
    /// Counted responses.
    pub answered: u64,
    /// Counted responses that were finished.
    pub completed: u64,
    /// Closed cards.
    pub dismissed: u64,
}

/// Storage of counts.
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Whether cells answer this filter exactly: at most one attribute, declared and its value listed, and a touchpoint
    /// that a survey names. Otherwise only a scan does.
    async fn has_cells(&self, site: &SiteId, filter: &ReportFilter) -> Result<bool>;

    /// Adds up cells. Only for filters that [`ReportStore::has_cells`] and groupings other than hours.
    async fn tally_cells(&self, site: &SiteId, filter: ReportFilter, grouping: Grouping) -> Result<Vec<Tally>>;

    /// Adds up the answers themselves: exact for every filter, at a cost that grows with their number.
    async fn tally_scan(&self, site: &SiteId, filter: ReportFilter, grouping: Grouping) -> Result<Vec<Tally>>;

    /// Adds up the denominators. Only for filters that [`ReportStore::has_cells`].
    async fn funnel(&self, site: &SiteId, filter: ReportFilter) -> Result<FunnelCounts>;
}
