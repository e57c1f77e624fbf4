//! The score of a period, with the period before it.

use std::collections::BTreeMap;

use bearing_shared::api::reports::{Denominators, Difference, Previous, ScoreReport, ScoreText, Source};
use bearing_shared::instrument::Orientation;
use bearing_shared::metric::{self, State};
use bearing_storage::{Grouping, Store};

use super::{Question, distribution, explain, sum};
use crate::error::ApiResult;

/// The score report; for a question with a first day, also the period of equal length just before.
///
/// # Errors
/// `mixed_instruments`, or what the store says.
pub async fn report(store: &dyn Store, question: &Question) -> ApiResult<ScoreReport> {
    let mut report = one(store, question).await?;
    if let Some(from) = question.filter.from_day {
        let days = question.filter.to_day.unwrap_or(question.today) - from + 1;
        let mut before = question.clone();
        before.filter.from_day = Some(from - days);
        before.filter.to_day = Some(from - 1);
        let previous = one(store, &before).await?;
        // The instruments may differ where the survey changed: then there is nothing to compare.
        let same = previous.distribution.len() == report.distribution.len()
            && previous.scale_direction == report.scale_direction;
        let delta = report.score.zip(previous.score).filter(|_| same).map(|(now, then)| now - then);
        let difference = delta.map(|delta| Difference { delta });
        report.previous = Some(Box::new(Previous { report: previous, difference }));
    }
    Ok(report)
}

async fn one(store: &dyn Store, question: &Question) -> ApiResult<ScoreReport> {
    let (tallies, source) = question.tallies(store, Grouping::Whole).await?;
    let definition = question.instrument(&tallies)?.definition();
    let histogram = sum(&tallies);
    let shown = match source {
        Source::Cells => Some(store.funnel(&question.site, question.filter.clone()).await?.shown),
        Source::Scan => None,
    };
    let n = histogram.n();
    let score = metric::score(definition, &histogram);
    let groups: BTreeMap<&'static str, u64> =
        definition.bands.iter().map(|band| (band.group.name(), histogram.between(band.low, band.high))).collect();
    Ok(ScoreReport {
        metric: definition.metric,
        base: "responses",
        n,
        score,
        interval: None,
        distribution: distribution(definition, &histogram),
        groups,
        mean: histogram.mean(),
        mean_interval: None,
        top_box: metric::top_box(definition, &histogram),
        denominators: Denominators { shown, answered: n },
        previous: None,
        state: State::of(n),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        scale_direction: definition.orientation,
        source,
        text: ScoreText { score: score.map(metric::printed), low: None, high: None },
        explain: explain(definition.metric),
    })
}
