//! Deviations found in a period, on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::compare::MixRateReply;
use super::{Counted, Source};
use crate::instrument::Orientation;
use crate::metric::{Metric, Unit};

/// What departed from its baseline.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is.
    pub base: Counted,
    /// The first day that was watched.
    pub from: String,
    /// The last day that was watched.
    pub to: String,
    /// The number of answers in the days that were watched.
    pub n: u64,
    /// What the days are held against; null when there is none yet.
    pub baseline: Option<BaselineReply>,
    /// Why nothing is watched, as a name; null while it is.
    pub idle: Option<Cow<'static, str>>,
    /// The length of a step: `day`, or `week` for sites with fewer than two answers a day.
    pub step: Cow<'static, str>,
    /// How many standard errors the line may stray (L).
    pub limit: f64,
    /// How many lines are watched together: with more, each strays further before it is told.
    pub streams: u32,
    /// What was found, in the order of time.
    pub changes: Vec<Change>,
    /// The discounted score with its limits, a step each.
    pub line: Vec<LinePoint>,
    /// The number of answers a day; null without a baseline.
    pub volume: Option<VolumeReply>,
    /// How it was judged.
    pub method: Cow<'static, str>,
    /// What the reader should know of it.
    pub rule: String,
    /// The unit of the scores.
    pub unit: Unit,
    /// The direction of the scores: always `higher_is_better`.
    pub direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
    /// Where the numbers are explained.
    pub explain: Cow<'static, str>,
}

/// What the days are held against.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BaselineReply {
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// Its score.
    pub score: f64,
    /// Its answers.
    pub n: u64,
    /// How much more the days differed than chance alone makes (1: no more). Above 1.5 small changes go unseen.
    pub phi: f64,
}

/// What departed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The score.
    Score,
    /// The number of answers.
    Volume,
    /// Answers stopped coming.
    Silence,
}

/// One departure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// What departed.
    pub kind: ChangeKind,
    /// The day it began, as estimated.
    pub start: String,
    /// The day it was noticed.
    pub noticed: String,
    /// Whether it is for the better: a better score, more answers.
    pub better: bool,
    /// The discounted score, or answers a day, when it was noticed.
    pub value: f64,
    /// What the baseline made expect.
    pub expected: f64,
    /// With `by=`: baseline against the days since the start, by segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mix_rate: Option<MixRateReply>,
}

/// The discounted score after one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinePoint {
    /// The step's last day.
    pub day: String,
    /// The discounted score.
    pub score: f64,
    /// Below this it is a change.
    pub low: f64,
    /// Above this it is a change.
    pub high: f64,
    /// Whether enough recent answers stand behind it to be judged.
    pub armed: bool,
}

/// The number of answers a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VolumeReply {
    /// Answers a day in the baseline.
    pub expected: f64,
    /// Days in a row without an answer that are told as silence.
    pub silence_days: u32,
}
