//! Two periods or two segments against each other, on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Counted, Difference, Estimate, Source, flat};
use crate::instrument::Orientation;
use crate::metric::{Metric, Unit};

/// One against another.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompareReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is.
    pub base: Counted,
    /// The number of answers on both sides.
    pub n: u64,
    /// The first side.
    pub a: Side,
    /// The second side.
    pub b: Side,
    /// The first minus the second; null when one of them has no answers.
    pub difference: Option<Difference>,
    /// The same of the mean raw scores (Welch), in units of the raw scale: mind `scale_direction`.
    pub mean_difference: Option<Difference>,
    /// With two periods and `by=`: how much of the change came from who answered, and how much from how they scored.
    pub mix_rate: Option<MixRateReply>,
    /// How the smaller side is to be read.
    pub rule: Cow<'static, str>,
    /// How the difference was computed.
    pub method: Cow<'static, str>,
    /// The unit of the scores.
    pub unit: Unit,
    /// The direction of the scores: always `higher_is_better`.
    pub direction: Orientation,
    /// The direction of the raw scale, and so of the means.
    pub scale_direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
    /// Where the numbers are explained.
    pub explain: Cow<'static, str>,
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "FlatSide")]
pub struct Side {
    /// The first day; null for all time.
    pub from: Option<String>,
    /// The last day; null for today.
    pub to: Option<String>,
    /// The segment; null where periods are compared, and for `the rest`.
    pub value: Option<String>,
    /// The score.
    #[serde(flatten)]
    pub estimate: Estimate,
    /// The mean raw score; null without answers.
    pub mean: Option<f64>,
}

flat!(FlatSide for Side { from: Option<String>, to: Option<String>, value: Option<String>, mean: Option<f64> });

/// A change taken apart (Kitagawa): `mix` + `rate` = `change`, exactly.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MixRateReply {
    /// By what the answers were parted.
    pub by: String,
    /// The whole change, in the score's unit.
    pub change: f64,
    /// What came from other shares of the segments.
    pub mix: f64,
    /// What came from other scores within the segments.
    pub rate: f64,
    /// The segments, the largest part first.
    pub segments: Vec<MixSegment>,
}

/// One segment's part in a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MixSegment {
    /// Its value; null for answers in no segment.
    pub value: Option<String>,
    /// Its answers in the first period.
    pub n_a: u64,
    /// Its answers in the second period.
    pub n_b: u64,
    /// Its score in the first period; null without answers.
    pub score_a: Option<f64>,
    /// Its score in the second period; null without answers.
    pub score_b: Option<f64>,
    /// Its part that came from its share, in the score's unit.
    pub mix: f64,
    /// Its part that came from its score.
    pub rate: f64,
}
