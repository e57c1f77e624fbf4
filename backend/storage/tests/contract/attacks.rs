//! Display tokens that are used once, answers that are set apart, and attacks.

use bearing_shared::api::responses::ResponseState;
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SiteId;
use bearing_shared::suspicion::{Sign, Suspicion, TOKEN};
use bearing_storage::{
    Accept, Arrival, Attack, Display, MarkChange, Marks, Noted, Outcome, Result, States, StoredResponse,
};

use crate::builders::*;

crate::contract! {
    a_token_is_the_first_responses_that_comes_with_it
    a_token_that_comes_twice_in_one_batch_is_the_firsts
    where_nobody_guards_a_token_that_was_used_is_only_noted
    a_token_is_one_sites
    tokens_are_forgotten_in_their_order
    signs_are_kept_and_only_some_last
    what_a_member_judged_is_not_set_apart
    suspicious_answers_are_found_in_their_time
    an_attack_goes_on_and_another_begins_anew
    of_two_who_note_an_attack_at_once_one_begins_it
    an_attack_that_is_over_is_taken_once
    attacks_and_tokens_go_with_their_site
}

pub(crate) fn display(number: u8, at: i64, guarded: bool) -> Display {
    let mut token = [number; TOKEN];
    token[..6].copy_from_slice(&at.to_be_bytes()[2..]);
    Display { token, is_good: true, guarded }
}

async fn shown(db: &Database, site: &SiteId, answers: Vec<(StoredResponse, Display)>) -> Result<Vec<Outcome>> {
    let arrival =
        |(response, display)| Arrival::Answer(Accept { site: site.clone(), response, display: Some(display) });
    db.take_in(answers.into_iter().map(arrival).collect()).await
}

async fn of(db: &Database, number: u128) -> Result<(ResponseState, Vec<Sign>)> {
    let found = db.response(&home(), response_id(number)).await?.expect("it is there");
    Ok((found.state, found.suspicion.signs()))
}

fn with_sign(sign: Sign, response: StoredResponse) -> StoredResponse {
    StoredResponse { suspicion: Suspicion::default().with(sign), ..response }
}

async fn a_token_is_the_first_responses_that_comes_with_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    let token = display(1, NOON, true);
    assert_eq!(shown(db, &home(), vec![(response(1, 9), token)]).await?, [Outcome::Stored]);
    let later = StoredResponse { seq: 1, ..response(1, 8) };
    assert_eq!(shown(db, &home(), vec![(later, token)]).await?, [Outcome::Updated], "as often as it wants");
    assert_eq!(shown(db, &home(), vec![(response(2, 0), token)]).await?, [Outcome::StoredApart]);
    assert_eq!(of(db, 1).await?, (ResponseState::Counted, vec![]));
    assert_eq!(of(db, 2).await?, (ResponseState::Quarantined, vec![Sign::ReusedToken]));
    let test = StoredResponse { state: ResponseState::Test, ..response(3, 0) };
    assert_eq!(shown(db, &home(), vec![(test, token)]).await?, [Outcome::Stored], "a test stays one");
    assert_eq!(counted(db, everything()).await?, Histogram::of([8]));
    assert_sound(db).await
}

async fn a_token_that_comes_twice_in_one_batch_is_the_firsts(db: &Database) -> Result<()> {
    furnish(db).await?;
    let (one, two) = (display(1, NOON, true), display(2, NOON, true));
    let batch = vec![(response(1, 9), one), (response(2, 0), one), (response(3, 9), two), (response(4, 0), one)];
    let outcomes = shown(db, &home(), batch).await?;
    assert_eq!(outcomes, [Outcome::Stored, Outcome::StoredApart, Outcome::Stored, Outcome::StoredApart]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 9]));
    assert_sound(db).await
}

async fn where_nobody_guards_a_token_that_was_used_is_only_noted(db: &Database) -> Result<()> {
    furnish(db).await?;
    let token = display(1, NOON, false);
    let batch = vec![(response(1, 9), token), (response(2, 0), token)];
    assert_eq!(shown(db, &home(), batch).await?, [Outcome::Stored, Outcome::Stored]);
    assert_eq!(of(db, 2).await?, (ResponseState::Counted, vec![Sign::ReusedToken]));
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 0]));
    assert_sound(db).await
}

async fn a_token_is_one_sites(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let token = display(1, NOON, true);
    assert_eq!(shown(db, &home(), vec![(response(1, 9), token)]).await?, [Outcome::Stored]);
    let other = StoredResponse { survey: "sv_other".into(), ..response(2, 9) };
    assert_eq!(shown(db, &SiteId::from("st_other"), vec![(other, token)]).await?, [Outcome::Stored]);
    Ok(())
}

async fn tokens_are_forgotten_in_their_order(db: &Database) -> Result<()> {
    furnish(db).await?;
    let tokens: Vec<Display> = (0..5).map(|number| display(number, NOON + i64::from(number), true)).collect();
    for (number, token) in (1..).zip(&tokens) {
        shown(db, &home(), vec![(response(number, 9), *token)]).await?;
    }
    assert_eq!(db.forget_displays(NOON + 3, 2).await?, 2);
    assert_eq!(db.forget_displays(NOON + 3, 2).await?, 1);
    assert_eq!(db.forget_displays(NOON + 3, 2).await?, 0);
    let again = [(11, 0, Outcome::Stored), (12, 3, Outcome::StoredApart), (13, 4, Outcome::StoredApart)];
    for (number, token, expected) in again {
        assert_eq!(shown(db, &home(), vec![(response(number, 9), tokens[token])]).await?, [expected], "{token}");
    }
    Ok(())
}

async fn signs_are_kept_and_only_some_last(db: &Database) -> Result<()> {
    furnish(db).await?;
    let apart = |sign, response| StoredResponse { state: ResponseState::Quarantined, ..with_sign(sign, response) };
    accept(db, [apart(Sign::NoToken, response(1, 0)), apart(Sign::Crowd, response(2, 0)), response(3, 9)]).await?;
    let clean = |number| StoredResponse { seq: 1, ..response(number, 9) };
    let outcomes = accept(db, [clean(1), clean(2)]).await?;
    assert_eq!(outcomes, [Outcome::Updated, Outcome::UpdatedAsJudged]);
    assert_eq!(of(db, 1).await?, (ResponseState::Counted, vec![]), "its token came late");
    assert_eq!(of(db, 2).await?, (ResponseState::Quarantined, vec![Sign::Crowd]));
    // What counts is not taken out for want of a token, and is for what a person does not do.
    let later = |seq, sign| StoredResponse { seq, ..apart(sign, response(3, 9)) };
    assert_eq!(accept(db, [later(1, Sign::NoToken)]).await?, [Outcome::UpdatedAsJudged]);
    assert_eq!(of(db, 3).await?, (ResponseState::Counted, vec![Sign::NoToken]));
    assert_eq!(accept(db, [later(2, Sign::Trap)]).await?, [Outcome::Updated]);
    assert_eq!(of(db, 3).await?, (ResponseState::Quarantined, vec![Sign::Trap]));
    assert_sound(db).await
}

async fn what_a_member_judged_is_not_set_apart(db: &Database) -> Result<()> {
    furnish(db).await?;
    let judged = Marks { judged_at: Some(NOON), ..Marks::default() };
    let suspected = |number| with_sign(Sign::NoToken, response(number, 0));
    accept(db, [suspected(1), StoredResponse { marks: judged, ..suspected(2) }, response(3, 9), response(4, 8)])
        .await?;
    let apart = |signs| MarkChange { set_apart: Some(signs), ..MarkChange::default() };
    let ids = [1, 2, 3, 4].map(response_id);
    db.mark(&home(), &ids, apart(Suspicion::default()), NOON).await?;
    let states = async || -> Result<Vec<ResponseState>> {
        let mut states = Vec::new();
        for number in 1..=4 {
            states.push(of(db, number).await?.0);
        }
        Ok(states)
    };
    let (counted_, quarantined) = (ResponseState::Counted, ResponseState::Quarantined);
    assert_eq!(states().await?, [quarantined, counted_, counted_, counted_], "without a sign nothing is set apart");
    db.mark(&home(), &[response_id(4)], apart(Suspicion::default().with(Sign::Crowd)), NOON).await?;
    assert_eq!(states().await?, [quarantined, counted_, counted_, quarantined]);
    assert_eq!(db.response(&home(), response_id(4)).await?.expect("is there").marks, Marks::default());
    // A member puts it back.
    let release = MarkChange { state: Some(ResponseState::Counted), ..MarkChange::default() };
    db.mark(&home(), &[response_id(4)], release, NOON + 1).await?;
    db.mark(&home(), &[response_id(4)], apart(Suspicion::default().with(Sign::Crowd)), NOON + 2).await?;
    assert_eq!(of(db, 4).await?.0, counted_);
    assert_eq!(counted(db, everything()).await?, Histogram::of([0, 9, 8]));
    assert_sound(db).await
}

async fn suspicious_answers_are_found_in_their_time(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let at = |number: u128, response| StoredResponse { received_at: NOON + number as i64, ..response };
    let suspected = |number: u128| at(number, with_sign(Sign::NoToken, response(number, 0)));
    accept(db, (1..=5).map(suspected)).await?;
    accept(db, [at(6, response(6, 0)), at(7, with_sign(Sign::NoOrigin, response(7, 0)))]).await?;
    let other = StoredResponse { survey: "sv_other".into(), ..suspected(8) };
    accept_at(db, SiteId::from("st_other"), [other]).await?;
    let ids = |numbers: &[u128]| numbers.iter().copied().map(response_id).collect::<Vec<_>>();
    assert_eq!(db.suspicious(&home(), (NOON, NOON + 99), States::All, 99).await?, ids(&[5, 4, 3, 2, 1]));
    assert_eq!(db.suspicious(&home(), (NOON + 2, NOON + 4), States::All, 99).await?, ids(&[4, 3, 2]));
    assert_eq!(db.suspicious(&home(), (NOON, NOON + 99), States::All, 2).await?, ids(&[5, 4]));
    let kept_apart = MarkChange { state: Some(ResponseState::Quarantined), ..MarkChange::default() };
    db.mark(&home(), &[response_id(2), response_id(5)], kept_apart, NOON).await?;
    let only = async |state| db.suspicious(&home(), (NOON, NOON + 99), States::Only(state), 99).await;
    assert_eq!(only(ResponseState::Counted).await?, ids(&[4, 3, 1]));
    assert_eq!(only(ResponseState::Quarantined).await?, ids(&[5, 2]));
    Ok(())
}

async fn an_attack_goes_on_and_another_begins_anew(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert_eq!(db.attack(&home()).await?, None);
    let before = db.revision().await?;
    assert_eq!(db.note_attack(&home(), NOON, NOON + 10).await?, Noted::Began { after: None });
    assert!(db.revision().await? > before, "every server is to know");
    assert_eq!(db.attack(&home()).await?, Some(Attack { began_at: NOON, until: NOON + 10 }));
    assert_eq!(db.note_attack(&home(), NOON + 5, NOON + 15).await?, Noted::GoesOn);
    assert_eq!(db.attack(&home()).await?, Some(Attack { began_at: NOON, until: NOON + 15 }));
    assert_eq!(db.note_attack(&home(), NOON + 4, NOON + 14).await?, Noted::GoesOn);
    assert_eq!(db.attack(&home()).await?, Some(Attack { began_at: NOON, until: NOON + 15 }), "never earlier");
    let after = Some(Attack { began_at: NOON, until: NOON + 15 });
    assert_eq!(db.note_attack(&home(), NOON + 15, NOON + 25).await?, Noted::Began { after });
    assert_eq!(db.attack(&home()).await?, Some(Attack { began_at: NOON + 15, until: NOON + 25 }));
    assert_eq!(db.note_attack(&SiteId::from("st_nobody"), NOON, NOON + 10).await?, Noted::Nowhere);
    assert_eq!(db.attack(&SiteId::from("st_nobody")).await?, None);
    Ok(())
}

async fn of_two_who_note_an_attack_at_once_one_begins_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    for round in 0..10 {
        let at = NOON + 100 * round;
        let (site, until) = (home(), at + 10);
        let (one, other) = tokio::join!(db.note_attack(&site, at, until), second.note_attack(&site, at, until));
        let after = (round % 2 == 1).then_some(Attack { began_at: at - 100, until: at - 90 });
        let (one, other) = (one?, other?);
        let begun = [one, other].iter().filter(|noted| **noted == Noted::Began { after }).count();
        assert!(begun == 1 && [one, other].contains(&Noted::GoesOn), "round {round}: {one:?} {other:?}");
        if round % 2 == 0 {
            continue;
        }
        let (one, other) = tokio::join!(db.ended_attacks(until), second.ended_attacks(until));
        assert_eq!(one?.len() + other?.len(), 1, "round {round}");
    }
    Ok(())
}

async fn an_attack_that_is_over_is_taken_once(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    db.note_attack(&home(), NOON, NOON + 10).await?;
    db.note_attack(&SiteId::from("st_other"), NOON, NOON + 20).await?;
    assert_eq!(db.ended_attacks(NOON + 9).await?, []);
    let over = Attack { began_at: NOON, until: NOON + 10 };
    assert_eq!(db.ended_attacks(NOON + 10).await?, [(home(), over)]);
    assert_eq!(db.ended_attacks(NOON + 11).await?, []);
    assert_eq!(db.attack(&home()).await?, None);
    assert!(db.attack(&SiteId::from("st_other")).await?.is_some());
    Ok(())
}

async fn attacks_and_tokens_go_with_their_site(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    for site in ["st_home", "st_other"] {
        db.note_attack(&site.into(), NOON, NOON + 10).await?;
    }
    shown(db, &home(), vec![(response(1, 9), display(1, NOON, true))]).await?;
    assert!(db.delete_site(&home()).await?);
    while db.build_step().await? {}
    assert_eq!(db.attack(&home()).await?, None);
    assert!(db.attack(&SiteId::from("st_other")).await?.is_some());
    assert_eq!(db.forget_displays(i64::MAX >> 16, 99).await?, 0, "the token is gone");
    Ok(())
}
