//! A histogram as it goes out: score, interval, state and printed text, made in one place.

use bearing_shared::api::reports::{Difference, Estimate, Interval, ScoreText};
use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::Definition;
use bearing_shared::metric::{self, LEVEL, MEAN_METHOD, State, Thresholds};
use bearing_shared::stats::{Comparison, Limits, multiple};

/// A difference is called significant when chance makes one like it in at most this share of the cases.
pub(super) const ALPHA: f64 = 0.05;

fn reply(limits: Limits, method: &'static str) -> Interval {
    Interval { level: LEVEL, low: limits.low, high: limits.high, method: method.into() }
}

/// The interval of a score.
pub(super) fn interval(definition: &Definition, histogram: &Histogram) -> Option<Interval> {
    metric::interval(definition, histogram, LEVEL).map(|limits| reply(limits, metric::interval_method(definition)))
}

/// The interval of a mean.
pub(super) fn mean_interval(definition: &Definition, histogram: &Histogram) -> Option<Interval> {
    metric::mean_interval(definition, histogram, LEVEL).map(|limits| reply(limits, MEAN_METHOD))
}

/// A score with what is needed to read it.
pub(super) fn estimate(definition: &Definition, histogram: &Histogram, thresholds: &Thresholds) -> Estimate {
    let n = histogram.n();
    let state = State::of(n, thresholds);
    let score = metric::score(definition, histogram);
    let interval = interval(definition, histogram);
    let text = text(score, interval.as_ref());
    Estimate { n: Some(n), score, interval, state, rule: rule(n, state).into(), text }
}

/// Why a number of `n` answers is in its state.
pub(super) fn rule(n: u64, state: State) -> &'static str {
    if n == 0 { "There are no answers." } else { state.rule() }
}

/// The numbers as they are printed.
pub(super) fn text(score: Option<f64>, interval: Option<&Interval>) -> ScoreText {
    ScoreText {
        score: score.map(metric::printed),
        low: interval.map(|interval| metric::printed(interval.low)),
        high: interval.map(|interval| metric::printed(interval.high)),
    }
}

/// A comparison as it goes out, judged alone.
pub(super) fn alone(comparison: Comparison, method: &'static str) -> Difference {
    let Comparison { delta, low, high, p_value } = comparison;
    Difference { delta, low, high, p_value, q_value: None, significant: p_value <= ALPHA, method: method.into() }
}

/// The difference of two scores, judged alone; `None` where one has no answers.
pub(super) fn difference(definition: &Definition, a: &Histogram, b: &Histogram) -> Option<Difference> {
    let comparison = metric::difference(definition, a, b, LEVEL)?;
    Some(alone(comparison, metric::difference_method(definition)))
}

/// Judges differences that were looked at together: each gets its q-value, and is significant by that.
pub(super) fn together<'a>(differences: impl IntoIterator<Item = &'a mut Difference>) {
    let mut differences: Vec<&mut Difference> = differences.into_iter().collect();
    let p: Vec<f64> = differences.iter().map(|difference| difference.p_value).collect();
    for (difference, q) in differences.iter_mut().zip(multiple::benjamini_hochberg(&p)) {
        difference.q_value = Some(q);
        difference.significant = q <= ALPHA;
    }
}
