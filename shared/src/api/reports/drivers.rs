//! What goes with a score, on the wire.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Counted, Difference, Source};
use crate::instrument::Orientation;
use crate::metric::{Metric, State, Unit};

/// What goes with the score: segments and picked reasons by impact, touchpoints by their share of what they explain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriversReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is.
    pub base: Counted,
    /// The number of answers.
    pub n: u64,
    /// The score of all of them; null without answers.
    pub score: Option<f64>,
    /// Segments and picked reasons, the largest impact first, whichever its sign.
    pub drivers: Vec<Driver>,
    /// Satisfaction at each touchpoint against loyalty of the same customers, of all answers of these days; null for
    /// another metric than NPS.
    pub touchpoints: Option<TouchpointDrivers>,
    /// How the whole is to be read; each driver has a rule of its own.
    pub rule: Cow<'static, str>,
    /// How the impacts were computed.
    pub method: Cow<'static, str>,
    /// What the numbers do not say.
    pub caveat: Cow<'static, str>,
    /// The unit of the scores.
    pub unit: Unit,
    /// The direction of the scores: always `higher_is_better`.
    pub direction: Orientation,
    /// Where the numbers were read.
    pub source: Source,
    /// Where the numbers are explained.
    pub explain: Cow<'static, str>,
}

/// One segment or reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Driver {
    /// The dimension: `attr.<name>`, `choice.<question>`, `device`, `locale` or `touchpoint`.
    pub by: String,
    /// Its value.
    pub value: String,
    /// Answers with it.
    pub n: u64,
    /// Their share of all answers, 0 to 1.
    pub prevalence: f64,
    /// The score of those with it.
    pub with: f64,
    /// The score of those without it.
    pub without: f64,
    /// What it does to the whole score: `prevalence × (with − without)`, which is the score minus `without`.
    pub impact: Difference,
    /// How far the number can be read.
    pub state: State,
    /// Why the state is what it is.
    pub rule: Cow<'static, str>,
}

/// Touchpoint satisfaction as drivers of loyalty.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TouchpointDrivers {
    /// How it was computed.
    pub method: Cow<'static, str>,
    /// Why there are none: `too_few_customers`, `too_few_touchpoints`, `no_variation`, `filtered` (they take no filter but
    /// days), or `too_much_to_read` (take fewer days); null where there are.
    pub idle: Option<Cow<'static, str>>,
    /// Customers who rated every one of these touchpoints and gave an NPS answer.
    pub n: u64,
    /// How many are needed.
    pub needed: u64,
    /// The share of the variance of the NPS contribution that the ratings explain together, 0 to 1.
    pub r2: Option<f64>,
    /// The touchpoints, the largest share first; empty until there are enough customers.
    pub drivers: Vec<TouchpointDriver>,
    /// Touchpoints that were left out because too few of the customers rated them.
    pub left_out: Vec<String>,
    /// What the numbers do not say.
    pub caveat: Cow<'static, str>,
}

/// One touchpoint's part.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TouchpointDriver {
    /// The touchpoint.
    pub touchpoint: String,
    /// Its share of `r2`, 0 to 1 (LMG, the Shapley value).
    pub share: f64,
    /// The lower limit of the share (95 %, bootstrap).
    pub low: f64,
    /// The upper limit.
    pub high: f64,
    /// How often it came first in the bootstrap, 0 to 1.
    pub first: f64,
    /// The correlation of its rating with the outcome, −1 to 1.
    pub correlation: f64,
}
