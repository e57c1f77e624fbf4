//! Reports on the wire.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::instrument::Orientation;
use crate::metric::{Metric, State, Unit};

/// Where a report's numbers were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the running counts.
    Cells,
    /// From the answers themselves.
    Scan,
}

/// A confidence interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// The confidence level, 0 to 1.
    pub level: f64,
    /// The lower limit, in the score's unit.
    pub low: f64,
    /// The upper limit, in the score's unit.
    pub high: f64,
    /// How it was computed.
    pub method: &'static str,
}

/// The score of a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is: `responses`.
    pub base: &'static str,
    /// The number of answers.
    pub n: u64,
    /// The headline, unrounded; null without answers.
    pub score: Option<f64>,
    /// The headline's interval; null where there is none.
    pub interval: Option<Interval>,
    /// Answers per score, every score of the scale.
    pub distribution: BTreeMap<u8, u64>,
    /// Answers per group.
    pub groups: BTreeMap<&'static str, u64>,
    /// The mean raw score; null without answers.
    pub mean: Option<f64>,
    /// The mean's interval; null where there is none.
    pub mean_interval: Option<Interval>,
    /// The share that gave the best score, in percent; null without answers.
    pub top_box: Option<f64>,
    /// Of how many.
    pub denominators: Denominators,
    /// The same for the period of equal length just before; null for all time.
    pub previous: Option<Box<Previous>>,
    /// How far the number can be read.
    pub state: State,
    /// The unit of `score`.
    pub unit: Unit,
    /// The direction of `score`: always `higher_is_better`.
    pub direction: Orientation,
    /// The direction of the raw scale, and so of `mean`.
    pub scale_direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
    /// The numbers as they are printed.
    pub text: ScoreText,
    /// Where the number is explained.
    pub explain: &'static str,
}

/// The period before, and the change from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(no_recursion))]
pub struct Previous {
    /// The report of the period before.
    #[serde(flatten)]
    pub report: ScoreReport,
    /// The change since then; null when one of the two has no answers.
    pub difference: Option<Difference>,
}

/// A change between two scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// This score minus the one before, of the unrounded scores.
    pub delta: f64,
}

/// How many were asked and how many answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Denominators {
    /// Times a first question was shown; null where the filter has no cells.
    pub shown: Option<u64>,
    /// Responses with a score.
    pub answered: u64,
}

/// Printed numbers: rounded once, by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreText {
    /// The score.
    pub score: Option<String>,
    /// The interval's lower limit.
    pub low: Option<String>,
    /// The interval's upper limit.
    pub high: Option<String>,
}

/// A score over time.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is: `responses`.
    pub base: &'static str,
    /// The length of a bucket: `hour`, `day`, `week` or `month`.
    pub bucket: &'static str,
    /// The buckets in order, empty ones too.
    pub points: Vec<TrendPoint>,
    /// Changes that were detected; none until deviation detection is built.
    pub changes: Vec<TrendChange>,
    /// The unit of the scores.
    pub unit: Unit,
    /// The direction of the scores: always `higher_is_better`.
    pub direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendPoint {
    /// The bucket's first day in the site's time zone, or for hours its first moment in UTC.
    pub start: String,
    /// The number of answers.
    pub n: u64,
    /// The score, unrounded; null without answers.
    pub score: Option<f64>,
    /// The score's interval; null where there is none.
    pub interval: Option<Interval>,
}

/// A detected change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendChange {
    /// The day it began.
    pub start: String,
}

/// From being asked to being done.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelReport {
    /// Visitors for whom every rule but sampling and rest held.
    pub eligible: u64,
    /// Times a first question was shown.
    pub shown: u64,
    /// Times a respondent began.
    pub started: u64,
    /// Responses with a score.
    pub answered: u64,
    /// Responses that were finished.
    pub completed: u64,
    /// Times the card was closed.
    pub dismissed: u64,
    /// Shares of one step in another, in percent.
    pub rates: FunnelRates,
    /// Where the numbers were read.
    pub source: Source,
}

/// Shares in percent; null where nothing was counted below the line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FunnelRates {
    /// Shown of eligible.
    pub shown_of_eligible: Option<f64>,
    /// Answered of shown: the response rate.
    pub answered_of_shown: Option<f64>,
    /// Completed of answered.
    pub completed_of_answered: Option<f64>,
    /// Dismissed of shown.
    pub dismissed_of_shown: Option<f64>,
}
