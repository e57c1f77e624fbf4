//! Any history of a site leaves counts that agree with its answers: real stores against a model that has no cells.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bearing_shared::api::reports::Source;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell::OTHER;
use bearing_shared::id::SurveyId;
use bearing_storage::{
    Accept, Arrival, Axis, Base, Grouping, Limits, MarkChange, Marking, Outcome, Position, ReportFilter, Result, Right,
    Rows, Store, StoredResponse, TallyQuery, Value, Withdrawal,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::runtime::Handle;

use crate::builders::*;
use crate::model::*;

crate::contract! { any_history_leaves_counts_that_agree_with_the_answers }

/// Steps so small that most of a history happens beside a build.
const LIMITS: Limits = Limits { read: Duration::from_secs(60), step: 3 };
/// What may happen to a site.
#[derive(Clone, Debug)]
enum Step {
    Accept(Vec<Sent>),
    Delete(u128),
    /// Answers, a withdrawal, and the same answers once more, in one batch.
    Withdraw(Vec<Sent>, u128),
    Erase(usize),
    Judge(Vec<u128>, ResponseState),
    Declare(usize),
    Zone(usize),
    Publish {
        survey: usize,
        touchpoints: Vec<usize>,
    },
    Pause(usize),
    Build(usize),
    Recount,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::vec(sent(), 1..8).prop_map(Step::Accept),
        2 => (0u128..24).prop_map(Step::Delete),
        2 => (prop::collection::vec(sent(), 0..4), 0u128..24).prop_map(|(batch, id)| Step::Withdraw(batch, id)),
        1 => (0..CUSTOMERS.len()).prop_map(Step::Erase),
        3 => (prop::collection::vec(0u128..24, 1..6), judgement()).prop_map(|(ids, state)| Step::Judge(ids, state)),
        1 => (0..DECLARED.len()).prop_map(Step::Declare),
        1 => (0..ZONES.len()).prop_map(Step::Zone),
        1 => (0..SURVEYS.len(), prop::collection::vec(0..TOUCHPOINTS.len(), 0..3)).prop_map(|(survey, touchpoints)| {
            // The empty touchpoint is no name.
            Step::Publish { survey, touchpoints: touchpoints.into_iter().filter(|place| *place > 0).collect() }
        }),
        1 => (0..SURVEYS.len()).prop_map(Step::Pause),
        3 => (1usize..4).prop_map(Step::Build),
        1 => Just(Step::Recount),
        1 => Just(Step::Reopen),
    ]
}

fn judgement() -> impl Strategy<Value = ResponseState> {
    prop_oneof![Just(ResponseState::Counted), Just(ResponseState::Excluded), Just(ResponseState::Quarantined)]
}

/// The questions that a history is judged by.
fn queries() -> Vec<TallyQuery> {
    let window = ReportFilter { from_day: Some(MONDAY - 17), to_day: Some(MONDAY + 2), ..everything() };
    let second = ReportFilter { survey: Some(SurveyId::from(SURVEYS[1])), ..everything() };
    let narrow = ReportFilter { touchpoint: Some("cart".into()), from_day: Some(MONDAY), ..having(&[("plan", "pro")]) };
    let by = |axis, query| TallyQuery { by: Some(axis), ..query };
    let on = |dimension: &str, filter, grouping| by(Axis::Dimension(dimension.into()), query(filter, grouping));
    let mut queries = vec![
        query(everything(), Grouping::Day),
        query(window.clone(), Grouping::Whole),
        query(window.clone(), Grouping::Week),
        query(window.clone(), Grouping::Hour),
        query(second, Grouping::Whole),
        query(narrow, Grouping::Day),
        query(having(&[("plan", "pro"), ("country", "NL")]), Grouping::Whole),
        query(with_value("device", "mobile"), Grouping::Week),
        query(with_value("choice.topics", "speed"), Grouping::Whole),
        by(Axis::Touchpoint, query(having(&[("plan", OTHER)]), Grouping::Whole)),
        by(Axis::Survey, query(window.clone(), Grouping::Day)),
        on("attr.plan", everything(), Grouping::Week),
        on("attr.country", from(OTHER), Grouping::Whole),
        on("choice.topics", window.clone(), Grouping::Whole),
        on("device", having(&[("plan", "gold")]), Grouping::Whole),
        TallyQuery { base: Base::Respondents, ..query(window.clone(), Grouping::Week) },
        TallyQuery { base: Base::Respondents, ..on("attr.plan", having(&[("country", "NL")]), Grouping::Whole) },
    ];
    queries.extend(TOUCHPOINTS.map(|touchpoint| query(from(touchpoint), Grouping::Whole)));
    queries.extend(PLANS.map(|plan| query(having(&[("plan", plan)]), Grouping::Whole)));
    queries
}

async fn configure(store: &Arc<dyn Store>, model: &Model) -> Result<()> {
    let mut changed = site("st_home");
    let declared = DECLARED[model.declared].iter();
    changed.settings.dimensions = declared.map(|(name, values)| dimension(name, values)).collect();
    changed.settings.time_zone = ZONES[model.zone].into();
    assert!(reset(store, changed).await?);
    Ok(())
}

async fn take(store: &mut Arc<dyn Store>, url: &str, model: &mut Model, step: &Step) -> Result<()> {
    match step {
        Step::Accept(batch) => {
            let expected = model.accept(batch);
            assert_eq!(accept(store, batch.iter().map(Sent::response)).await?, expected);
            model.forget(learned(store).await?);
        }
        Step::Delete(id) => {
            assert_eq!(store.delete_response(&home(), response_id(*id), NOON).await?, model.remove(*id));
            model.forget(learned(store).await?);
        }
        Step::Withdraw(batch, id) => {
            let answers =
                || batch.iter().map(|sent| Accept { site: home(), response: sent.response(), display: None }.into());
            let withdrawal =
                Withdrawal { site: home(), id: response_id(*id), right: Right::Site, keeps_out: true, at: NOON };
            let mut expected = model.accept(batch);
            model.remove(*id);
            model.erased.insert(*id);
            expected.push(Outcome::Withdrawn);
            expected.extend(batch.iter().map(|sent| model.accept_one(sent)));
            let arrivals = answers().chain([Arrival::Withdrawal(withdrawal)]).chain(answers());
            assert_eq!(store.take_in(arrivals.collect()).await?, expected);
            model.forget(learned(store).await?);
        }
        Step::Erase(customer) => {
            let theirs = |response: &StoredResponse| response.customer.as_deref() == Some(CUSTOMERS[*customer]);
            let found = model.responses.iter().filter(|(_, response)| theirs(response));
            let ids: Vec<u128> = found.map(|(id, _)| *id).collect();
            assert_eq!(store.erase_customer(&home(), CUSTOMERS[*customer], NOON).await?, ids.len() as u64);
            ids.into_iter().for_each(|id| assert!(model.remove(id)));
            model.forget(learned(store).await?);
        }
        Step::Judge(ids, state) => {
            let expected = model.judge(ids, *state);
            let ids: Vec<_> = ids.iter().map(|id| response_id(*id)).collect();
            let change = MarkChange { state: Some(*state), ..MarkChange::default() };
            let Marking::Done(marked) = store.mark(&home(), &ids, change, NOON).await? else { panic!("no tags") };
            assert_eq!(marked.iter().flatten().count(), expected);
        }
        Step::Declare(which) => {
            model.declare(*which);
            configure(store, model).await?;
        }
        Step::Zone(which) => {
            model.zone = *which;
            configure(store, model).await?;
        }
        Step::Publish { survey, touchpoints } => {
            let (id, names) = (SurveyId::from(SURVEYS[*survey]), touchpoints.iter().map(|place| TOUCHPOINTS[*place]));
            let names: Vec<&str> = names.collect();
            assert!(store.edit_survey(&home(), &id, nps(&names), NOON).await?);
            assert!(store.publish_survey(&home(), &id, NOON).await?.is_some());
            model.named.extend(names.into_iter().map(str::to_owned));
        }
        Step::Pause(survey) => {
            store.pause_survey(&home(), &SurveyId::from(SURVEYS[*survey]), NOON).await?;
        }
        Step::Build(steps) => {
            for _ in 0..*steps {
                store.build_step().await?;
            }
        }
        Step::Recount => assert_eq!(store.recount().await?, model.responses.len() as u64),
        Step::Reopen => {
            store.close().await;
            *store = bearing_storage::open_within(url, LIMITS).await?;
        }
    }
    Ok(())
}

/// What is learned now, read as a move reads it.
async fn learned(store: &Arc<dyn Store>) -> Result<BTreeMap<String, Vec<String>>> {
    let (mut learned, mut from) = (BTreeMap::<String, Vec<String>>::new(), Position::default());
    loop {
        let page = store.hand_over(from, 1_000).await?;
        if let Rows::Plain(rows) = page.rows {
            for row in rows {
                // No other table has four columns of these kinds.
                if let [Value::Text(_), Value::Text(dimension), Value::Number(_), Value::Text(value)] = &row[..] {
                    learned.entry(dimension.clone()).or_default().push(value.clone());
                }
            }
        }
        match page.next {
            Some(next) => from = next,
            None => return Ok(learned),
        }
    }
}

/// Asks everything, and compares the replies with the model.
async fn judge(store: &Arc<dyn Store>, model: &Model, queries: &[TallyQuery]) -> Result<()> {
    let status = store.counting(&home()).await?.expect("the site is there");
    for query in queries {
        let expected = model.tallies(query, &status);
        let tallied = tallied(store, query.clone()).await?;
        assert_eq!(tallied.tallies, expected, "{query:?}");
        assert_eq!(tallied.source == Source::Cells, model.has_cells(query, &status), "{query:?}");
        if tallied.source == Source::Cells && query.by.is_none() {
            let funnel = funnel(store, query.filter.clone()).await?;
            let counted = model.counted(query, &status);
            let completed = counted.iter().filter(|response| response.completed).count();
            assert_eq!((funnel.answered, funnel.completed), (counted.len() as u64, completed as u64), "{query:?}");
        }
    }
    Ok(())
}

async fn live(url: &str, steps: &[(bool, Step)]) -> Result<()> {
    // Two processes' stand-ins share the file, and either may do the next step.
    let mut stores =
        [bearing_storage::open_within(url, LIMITS).await?, bearing_storage::open_within(url, LIMITS).await?];
    furnish(&stores[0]).await?;
    stores[1].create_survey(&home(), &SurveyId::from(SURVEYS[1]), nps(&[]), NOON).await?;
    let mut model = Model { declared: 1, named: BTreeSet::from(["checkout".to_owned()]), ..Model::default() };
    let queries = queries();
    for (number, (which, step)) in steps.iter().enumerate() {
        take(&mut stores[usize::from(*which)], url, &mut model, step).await?;
        assert_sound(&stores[0]).await?;
        judge(&stores[1], &model, &queries[number % queries.len()..][..1]).await?;
    }
    judge(&stores[0], &model, &queries).await?;
    build(&stores[1]).await?;
    judge(&stores[0], &model, &queries).await?;
    assert_sound(&stores[0]).await?;
    let status = stores[0].counting(&home()).await?.expect("the site is there");
    assert_eq!((status.zone.as_str(), status.building), (ZONES[model.zone], None), "the settings are followed");
    let told_apart: Vec<_> = status.dimensions.into_iter().map(|told| (told.name, told.values)).collect();
    assert_eq!(told_apart, model.dimensions());
    assert_eq!(status.touchpoints, model.named.into_iter().collect::<Vec<_>>());
    for store in stores {
        store.close().await;
    }
    Ok(())
}

async fn any_history_leaves_counts_that_agree_with_the_answers(db: &Database) -> Result<()> {
    let (engine, runtime) = (db.engine, Handle::current());
    // proptest is not async: it runs beside the runtime, each history against a database of its own.
    let histories = tokio::task::spawn_blocking(move || {
        let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(steps in prop::collection::vec((any::<bool>(), step()), 40))| {
            let place = engine();
            let life = async { live(&place.url, &steps).await };
            runtime.block_on(life).map_err(|error| TestCaseError::fail(error.to_string()))?;
        });
    });
    histories.await.expect("every history holds");
    Ok(())
}
