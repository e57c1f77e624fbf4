//! What a histogram's score is worth: intervals, differences, targets and impacts, in the score's own unit.
//!
//! The unit is points for NPS (−100 to 100) and percent for CSAT and CES (0 to 100); a higher score is the better one in
//! each, also for CES 1.0, whose raw scale runs the other way. Functions about means use raw scale units instead.

use super::{Unit, score};
use crate::histogram::Histogram;
use crate::instrument::Definition;
use crate::stats::bayes::{self, NetPosterior};
use crate::stats::mean::{self, Moments};
use crate::stats::mix::{self, Segment};
use crate::stats::net::{self, Net};
use crate::stats::share::{self, Share};
use crate::stats::{Comparison, Limits, distribution, mover, sample, shrink};

pub use crate::stats::mix::MixRate;

/// The confidence level that is shown.
pub const LEVEL: f64 = 0.95;

/// The name of the method behind [`mean_interval`].
pub const MEAN_METHOD: &str = "adjusted_t";

/// More answers than this are not worth waiting for.
const MOST_ANSWERS: u64 = 10_000_000;

/// The counts behind a score.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Counts {
    Net(Net),
    Share(Share),
}

impl Counts {
    fn of(definition: &Definition, histogram: &Histogram) -> Self {
        let [favourable, neutral, unfavourable] =
            definition.bands.map(|band| histogram.between(band.low, band.high) as f64);
        match definition.metric.unit() {
            Unit::Points => Self::Net(Net { favourable, neutral, unfavourable }),
            Unit::Percent => Self::Share(Share { successes: favourable, n: histogram.n() as f64 }),
        }
    }

    /// The interval at a z, in shares.
    fn limits_at(&self, z: f64) -> Option<Limits> {
        match self {
            Self::Net(net) => net::score_limits_at(net, z),
            Self::Share(share) => share::wilson_at(share, z),
        }
    }

    /// The same shares at another number of answers.
    fn at(&self, n: f64) -> Self {
        match self {
            Self::Net(net) => Self::Net(net.at(n)),
            Self::Share(share) => Self::Share(Share { successes: share.successes * n / share.n, n }),
        }
    }

    /// The variance of one answer with pseudo-answers: never zero.
    fn adjusted_variance(&self) -> f64 {
        let variance = match self {
            Self::Net(net) => net.adjusted().variance(),
            Self::Share(share) => share.adjusted().variance(),
        };
        variance.unwrap_or(1.0)
    }

    /// The probability that the score behind the answers is at least `x`, a share, with Jeffreys' prior.
    fn at_least(&self, x: f64) -> f64 {
        match self {
            Self::Net(net) => NetPosterior::new(net, &bayes::JEFFREYS).at_least(x),
            Self::Share(share) => bayes::share_at_least(share, x),
        }
    }
}

/// The interval of a score: [`net::score_limits`] for points, [`share::wilson`] for percent. It always holds the score
/// and never leaves the scale. `None` without answers.
pub fn interval(definition: &Definition, histogram: &Histogram, level: f64) -> Option<Limits> {
    let value = score(definition, histogram)?;
    let limits = Counts::of(definition, histogram).limits_at(distribution::z_of_level(level))?.scaled(100.0);
    // The score is rounded on another way than its limits.
    Some(Limits { low: limits.low.min(value), high: limits.high.max(value) })
}

/// The name of the method behind [`interval`].
pub fn interval_method(definition: &Definition) -> &'static str {
    match definition.metric.unit() {
        Unit::Points => "tango_score",
        Unit::Percent => "wilson",
    }
}

/// The count, mean and spread of the raw scores; `None` without answers.
fn moments(histogram: &Histogram) -> Option<Moments> {
    Moments::of(histogram.counts.iter().enumerate().map(|(score, count)| (score as f64, *count as f64)))
}

/// The interval of the mean raw score, in raw scale units: [`mean::adjusted_t_limits`]. With one answer it is the whole
/// scale; `None` without answers.
pub fn mean_interval(definition: &Definition, histogram: &Histogram, level: f64) -> Option<Limits> {
    Some(mean::adjusted_t_limits(&moments(histogram)?, definition.min, definition.max, level))
}

/// The difference of two scores, `a − b`, with the interval that [`mover`] makes of the two sides' and the p-value from
/// inverting it. `None` when one has no answers.
pub fn difference(definition: &Definition, a: &Histogram, b: &Histogram, level: f64) -> Option<Comparison> {
    let found = match (Counts::of(definition, a), Counts::of(definition, b)) {
        (Counts::Net(a), Counts::Net(b)) => mover::net_difference(&a, &b, level)?,
        (Counts::Share(a), Counts::Share(b)) => share::newcombe(&a, &b, level)?,
        // One definition makes one kind of counts.
        _ => return None,
    };
    let (delta, found) = (score(definition, a)? - score(definition, b)?, found.scaled(100.0));
    // As above: limits never part from the difference by rounding.
    Some(Comparison { delta, low: found.low.min(delta), high: found.high.max(delta), ..found })
}

/// The name of the method behind [`difference`].
pub fn difference_method(definition: &Definition) -> &'static str {
    match definition.metric.unit() {
        Unit::Points => "mover_tango_score",
        Unit::Percent => "newcombe",
    }
}

/// The difference of two mean raw scores, `a − b`, in raw scale units: [`mean::welch`]. `None` when one has fewer than
/// two answers or neither varies.
pub fn mean_difference(definition: &Definition, a: &Histogram, b: &Histogram, level: f64) -> Option<Comparison> {
    debug_assert!(a.between(definition.min, definition.max) == a.n(), "answers outside the scale");
    mean::welch(&moments(a)?, &moments(b)?, level).map(|test| test.comparison)
}

/// The scores for a league table, in the order given: pulled towards their common mean, the fewer answers the further
/// ([`shrink::towards_mean`], with each one's variance from adjusted counts). `None` for a segment without answers.
pub fn shrunken(definition: &Definition, segments: &[Histogram]) -> Vec<Option<f64>> {
    let estimates: Vec<Option<(f64, f64)>> = segments
        .iter()
        .map(|histogram| {
            let variance = Counts::of(definition, histogram).adjusted_variance();
            score(definition, histogram).map(|value| (value, 1e4 * variance / histogram.n() as f64))
        })
        .collect();
    let with_answers: Vec<(f64, f64)> = estimates.iter().flatten().copied().collect();
    let mut shrunken = shrink::towards_mean(&with_answers).into_iter();
    estimates.into_iter().map(|estimate| estimate.and_then(|_| shrunken.next())).collect()
}

/// Whether a target is reached, as far as the answers can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The lower limit reaches it.
    Met,
    /// The upper limit stays below it.
    Missed,
    /// It lies within the interval.
    Undecided,
}

impl Verdict {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Undecided => "undecided",
        }
    }

    fn of(limits: Limits, target: f64) -> Self {
        if limits.low >= target {
            Self::Met
        } else if limits.high < target {
            Self::Missed
        } else {
            Self::Undecided
        }
    }
}

/// A score held against a target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Whether it is reached.
    pub verdict: Verdict,
    /// The probability that the score behind the answers is at the target or above, 0 to 1.
    pub probability: f64,
    /// About how many more answers, with the same shares, decide it: 0 when it is decided, `None` when ten million more
    /// would not.
    pub more_answers: Option<u64>,
}

/// Holds a score against a target in its unit; `None` without answers. The verdict is the interval's; the probability is
/// posterior with Jeffreys' prior ([`bayes`]), so it agrees with the verdict closely but not to the last answer.
pub fn target(definition: &Definition, histogram: &Histogram, target: f64, level: f64) -> Option<Target> {
    let verdict = Verdict::of(interval(definition, histogram, level)?, target);
    let counts = Counts::of(definition, histogram);
    let n = histogram.n() as f64;
    let z = distribution::z_of_level(level);
    let decided = |more: u64| {
        let limits = counts.at(n + more as f64).limits_at(z).map(|limits| limits.scaled(100.0));
        limits.is_some_and(|limits| Verdict::of(limits, target) != Verdict::Undecided)
    };
    let more_answers = match verdict {
        Verdict::Met | Verdict::Missed => Some(0),
        Verdict::Undecided => decided(MOST_ANSWERS).then(|| smallest(decided)),
    };
    Some(Target { verdict, probability: counts.at_least(target / 100.0), more_answers })
}

/// The smallest number from 1 that is enough, where [`MOST_ANSWERS`] is and each larger one than enough is enough.
fn smallest(enough: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, MOST_ANSWERS);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// How many answers make an interval of about ± `margin`, in the score's unit: [`sample::for_margin`] with the variance
/// of the answers there are, or the largest that the scale allows without any. At least 1; [`u64::MAX`] for a margin that
/// is not above 0.
pub fn answers_for_margin(definition: &Definition, histogram: Option<&Histogram>, margin: f64, level: f64) -> u64 {
    let worst = match definition.metric.unit() {
        Unit::Points => 1.0,
        Unit::Percent => 0.25,
    };
    let variance = histogram
        .filter(|histogram| histogram.n() > 0)
        .map_or(worst, |histogram| Counts::of(definition, histogram).adjusted_variance());
    if margin.is_nan() || margin <= 0.0 {
        return u64::MAX;
    }
    // A cast saturates, so a margin near 0 asks for the most there is.
    sample::for_margin(margin / 100.0, variance, level).ceil().max(1.0) as u64
}

/// What a theme or segment does to the whole score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impact {
    /// The share of answers with it, 0 to 1.
    pub prevalence: f64,
    /// The score of those with it.
    pub with: f64,
    /// The score of those without it.
    pub without: f64,
    /// `prevalence × (with − without)`, which is the whole score minus `without`: how much higher (or lower) the score
    /// is for it. Its interval is the prevalence times that of [`difference`], and so is its p-value.
    pub impact: Comparison,
}

/// The impact of a theme or segment; `None` when either side has no answers. Impacts of overlapping themes do not add up.
pub fn impact(definition: &Definition, with: &Histogram, without: &Histogram, level: f64) -> Option<Impact> {
    let difference = difference(definition, with, without, level)?;
    let (inside, outside) = (with.n() as f64, without.n() as f64);
    let prevalence = inside / (inside + outside);
    Some(Impact {
        prevalence,
        with: score(definition, with)?,
        without: score(definition, without)?,
        impact: difference.scaled(prevalence),
    })
}

/// A change of the score between two periods, taken apart by segments (before and after), which part the answers:
/// [`mix::kitagawa`]. `None` when one period has no answers.
///
/// A segment without answers in one period has no score there. It takes the score it has in the other, so that all it
/// contributes is mix: it came or went, and its people did not change their minds. The parts still add up to the change,
/// whatever score it takes, since that score has no weight.
pub fn mix_rate(definition: &Definition, segments: &[(Histogram, Histogram)]) -> Option<MixRate> {
    let total = |of: fn(&(Histogram, Histogram)) -> u64| segments.iter().map(of).sum::<u64>() as f64;
    let (before, after) = (total(|segment| segment.0.n()), total(|segment| segment.1.n()));
    if before == 0.0 || after == 0.0 {
        return None;
    }
    let parts: Vec<Segment> = segments
        .iter()
        .map(|(then, now)| {
            let (earlier, later) = (score(definition, then), score(definition, now));
            Segment {
                weight_before: then.n() as f64 / before,
                score_before: earlier.or(later).unwrap_or(0.0),
                weight_after: now.n() as f64 / after,
                score_after: later.or(earlier).unwrap_or(0.0),
            }
        })
        .collect();
    Some(mix::kitagawa(&parts))
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
