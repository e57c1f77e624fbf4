//! A score over time: one point a bucket, empty buckets too; per segment where asked.

use std::collections::{BTreeMap, HashMap};

use bearing_shared::api::reports::{TrendChange, TrendPoint, TrendReport, TrendSeries};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SurveyId;
use bearing_shared::instrument::{Definition, Orientation};
use bearing_shared::metric::{self, State};
use bearing_storage::{Axis, Base, Grouping, Store, Tallied};

use super::window::{Window, window};
use super::{Question, changes, estimate, worst};
use crate::error::ApiResult;

pub use super::window::Bucket;

/// The most points of all segments together.
const SERIES_POINTS: usize = 100_000;

/// Takes the numbers of few answers away, for a reader who cannot list the answers.
pub fn conceal(report: &mut TrendReport) {
    for point in report.points.iter_mut().filter(|point| point.state == State::Hidden) {
        (point.score, point.interval) = (None, None);
    }
}

/// The trend report.
///
/// # Errors
/// A window that is too long, `mixed_instruments`, or what the store says.
pub async fn report(
    store: &dyn Store,
    question: &Question,
    bucket: Bucket,
    by: Option<&Axis>,
) -> ApiResult<TrendReport> {
    let Window { starts, from, to } = window(question, bucket)?;
    let asked = question.on(Some(from), Some(to));
    let tallied = asked.tally(store, bucket.grouping(), None).await?;
    let parted = match by {
        Some(axis) => asked.tally(store, bucket.grouping(), Some(axis)).await?,
        None => Tallied { tallies: Vec::new(), source: tallied.source },
    };
    let parts = &parted.tallies;
    let definition = question.instrument(tallied.tallies.iter().chain(parts))?.definition();
    let mut whole: Buckets = BTreeMap::new();
    for tally in &tallied.tallies {
        whole.entry(bucket.start(tally.period)).or_default().merge(&tally.histogram);
    }
    let mut segments: HashMap<(Option<&SurveyId>, &str), Buckets> = HashMap::new();
    for tally in parts {
        let buckets = segments.entry((tally.survey.as_ref(), tally.value.as_str())).or_default();
        buckets.entry(bucket.start(tally.period)).or_default().merge(&tally.histogram);
    }
    if segments.len() * starts.len() > SERIES_POINTS {
        let message = format!(
            "{} segments of {} points are too many; narrow the window or take longer buckets.",
            segments.len(),
            starts.len()
        );
        return Err(Fault::at(Code::INVALID_PARAMETER, "bucket", message).into());
    }
    let start = |start: &i32| (*start, bucket.text(*start), bucket.is_partial(*start, question, (from, to)));
    let texts: Vec<Start> = starts.iter().map(start).collect();
    let points = |buckets: &Buckets| points(definition, question, &texts, buckets);
    let series = by.map(|_| {
        let mut series: Vec<TrendSeries> = segments
            .iter()
            .map(|((survey, value), buckets)| TrendSeries {
                value: (*value).to_owned(),
                survey: survey.cloned(),
                n: buckets.values().map(Histogram::n).sum(),
                points: points(buckets),
            })
            .collect();
        series.sort_by(|one, other| {
            other.n.cmp(&one.n).then_with(|| (&one.survey, &one.value).cmp(&(&other.survey, &other.value)))
        });
        series
    });
    Ok(TrendReport {
        metric: definition.metric,
        base: question.counted(),
        bucket: bucket.name().into(),
        time_zone: question.zone.iana_name().unwrap_or("UTC").to_owned(),
        n: whole.values().map(Histogram::n).sum(),
        points: points(&whole),
        series,
        changes: found(store, &asked, bucket).await?,
        method: metric::interval_method(definition).into(),
        rule: "Read each point by its state; buckets without answers have no score.".into(),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        source: worst([tallied.source, parted.source]),
        explain: "/docs/scoring#trend".into(),
    })
}

type Buckets = BTreeMap<i32, Histogram>;

/// A bucket: where it begins, how that is written, and whether not all of it is in the window, or over.
type Start = (i32, String, bool);

fn points(definition: &Definition, question: &Question, texts: &[Start], buckets: &Buckets) -> Vec<TrendPoint> {
    let point = |(start, text, partial): &Start| {
        let histogram = buckets.get(start).copied().unwrap_or_default();
        TrendPoint {
            start: text.clone(),
            n: histogram.n(),
            score: metric::score(definition, &histogram),
            interval: estimate::interval(definition, &histogram),
            state: State::of(histogram.n(), &question.thresholds),
            partial: *partial,
        }
    };
    texts.iter().map(point).collect()
}

/// The changes of the score within the window; hours are too short for any, a respondent's later answer takes the
/// earlier from its day, and a window may be longer than can be watched at once.
async fn found(store: &dyn Store, asked: &Question, bucket: Bucket) -> ApiResult<Vec<TrendChange>> {
    // The window names both its ends.
    let days = asked.filter.to_day.unwrap_or(asked.today).saturating_sub(asked.filter.from_day.unwrap_or(asked.today));
    let judged = bucket.grouping() != Grouping::Hour && asked.base == Base::Responses && days < changes::DAYS;
    if !judged {
        return Ok(Vec::new());
    }
    let watched = changes::watch(store, asked, None, 1).await?;
    Ok(watched
        .of_score()
        .map(|change| TrendChange { start: change.start, noticed: change.noticed, better: change.better })
        .collect())
}
