//! Learned values: trusted answers teach them, strangers do not, and there is an end to it.

use std::sync::Arc;

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{OTHER, VALUES_LIMIT};
use bearing_shared::histogram::Histogram;
use bearing_storage::{Result, Store, StoredResponse};

use crate::builders::*;

crate::contract! {
    trusted_answers_teach_values_and_strangers_do_not
    a_batch_that_teaches_counts_under_what_it_taught
    a_dimension_learns_up_to_its_limit
    learned_values_stay_when_the_list_changes
    a_new_dimension_learns_from_the_answers_that_are_there
    listed_values_come_before_those_of_earlier_answers
}

/// A response that its site's own server sent.
pub(crate) fn own(number: u128, attributes: &[(&str, &str)]) -> StoredResponse {
    StoredResponse { source: "server".into(), ..with_attributes(response(number, 9), attributes) }
}

async fn plans(store: &Arc<dyn Store>) -> Result<Vec<String>> {
    let now = status(store).await?;
    Ok(now.dimensions.into_iter().find(|dimension| dimension.name == "plan").expect("is declared").values)
}

async fn trusted_answers_teach_values_and_strangers_do_not(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second().await?;
    let verified = StoredResponse {
        identity: Identity::Verified,
        customer: Some("c-1".into()),
        ..with_attributes(response(2, 9), &[("plan", "gold"), ("undeclared", "x")])
    };
    accept(&store, [own(1, &[("plan", "tin")]), verified]).await?;
    assert_eq!(plans(&store).await?, ["free", "pro", "tin", "gold"]);
    assert_eq!(counted(&store, having(&[("plan", "gold")])).await?, Histogram::of([9]));

    let claimed = StoredResponse { identity: Identity::Unverified, customer: Some("c-1".into()), ..response(3, 9) };
    assert!(store.delete_response(&home(), response_id(1), NOON).await?);
    let sent = [
        with_attributes(response(4, 9), &[("plan", "stranger")]),
        with_attributes(claimed, &[("plan", "claimed")]),
        StoredResponse { state: ResponseState::Test, ..own(5, &[("plan", "test")]) },
        own(6, &[("plan", "")]),
        own(7, &[("plan", OTHER)]),
        own(1, &[("plan", "erased")]),
        own(2, &[("plan", "duplicate")]),
    ];
    accept(&store, sent).await?;
    assert_eq!(plans(&store).await?, ["free", "pro", "gold"], "what only an erased answer said is forgotten");
    assert_eq!(counted(&store, having(&[("plan", OTHER)])).await?.n(), 4);
    // A later edition teaches as well; what strangers sent before is then told apart too.
    let edition = StoredResponse { seq: 1, ..own(4, &[("plan", "stranger")]) };
    accept(&store, [edition, with_attributes(response(8, 1), &[("plan", "stranger")])]).await?;
    assert_eq!(plans(&store).await?, ["free", "pro", "gold", "stranger"]);
    assert_eq!(counted(&store, having(&[("plan", "stranger")])).await?, Histogram::of([9, 1]));
    assert_sound(&store).await
}

async fn a_batch_that_teaches_counts_under_what_it_taught(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second_within(SMALL_STEPS).await?;
    let stranger = |number| with_attributes(response(number, 1), &[("plan", "p-7")]);
    let batch = (0..40u128).map(|number| own(number, &[("plan", &format!("p-{}", number % 20))]));
    accept(&store, batch.chain([stranger(100)])).await?;
    let now = status(&store).await?;
    assert_eq!((now.generation, now.building), (1, None), "a value that is known in time needs no other generation");
    assert_eq!(plans(&store).await?.len(), 22);
    assert_eq!(counted(&store, having(&[("plan", "p-7")])).await?, Histogram::of([9, 9, 1]));
    assert_sound(&store).await
}

async fn a_dimension_learns_up_to_its_limit(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second().await?;
    accept(&store, (0..60).map(|number| own(number, &[("plan", &format!("p-{number:02}"))]))).await?;
    accept(&store, (60..70).map(|number| own(number, &[("plan", &format!("p-{number:02}"))]))).await?;
    let kept = plans(&store).await?;
    assert_eq!((kept.len(), kept[2].as_str(), kept[49].as_str()), (VALUES_LIMIT, "p-00", "p-47"));
    assert_eq!(counted(&store, having(&[("plan", OTHER)])).await?.n(), 70 - 48);
    // What found no room was not kept for later either.
    let mut changed = site("st_home");
    changed.settings.dimensions = vec![dimension("plan", &[])];
    reset(&store, changed).await?;
    assert_eq!(plans(&store).await?.len(), 48);
    assert_sound(&store).await
}

async fn learned_values_stay_when_the_list_changes(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second().await?;
    accept(&store, [own(1, &[("plan", "tin")]), own(2, &[("plan", "pro")])]).await?;
    let mut changed = site("st_home");
    changed.settings.dimensions = vec![dimension("plan", &["tin", "gold"])];
    reset(&store, changed.clone()).await?;
    assert_eq!(plans(&store).await?, ["tin", "gold"], "a value that is listed and learned is one value");
    changed.settings.dimensions.clear();
    reset(&store, changed.clone()).await?;
    assert_eq!(status(&store).await?.dimensions, []);
    changed.settings.dimensions = vec![dimension("plan", &[])];
    reset(&store, changed).await?;
    assert_eq!(plans(&store).await?, ["tin", "pro"], "what is declared again learns from the answers as well");
    assert_sound(&store).await
}

pub(crate) async fn declare_city(store: &Arc<dyn Store>, values: &[&str]) -> Result<Vec<String>> {
    let mut changed = site("st_home");
    changed.settings.dimensions.push(dimension("city", values));
    assert!(reset(store, changed).await?);
    build(store).await?;
    let now = status(store).await?;
    Ok(now.dimensions.into_iter().find(|dimension| dimension.name == "city").expect("is declared").values)
}

async fn a_new_dimension_learns_from_the_answers_that_are_there(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second_within(SMALL_STEPS).await?;
    // Sixty cities: fifty came three times and ten twice.
    let city = |number: u128| format!("c-{:02}", if number < 150 { number % 50 } else { 50 + number % 10 });
    accept(&store, (0..170).map(|number| own(number, &[("city", &city(number))]))).await?;
    let stranger = |number| with_attributes(response(number, 1), &[("city", "invented")]);
    let quiet = [own(300, &[("city", "")]), own(301, &[("city", OTHER)]), own(302, &[])];
    let test = StoredResponse { state: ResponseState::Test, ..own(303, &[("city", "test")]) };
    accept(&store, (200..210).map(stranger).chain(quiet).chain([test])).await?;

    let told_apart = declare_city(&store, &[]).await?;
    assert_eq!(told_apart, (0..50).map(|city| format!("c-{city:02}")).collect::<Vec<_>>(), "the most frequent ones");
    assert_eq!(counted(&store, having(&[("city", "c-49")])).await?.n(), 3);
    // The ten rare ones, the strangers', and the two that say next to nothing.
    assert_eq!(counted(&store, having(&[("city", OTHER)])).await?.n(), 20 + 10 + 2);
    assert_sound(&store).await
}

async fn listed_values_come_before_those_of_earlier_answers(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second_within(SMALL_STEPS).await?;
    let city = |number: u128| format!("c-{:02}", if number < 150 { number % 50 } else { 50 + number % 10 });
    accept(&store, (0..170).map(|number| own(number, &[("city", &city(number))]))).await?;
    let kept = declare_city(&store, &["c-55"]).await?;
    let expected: Vec<String> =
        ["c-55".to_owned()].into_iter().chain((0..49).map(|city| format!("c-{city:02}"))).collect();
    assert_eq!((kept.len(), kept), (VALUES_LIMIT, expected));
    for (city, n) in [("c-00", 3), ("c-48", 3), ("c-55", 2)] {
        assert_eq!(counted(&store, having(&[("city", city)])).await?.n(), n, "{city}");
    }
    // One of fifty has no room left, and nine of the rare ones never had.
    assert_eq!(counted(&store, having(&[("city", OTHER)])).await?.n(), 3 + 9 * 2);
    assert_sound(&store).await
}
