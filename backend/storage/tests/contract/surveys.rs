//! Surveys: edited freely, published as versions that never change, closed when they are no longer shown.

use bearing_shared::api::surveys::SurveyState;
use bearing_shared::cell::OTHER;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::survey::Survey;
use bearing_storage::{PublishedVersion, Result, StoredResponse, StoredSurvey};

use crate::builders::*;

crate::contract! {
    a_new_survey_is_a_draft
    every_instruments_survey_reads_back_as_it_was_made
    a_survey_for_a_missing_site_is_not_made
    surveys_are_listed_in_the_order_made_and_page_without_gaps
    an_edit_shows_only_in_the_content_being_edited
    publishing_makes_a_version_that_later_edits_do_not_change
    publishing_without_an_edit_makes_no_new_version
    an_edit_that_is_taken_back_is_no_edit
    a_paused_survey_is_closed_until_it_is_published_again
    a_replaced_version_is_closed_when_it_stopped_being_shown
    only_a_published_survey_can_be_paused
    a_missing_survey_cannot_be_edited_published_or_paused
    versions_of_one_survey_or_of_all_are_listed
    another_tenants_surveys_are_not_there
    a_touchpoint_named_for_the_first_time_gets_its_past_answers
    a_touchpoint_that_a_newer_version_drops_keeps_its_cells
    a_drafts_touchpoints_name_nothing_yet
    the_questions_ever_asked_are_listed_in_the_order_they_came
}

/// Closing times of the home site's versions, by version.
async fn closed(db: &Database) -> Result<Vec<Option<i64>>> {
    Ok(db.published_versions(&home(), None).await?.into_iter().map(|version| version.closed_at).collect())
}

async fn stored(db: &Database) -> Result<StoredSurvey> {
    Ok(db.survey(&home(), &survey_id()).await?.expect("the home survey is there"))
}

async fn a_new_survey_is_a_draft(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    assert!(db.create_survey(&home(), &survey_id(), nps(&["checkout"]), NOON).await?);
    let expected = StoredSurvey {
        id: survey_id(),
        site: home(),
        state: SurveyState::Draft,
        version: None,
        edited: false,
        survey: nps(&["checkout"]),
        created_at: NOON,
        updated_at: NOON,
    };
    assert_eq!(db.survey(&home(), &survey_id()).await?, Some(expected));
    assert_eq!(db.published_versions(&home(), None).await?, []);
    assert_eq!(db.site_of_survey(&survey_id()).await?, Some(home()));
    assert!(db.create_survey(&home(), &survey_id(), nps(&[]), NOON).await.is_err(), "an id is used once");
    Ok(())
}

async fn every_instruments_survey_reads_back_as_it_was_made(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    for instrument in Instrument::ALL {
        let id = SurveyId(format!("sv_{}", instrument.name()));
        let survey = Survey { priority: -3, ..Survey::standard("“Łódź” 🚢 \u{202e}", instrument) };
        assert!(db.create_survey(&home(), &id, survey.clone(), NOON).await?);
        assert_eq!(db.survey(&home(), &id).await?.map(|stored| stored.survey), Some(survey));
    }
    Ok(())
}

async fn a_survey_for_a_missing_site_is_not_made(db: &Database) -> Result<()> {
    assert!(!db.create_survey(&home(), &survey_id(), nps(&[]), NOON).await?);
    assert_eq!(db.site_of_survey(&survey_id()).await?, None);
    Ok(())
}

async fn surveys_are_listed_in_the_order_made_and_page_without_gaps(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    add_site(db, "st_other", "sv_other").await?;
    let made = ["sv_c", "sv_a", "sv_d", "sv_b"];
    for id in made {
        // All in one millisecond: the order does not hang on the clock.
        assert!(db.create_survey(&home(), &SurveyId::from(id), nps(&[]), NOON).await?);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = db.surveys(&home(), after, 3).await?;
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        seen.extend(page.into_iter().map(|stored| stored.id.0));
    }
    assert_eq!(seen, made);
    assert_eq!(db.surveys(&home(), None, 0).await?, []);
    Ok(())
}

async fn an_edit_shows_only_in_the_content_being_edited(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON + 1).await?);
    let survey = stored(db).await?;
    assert_eq!((survey.state, survey.version, survey.edited), (SurveyState::Published, Some(1), true));
    assert_eq!((survey.survey, survey.created_at, survey.updated_at), (nps(&["cart"]), NOON, NOON + 1));
    assert_eq!(db.published_versions(&home(), None).await?[0].survey, nps(&["checkout"]));
    Ok(())
}

async fn publishing_makes_a_version_that_later_edits_do_not_change(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON + 1).await?;
    assert_eq!(db.publish_survey(&home(), &survey_id(), NOON + 2).await?, Some(2));
    db.edit_survey(&home(), &survey_id(), nps(&["search"]), NOON + 3).await?;
    let version = |version, touchpoint, published_at, closed_at: Option<i64>| PublishedVersion {
        id: survey_id(),
        version,
        latest: closed_at.is_none(),
        survey: nps(&[touchpoint]),
        published_at,
        closed_at,
        created_at: NOON,
    };
    let expected = [version(1, "checkout", NOON, Some(NOON + 2)), version(2, "cart", NOON + 2, None)];
    assert_eq!(db.published_versions(&home(), None).await?, expected);
    Ok(())
}

async fn publishing_without_an_edit_makes_no_new_version(db: &Database) -> Result<()> {
    furnish(db).await?;
    let before = db.published_versions(&home(), None).await?;
    assert_eq!(db.publish_survey(&home(), &survey_id(), NOON + 1).await?, Some(1));
    assert_eq!(db.published_versions(&home(), None).await?, before);
    Ok(())
}

async fn an_edit_that_is_taken_back_is_no_edit(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON + 1).await?;
    db.edit_survey(&home(), &survey_id(), nps(&["checkout"]), NOON + 2).await?;
    assert!(!stored(db).await?.edited);
    assert_eq!(db.publish_survey(&home(), &survey_id(), NOON + 3).await?, Some(1));
    Ok(())
}

async fn a_paused_survey_is_closed_until_it_is_published_again(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(db.pause_survey(&home(), &survey_id(), NOON + 1).await?);
    assert_eq!(stored(db).await?.state, SurveyState::Paused);
    let versions = db.published_versions(&home(), None).await?;
    assert_eq!((versions[0].latest, versions[0].closed_at), (true, Some(NOON + 1)));

    assert_eq!(db.publish_survey(&home(), &survey_id(), NOON + 2).await?, Some(1));
    assert_eq!(stored(db).await?.state, SurveyState::Published);
    let versions = db.published_versions(&home(), None).await?;
    assert_eq!((versions.len(), versions[0].published_at, versions[0].closed_at), (1, NOON, None));
    Ok(())
}

async fn a_replaced_version_is_closed_when_it_stopped_being_shown(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON + 1).await?;
    db.publish_survey(&home(), &survey_id(), NOON + 2).await?;
    assert_eq!(closed(db).await?, [Some(NOON + 2), None]);

    // Paused, edited, published again: the second version stopped with the pause, not with its replacement.
    db.pause_survey(&home(), &survey_id(), NOON + 3).await?;
    assert_eq!(closed(db).await?, [Some(NOON + 2), Some(NOON + 3)]);
    db.edit_survey(&home(), &survey_id(), nps(&["search"]), NOON + 4).await?;
    db.publish_survey(&home(), &survey_id(), NOON + 5).await?;
    assert_eq!(closed(db).await?, [Some(NOON + 2), Some(NOON + 3), None]);
    let latest: Vec<bool> =
        db.published_versions(&home(), None).await?.into_iter().map(|version| version.latest).collect();
    assert_eq!(latest, [false, false, true]);
    Ok(())
}

async fn only_a_published_survey_can_be_paused(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    db.create_survey(&home(), &survey_id(), nps(&[]), NOON).await?;
    assert!(!db.pause_survey(&home(), &survey_id(), NOON + 1).await?);
    db.publish_survey(&home(), &survey_id(), NOON + 2).await?;
    assert!(db.pause_survey(&home(), &survey_id(), NOON + 3).await?);
    assert!(!db.pause_survey(&home(), &survey_id(), NOON + 4).await?);
    assert_eq!(closed(db).await?, [Some(NOON + 3)]);
    Ok(())
}

async fn a_missing_survey_cannot_be_edited_published_or_paused(db: &Database) -> Result<()> {
    db.create_site(site("st_home")).await?;
    assert!(!db.edit_survey(&home(), &survey_id(), nps(&[]), NOON).await?);
    assert_eq!(db.publish_survey(&home(), &survey_id(), NOON).await?, None);
    assert!(!db.pause_survey(&home(), &survey_id(), NOON).await?);
    assert_eq!(db.survey(&home(), &survey_id()).await?, None);
    Ok(())
}

async fn versions_of_one_survey_or_of_all_are_listed(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = SurveyId::from("sv_aaa");
    db.create_survey(&home(), &second, nps(&[]), NOON).await?;
    db.publish_survey(&home(), &second, NOON).await?;
    db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON).await?;
    db.publish_survey(&home(), &survey_id(), NOON).await?;
    let list = async |only| -> Result<Vec<(String, u32)>> {
        let found = db.published_versions(&home(), only).await?;
        Ok(found.into_iter().map(|version| (version.id.0, version.version)).collect())
    };
    let home_versions = [("sv_home".to_owned(), 1), ("sv_home".to_owned(), 2)];
    assert_eq!(list(Some(survey_id())).await?, home_versions);
    assert_eq!(list(Some(second)).await?, [("sv_aaa".to_owned(), 1)]);
    assert_eq!(list(None).await?, [home_versions[0].clone(), home_versions[1].clone(), ("sv_aaa".to_owned(), 1)]);
    Ok(())
}

async fn another_tenants_surveys_are_not_there(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let (other, stranger) = (SurveyId::from("sv_other"), SiteId::from("st_other"));
    assert_eq!(db.survey(&home(), &other).await?, None);
    assert!(!db.edit_survey(&home(), &other, nps(&["stolen"]), NOON + 1).await?);
    assert_eq!(db.publish_survey(&home(), &other, NOON + 1).await?, None);
    assert!(!db.pause_survey(&home(), &other, NOON + 1).await?);
    assert_eq!(db.published_versions(&home(), Some(other.clone())).await?, []);
    assert_eq!(db.surveys(&home(), None, 10).await?.len(), 1);

    let untouched = db.survey(&stranger, &other).await?.expect("its own site finds it");
    assert_eq!(
        (untouched.state, untouched.survey, untouched.updated_at),
        (SurveyState::Published, nps(&["checkout"]), NOON)
    );
    Ok(())
}

async fn a_touchpoint_named_for_the_first_time_gets_its_past_answers(db: &Database) -> Result<()> {
    furnish(db).await?;
    let at =
        |number, score, touchpoint: &str| StoredResponse { touchpoint: touchpoint.into(), ..response(number, score) };
    accept(db, [at(1, 9, "cart"), at(2, 2, "invented"), at(3, 10, "checkout"), at(4, 5, "")]).await?;
    let others = async || counted(db, from(OTHER)).await;
    assert!(!has_cells(db, &from("cart")).await?);
    assert_eq!(others().await?, Histogram::of([9, 2]));

    db.edit_survey(&home(), &survey_id(), nps(&["checkout", "cart"]), NOON + 1).await?;
    assert!(!has_cells(db, &from("cart")).await?, "an edit alone changes no count");
    db.publish_survey(&home(), &survey_id(), NOON + 2).await?;
    assert_eq!(counted(db, from("cart")).await?, Histogram::of([9]));
    assert_eq!(others().await?, Histogram::of([2]));
    // The answer that is counted elsewhere now can still be changed and removed there.
    accept(db, [StoredResponse { seq: 1, ..at(1, 8, "cart") }]).await?;
    assert_eq!(counted(db, from("cart")).await?, Histogram::of([8]));
    assert_eq!(counted(db, from("checkout")).await?, Histogram::of([10]));
    assert_eq!(counted(db, from("")).await?, Histogram::of([5]));
    assert_eq!(counted(db, everything()).await?, Histogram::of([8, 2, 10, 5]));
    assert_sound(db).await
}

async fn a_touchpoint_that_a_newer_version_drops_keeps_its_cells(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9)]).await?;
    db.edit_survey(&home(), &survey_id(), nps(&["cart"]), NOON + 1).await?;
    db.publish_survey(&home(), &survey_id(), NOON + 2).await?;
    db.pause_survey(&home(), &survey_id(), NOON + 3).await?;
    // Answers to the old version still arrive for days.
    accept(db, [response(2, 10)]).await?;
    assert_eq!(counted(db, from("checkout")).await?, Histogram::of([9, 10]));
    assert_sound(db).await
}

async fn a_drafts_touchpoints_name_nothing_yet(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.create_survey(&home(), &SurveyId::from("sv_draft"), nps(&["cart"]), NOON).await?;
    accept(db, [StoredResponse { touchpoint: "cart".into(), ..response(1, 9) }]).await?;
    assert!(!has_cells(db, &from("cart")).await?);
    assert_sound(db).await
}

async fn the_questions_ever_asked_are_listed_in_the_order_they_came(db: &Database) -> Result<()> {
    furnish(db).await?;
    let renamed = |name: &str| {
        let mut survey = nps(&["checkout"]);
        survey.questions[1].id = name.into();
        survey
    };
    for (name, at) in [("reason", 1), ("why", 2), ("wish", 3)] {
        db.edit_survey(&home(), &survey_id(), renamed(name), NOON + at).await?;
        db.publish_survey(&home(), &survey_id(), NOON + at).await?;
    }
    let second = SurveyId::from("sv_second");
    db.create_survey(&home(), &second, renamed("second"), NOON + 4).await?;
    assert_eq!(db.question_ids(&home(), Some(&second)).await?, texts(&[]), "a draft has asked nothing");
    db.publish_survey(&home(), &second, NOON + 4).await?;
    db.edit_survey(&home(), &second, renamed("draft"), NOON + 5).await?;

    assert_eq!(db.question_ids(&home(), Some(&survey_id())).await?, texts(&["score", "why", "reason", "wish"]));
    assert_eq!(db.question_ids(&home(), Some(&second)).await?, texts(&["score", "second"]));
    let all = texts(&["score", "why", "reason", "wish", "second"]);
    assert_eq!(db.question_ids(&home(), None).await?, all);
    assert_eq!(db.question_ids(&SiteId::from("st_other"), Some(&survey_id())).await?, texts(&[]));
    Ok(())
}
