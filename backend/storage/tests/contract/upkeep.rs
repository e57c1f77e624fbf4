//! Upkeep: the revision that caches hang on, recounting, reopening, and several stores on one database.

use std::sync::Arc;

use bearing_shared::api::intake::EventKind;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::KeyId;
use bearing_storage::{Key, Outcome, Result, Scope, Store, StoreError, StoredResponse};

use crate::builders::*;

crate::contract! {
    the_revision_grows_with_configuration_and_not_with_intake
    a_probe_writes_and_changes_nothing_that_is_read
    a_recount_of_sound_counts_changes_nothing
    an_empty_store_is_sound
    weeks_add_up_across_their_borders
    reopening_keeps_everything
    a_closed_store_takes_no_writes
    what_is_queued_is_finished_before_a_store_closes
    stores_that_open_a_new_database_at_once_all_work
    a_second_store_sees_and_adds_to_the_same_counts
    a_second_stores_configuration_is_respected_by_the_first
    writes_from_two_stores_at_once_are_all_counted
}

async fn the_revision_grows_with_configuration_and_not_with_intake(db: &Database) -> Result<()> {
    let mut last = db.revision().await?;
    let mut grew = async |what: &str| -> Result<bool> {
        let now = db.revision().await?;
        assert!(now >= last, "{what}");
        let grew = now > last;
        last = now;
        Ok(grew)
    };
    let key = Key {
        id: KeyId::from("key_1"),
        site: home(),
        hash: [1; 32],
        scope: Scope::Read,
        name: String::new(),
        created_at: NOON,
        last_used_at: None,
    };
    db.create_site(site("st_home")).await?;
    assert!(grew("create_site").await?);
    reset(db, site("st_home")).await?;
    assert!(grew("update_site").await?);
    db.create_key(key).await?;
    assert!(grew("create_key").await?);
    db.create_survey(&home(), &survey_id(), nps(&["checkout"]), NOON).await?;
    assert!(grew("create_survey").await?);
    db.publish_survey(&home(), &survey_id(), NOON).await?;
    assert!(grew("publish_survey").await?);
    db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON).await?;
    assert!(grew("edit_survey").await?);
    db.pause_survey(&home(), &survey_id(), NOON).await?;
    assert!(grew("pause_survey").await?);

    accept(db, [response(1, 9)]).await?;
    accept(db, [StoredResponse { seq: 1, ..response(1, 8) }]).await?;
    db.count_events(vec![event(EventKind::Shown, 1)]).await?;
    db.delete_response(&home(), response_id(1), NOON).await?;
    db.probe().await?;
    assert!(!grew("intake").await?);
    db.recount().await?;
    assert!(grew("another generation of counts").await?);

    db.delete_site(&home()).await?;
    assert!(grew("delete_site").await?);
    Ok(())
}

async fn a_probe_writes_and_changes_nothing_that_is_read(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.probe().await?;
    db.probe().await?;
    assert_eq!(db.sites().await?, [site("st_home")]);
    assert_sound(db).await
}

async fn a_recount_of_sound_counts_changes_nothing(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    accept(db, [response(1, 9), with_attributes(response(2, 3), &[("plan", "pro")]), response(3, 0)]).await?;
    db.count_events(vec![event(EventKind::Shown, 90)]).await?;
    db.delete_response(&home(), response_id(3), NOON).await?;
    let before = funnel(db, everything()).await?;
    assert_eq!(db.recount().await?, 2);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 3]));
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::of([3]));
    assert_eq!(funnel(db, everything()).await?, before, "what is not kept one by one stays as it was");
    assert_sound(db).await
}

async fn an_empty_store_is_sound(db: &Database) -> Result<()> {
    assert_eq!(db.check().await?, Default::default());
    assert_eq!(db.recount().await?, 0);
    Ok(())
}

async fn weeks_add_up_across_their_borders(db: &Database) -> Result<()> {
    furnish(db).await?;
    let days = [MONDAY - 1, MONDAY, MONDAY + 6, MONDAY + 7, -1, 0, 3, 4];
    accept(db, (1..).zip(days).map(|(number, day)| StoredResponse { shown_at: noon_of(day), ..response(number, 9) }))
        .await?;
    accept(db, [StoredResponse { shown_at: noon_of(MONDAY + 6), ..response(20, 1) }]).await?;
    accept(db, [StoredResponse { seq: 1, ..response(2, 5) }]).await?;
    db.delete_response(&home(), response_id(4), NOON).await?;
    assert_sound(db).await
}

async fn reopening_keeps_everything(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [with_comment(response(1, 9), "kept"), response(2, 3)]).await?;
    db.delete_response(&home(), response_id(2), NOON).await?;
    db.count_events(vec![event(EventKind::Shown, 4)]).await?;
    let revision = db.revision().await?;
    db.close().await;

    let again = db.second().await?;
    assert_eq!(again.sites().await?, [site("st_home")]);
    assert_eq!(again.published_versions(&home(), None).await?.len(), 1);
    assert_eq!(again.response(&home(), response_id(1)).await?, Some(with_comment(response(1, 9), "kept")));
    assert_eq!(counted(&again, everything()).await?, Histogram::of([9]));
    assert_eq!(funnel(&again, everything()).await?.shown, 4);
    assert_eq!(again.revision().await?, revision);
    assert_eq!(accept(&again, [response(1, 9), response(2, 3)]).await?, [Outcome::Duplicate, Outcome::Erased]);
    assert_sound(&again).await
}

async fn a_closed_store_takes_no_writes(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.close().await;
    assert!(matches!(accept(db, [response(1, 9)]).await, Err(StoreError::Unwritable(_))));
    assert!(matches!(db.probe().await, Err(StoreError::Unwritable(_))));
    db.close().await;
    Ok(())
}

async fn what_is_queued_is_finished_before_a_store_closes(db: &Database) -> Result<()> {
    furnish(db).await?;
    let store = db.second().await?;
    let batch = (0..500).map(|number| response(number, 9)).collect::<Vec<_>>();
    let (outcomes, ()) = tokio::join!(accept(&store, batch), store.close());
    assert_eq!(outcomes?, [Outcome::Stored; 500]);
    assert_eq!(counted(db, everything()).await?.n(), 500);
    Ok(())
}

async fn stores_that_open_a_new_database_at_once_all_work(db: &Database) -> Result<()> {
    for _ in 0..10 {
        let fresh = db.place();
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let url = fresh.url.clone();
                tokio::spawn(async move { bearing_storage::open(&url).await })
            })
            .collect();
        let mut stores: Vec<Arc<dyn Store>> = Vec::new();
        for task in opening {
            stores.push(task.await.expect("no store panics")?);
        }
        furnish(&stores[0]).await?;
        for (number, store) in (0..).zip(&stores) {
            assert_eq!(accept(store, [response(number, 9)]).await?, [Outcome::Stored]);
        }
        assert_eq!(counted(&stores[3], everything()).await?.n(), 6);
        assert_sound(&stores[5]).await?;
        for store in stores {
            store.close().await;
        }
    }
    Ok(())
}

async fn a_second_store_sees_and_adds_to_the_same_counts(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Stored]);
    assert_eq!(second.response(&home(), response_id(1)).await?, Some(response(1, 9)));
    assert_eq!(accept(&second, [response(1, 9), response(2, 1)]).await?, [Outcome::Duplicate, Outcome::Stored]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 1]));
    assert!(second.delete_response(&home(), response_id(1), NOON).await?);
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Erased]);
    assert_eq!(db.revision().await?, second.revision().await?);
    assert_sound(db).await
}

async fn a_second_stores_configuration_is_respected_by_the_first(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    let from_cart = |number, score| StoredResponse {
        touchpoint: "cart".into(),
        ..with_attributes(response(number, score), &[("plan", "gold")])
    };
    // The first store has counted once by now, and remembers how.
    accept(db, [from_cart(1, 9)]).await?;

    let revision = db.revision().await?;
    let mut changed = site("st_home");
    changed.settings.dimensions = vec![dimension("plan", &["gold"])];
    assert!(reset(&second, changed).await?);
    assert!(db.revision().await? > revision);
    accept(db, [from_cart(2, 8)]).await?;
    assert_eq!(counted(db, having(&[("plan", "gold")])).await?, Histogram::of([9, 8]));

    second.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON).await?;
    second.publish_survey(&home(), &survey_id(), NOON).await?;
    accept(db, [from_cart(3, 7)]).await?;
    db.delete_response(&home(), response_id(1), NOON).await?;
    assert_eq!(counted(db, from("cart")).await?, Histogram::of([8, 7]));
    assert_sound(db).await?;

    assert!(second.delete_site(&home()).await?);
    assert_eq!(accept(db, [from_cart(4, 7)]).await?, [Outcome::Failed]);
    assert_sound(db).await
}

async fn writes_from_two_stores_at_once_are_all_counted(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    let stream = async |store: &Arc<dyn Store>, first: u128| -> Result<()> {
        for number in 0..40 {
            // Every other id is sent to both stores.
            let id = if number % 2 == 0 { number } else { first + number };
            accept(store, [response(id, 9)]).await?;
        }
        Ok(())
    };
    let third = db.second().await?;
    let (left, right) = tokio::join!(stream(&second, 1_000), stream(&third, 2_000));
    left?;
    right?;
    assert_eq!(counted(db, everything()).await?.n(), 20 + 20 + 20);
    assert_sound(db).await
}
