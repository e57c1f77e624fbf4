//! Any history of a site leaves counts that agree with its answers: real stores against a model that has no cells.

use std::collections::{BTreeMap, BTreeSet};

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::responses::ResponseState;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SurveyId;
use bearing_storage::{Grouping, Outcome, ReportFilter, Result, StoredResponse, Tally};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::runtime::Handle;

use crate::builders::*;

crate::contract! { any_history_leaves_counts_that_agree_with_the_answers }

const SURVEYS: [&str; 2] = ["sv_home", "sv_second"];
const TOUCHPOINTS: [&str; 4] = ["", "checkout", "cart", "invented"];
const PLANS: [&str; 3] = ["free", "pro", "gold"];
/// The declarations that a history switches between.
const DECLARED: [&[(&str, &[&str])]; 4] =
    [&[], &[("plan", &["free", "pro"])], &[("plan", &["gold"]), ("country", &["NL"])], &[("country", &["NL", "DE"])]];

/// What may happen to a site.
#[derive(Clone, Debug)]
enum Step {
    Accept(Vec<Sent>),
    Delete(u128),
    Declare(usize),
    Publish { survey: usize, touchpoints: Vec<usize> },
    Pause(usize),
    Recount,
}

/// One response of a batch, as little as decides what becomes of it.
#[derive(Clone, Debug)]
struct Sent {
    id: u128,
    seq: u32,
    survey: usize,
    score: u8,
    touchpoint: usize,
    plan: Option<usize>,
    country: Option<bool>,
    choices: Vec<bool>,
    device: Option<bool>,
    day: i32,
    completed: bool,
    state: ResponseState,
}

fn sent() -> impl Strategy<Value = Sent> {
    let state = prop_oneof![
        8 => Just(ResponseState::Counted),
        1 => Just(ResponseState::Test),
        1 => Just(ResponseState::Quarantined),
        1 => Just(ResponseState::Excluded),
    ];
    let place = (0u128..12, 0u32..4, prop_oneof![4 => Just(0usize), 1 => Just(1)], 0u8..=10, 0..TOUCHPOINTS.len());
    let who = (prop::option::of(0..PLANS.len()), any::<Option<bool>>(), prop::collection::vec(any::<bool>(), 2));
    let how = (any::<Option<bool>>(), -9i32..9, any::<bool>(), state);
    (place, who, how).prop_map(|(place, who, (device, day, completed, state))| {
        let ((id, seq, survey, score, touchpoint), (plan, country, choices)) = (place, who);
        Sent { id, seq, survey, score, touchpoint, plan, country, choices, device, day, completed, state }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(sent(), 1..6).prop_map(Step::Accept),
        2 => (0u128..12).prop_map(Step::Delete),
        1 => (0..DECLARED.len()).prop_map(Step::Declare),
        1 => (0..SURVEYS.len(), prop::collection::vec(0..TOUCHPOINTS.len(), 0..3)).prop_map(|(survey, touchpoints)| {
            // The empty touchpoint is no name.
            Step::Publish { survey, touchpoints: touchpoints.into_iter().filter(|place| *place > 0).collect() }
        }),
        1 => (0..SURVEYS.len()).prop_map(Step::Pause),
        1 => Just(Step::Recount),
    ]
}

impl Sent {
    fn response(&self) -> StoredResponse {
        let mut attributes = BTreeMap::new();
        if let Some(plan) = self.plan {
            attributes.insert("plan".to_owned(), PLANS[plan].to_owned());
        }
        if let Some(dutch) = self.country {
            attributes.insert("country".to_owned(), if dutch { "NL" } else { "DE" }.to_owned());
        }
        let mut response = response(self.id, self.score);
        let picked: Vec<String> = ["speed", "price"]
            .iter()
            .zip(&self.choices)
            .filter(|(_, on)| **on)
            .map(|(id, _)| (*id).to_owned())
            .collect();
        if !picked.is_empty() {
            let question = "topics".to_owned();
            response.answers.push(Answer { question, value: None, text: None, choices: Some(picked) });
        }
        let device = self.device.map(|mobile| if mobile { "mobile" } else { "toaster" }.to_owned());
        StoredResponse {
            seq: self.seq,
            survey: SurveyId::from(SURVEYS[self.survey]),
            touchpoint: TOUCHPOINTS[self.touchpoint].to_owned(),
            completed: self.completed,
            state: self.state,
            attributes,
            context: Context { device, ..Context::default() },
            day: MONDAY + self.day,
            ..response
        }
    }
}

/// What a site must hold: its responses, whole, and nothing summed.
#[derive(Default)]
struct Model {
    responses: BTreeMap<u128, StoredResponse>,
    erased: BTreeSet<u128>,
    declared: usize,
    named: BTreeSet<String>,
}

impl Model {
    fn accept(&mut self, sent: &Sent) -> Outcome {
        let next = sent.response();
        if self.erased.contains(&sent.id) {
            return Outcome::Erased;
        }
        let Some(before) = self.responses.get_mut(&sent.id) else {
            self.responses.insert(sent.id, next);
            return Outcome::Stored;
        };
        if before.survey != next.survey {
            return Outcome::Mismatch;
        }
        if next.seq <= before.seq {
            return Outcome::Duplicate;
        }
        let judged = matches!(before.state, ResponseState::Quarantined | ResponseState::Excluded);
        *before = StoredResponse {
            day: before.day,
            state: if judged { before.state } else { next.state },
            completed: before.completed || next.completed,
            ..next
        };
        Outcome::Updated
    }

    fn has_cells(&self, filter: &ReportFilter) -> bool {
        let named = filter.touchpoint.as_ref().is_none_or(|name| name.is_empty() || self.named.contains(name));
        let told_apart = |(name, value): &(String, String)| {
            DECLARED[self.declared].iter().any(|(known, values)| known == name && values.contains(&value.as_str()))
        };
        named && filter.attributes.len() <= 1 && filter.attributes.iter().all(told_apart)
    }

    fn counted(&self, filter: &ReportFilter) -> impl Iterator<Item = &StoredResponse> {
        self.responses.values().filter(move |response| {
            response.state == ResponseState::Counted
                && filter.survey.as_ref().is_none_or(|survey| *survey == response.survey)
                && filter.touchpoint.as_ref().is_none_or(|touchpoint| *touchpoint == response.touchpoint)
                && filter.from_day.is_none_or(|day| response.day >= day)
                && filter.to_day.is_none_or(|day| response.day <= day)
                && filter.attributes.iter().all(|(name, value)| response.attributes.get(name) == Some(value))
        })
    }

    fn tallies(&self, filter: &ReportFilter, grouping: Grouping) -> Vec<Tally> {
        let mut periods: BTreeMap<i32, Histogram> = BTreeMap::new();
        for response in self.counted(filter) {
            let period = if grouping == Grouping::Day { response.day } else { 0 };
            periods.entry(period).or_default().merge(&Histogram::of([response.score]));
        }
        let instrument = bearing_shared::instrument::Instrument::Nps;
        periods.into_iter().map(|(period, histogram)| Tally { instrument, period, histogram }).collect()
    }
}

/// The filters that a history is judged by.
fn filters() -> Vec<ReportFilter> {
    let mut filters = vec![
        everything(),
        ReportFilter { survey: Some(SurveyId::from(SURVEYS[1])), ..everything() },
        ReportFilter { from_day: Some(MONDAY - 2), to_day: Some(MONDAY + 2), ..everything() },
        ReportFilter { touchpoint: Some("cart".into()), from_day: Some(MONDAY), ..having(&[("plan", "pro")]) },
        having(&[("plan", "pro"), ("country", "NL")]),
        having(&[("country", "NL")]),
        having(&[("country", "DE")]),
    ];
    filters.extend(TOUCHPOINTS.map(from));
    filters.extend(PLANS.map(|plan| having(&[("plan", plan)])));
    filters
}

async fn take(db: &Database, model: &mut Model, step: &Step) -> Result<()> {
    match step {
        Step::Accept(batch) => {
            let expected: Vec<Outcome> = batch.iter().map(|sent| model.accept(sent)).collect();
            assert_eq!(accept(db, batch.iter().map(Sent::response)).await?, expected);
        }
        Step::Delete(id) => {
            let there = model.responses.remove(id).is_some();
            assert_eq!(db.delete_response(&home(), response_id(*id), NOON).await?, there);
            if there {
                model.erased.insert(*id);
            }
        }
        Step::Declare(which) => {
            model.declared = *which;
            let mut changed = site("st_home");
            changed.settings.dimensions =
                DECLARED[*which].iter().map(|(name, values)| dimension(name, values)).collect();
            assert!(db.update_site(changed).await?);
        }
        Step::Publish { survey, touchpoints } => {
            let (id, names) = (SurveyId::from(SURVEYS[*survey]), touchpoints.iter().map(|place| TOUCHPOINTS[*place]));
            let names: Vec<&str> = names.collect();
            assert!(db.edit_survey(&home(), &id, nps(&names), NOON).await?);
            assert!(db.publish_survey(&home(), &id, NOON).await?.is_some());
            model.named.extend(names.into_iter().map(str::to_owned));
        }
        Step::Pause(survey) => {
            db.pause_survey(&home(), &SurveyId::from(SURVEYS[*survey]), NOON).await?;
        }
        Step::Recount => assert_eq!(db.recount().await?, model.responses.len() as u64),
    }
    Ok(())
}

async fn judge(db: &Database, model: &Model) -> Result<()> {
    assert_sound(db).await?;
    for filter in filters() {
        let has_cells = db.has_cells(&home(), &filter).await?;
        assert_eq!(has_cells, model.has_cells(&filter), "{filter:?}");
        for grouping in [Grouping::Whole, Grouping::Day] {
            let expected = model.tallies(&filter, grouping);
            assert_eq!(db.tally_scan(&home(), filter.clone(), grouping).await?, expected, "scan {filter:?}");
            if has_cells {
                assert_eq!(db.tally_cells(&home(), filter.clone(), grouping).await?, expected, "cells {filter:?}");
            }
        }
        if has_cells {
            let funnel = db.funnel(&home(), filter.clone()).await?;
            let completed = model.counted(&filter).filter(|response| response.completed).count();
            let expected = (model.counted(&filter).count() as u64, completed as u64);
            assert_eq!((funnel.answered, funnel.completed), expected, "{filter:?}");
        }
    }
    Ok(())
}

async fn live(db: Database, steps: &[Step]) -> Result<()> {
    furnish(&db).await?;
    db.create_survey(&home(), &SurveyId::from(SURVEYS[1]), nps(&[]), NOON).await?;
    let mut model = Model { declared: 1, named: BTreeSet::from(["checkout".to_owned()]), ..Model::default() };
    for (number, step) in steps.iter().enumerate() {
        take(&db, &mut model, step).await?;
        if number % 5 == 4 {
            assert_sound(&db).await?;
        }
    }
    judge(&db, &model).await?;
    db.close().await;
    Ok(())
}

async fn any_history_leaves_counts_that_agree_with_the_answers(db: &Database) -> Result<()> {
    let (engine, runtime) = (db.engine, Handle::current());
    // proptest is not async: it runs beside the runtime, each history against a database of its own.
    let histories = tokio::task::spawn_blocking(move || {
        let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(steps in prop::collection::vec(step(), 30))| {
            let life = async { live(Database::fresh(engine).await, &steps).await };
            runtime.block_on(life).map_err(|error| TestCaseError::fail(error.to_string()))?;
        });
    });
    histories.await.expect("every history holds");
    Ok(())
}
