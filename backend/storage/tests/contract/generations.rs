//! Generations of counts: built beside what is read, by whoever steps, and switched to when they are complete.

use std::collections::BTreeMap;
use std::sync::Arc;

use bearing_shared::api::intake::EventKind;
use bearing_shared::api::reports::Source;
use bearing_shared::histogram::Histogram;
use bearing_storage::{
    Building, CountingStatus, EventCount, Grouping, Outcome, ReportFilter, Result, Store, StoreError, StoredResponse,
};

use crate::builders::*;

crate::contract! {
    a_new_site_counts_as_its_settings_say
    a_site_that_is_not_there_counts_nothing
    a_new_dimension_is_scanned_until_its_cells_are_complete
    what_happens_during_a_build_is_in_both_generations
    a_change_during_a_build_is_followed_after_it
    a_build_goes_on_where_a_closed_store_left_it
    two_stores_may_step_at_the_same_time
    a_recount_beside_a_serving_store_counts_everything
    a_name_without_a_past_is_added_at_once
    another_time_zone_moves_answers_and_leaves_events
    an_unknown_time_zone_is_refused
    the_days_on_which_clocks_change_are_whole
}

/// A store in small steps on the home site with 35 answers, whose countries nobody has declared.
async fn crowded(db: &Database) -> Result<Arc<dyn Store>> {
    furnish(db).await?;
    let country = |number| if number % 2 == 0 { "NL" } else { "DE" };
    let answer = |number: u128| StoredResponse {
        shown_at: NOON - number as i64 * 3_600_000,
        ..with_attributes(response(number, (number % 11) as u8), &[("country", country(number))])
    };
    accept(db, (0..35).map(answer)).await?;
    db.second_within(SMALL_STEPS).await
}

async fn declare(store: &Arc<dyn Store>, name: &str, values: &[&str]) -> Result<()> {
    let mut changed = site("st_home");
    changed.settings.dimensions.push(dimension(name, values));
    assert!(reset(store, changed).await?);
    Ok(())
}

fn dutch() -> ReportFilter {
    having(&[("country", "NL")])
}

async fn a_new_site_counts_as_its_settings_say(db: &Database) -> Result<()> {
    furnish(db).await?;
    let expected = CountingStatus {
        generation: 1,
        zone: "Europe/Amsterdam".into(),
        dimensions: vec![dimension("plan", &["free", "pro"])],
        touchpoints: texts(&["checkout"]),
        building: None,
    };
    assert_eq!(db.counting(&home()).await?, Some(expected));
    assert!(!db.build_step().await?, "there is nothing to do");
    Ok(())
}

async fn a_site_that_is_not_there_counts_nothing(db: &Database) -> Result<()> {
    assert_eq!(db.counting(&home()).await?, None);
    assert_eq!(db.funnel(&home(), everything()).await?, None);
    assert!(!db.build_step().await?);
    assert_eq!(db.erase_customer(&home(), "c-1", NOON).await?, 0);
    Ok(())
}

async fn a_new_dimension_is_scanned_until_its_cells_are_complete(db: &Database) -> Result<()> {
    let store = crowded(db).await?;
    declare(&store, "country", &["NL"]).await?;
    let dutch_scores = Histogram::of((0..35).filter(|number| number % 2 == 0).map(|number| (number % 11) as u8));
    for done in [10, 20, 30] {
        let now = status(&store).await?;
        assert_eq!((now.generation, now.building), (1, Some(Building { done, total: 35 })));
        assert_eq!(now.dimensions, [dimension("plan", &["free", "pro"])]);
        let found = tallied(&store, query(dutch(), Grouping::Whole)).await?;
        assert_eq!((found.source, sum(&found.tallies)), (Source::Scan, dutch_scores));
        assert_eq!(counted(&store, everything()).await?.n(), 35, "what was counted before still is");
        assert_sound(&store).await?;
        assert!(store.build_step().await?);
    }
    let now = status(&store).await?;
    assert_eq!((now.generation, now.building), (2, None));
    assert_eq!(now.dimensions.last(), Some(&dimension("country", &["NL"])));
    assert_eq!(counted(&store, dutch()).await?, dutch_scores);
    assert_eq!(counted(&store, everything()).await?.n(), 35);
    assert!(store.build_step().await?, "the old cells are cleared");
    assert_eq!(build(&store).await?, 0);
    assert_sound(&store).await
}

async fn what_happens_during_a_build_is_in_both_generations(db: &Database) -> Result<()> {
    let store = crowded(db).await?;
    declare(&store, "country", &["NL"]).await?;
    let nl = |response| with_attributes(response, &[("country", "NL")]);
    // The oldest were counted first: 34 is in the cells that are being built, 0 is not.
    let edition = |number: u128| StoredResponse { seq: 1, touchpoint: String::new(), ..nl(response(number, 10)) };
    let early = StoredResponse { shown_at: 0, ..nl(response(100, 1)) };
    let batch = [edition(34), edition(0), early, nl(response(101, 2))];
    let expected = [Outcome::Updated, Outcome::Updated, Outcome::Stored, Outcome::Stored];
    // The other store has not begun the build, and knows of it all the same.
    assert_eq!(accept(db, batch).await?, expected);
    assert_sound(&store).await?;
    for number in [33, 1] {
        assert!(db.delete_response(&home(), response_id(number), NOON).await?);
        assert_sound(&store).await?;
    }
    // New ones that go again, before and after the build has passed them.
    accept(&store, [StoredResponse { shown_at: 1, ..nl(response(102, 3)) }]).await?;
    assert!(store.delete_response(&home(), response_id(102), NOON).await?);
    assert_eq!(accept(&store, [response(33, 1)]).await?, [Outcome::Erased]);
    assert_sound(&store).await?;
    build(db).await?;
    assert_sound(&store).await?;
    let kept = (2..33u8).filter(|number| number % 2 == 0).map(|number| number % 11);
    assert_eq!(counted(&store, dutch()).await?, Histogram::of(kept.chain([10, 10, 1, 2])));
    Ok(())
}

async fn a_change_during_a_build_is_followed_after_it(db: &Database) -> Result<()> {
    let store = crowded(db).await?;
    declare(&store, "country", &["NL"]).await?;
    declare(&store, "country", &["DE"]).await?;
    assert_eq!(status(&store).await?.building, Some(Building { done: 10, total: 35 }));
    let mut seen = Vec::new();
    while store.build_step().await? {
        let now = status(&store).await?;
        let country = now.dimensions.iter().find(|dimension| dimension.name == "country");
        seen.push((now.generation, country.map(|country| country.values.join(","))));
        assert_sound(&store).await?;
    }
    seen.dedup();
    let expected = [(1, None), (2, Some("NL".to_owned())), (3, Some("DE".to_owned()))];
    assert_eq!(seen, expected, "each build that began is finished, and the last follows the settings");
    assert_eq!(counted(&store, having(&[("country", "DE")])).await?.n(), 17);
    Ok(())
}

async fn a_build_goes_on_where_a_closed_store_left_it(db: &Database) -> Result<()> {
    let mut store = crowded(db).await?;
    declare(&store, "country", &["NL"]).await?;
    for done in [10, 20, 30] {
        store.close().await;
        drop(store);
        store = db.second_within(SMALL_STEPS).await?;
        assert_eq!(status(&store).await?.building, Some(Building { done, total: 35 }));
        assert_sound(&store).await?;
        store.build_step().await?;
    }
    assert_eq!(counted(&store, dutch()).await?.n(), 18);
    assert_sound(&store).await
}

async fn two_stores_may_step_at_the_same_time(db: &Database) -> Result<()> {
    furnish(db).await?;
    let answer = |number: u128| with_attributes(response(number, (number % 11) as u8), &[("country", "NL")]);
    accept(db, (0..300).map(answer)).await?;
    let (one, two) = (db.second_within(SMALL_STEPS).await?, db.second_within(SMALL_STEPS).await?);
    declare(&one, "country", &["NL"]).await?;
    let stepping = |store: Arc<dyn Store>| {
        tokio::spawn(async move {
            while store.build_step().await? {}
            Ok::<_, StoreError>(())
        })
    };
    let tasks = [stepping(Arc::clone(&one)), stepping(Arc::clone(&two))];
    for number in 300..400 {
        accept(if number % 2 == 0 { &one } else { &two }, [answer(number)]).await?;
        assert!(two.delete_response(&home(), response_id(number - 300), NOON).await?);
    }
    for task in tasks {
        task.await.expect("no step panics")?;
    }
    assert_eq!(build(&one).await?, 0, "whoever stopped last left nothing");
    assert_eq!(counted(&two, dutch()).await?.n(), 300);
    assert_sound(&one).await
}

async fn a_recount_beside_a_serving_store_counts_everything(db: &Database) -> Result<()> {
    let store = crowded(db).await?;
    declare(&store, "country", &["NL"]).await?;
    let recounting = {
        let store = db.second_within(SMALL_STEPS).await?;
        tokio::spawn(async move { store.recount().await })
    };
    for number in 100..140 {
        accept(&store, [response(number, 9)]).await?;
        store.build_step().await?;
    }
    let counted_anew = recounting.await.expect("no step panics")?;
    assert!((35..=75).contains(&counted_anew), "those that were there when it began: {counted_anew}");
    build(&store).await?;
    assert_eq!(counted(&store, everything()).await?.n(), 75);
    assert!(status(&store).await?.generation >= 3, "the build that was under way was not taken for the recount");
    assert_sound(&store).await
}

async fn a_name_without_a_past_is_added_at_once(db: &Database) -> Result<()> {
    let store = crowded(db).await?;
    let generation = async || -> Result<(u32, bool)> {
        let now = status(&store).await?;
        Ok((now.generation, now.building.is_some()))
    };
    let plans = async |plans: &[&str]| -> Result<()> {
        let mut changed = site("st_home");
        changed.settings.dimensions = vec![dimension("plan", plans)];
        assert!(reset(&store, changed).await?);
        Ok(())
    };
    let point = async |points: &[&str], at| -> Result<()> {
        store.edit_survey(&home(), &survey_id(), nps(points), at).await?;
        assert!(store.publish_survey(&home(), &survey_id(), at).await?.is_some());
        Ok(())
    };
    // Nobody has sent a plan, nor come from another touchpoint.
    plans(&["pro", "free", "gold"]).await?;
    point(&["checkout", "cart"], NOON).await?;
    assert_eq!(generation().await?, (1, false));
    accept(&store, [with_attributes(response(100, 9), &[("plan", "gold")])]).await?;
    assert_eq!(counted(&store, having(&[("plan", "gold")])).await?, Histogram::of([9]));
    assert_sound(&store).await?;

    // From here on there is a remainder, and nobody knows what it is made of.
    let odd = StoredResponse { touchpoint: "door".into(), ..with_attributes(response(101, 3), &[("plan", "tin")]) };
    accept(&store, [odd]).await?;
    plans(&["pro", "free", "gold", "tin"]).await?;
    assert_eq!(generation().await?, (1, true));
    build(&store).await?;
    assert_eq!(generation().await?, (2, false));
    assert_eq!(counted(&store, having(&[("plan", "tin")])).await?, Histogram::of([3]));
    point(&["door"], NOON + 1).await?;
    assert_eq!(generation().await?, (2, true));
    build(&store).await?;
    assert_eq!(counted(&store, from("door")).await?, Histogram::of([3]));

    // Taking one back leaves the remainder as it was before.
    assert!(store.delete_response(&home(), response_id(101), NOON).await?);
    plans(&["pro", "free", "gold", "tin", "lead"]).await?;
    assert_eq!(generation().await?, (3, false));
    plans(&["pro"]).await?;
    assert_eq!(generation().await?, (3, true), "a value less moves its answers to the remainder");
    Ok(())
}

async fn another_time_zone_moves_answers_and_leaves_events(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second().await?;
    // Half past eleven in the evening in Amsterdam, half past five in the afternoon in New York.
    let late = NOON + 10 * 3_600_000 + 30 * 60_000;
    // An hour later it is Tuesday in Amsterdam.
    let at = |number, shown_at| StoredResponse { shown_at, ..response(number, 9) };
    accept(&store, [at(1, late), at(2, late + 3_600_000)]).await?;
    let shown = EventCount { at: late + 3_600_000, ..event(EventKind::Shown, 7) };
    store.count_events(vec![shown.clone()]).await?;
    let tuesday = ReportFilter { from_day: Some(MONDAY + 1), ..everything() };
    let on_tuesday = async || -> Result<(u64, u64)> {
        assert_eq!(counted(&store, tuesday.clone()).await?.n(), funnel(&store, tuesday.clone()).await?.answered);
        let funnel = funnel(&store, tuesday.clone()).await?;
        Ok((funnel.answered, funnel.shown))
    };
    assert_eq!(on_tuesday().await?, (1, 7));
    let mut changed = site("st_home");
    changed.settings.time_zone = "America/New_York".into();
    reset(&store, changed).await?;
    assert_eq!(status(&store).await?.zone, "America/New_York");
    assert_eq!(on_tuesday().await?, (0, 7), "an event stays on the day it was counted on");
    store.count_events(vec![shown]).await?;
    assert_eq!(on_tuesday().await?, (0, 7));
    assert_eq!(funnel(&store, everything()).await?.shown, 14);
    let listed_on_tuesday = bearing_storage::ResponseFilter { from_day: Some(MONDAY + 1), ..Default::default() };
    assert_eq!(listed(&store, listed_on_tuesday).await?, [], "lists count days in the same time zone");
    assert_sound(&store).await
}

async fn an_unknown_time_zone_is_refused(db: &Database) -> Result<()> {
    let mut lost = site("st_home");
    lost.settings.time_zone = "Europe/Atlantis".into();
    assert!(matches!(db.create_site(lost.clone()).await, Err(StoreError::Corrupt { .. })));
    assert_eq!(db.sites().await?, []);
    furnish(db).await?;
    assert!(matches!(reset(db, lost).await, Err(StoreError::Corrupt { .. })));
    assert_eq!(db.site(&home()).await?, Some(site("st_home")));
    accept(db, [response(1, 9)]).await?;
    assert_eq!(counted(db, everything()).await?.n(), 1);
    Ok(())
}

async fn the_days_on_which_clocks_change_are_whole(db: &Database) -> Result<()> {
    furnish(db).await?;
    // Amsterdam, 2026: 29 March has 23 hours and 25 October has 25.
    let noon = |date: &str| format!("{date}T12:00:00Z").parse::<jiff::Timestamp>().expect("a time").as_millisecond();
    let hours = (-30..30).map(|hour| hour * 3_600_000);
    let spring = hours.clone().map(|hour| noon("2026-03-29") + hour);
    let autumn = hours.map(|hour| noon("2026-10-25") + hour);
    let answers = (0..).zip(spring.chain(autumn));
    accept(db, answers.map(|(number, shown_at)| StoredResponse { shown_at, ..response(number, 9) })).await?;
    let days = tallied(db, query(everything(), Grouping::Day)).await?.tallies;
    let sizes: BTreeMap<i32, u64> = days.iter().map(|tally| (tally.period, tally.histogram.n())).collect();
    let day = |date: &str| (noon(date) / 86_400_000) as i32;
    assert_eq!((sizes[&day("2026-03-29")], sizes[&day("2026-10-25")]), (23, 25));
    for date in ["2026-03-29", "2026-03-30", "2026-10-25"] {
        let one = ReportFilter { from_day: Some(day(date)), to_day: Some(day(date)), ..everything() };
        assert_eq!(counted(db, one).await?.n(), sizes[&day(date)], "{date}");
    }
    assert_sound(db).await
}
