//! Reports on the wire: the parts that several of them share, and the score itself.

mod breakdown;
mod changes;
mod compare;
mod drivers;
mod funnel;
mod trend;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::instrument::Orientation;
use crate::metric::{Metric, State, Unit};

pub use breakdown::{BreakdownReport, Segment};
pub use changes::{BaselineReply, Change, ChangeKind, ChangesReport, LinePoint, VolumeReply};
pub use compare::{CompareReport, MixRateReply, MixSegment, Side};
pub use drivers::{Driver, DriversReport, TouchpointDriver, TouchpointDrivers};
pub use funnel::{FunnelRates, FunnelReport};
pub use trend::{TrendChange, TrendPoint, TrendReport, TrendSeries};

/// Where a report's numbers were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the running counts.
    Cells,
    /// From the answers themselves.
    Scan,
}

/// How far a report is behind what has been acknowledged: answers that are safe in the replicated log and not yet in the
/// database that reports read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Behind {
    /// Messages of the log, each with 1 to 200 answers or events.
    pub messages: u64,
    /// How long the oldest of them has been waiting.
    pub seconds: f64,
}

/// A report, and how far it is behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reported<T> {
    /// The report.
    #[serde(flatten)]
    pub report: T,
    /// Only while acknowledged answers are missing in the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
}

/// What one unit of n is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Every answer.
    #[default]
    Responses,
    /// Each respondent's last answer.
    Respondents,
}

/// A confidence interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    /// The confidence level, 0 to 1.
    pub level: f64,
    /// The lower limit, in the unit of what it stands beside.
    pub low: f64,
    /// The upper limit, in the unit of what it stands beside.
    pub high: f64,
    /// How it was computed; /docs/scoring has the formula.
    pub method: Cow<'static, str>,
}

/// A difference of two scores, and whether chance alone would make it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// The first minus the second, of the unrounded numbers; above zero the first is the better one.
    pub delta: f64,
    /// The lower limit of the difference, at the level of the intervals beside it.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
    /// How often chance alone makes a difference as large as this, 0 to 1.
    pub p_value: f64,
    /// The p-value corrected for having looked at several (Benjamini–Hochberg); null where there was one.
    pub q_value: Option<f64>,
    /// Whether the q-value, or the p-value where it stands alone, is at most 0.05.
    pub significant: bool,
    /// How limits and p-value were computed.
    pub method: Cow<'static, str>,
}

/// A score with what is needed to read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Estimate {
    /// The number of answers (of respondents, where they are counted); null where it is hidden.
    pub n: Option<u64>,
    /// The headline, unrounded; null without answers, and where it is hidden.
    pub score: Option<f64>,
    /// The headline's interval; null where the score is.
    pub interval: Option<Interval>,
    /// How far the number can be read.
    pub state: State,
    /// Why the state is what it is.
    pub rule: Cow<'static, str>,
    /// The numbers as they are printed.
    pub text: ScoreText,
}

/// How a reply with an estimate in it is read, see `flat!` in `api/surveys.rs`: nothing is flattened.
macro_rules! flat {
    ($flat:ident for $reply:ident { $($field:ident: $kind:ty),* }) => {
        #[derive(serde::Deserialize)]
        struct $flat {
            $($field: $kind,)*
            n: Option<u64>,
            score: Option<f64>,
            interval: Option<$crate::api::reports::Interval>,
            state: $crate::metric::State,
            rule: std::borrow::Cow<'static, str>,
            text: $crate::api::reports::ScoreText,
        }

        impl From<$flat> for $reply {
            fn from(flat: $flat) -> Self {
                let estimate = $crate::api::reports::Estimate {
                    n: flat.n,
                    score: flat.score,
                    interval: flat.interval,
                    state: flat.state,
                    rule: flat.rule,
                    text: flat.text,
                };
                Self { $($field: flat.$field,)* estimate }
            }
        }
    };
}
use flat;

/// Reads a histogram whose scores are the keys of a JSON object: inside a flattened reply serde hands them over as texts
/// and does not turn them into numbers.
fn by_score<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u8, u64>, D::Error> {
    let read = |(score, count): (String, u64)| Some((score.parse().ok()?, count));
    let counts = BTreeMap::<String, u64>::deserialize(deserializer)?.into_iter().map(read).collect::<Option<_>>();
    counts.ok_or_else(|| serde::de::Error::custom("a score is a whole number from 0 to 255"))
}

/// The score of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreReport {
    /// What is measured.
    pub metric: Metric,
    /// What one unit of n is.
    pub base: Counted,
    /// The number of answers.
    pub n: u64,
    /// The headline, unrounded; null without answers.
    pub score: Option<f64>,
    /// The headline's interval; null without answers.
    pub interval: Option<Interval>,
    /// Answers per score, every score of the scale.
    #[serde(deserialize_with = "by_score")]
    // A name in JSON is a text, whatever it says.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, u64>))]
    pub distribution: BTreeMap<u8, u64>,
    /// Answers per group.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, u64>))]
    pub groups: BTreeMap<Cow<'static, str>, u64>,
    /// The mean raw score; null without answers.
    pub mean: Option<f64>,
    /// The mean's interval; null without answers.
    pub mean_interval: Option<Interval>,
    /// The share that gave the best score, in percent; null without answers.
    pub top_box: Option<f64>,
    /// Of how many.
    pub denominators: Denominators,
    /// The same for the period of equal length just before; null for all time.
    pub previous: Option<Box<Previous>>,
    /// The answer to `target=`; null when none was asked about, and without answers.
    pub target: Option<TargetReply>,
    /// How far the number can be read.
    pub state: State,
    /// Why the state is what it is.
    pub rule: Cow<'static, str>,
    /// How the interval of the score was computed.
    pub method: Cow<'static, str>,
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
    pub explain: Cow<'static, str>,
}

/// The period before, and the change from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(no_recursion))]
#[serde(from = "FlatPrevious")]
pub struct Previous {
    /// The report of the period before.
    #[serde(flatten)]
    pub report: ScoreReport,
    /// This period minus the one before; null when one of the two has no answers.
    pub difference: Option<Difference>,
}

/// Previous as it is read, see `flat!` in `api/surveys.rs`: nothing is flattened.
#[derive(Deserialize)]
struct FlatPrevious {
    difference: Option<Difference>,
    metric: Metric,
    base: Counted,
    n: u64,
    score: Option<f64>,
    interval: Option<Interval>,
    #[serde(deserialize_with = "by_score")]
    distribution: BTreeMap<u8, u64>,
    groups: BTreeMap<Cow<'static, str>, u64>,
    mean: Option<f64>,
    mean_interval: Option<Interval>,
    top_box: Option<f64>,
    denominators: Denominators,
    previous: Option<Box<Previous>>,
    target: Option<TargetReply>,
    state: State,
    rule: Cow<'static, str>,
    method: Cow<'static, str>,
    unit: Unit,
    direction: Orientation,
    scale_direction: Orientation,
    source: Source,
    text: ScoreText,
    explain: Cow<'static, str>,
}

impl From<FlatPrevious> for Previous {
    fn from(flat: FlatPrevious) -> Self {
        let report = ScoreReport {
            metric: flat.metric,
            base: flat.base,
            n: flat.n,
            score: flat.score,
            interval: flat.interval,
            distribution: flat.distribution,
            groups: flat.groups,
            mean: flat.mean,
            mean_interval: flat.mean_interval,
            top_box: flat.top_box,
            denominators: flat.denominators,
            previous: flat.previous,
            target: flat.target,
            state: flat.state,
            rule: flat.rule,
            method: flat.method,
            unit: flat.unit,
            direction: flat.direction,
            scale_direction: flat.scale_direction,
            source: flat.source,
            text: flat.text,
            explain: flat.explain,
        };
        Self { report, difference: flat.difference }
    }
}

/// Whether a target is reached, as far as the answers can tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TargetReply {
    /// The target that was asked about, in the score's unit.
    pub score: f64,
    /// `met`: the lower limit reaches it; `missed`: the upper limit stays below; else `undecided`.
    pub verdict: Cow<'static, str>,
    /// The probability that the true score is at the target or above, 0 to 1.
    pub probability: f64,
    /// About how many more answers of the same kind decide it; 0 when it is decided, null when no number would.
    pub more_answers: Option<u64>,
}

/// How many were asked and how many answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Denominators {
    /// Times a first question was shown; null where it was not counted for this filter.
    pub shown: Option<u64>,
    /// Responses with a score; respondents, where they are counted.
    pub answered: u64,
}

/// Printed numbers: rounded once, by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreText {
    /// The score.
    pub score: Option<String>,
    /// The interval's lower limit.
    pub low: Option<String>,
    /// The interval's upper limit.
    pub high: Option<String>,
}
