//! The score of a period, with the period before it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bearing_shared::api::reports::{Denominators, Previous, ScoreReport, ScoreText, TargetReply};
use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::{Instrument, Orientation};
use bearing_shared::metric::{self, LEVEL, State};
use bearing_storage::{Base, Grouping, Store};

use super::{Question, distribution, estimate, explain, sum};
use crate::error::ApiResult;

/// The score report; for a question with a first day, also the period of equal length just before.
///
/// # Errors
/// `mixed_instruments`, or what the store says.
pub async fn report(store: &dyn Store, question: &Question, target: Option<f64>) -> ApiResult<ScoreReport> {
    let (mut report, instrument, now) = one(store, question).await?;
    let definition = instrument.definition();
    if let Some(before) = question.before() {
        let (previous, earlier, then) = one(store, &before).await?;
        // The instruments may differ where the survey changed: then there is nothing to compare.
        let difference = if earlier == instrument { estimate::difference(definition, &now, &then) } else { None };
        report.previous = Some(Box::new(Previous { report: previous, difference }));
    }
    report.target = target.and_then(|score| {
        let judged = metric::target(definition, &now, score, LEVEL)?;
        let metric::Target { probability, more_answers, .. } = judged;
        Some(TargetReply { score, verdict: judged.verdict.name().into(), probability, more_answers })
    });
    Ok(report)
}

/// Takes the numbers of few answers away, for a reader who cannot list the answers: what is left is how many there are.
pub fn conceal(report: &mut ScoreReport) {
    if let Some(previous) = &mut report.previous {
        conceal(&mut previous.report);
        if report.state == State::Hidden || previous.report.state == State::Hidden {
            previous.difference = None;
        }
    }
    // Of no answers there is nothing to give away.
    if report.state == State::Hidden && report.n > 0 {
        (report.score, report.interval, report.target) = (None, None, None);
        (report.mean, report.mean_interval, report.top_box) = (None, None, None);
        report.distribution.clear();
        report.groups.clear();
        report.text = ScoreText::default();
    }
}

async fn one(store: &dyn Store, question: &Question) -> ApiResult<(ScoreReport, Instrument, Histogram)> {
    let tallied = question.tally(store, Grouping::Whole, None).await?;
    let instrument = question.instrument(&tallied.tallies)?;
    let definition = instrument.definition();
    let histogram = sum(&tallied.tallies);
    // Showings have no respondents: a rate over them would be one of two different things.
    let funnel = match question.base {
        Base::Responses => store.funnel(&question.site, question.filter.clone()).await?,
        Base::Respondents => None,
    };
    let n = histogram.n();
    let score = metric::score(definition, &histogram);
    let interval = estimate::interval(definition, &histogram);
    let groups: BTreeMap<Cow<'static, str>, u64> = definition
        .bands
        .iter()
        .map(|band| (band.group.name().into(), histogram.between(band.low, band.high)))
        .collect();
    let state = State::of(n, &question.thresholds);
    let report = ScoreReport {
        metric: definition.metric,
        base: question.counted(),
        n,
        score,
        distribution: distribution(definition, &histogram),
        groups,
        mean: histogram.mean(),
        mean_interval: estimate::mean_interval(definition, &histogram),
        top_box: metric::top_box(definition, &histogram),
        denominators: Denominators { shown: funnel.map(|counts| counts.shown), answered: n },
        previous: None,
        target: None,
        state,
        rule: estimate::rule(n, state).into(),
        method: metric::interval_method(definition).into(),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        scale_direction: definition.orientation,
        source: tallied.source,
        text: estimate::text(score, interval.as_ref()),
        interval,
        explain: explain(definition.metric).into(),
    };
    Ok((report, instrument, histogram))
}
