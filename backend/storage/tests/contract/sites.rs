//! Sites: made, found, changed and removed with everything that is theirs.

use bearing_shared::api::intake::EventKind;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{KeyId, SiteId, SiteKey};
use bearing_storage::{
    Grouping, Key, Outcome, Replaced, ResponseFilter, Result, Scope, Site, StoredResponse, transfer,
};

use crate::builders::*;

crate::contract! {
    a_new_site_reads_back_by_id_and_by_key
    a_site_that_is_not_there_is_none
    a_second_site_with_the_same_id_or_key_is_refused_and_changes_nothing
    sites_are_listed_from_the_oldest
    an_update_replaces_settings_and_secret_and_keeps_key_and_birth
    of_two_who_change_a_site_at_once_neither_takes_back_what_the_other_did
    an_update_of_a_missing_site_makes_none
    a_changed_dimension_counts_past_answers_anew
    a_removed_dimension_has_no_cells_any_more
    a_deleted_site_leaves_nothing_behind
    a_large_site_is_gone_at_once_and_cleared_in_steps
    deleting_one_site_leaves_the_others_alone
    a_deleted_site_takes_no_late_answers
}

async fn a_new_site_reads_back_by_id_and_by_key(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    assert_eq!(db.site(&home()).await?, Some(site("st_home")));
    assert_eq!(db.site_by_key(&site("st_home").key).await?, Some(site("st_home")));
    Ok(())
}

async fn a_site_that_is_not_there_is_none(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    assert_eq!(db.site(&SiteId::from("st_HOME")).await?, None);
    assert_eq!(db.site_by_key(&SiteKey::from("pk_other")).await?, None);
    assert_eq!(db.site_by_key(&SiteKey::from("")).await?, None);
    Ok(())
}

async fn a_second_site_with_the_same_id_or_key_is_refused_and_changes_nothing(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    let same_id = Site { key: SiteKey::from("pk_other"), ..site("st_home") };
    let same_key = Site { id: SiteId::from("st_other"), ..site("st_home") };
    assert!(db.create_site(same_id).await.is_err());
    assert!(db.create_site(same_key).await.is_err());
    assert_eq!(db.sites().await?, [site("st_home")]);
    Ok(())
}

async fn sites_are_listed_from_the_oldest(db: &Database) -> Result<()> {
    assert_eq!(db.sites().await?, []);
    let made = [("st_b", 2), ("st_c", 1), ("st_a", 2)];
    for (id, created_at) in made {
        db.create_site(Site { created_at, ..site(id) }).await?;
    }
    let ids: Vec<String> = db.sites().await?.into_iter().map(|site| site.id.0).collect();
    assert_eq!(ids, ["st_c", "st_a", "st_b"]);
    Ok(())
}

async fn an_update_replaces_settings_and_secret_and_keeps_key_and_birth(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    let mut changed = site("st_home");
    changed.settings.name = "Großhandel 🚲 “Zoë”; DROP TABLE site".into();
    changed.settings.origins.clear();
    changed.settings.allow_null_origin = true;
    changed.settings.sample = true;
    changed.identity_secret = "idsec_new".into();
    let sent = Site { key: SiteKey::from("pk_forged"), created_at: 1, ..changed.clone() };
    assert!(reset(db, sent).await?);
    assert_eq!(db.site(&home()).await?, Some(changed));
    assert_eq!(db.site_by_key(&SiteKey::from("pk_forged")).await?, None);
    Ok(())
}

async fn of_two_who_change_a_site_at_once_neither_takes_back_what_the_other_did(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    let second = db.second().await?;
    let seen = site("st_home");
    let mut renamed = seen.clone();
    renamed.settings.name = "Weekend shop".into();
    let rotated = Site { identity_secret: "idsec_new".into(), ..seen.clone() };
    let (one, other) = tokio::join!(db.update_site(&seen, renamed.clone()), second.update_site(&seen, rotated.clone()));
    let mut both = [one?, other?];
    let expected = if both[0] == Replaced::Done { renamed } else { rotated };
    both.sort_by_key(|replaced| *replaced != Replaced::Done);
    assert_eq!(both, [Replaced::Done, Replaced::Overtaken]);
    assert_eq!(db.site(&home()).await?, Some(expected.clone()));
    // Whoever looks again may.
    assert_eq!(second.update_site(&expected, seen.clone()).await?, Replaced::Done);
    assert_eq!(db.site(&home()).await?, Some(seen));
    Ok(())
}

async fn an_update_of_a_missing_site_makes_none(db: &Database) -> Result<()> {
    assert_eq!(db.update_site(&site("st_home"), site("st_home")).await?, Replaced::Missing);
    assert_eq!(db.sites().await?, []);
    Ok(())
}

async fn a_changed_dimension_counts_past_answers_anew(db: &Database) -> Result<()> {
    furnish(db).await?;
    let plans = [(1, 9, "pro"), (2, 0, "gold"), (3, 7, "free")];
    accept(db, plans.map(|(number, score, plan)| with_attributes(response(number, score), &[("plan", plan)]))).await?;
    assert!(!has_cells(db, &having(&[("plan", "gold")])).await?);

    let mut changed = site("st_home");
    changed.settings.dimensions = vec![dimension("plan", &["gold", "pro"])];
    assert!(reset(db, changed).await?);
    assert_eq!(counted(db, having(&[("plan", "gold")])).await?, Histogram::of([0]));
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::of([9]));
    assert!(!has_cells(db, &having(&[("plan", "free")])).await?);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 0, 7]));

    // Answers that come later fall in the new cells.
    accept(db, [with_attributes(response(4, 10), &[("plan", "gold")])]).await?;
    assert_eq!(counted(db, having(&[("plan", "gold")])).await?, Histogram::of([0, 10]));
    assert_sound(db).await
}

async fn a_removed_dimension_has_no_cells_any_more(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [with_attributes(response(1, 9), &[("plan", "pro")])]).await?;
    let mut changed = site("st_home");
    changed.settings.dimensions.clear();
    assert!(reset(db, changed).await?);
    let filter = having(&[("plan", "pro")]);
    assert!(!has_cells(db, &filter).await?);
    // The answers still know, and so does the score as a whole.
    assert_eq!(sum(&scanned(db, query(filter, Grouping::Whole)).await?), Histogram::of([9]));
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_sound(db).await
}

async fn a_deleted_site_leaves_nothing_behind(db: &Database) -> Result<()> {
    furnish(db).await?;
    let key = Key {
        id: KeyId::from("key_1"),
        site: home(),
        hash: [7; 32],
        scope: Scope::Admin,
        name: String::new(),
        created_at: NOON,
        last_used_at: None,
    };
    db.create_key(key).await?;
    accept(db, [response(1, 9), with_comment(response(2, 3), "slow")]).await?;
    db.delete_response(&home(), response_id(1), NOON).await?;
    db.count_events(vec![event(EventKind::Shown, 5)]).await?;

    assert!(db.delete_site(&home()).await?);
    assert_eq!(db.site(&home()).await?, None);
    assert_eq!(db.site_by_key(&site("st_home").key).await?, None);
    assert_eq!(db.key_by_hash([7; 32]).await?, None);
    assert_eq!(db.survey(&home(), &survey_id()).await?, None);
    assert_eq!(db.site_of_survey(&survey_id()).await?, None);
    assert_eq!(db.published_versions(&home(), None).await?, []);
    assert_eq!(db.response(&home(), response_id(2)).await?, None);
    assert_eq!(tallied(db, query(everything(), Grouping::Whole)).await?.tallies, []);
    assert_eq!(db.funnel(&home(), everything()).await?, None);
    assert_eq!(db.counting(&home()).await?, None);
    assert_eq!(db.check().await?, Default::default());
    assert!(!db.delete_site(&home()).await?);
    while db.build_step().await? {}

    // A site of the same name starts from nothing, tombstones included.
    furnish(db).await?;
    assert_eq!(db.surveys(&home(), None, 10).await?.len(), 1);
    assert_eq!(db.published_versions(&home(), None).await?.len(), 1);
    assert_eq!(listed(db, ResponseFilter::default()).await?, []);
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Stored]);
    Ok(())
}

async fn a_large_site_is_gone_at_once_and_cleared_in_steps(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let customer = |number| StoredResponse { customer: Some("c1".into()), ..response(number, 9) };
    accept(db, (0..60).map(customer)).await?;
    accept_at(db, SiteId::from("st_other"), [response(1, 3)]).await?;
    db.delete_response(&home(), response_id(1), NOON).await?;
    db.count_events(vec![event(EventKind::Shown, 5)]).await?;
    let place = db.place();

    let store = db.second_within(SMALL_STEPS).await?;
    assert!(store.delete_site(&home()).await?);
    let mut steps = 0;
    loop {
        assert_eq!(db.response(&home(), response_id(2)).await?, None);
        assert_eq!(db.responses(&home(), ResponseFilter::default(), None, 99).await?, []);
        assert_eq!(tallied(db, query(everything(), Grouping::Whole)).await?.tallies, []);
        assert_eq!(db.erase_customer(&home(), "c1", NOON).await?, 0);
        assert!(!db.delete_response(&home(), response_id(2), NOON).await?);
        assert_eq!(accept(db, [response(2, 9)]).await?, [Outcome::Failed]);
        let report = db.check().await?;
        assert_eq!((report.responses, report.problems), (1, Vec::new()));
        if steps == 1 {
            assert!(db.create_site(site("st_home")).await.is_err(), "what is left would be the new site's");
            assert_eq!(transfer(db.url(), &place.url, |_| {}).await?.answers, 1);
            break;
        }
        assert!(store.build_step().await?, "there is more than one step of it");
        steps += 1;
    }
    while store.build_step().await? {}
    furnish(db).await?;
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Stored], "nothing is left of it, tombstones included");
    assert_eq!(listed(db, ResponseFilter::default()).await?, [1]);
    assert_sound(db).await
}

async fn deleting_one_site_leaves_the_others_alone(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    accept(db, [response(1, 9)]).await?;
    db.count_events(vec![event(EventKind::Shown, 5)]).await?;
    assert!(db.delete_site(&SiteId::from("st_other")).await?);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_eq!(funnel(db, everything()).await?.shown, 5);
    assert_eq!(db.published_versions(&home(), None).await?.len(), 1);
    assert_sound(db).await
}

async fn a_deleted_site_takes_no_late_answers(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9)]).await?;
    assert!(db.delete_site(&home()).await?);
    // A server whose caches have not caught up.
    assert_eq!(accept(db, [response(2, 9)]).await?, [Outcome::Failed]);
    db.count_events(vec![event(EventKind::Shown, 5)]).await?;
    assert_eq!(db.response(&home(), response_id(2)).await?, None);
    assert_eq!(db.funnel(&home(), everything()).await?, None);
    assert_sound(db).await
}
