//! A score over time, on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Counted, Interval, Source};
use crate::id::SurveyId;
use crate::instrument::Orientation;
use crate::metric::{Metric, State, Unit};

/// A score over time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is.
    pub base: Counted,
    /// The length of a bucket: `hour`, `day`, `week` or `month`.
    pub bucket: Cow<'static, str>,
    /// The time zone in which days begin.
    pub time_zone: String,
    /// The number of answers in all buckets.
    pub n: u64,
    /// The buckets in order, empty ones too.
    pub points: Vec<TrendPoint>,
    /// With `by=`: the same per segment, the largest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Vec<TrendSeries>>,
    /// Changes that chance does not explain, found day by day; /v1/reports/changes tells more of each.
    pub changes: Vec<TrendChange>,
    /// How the intervals were computed.
    pub method: Cow<'static, str>,
    /// How points are to be read, by their state.
    pub rule: Cow<'static, str>,
    /// The unit of the scores.
    pub unit: Unit,
    /// The direction of the scores: always `higher_is_better`.
    pub direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
    /// Where the numbers are explained.
    pub explain: Cow<'static, str>,
}

/// One segment over time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendSeries {
    /// The segment.
    pub value: String,
    /// The survey, where versions are the segments: version 2 of two surveys is not one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survey: Option<SurveyId>,
    /// Its number of answers.
    pub n: u64,
    /// Its buckets, as many and in the order of the whole's.
    pub points: Vec<TrendPoint>,
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendPoint {
    /// The bucket's first day in the site's time zone, or for hours its first moment in UTC.
    pub start: String,
    /// The number of answers.
    pub n: u64,
    /// The score, unrounded; null without answers.
    pub score: Option<f64>,
    /// The score's interval; null without answers.
    pub interval: Option<Interval>,
    /// How far the number can be read.
    pub state: State,
    /// Whether days of the bucket are missing: cut off by `from` or `to`, or not over yet.
    pub partial: bool,
}

/// A detected change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrendChange {
    /// The day it began, as estimated.
    pub start: String,
    /// The day it was noticed.
    pub noticed: String,
    /// Whether the score became better.
    pub better: bool,
}
