//! What reports read: histograms and denominators, never answers.

use async_trait::async_trait;
use bearing_shared::api::reports::Source;
use bearing_shared::cell::VERSION;
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
    /// Only this touchpoint; `(other)` is every one that no survey names.
    pub touchpoint: Option<String>,
    /// From this day of the site's time zone on, days since 1970-01-01.
    pub from_day: Option<i32>,
    /// Up to and including this day.
    pub to_day: Option<i32>,
    /// Only with these values, each of a dimension by its cell name (`device`, `locale`, `version`, `attr.plan`,
    /// `choice.topics`); `(other)` is every value that the dimension does not tell apart.
    pub values: Vec<(String, String)>,
}

impl ReportFilter {
    /// Every answer to a metric.
    pub fn of(metric: Metric) -> Self {
        Self { metric, survey: None, touchpoint: None, from_day: None, to_day: None, values: Vec::new() }
    }
}

/// Whose answers are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// Every answer.
    #[default]
    Responses,
    /// The last answer of each respondent (customer, else visitor, else the response itself) to what was asked: picked
    /// among the answers that agree in metric, survey, touchpoint and days, and only then held against the values.
    Respondents,
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
    /// By ISO week: the period is its Monday, days since 1970-01-01.
    Week,
}

/// By what to part the counts besides time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axis {
    /// By touchpoint; empty is none, `(other)` every one that no survey names.
    Touchpoint,
    /// By survey id.
    Survey,
    /// By a dimension's cell name. Answers without a value of it are in no part; `version` is parted by survey too.
    Dimension(String),
}

impl Axis {
    /// Whether its values mean something within their survey only.
    pub(crate) fn tells_surveys_apart(&self) -> bool {
        matches!(self, Self::Dimension(dimension) if dimension == VERSION)
    }
}

/// One question to the counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyQuery {
    /// What to add up.
    pub filter: ReportFilter,
    /// Whose answers.
    pub base: Base,
    /// How to part it in time.
    pub grouping: Grouping,
    /// By what else to part it.
    pub by: Option<Axis>,
}

impl TallyQuery {
    /// All answers that a filter lets through, in one sum.
    pub fn whole(filter: ReportFilter) -> Self {
        Self { filter, base: Base::Responses, grouping: Grouping::Whole, by: None }
    }
}

/// The counts of one instrument in one period and part; parts without answers are absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The instrument.
    pub instrument: Instrument,
    /// The period, in the unit of the grouping.
    pub period: i32,
    /// The survey, only where the axis is `version`.
    pub survey: Option<SurveyId>,
    /// The value on the axis; empty without one.
    pub value: String,
    /// The counts.
    pub histogram: Histogram,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tallied {
    /// The counts, in the order of instrument, period, survey, value.
    pub tallies: Vec<Tally>,
    /// Where they were read.
    pub source: Source,
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

/// Which ratings are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatingQuery {
    /// The first day, days since 1970-01-01; `None`: from the beginning.
    pub from_day: Option<i32>,
    /// The last day, included; `None`: until now.
    pub to_day: Option<i32>,
    /// Ratings by these two, of respondents who gave some by each: nobody else tells how the two go together.
    pub both: [Instrument; 2],
    /// The most ratings; the newest come first in choice.
    pub limit: u32,
}

/// One score of one respondent: the last that they gave to this instrument at this touchpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// Who, as a number that is the same for all ratings of one respondent in one reply.
    pub respondent: u32,
    /// The instrument.
    pub instrument: Instrument,
    /// The touchpoint.
    pub touchpoint: String,
    /// The score.
    pub score: u8,
}

/// Storage of counts.
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Adds up what a question asks for: from the cells of the current generation where they answer it exactly, else
    /// from the answers themselves, exact for every question at a cost that grows with their number.
    ///
    /// # Errors
    /// [`crate::StoreError::TooSlow`] when it takes longer than a read may.
    async fn tally(&self, site: &SiteId, query: TallyQuery) -> Result<Tallied>;

    /// Adds up the denominators; `None` where no cell answers the filter: they are counted, not kept one by one.
    async fn funnel(&self, site: &SiteId, filter: ReportFilter) -> Result<Option<FunnelCounts>>;

    /// The last rating of every known respondent (customer, else visitor) per instrument and touchpoint that a query
    /// asks for, counted answers only, ordered by respondent.
    async fn ratings(&self, site: &SiteId, query: RatingQuery) -> Result<Vec<Rating>>;
}
