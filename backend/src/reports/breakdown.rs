//! Scores by segment: each against all the rest, judged together, and ranked on what chance cannot have made.

use std::collections::BTreeMap;

use bearing_shared::api::reports::{BreakdownReport, Difference, Estimate, Segment};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SurveyId;
use bearing_shared::instrument::{Definition, Orientation};
use bearing_shared::metric::{self, State};
use bearing_shared::stats::suppress::{self, Hidden};
use bearing_storage::{Axis, Grouping, Store, Tally};

use super::{Question, axis, estimate, sum, worst};
use crate::error::ApiResult;

/// The rule of a segment that is hidden for its neighbour's sake.
const COMPLEMENTARY: &str = "Hidden because a smaller segment could be told from it and the whole.";

/// Shrunken scores as near as this are one: where segments differ no more than by chance, all are drawn to their mean.
const SAME: f64 = 1e-9;

/// One segment's key, and its counts.
pub(super) type Part = ((Option<SurveyId>, String), Histogram);

/// The parts of tallies on an axis, the largest first.
pub(super) fn parts(tallies: &[Tally]) -> Vec<Part> {
    let mut parts: BTreeMap<(Option<SurveyId>, String), Histogram> = BTreeMap::new();
    for tally in tallies {
        parts.entry((tally.survey.clone(), tally.value.clone())).or_default().merge(&tally.histogram);
    }
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by_key(|(_, histogram)| std::cmp::Reverse(histogram.n()));
    parts
}

/// What is left of a whole without a part of it.
pub(super) fn rest(whole: &Histogram, part: &Histogram) -> Histogram {
    let mut rest = *whole;
    for (left, taken) in rest.counts.iter_mut().zip(part.counts) {
        // The two were read a moment apart where answers are scanned; a rest is never below zero.
        *left = left.saturating_sub(taken);
    }
    rest
}

/// The breakdown report. With `hide`, numbers of few answers are left out, for readers who cannot list the answers.
///
/// # Errors
/// `mixed_instruments`, or what the store says.
pub async fn report(store: &dyn Store, question: &Question, by: &Axis, hide: bool) -> ApiResult<BreakdownReport> {
    let whole = question.tally(store, Grouping::Whole, None).await?;
    let tallied = question.tally(store, Grouping::Whole, Some(by)).await?;
    let definition = question.instrument(whole.tallies.iter().chain(&tallied.tallies))?.definition();
    let whole_source = whole.source;
    let whole = sum(&whole.tallies);
    let parts = parts(&tallied.tallies);
    let mut segments: Vec<Segment> = Vec::with_capacity(parts.len());
    let histograms: Vec<Histogram> = parts.iter().map(|(_, histogram)| *histogram).collect();
    let shrunken = metric::shrunken(definition, &histograms);
    for (((survey, value), histogram), shrunken) in parts.into_iter().zip(shrunken) {
        let estimate = estimate::estimate(definition, &histogram, &question.thresholds);
        let difference = difference(definition, &histogram, &whole);
        segments.push(Segment { value, survey, estimate, difference, shrunken, rank: None });
    }
    estimate::together(segments.iter_mut().filter_map(|segment| segment.difference.as_mut()));
    rank(&mut segments);
    let inside: u64 = histograms.iter().map(Histogram::n).sum();
    let overlapping = axis::overlaps(by);
    let mut without = (!overlapping).then(|| whole.n().saturating_sub(inside));
    let mut overall = estimate::estimate(definition, &whole, &question.thresholds);
    let mut n = Some(whole.n());
    if hide {
        let small = |n: u64| 0 < n && n < question.thresholds.hidden;
        let mut counts: Vec<u64> = histograms.iter().map(Histogram::n).collect();
        counts.extend(without);
        let mut hidden = suppress::hidden(&counts, true, question.thresholds.hidden);
        if overlapping {
            // There is no part that holds the others: they are the whole without the segment.
            for (hidden, count) in hidden.iter_mut().zip(&counts) {
                if *hidden == Hidden::Shown && small(whole.n() - count) {
                    *hidden = Hidden::Complementary;
                }
            }
        }
        if small(whole.n()) {
            conceal(&mut overall, Hidden::Small);
            n = None;
        }
        for (segment, hidden) in segments.iter_mut().zip(&hidden) {
            if *hidden != Hidden::Shown {
                conceal(&mut segment.estimate, *hidden);
                (segment.difference, segment.shrunken, segment.rank) = (None, None, None);
            }
        }
        // Their places by size would tell what their numbers do not.
        segments.sort_by_key(|segment| segment.estimate.n.is_none().then(|| segment.value.clone()));
        if without.is_some() && hidden.last().is_some_and(|hidden| *hidden != Hidden::Shown) {
            without = None;
        }
    }
    Ok(BreakdownReport {
        metric: definition.metric,
        base: question.counted(),
        by: axis::name(by).to_owned(),
        n,
        rule: overall.rule.clone(),
        overall,
        segments,
        without,
        overlapping,
        method: metric::interval_method(definition).into(),
        correction: "benjamini_hochberg".into(),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        source: worst([whole_source, tallied.source]),
        explain: "/docs/scoring#segments".into(),
    })
}

fn difference(definition: &Definition, part: &Histogram, whole: &Histogram) -> Option<Difference> {
    estimate::difference(definition, part, &rest(whole, part))
}

/// Ranks by the shrunken score; few answers have no place, and what cannot be told apart shares one.
fn rank(segments: &mut [Segment]) {
    let ranked = |segment: &Segment| matches!(segment.estimate.state, State::Indicative | State::Plain);
    let score = |segment: &Segment| segment.shrunken.unwrap_or(f64::NEG_INFINITY);
    let scores: Vec<f64> = segments.iter().filter(|segment| ranked(segment)).map(score).collect();
    for segment in segments.iter_mut().filter(|segment| ranked(segment)) {
        let own = score(segment);
        let better = scores.iter().filter(|other| **other - own > SAME).count();
        segment.rank = u32::try_from(better + 1).ok();
    }
}

/// Takes a score's numbers away where they are not to be seen.
fn conceal(estimate: &mut Estimate, hidden: Hidden) {
    estimate.rule = if hidden == Hidden::Complementary { COMPLEMENTARY } else { State::Hidden.rule() }.into();
    (estimate.n, estimate.score, estimate.interval) = (None, None, None);
    (estimate.state, estimate.text) = (State::Hidden, Default::default());
}
