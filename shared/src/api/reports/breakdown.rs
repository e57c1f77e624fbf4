//! Scores by segment, on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Counted, Difference, Estimate, Source, flat};
use crate::id::SurveyId;
use crate::instrument::Orientation;
use crate::metric::{Metric, Unit};

/// Scores by segment, each against all the rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BreakdownReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is.
    pub base: Counted,
    /// By what: `touchpoint`, `device`, `locale`, `survey`, `version`, `attr.<name>` or `choice.<question>`.
    pub by: String,
    /// The number of answers, those in no segment too; null where it is hidden.
    pub n: Option<u64>,
    /// The score of all of them.
    pub overall: Estimate,
    /// The segments, the largest first.
    pub segments: Vec<Segment>,
    /// Answers in no segment: without that attribute, or without a pick. Null where one of them could be told from it.
    pub without: Option<u64>,
    /// Whether an answer can be in several segments (picked choices): then they do not add up to the whole.
    pub overlapping: bool,
    /// How the whole is to be read; each segment has a rule of its own.
    pub rule: Cow<'static, str>,
    /// How the intervals were computed.
    pub method: Cow<'static, str>,
    /// How significance was judged over all segments.
    pub correction: Cow<'static, str>,
    /// The unit of the scores.
    pub unit: Unit,
    /// The direction of the scores: always `higher_is_better`.
    pub direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
    /// Where the numbers are explained.
    pub explain: Cow<'static, str>,
}

/// One segment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "FlatSegment")]
pub struct Segment {
    /// Its value; `(other)` is everything that is not told apart, and the empty touchpoint is none.
    pub value: String,
    /// The survey, where versions are the segments: version 2 of two surveys is not one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survey: Option<SurveyId>,
    /// Its score.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// The segment minus all the rest; null where one of the two has no answers, and where it is hidden.
    pub difference: Option<Difference>,
    /// The score drawn towards the whole by as much as chance can have moved it; null where the score is.
    pub shrunken: Option<f64>,
    /// The place among the segments by `shrunken`, 1 for the best, shared by those that cannot be told apart; null for
    /// fewer answers than a rank can rest on.
    pub rank: Option<u32>,
}

flat!(FlatSegment for Segment {
    value: String,
    survey: Option<SurveyId>,
    difference: Option<Difference>,
    shrunken: Option<f64>,
    rank: Option<u32>
});
