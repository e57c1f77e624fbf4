//! Drivers: segments and reasons by their impact on the score, touchpoints by what they explain of loyalty.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use bearing_shared::api::reports::{Difference, Driver, DriversReport, Source, TouchpointDriver, TouchpointDrivers};
use bearing_shared::instrument::{Instrument, Orientation};
use bearing_shared::metric::{self, Group, LEVEL, Metric, State};
use bearing_shared::stats::driver;
use bearing_storage::{Axis, Base, Grouping, Rating, RatingQuery, Store, StoreError, Tallied};

use super::breakdown::{parts, rest};
use super::{Question, axis, estimate, sum, worst};
use crate::directory::SiteView;
use crate::error::{ApiError, ApiResult};

/// What touchpoints are to explain, and what they are rated by.
const LOYALTY: Instrument = Instrument::Nps;
const SATISFACTION: Instrument = Instrument::Csat;
/// The most ratings that are read for the touchpoints.
const RATINGS: u32 = 200_000;
/// The most touchpoints that are set against each other: the work doubles with each.
const TOUCHPOINTS: usize = 10;
/// How long their reading may take: what the rest of the report says is not lost over it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Why there are no touchpoints where it took longer.
const TOO_MUCH: &str = "too_much_to_read";
/// Why there are none for a part of the answers.
const FILTERED: &str = "filtered";
/// The fewest touchpoints that can share anything.
const FEWEST: usize = 2;
/// Samples of the bootstrap, and the seed that makes two reports of the same answers the same.
const ROUNDS: u32 = 200;
const SEED: u64 = 0x0B_EA_21;

/// Everything that can drive a score at a site: its declared attributes, the choice questions that its surveys of the
/// metric ask after every score, device, locale and touchpoint.
pub fn axes(view: &SiteView, metric: Metric) -> Vec<Axis> {
    let mut axes: Vec<Axis> =
        view.counting.dimensions.iter().map(|dimension| axis::attribute(&dimension.name)).collect();
    let choices: BTreeSet<String> = view
        .every_version()
        .filter(|version| version.survey.metric == metric)
        .flat_map(|version| &version.survey.questions)
        // What only bad scores are asked for goes with bad scores by construction.
        .filter(|question| !question.choices.is_empty() && question.groups.is_empty())
        .map(|question| format!("choice.{}", question.id))
        .collect();
    axes.extend(choices.into_iter().map(Axis::Dimension));
    axes.extend(["device", "locale"].map(|name| Axis::Dimension(name.to_owned())));
    axes.push(Axis::Touchpoint);
    axes
}

/// The drivers report, over these axes.
///
/// # Errors
/// `mixed_instruments`, or what the store says.
pub async fn report(store: &dyn Store, question: &Question, axes: &[Axis]) -> ApiResult<DriversReport> {
    let whole = question.tally(store, Grouping::Whole, None).await?;
    let definition = question.instrument(&whole.tallies)?.definition();
    let histogram = sum(&whole.tallies);
    let found = async {
        Ok(match definition.metric {
            Metric::Nps => Some(touchpoints(store, question).await?),
            Metric::Csat | Metric::Ces => None,
        })
    };
    let ((mut drivers, source), touchpoints) = tokio::try_join!(segments(store, question, axes, &whole), found)?;
    estimate::together(drivers.iter_mut().map(|driver| &mut driver.impact));
    drivers.sort_by(|one, other| other.impact.delta.abs().total_cmp(&one.impact.delta.abs()));
    Ok(DriversReport {
        metric: definition.metric,
        base: question.counted(),
        n: histogram.n(),
        score: metric::score(definition, &histogram),
        drivers,
        touchpoints,
        rule: State::of(histogram.n(), &question.thresholds).rule().into(),
        method: "impact".into(),
        caveat: "What goes with a score need not cause it. Impacts of overlapping segments do not add up.".into(),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        source,
        explain: "/docs/scoring#drivers".into(),
    })
}

/// What each value on these axes does to the score of the whole, and where that was read.
async fn segments(
    store: &dyn Store,
    question: &Question,
    axes: &[Axis],
    whole: &Tallied,
) -> ApiResult<(Vec<Driver>, Source)> {
    let definition = question.instrument(&whole.tallies)?.definition();
    let histogram = sum(&whole.tallies);
    let (mut source, mut drivers) = (whole.source, Vec::new());
    for by in axes {
        let tallied = question.tally(store, Grouping::Whole, Some(by)).await?;
        source = worst([source, tallied.source]);
        for ((_, value), part) in parts(&tallied.tallies) {
            // Without a rest there is nothing that it could drive.
            let Some(found) = metric::impact(definition, &part, &rest(&histogram, &part), LEVEL) else { continue };
            let state = State::of(part.n(), &question.thresholds);
            let impact: Difference = estimate::alone(found.impact, metric::difference_method(definition));
            drivers.push(Driver {
                by: axis::name(by).to_owned(),
                value,
                n: part.n(),
                prevalence: found.prevalence,
                with: found.with,
                without: found.without,
                impact,
                state,
                rule: state.rule().into(),
            });
        }
    }
    Ok((drivers, source))
}

/// How many customers `touchpoints` drivers need.
fn needed(touchpoints: usize) -> u64 {
    (20 * touchpoints as u64).max(100)
}

async fn touchpoints(store: &dyn Store, question: &Question) -> ApiResult<TouchpointDrivers> {
    let filter = &question.filter;
    // The same customers rate elsewhere than where they were asked for loyalty, so days are all that both can share.
    if question.base == Base::Respondents
        || filter.survey.is_some()
        || filter.touchpoint.is_some()
        || !filter.values.is_empty()
    {
        return Ok(TouchpointDrivers { idle: Some(FILTERED.into()), ..judged(&[]) });
    }
    let query =
        RatingQuery { from_day: filter.from_day, to_day: filter.to_day, both: [LOYALTY, SATISFACTION], limit: RATINGS };
    let read = store.ratings(&question.site, query);
    let ratings = match tokio::time::timeout(PATIENCE, read).await {
        Ok(Err(StoreError::TooSlow)) | Err(_) => {
            return Ok(TouchpointDrivers { idle: Some(TOO_MUCH.into()), ..judged(&[]) });
        }
        Ok(ratings) => ratings?,
    };
    // Thousands of small systems of equations: not on a thread that answers other requests.
    tokio::task::spawn_blocking(move || judged(&ratings)).await.map_err(|error| {
        tracing::error!(%error, "the drivers were lost");
        ApiError(bearing_shared::fault::Fault::new(
            bearing_shared::fault::Code::INTERNAL,
            bearing_shared::fault::Code::INTERNAL.meaning,
        ))
    })
}

/// What each customer said: their NPS contribution (−100, 0 or 100; the mean over touchpoints where it was asked at
/// several), and their satisfaction by touchpoint.
#[derive(Default)]
struct Customer<'a> {
    contributions: Vec<f64>,
    ratings: BTreeMap<&'a str, f64>,
}

fn judged(ratings: &[Rating]) -> TouchpointDrivers {
    let mut customers: HashMap<u32, Customer<'_>> = HashMap::new();
    for rating in ratings {
        let customer = customers.entry(rating.respondent).or_default();
        match rating.instrument {
            LOYALTY => {
                let group = rating.instrument.definition().group(rating.score);
                customer.contributions.push(match group {
                    Some(Group::Promoters) => 100.0,
                    Some(Group::Detractors) => -100.0,
                    _ => 0.0,
                });
            }
            SATISFACTION if !rating.touchpoint.is_empty() => {
                customer.ratings.insert(&rating.touchpoint, f64::from(rating.score));
            }
            _ => {}
        }
    }
    let mut customers: Vec<(u32, Customer<'_>)> =
        customers.into_iter().filter(|(_, customer)| !customer.contributions.is_empty()).collect();
    customers.sort_by_key(|(respondent, _)| *respondent);
    let mut raters: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, customer) in &customers {
        for touchpoint in customer.ratings.keys() {
            *raters.entry(touchpoint).or_default() += 1;
        }
    }
    let mut offered: Vec<(&str, u64)> = raters.into_iter().collect();
    offered.sort_by_key(|(_, raters)| std::cmp::Reverse(*raters));
    // The most rated first, and each next one only while enough customers rated all of them.
    let (mut chosen, mut left_out): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    let complete = |chosen: &[&str]| {
        let rated = |customer: &Customer<'_>| chosen.iter().all(|touchpoint| customer.ratings.contains_key(touchpoint));
        customers.iter().filter(|(_, customer)| rated(customer)).map(|(_, customer)| customer).collect::<Vec<_>>()
    };
    for (touchpoint, _) in offered {
        chosen.push(touchpoint);
        if chosen.len() > TOUCHPOINTS || (complete(&chosen).len() as u64) < needed(chosen.len()) {
            chosen.pop();
            left_out.push(touchpoint.to_owned());
        }
    }
    let cases = if chosen.is_empty() { Vec::new() } else { complete(&chosen) };
    let outcome: Vec<f64> = cases
        .iter()
        .map(|customer| customer.contributions.iter().sum::<f64>() / customer.contributions.len() as f64)
        .collect();
    let columns: Vec<Vec<f64>> = chosen
        .iter()
        .map(|touchpoint| {
            cases.iter().map(|customer| customer.ratings.get(touchpoint).copied().unwrap_or(0.0)).collect()
        })
        .collect();
    let (r2, drivers) = if chosen.len() < FEWEST { (None, Vec::new()) } else { shares(&chosen, &outcome, &columns) };
    let idle = match chosen.len() {
        0 => Some("too_few_customers"),
        1 => Some("too_few_touchpoints"),
        // All of them rated alike, or as one another.
        _ => drivers.is_empty().then_some("no_variation"),
    };
    TouchpointDrivers {
        method: "lmg".into(),
        idle: idle.map(Into::into),
        n: cases.len() as u64,
        needed: needed(chosen.len().max(FEWEST)),
        r2,
        drivers,
        left_out: left_out.into_iter().collect::<BTreeSet<_>>().into_iter().collect(),
        caveat:
            "Touchpoints that are rated alike share the credit, so one without influence of its own can show some; \
                 and what goes with loyalty need not cause it."
                .into(),
    }
}

fn shares(chosen: &[&str], outcome: &[f64], columns: &[Vec<f64>]) -> (Option<f64>, Vec<TouchpointDriver>) {
    let Some(found) = driver::lmg(outcome, columns) else { return (None, Vec::new()) };
    let Some(limits) = driver::lmg_bootstrap(outcome, columns, ROUNDS, SEED) else { return (None, Vec::new()) };
    let mut drivers: Vec<TouchpointDriver> = chosen
        .iter()
        .enumerate()
        .map(|(place, touchpoint)| TouchpointDriver {
            touchpoint: (*touchpoint).to_owned(),
            share: if found.r2 > 0.0 { found.parts[place] / found.r2 } else { 0.0 },
            low: limits.parts[place].low,
            high: limits.parts[place].high,
            first: limits.first[place],
            correlation: found.signs[place],
        })
        .collect();
    drivers.sort_by(|one, other| other.share.total_cmp(&one.share));
    (Some(found.r2), drivers)
}
