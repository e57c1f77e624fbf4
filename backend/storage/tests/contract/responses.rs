//! Responses: stored once each, updated by later editions, counted with their outcome, and removed.

use std::collections::BTreeMap;

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_storage::{
    Accept, Arrival, EventCount, Marks, Outcome, ReportFilter, ResponseFilter, Result, Right, States, StoredResponse,
    Withdrawal,
};

use crate::builders::*;

crate::contract! {
    a_response_reads_back_as_it_was_stored
    a_response_is_stored_then_updated_and_never_stored_twice
    an_id_twice_in_one_batch_is_one_response
    outcomes_come_in_the_order_sent
    an_empty_batch_has_no_outcomes
    a_batch_of_a_thousand_is_stored_and_counted
    two_sites_may_use_the_same_id
    an_id_of_another_survey_is_a_mismatch_and_changes_nothing
    an_update_moves_counts_by_the_difference
    an_update_keeps_when_it_was_shown_received_and_counted
    an_update_keeps_a_members_judgement
    an_update_that_names_no_customer_keeps_the_one_who_is_known
    an_update_can_turn_a_try_out_into_an_answer_and_back
    once_finished_is_always_finished
    answers_outside_the_score_are_kept_and_not_counted
    a_removed_response_is_uncounted_and_cannot_come_back
    removing_what_is_not_there_changes_nothing
    everything_of_a_customer_is_erased_and_cannot_come_back
    another_tenants_responses_are_not_there
    events_add_up_to_the_denominators
    servers_may_store_at_once
}

async fn a_response_reads_back_as_it_was_stored(db: &Database) -> Result<()> {
    furnish(db).await?;
    let choices =
        Answer { question: "topics".into(), value: None, text: None, choices: Some(texts(&["speed", "price"])) };
    let text =
        Answer {
            question: "why".into(), value: None, text: Some("‘Ünïcödé’ \u{0} 🚲\n\"x\"".into()), choices: None
        };
    let full = StoredResponse {
        seq: u32::MAX,
        version: 7,
        touchpoint: "never “named”".into(),
        completed: false,
        state: ResponseState::Quarantined,
        identity: Identity::Verified,
        visitor: None,
        customer: Some("c-1'; --".into()),
        answers: vec![choices, text],
        context: Context {
            url: Some("https://shop.example/cart".into()),
            referrer: Some("https://shop.example/".into()),
            locale: Some("nl-NL".into()),
            device: Some("mobile".into()),
            title: Some("Cart".into()),
        },
        shown_at: 1,
        answered_at: 2,
        received_at: i64::MAX,
        source: "sample".into(),
        ..with_attributes(response(u128::MAX, 0), &[("plan", "pro \"max\""), ("empty", "")])
    };
    assert_eq!(accept(db, [full.clone()]).await?, [Outcome::Stored]);
    assert_eq!(db.response(&home(), full.id).await?, Some(full));
    assert_eq!(db.response(&home(), response_id(2)).await?, None);
    Ok(())
}

async fn a_response_is_stored_then_updated_and_never_stored_twice(db: &Database) -> Result<()> {
    furnish(db).await?;
    let edition = |seq, score| [StoredResponse { seq, ..response(1, score) }];
    let sent = [
        (0, 3, Outcome::Stored),
        (0, 4, Outcome::Duplicate),
        (1, 9, Outcome::Updated),
        (1, 5, Outcome::Duplicate),
        (0, 6, Outcome::Duplicate),
        (7, 10, Outcome::Updated),
        (6, 7, Outcome::Duplicate),
    ];
    for (seq, score, outcome) in sent {
        assert_eq!(accept(db, edition(seq, score)).await?, [outcome], "seq {seq}");
    }
    let kept = db.response(&home(), response_id(1)).await?.expect("it is there");
    assert_eq!((kept.seq, kept.score), (7, 10));
    assert_eq!(counted(db, everything()).await?, Histogram::of([10]));
    assert_sound(db).await
}

async fn an_id_twice_in_one_batch_is_one_response(db: &Database) -> Result<()> {
    furnish(db).await?;
    let edition = |number, seq, score| StoredResponse { seq, ..response(number, score) };
    let batch =
        [edition(1, 0, 3), edition(1, 0, 4), edition(1, 1, 9), edition(2, 1, 7), edition(2, 0, 0), edition(1, 2, 8)];
    let expected =
        [Outcome::Stored, Outcome::Duplicate, Outcome::Updated, Outcome::Stored, Outcome::Duplicate, Outcome::Updated];
    assert_eq!(accept(db, batch).await?, expected);
    assert_eq!(counted(db, everything()).await?, Histogram::of([8, 7]));
    assert_sound(db).await
}

async fn outcomes_come_in_the_order_sent(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    accept(db, [response(1, 9), response(2, 9), response(3, 9), response(4, 9)]).await?;
    db.delete_response(&home(), response_id(3), NOON).await?;
    let stray = StoredResponse { survey: SurveyId::from("sv_other"), ..response(4, 1) };
    let at = |site: &str, response| Accept { site: SiteId::from(site), response, display: None };
    let batch = vec![
        at("st_home", response(3, 1)),
        at("st_home", stray.clone()),
        at("st_other", stray),
        at("st_home", StoredResponse { seq: 1, ..response(2, 1) }),
        at("st_gone", response(9, 1)),
        at("st_home", response(5, 1)),
        at("st_home", response(1, 1)),
    ];
    let expected = [
        Outcome::Erased,
        Outcome::Mismatch,
        Outcome::Stored,
        Outcome::Updated,
        Outcome::Failed,
        Outcome::Stored,
        Outcome::Duplicate,
    ];
    assert_eq!(db.accept(batch).await?, expected);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 1, 9, 1]));
    assert_sound(db).await
}

async fn an_empty_batch_has_no_outcomes(db: &Database) -> Result<()> {
    assert_eq!(db.accept(Vec::new()).await?, []);
    assert!(db.count_events(Vec::new()).await?.is_empty());
    Ok(())
}

async fn a_batch_of_a_thousand_is_stored_and_counted(db: &Database) -> Result<()> {
    furnish(db).await?;
    let batch = |seq, shift| {
        (0..1_000u32).map(move |number| StoredResponse {
            seq,
            shown_at: noon_of(MONDAY + (number % 9) as i32),
            ..response(u128::from(number), ((number + shift) % 11) as u8)
        })
    };
    assert_eq!(accept(db, batch(0, 0)).await?, [Outcome::Stored; 1_000]);
    assert_eq!(accept(db, batch(0, 5)).await?, [Outcome::Duplicate; 1_000]);
    assert_eq!(accept(db, batch(1, 3)).await?, [Outcome::Updated; 1_000]);
    let scores = (0..1_000u32).map(|number| ((number + 3) % 11) as u8);
    assert_eq!(counted(db, everything()).await?, Histogram::of(scores));
    assert_eq!(db.check().await?.responses, 1_000);
    assert_sound(db).await
}

async fn two_sites_may_use_the_same_id(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let (other, theirs) =
        (SiteId::from("st_other"), StoredResponse { survey: SurveyId::from("sv_other"), ..response(1, 2) });
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Stored]);
    assert_eq!(accept_at(db, other.clone(), [theirs.clone()]).await?, [Outcome::Stored]);
    // Removing one neither removes nor bars the other.
    assert!(db.delete_response(&home(), response_id(1), NOON).await?);
    assert_eq!(db.response(&other, response_id(1)).await?, Some(theirs.clone()));
    assert_eq!(accept_at(db, other, [StoredResponse { seq: 1, ..theirs }]).await?, [Outcome::Updated]);
    assert_eq!(counted(db, everything()).await?, Histogram::default());
    assert_sound(db).await
}

async fn an_id_of_another_survey_is_a_mismatch_and_changes_nothing(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9)]).await?;
    let stray = StoredResponse { seq: 5, survey: SurveyId::from("sv_second"), ..response(1, 0) };
    assert_eq!(accept(db, [stray]).await?, [Outcome::Mismatch]);
    assert_eq!(db.response(&home(), response_id(1)).await?, Some(response(1, 9)));
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_sound(db).await
}

async fn an_update_moves_counts_by_the_difference(db: &Database) -> Result<()> {
    furnish(db).await?;
    let first = with_attributes(response(1, 2), &[("plan", "free")]);
    accept(db, [first, with_attributes(response(2, 2), &[("plan", "free")])]).await?;
    let second = StoredResponse {
        seq: 1,
        touchpoint: String::new(),
        ..with_attributes(with_comment(response(1, 9), "better now"), &[("plan", "pro")])
    };
    assert_eq!(accept(db, [second]).await?, [Outcome::Updated]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 2]));
    assert_eq!(counted(db, having(&[("plan", "free")])).await?, Histogram::of([2]));
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::of([9]));
    assert_eq!(counted(db, from("checkout")).await?, Histogram::of([2]));
    assert_eq!(counted(db, from("")).await?, Histogram::of([9]));
    assert_eq!(funnel(db, everything()).await?.answered, 2);
    let found = listed(db, ResponseFilter { text: Some("better".into()), ..ResponseFilter::default() }).await?;
    assert_eq!(found, [1], "the comment can be found");
    assert_sound(db).await
}

async fn an_update_keeps_when_it_was_shown_received_and_counted(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 2)]).await?;
    let later = StoredResponse {
        seq: 1,
        shown_at: NOON + 90_000_000,
        answered_at: NOON + 90_000_001,
        received_at: NOON + 90_000_002,
        source: "hosted".into(),
        identity: Identity::Verified,
        customer: Some("c-1".into()),
        ..response(1, 9)
    };
    assert_eq!(accept(db, [later.clone()]).await?, [Outcome::Updated]);
    let first = response(1, 9);
    let expected =
        StoredResponse { shown_at: first.shown_at, received_at: first.received_at, source: first.source, ..later };
    assert_eq!(db.response(&home(), response_id(1)).await?, Some(expected));
    let tomorrow = ReportFilter { from_day: Some(MONDAY + 1), ..everything() };
    assert_eq!(counted(db, tomorrow).await?, Histogram::default());
    assert_sound(db).await
}

async fn an_update_keeps_a_members_judgement(db: &Database) -> Result<()> {
    furnish(db).await?;
    for (number, judged) in [(1, ResponseState::Quarantined), (2, ResponseState::Excluded)] {
        let marks = Marks { judged_at: Some(NOON), ..Marks::default() };
        accept(db, [StoredResponse { state: judged, marks, ..response(number, 2) }]).await?;
        for (seq, state) in (1..).zip(ResponseState::ALL) {
            let edition = StoredResponse { seq, state, ..response(number, 9) };
            let expected = if state == judged { Outcome::Updated } else { Outcome::UpdatedAsJudged };
            assert_eq!(accept(db, [edition]).await?, [expected]);
            let kept = db.response(&home(), response_id(number)).await?.expect("it is there");
            assert_eq!((kept.state, kept.score, kept.seq), (judged, 9, seq));
        }
    }
    assert_eq!(counted(db, everything()).await?, Histogram::default());
    assert_sound(db).await
}

async fn an_update_that_names_no_customer_keeps_the_one_who_is_known(db: &Database) -> Result<()> {
    furnish(db).await?;
    let from = |seq, customer: Option<&str>, identity| StoredResponse {
        seq,
        customer: customer.map(str::to_owned),
        identity,
        ..response(1, 9)
    };
    let (nobody, claimed, verified) = (Identity::Anonymous, Identity::Unverified, Identity::Verified);
    let editions = [
        (from(0, None, nobody), None, nobody),
        (from(1, None, claimed), None, claimed),
        (from(2, Some("c-1"), verified), Some("c-1"), verified),
        (from(3, None, nobody), Some("c-1"), verified),
        (from(4, None, claimed), Some("c-1"), verified),
        (from(5, Some("c-2"), claimed), Some("c-2"), claimed),
        (from(6, None, nobody), Some("c-2"), claimed),
    ];
    for (edition, customer, identity) in editions {
        let seq = edition.seq;
        accept(db, [edition]).await?;
        let kept = db.response(&home(), response_id(1)).await?.expect("it is there");
        assert_eq!((kept.seq, kept.customer.as_deref(), kept.identity), (seq, customer, identity));
    }
    assert_eq!(db.erase_customer(&home(), "c-2", NOON).await?, 1);
    assert_eq!(listed(db, ResponseFilter::default()).await?, []);
    assert_sound(db).await
}

async fn an_update_can_turn_a_try_out_into_an_answer_and_back(db: &Database) -> Result<()> {
    furnish(db).await?;
    let edition = |seq, state| [StoredResponse { seq, state, ..response(1, 9) }];
    accept(db, edition(0, ResponseState::Test)).await?;
    assert_eq!(counted(db, everything()).await?, Histogram::default());
    accept(db, edition(1, ResponseState::Counted)).await?;
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    accept(db, edition(2, ResponseState::Test)).await?;
    assert_eq!(counted(db, everything()).await?, Histogram::default());
    assert_sound(db).await
}

async fn once_finished_is_always_finished(db: &Database) -> Result<()> {
    furnish(db).await?;
    let edition = |seq, completed| [StoredResponse { seq, completed, ..response(1, 9) }];
    for (seq, completed, finished) in [(0, false, 0), (1, true, 1), (2, false, 1)] {
        accept(db, edition(seq, completed)).await?;
        let funnel = funnel(db, everything()).await?;
        assert_eq!((funnel.answered, funnel.completed), (1, finished), "seq {seq}");
    }
    assert_sound(db).await
}

async fn answers_outside_the_score_are_kept_and_not_counted(db: &Database) -> Result<()> {
    furnish(db).await?;
    for (number, state) in (1..).zip(ResponseState::ALL) {
        accept(db, [StoredResponse { state, ..response(number, 9) }]).await?;
        assert_eq!(
            listed(db, ResponseFilter { state: States::Only(state), ..ResponseFilter::default() }).await?,
            [number]
        );
    }
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_eq!(funnel(db, everything()).await?.answered, 1);
    // Removing one that is not counted takes nothing away.
    assert!(db.delete_response(&home(), response_id(2), NOON).await?);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_sound(db).await
}

async fn a_removed_response_is_uncounted_and_cannot_come_back(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [with_attributes(response(1, 9), &[("plan", "pro")]), response(2, 3)]).await?;
    assert!(db.delete_response(&home(), response_id(1), NOON).await?);
    assert_eq!(db.response(&home(), response_id(1)).await?, None);
    assert_eq!(listed(db, ResponseFilter::default()).await?, [2]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([3]));
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::default());
    assert_eq!(funnel(db, everything()).await?.answered, 1);

    let retry = StoredResponse { seq: 9, ..response(1, 9) };
    assert_eq!(accept(db, [retry.clone(), response(3, 3)]).await?, [Outcome::Erased, Outcome::Stored]);
    // The tombstone is in the database, not in the store's memory.
    assert_eq!(accept(&db.second().await?, [retry]).await?, [Outcome::Erased]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([3, 3]));
    assert_sound(db).await
}

async fn removing_what_is_not_there_changes_nothing(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert!(!db.delete_response(&home(), response_id(1), NOON).await?);
    // What was never there is not barred.
    assert_eq!(accept(db, [response(1, 9)]).await?, [Outcome::Stored]);
    assert!(db.delete_response(&home(), response_id(1), NOON).await?);
    assert!(!db.delete_response(&home(), response_id(1), NOON).await?);
    assert_sound(db).await
}

async fn everything_of_a_customer_is_erased_and_cannot_come_back(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let of = |customer: &str, response| StoredResponse { customer: Some(customer.into()), ..response };
    // More than one transaction's worth, in every state.
    let theirs = |number: u128| StoredResponse {
        state: ResponseState::ALL[number as usize % 4],
        ..of("c-1", with_attributes(response(number, 9), &[("plan", "pro")]))
    };
    accept(db, (0..1_100).map(theirs)).await?;
    accept(db, [of("c-10", response(2_000, 3)), of("C-1", response(2_001, 4)), response(2_002, 5)]).await?;
    let namesake = of("c-1", StoredResponse { survey: SurveyId::from("sv_other"), ..response(1, 6) });
    accept_at(db, SiteId::from("st_other"), [namesake.clone()]).await?;

    assert_eq!(db.erase_customer(&home(), "c-1", NOON).await?, 1_100);
    assert_eq!(db.erase_customer(&home(), "c-1", NOON).await?, 0);
    assert_eq!(counted(db, everything()).await?, Histogram::of([3, 4, 5]));
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::default());
    assert_eq!(accept(db, [theirs(0), theirs(1_099)]).await?, [Outcome::Erased, Outcome::Erased]);
    assert_eq!(db.response(&SiteId::from("st_other"), namesake.id).await?, Some(namesake));
    assert_sound(db).await
}

async fn another_tenants_responses_are_not_there(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    accept(db, [response(1, 9)]).await?;
    let stranger = SiteId::from("st_other");
    assert_eq!(db.response(&stranger, response_id(1)).await?, None);
    assert_eq!(db.responses(&stranger, ResponseFilter::default(), None, 10).await?, []);
    let ours = ResponseFilter { survey: Some(survey_id()), ..ResponseFilter::default() };
    assert_eq!(db.responses(&stranger, ours, None, 10).await?, []);
    assert!(!db.delete_response(&stranger, response_id(1), NOON).await?);
    assert_eq!(db.response(&home(), response_id(1)).await?, Some(response(1, 9)));
    // An id that a stranger tried to remove is not barred there either.
    let theirs = StoredResponse { survey: SurveyId::from("sv_other"), ..response(1, 1) };
    assert_eq!(accept_at(db, stranger, [theirs]).await?, [Outcome::Stored]);
    assert_sound(db).await
}

async fn events_add_up_to_the_denominators(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.count_events(vec![
        event(EventKind::Eligible, 100),
        event(EventKind::Shown, 40),
        event(EventKind::Shown, 2),
        event(EventKind::Started, 9),
        event(EventKind::Dismissed, 20),
    ])
    .await?;
    let plan = BTreeMap::from([("plan".to_owned(), "pro".to_owned())]);
    db.count_events(vec![
        EventCount { attributes: plan.clone(), ..event(EventKind::Shown, 3) },
        EventCount { at: noon_of(MONDAY + 1), ..event(EventKind::Shown, 5) },
        EventCount { touchpoint: "invented".into(), ..event(EventKind::Shown, 7) },
        EventCount { survey: SurveyId::from("sv_second"), ..event(EventKind::Shown, 11) },
        EventCount { instrument: Instrument::Csat, ..event(EventKind::Shown, 1_000) },
    ])
    .await?;
    let mut unfinished = response(2, 3);
    unfinished.completed = false;
    accept(db, [response(1, 9), unfinished]).await?;

    let all = funnel(db, everything()).await?;
    assert_eq!((all.eligible, all.shown, all.started, all.dismissed), (100, 68, 9, 20));
    assert_eq!((all.answered, all.completed), (2, 1));
    let shown = async |filter| -> Result<u64> { Ok(funnel(db, filter).await?.shown) };
    assert_eq!(shown(from("checkout")).await?, 61);
    assert_eq!(shown(having(&[("plan", "pro")])).await?, 3);
    let tuesday = ReportFilter { from_day: Some(MONDAY + 1), ..everything() };
    assert_eq!(shown(tuesday).await?, 5);
    let second = ReportFilter { survey: Some(SurveyId::from("sv_second")), ..everything() };
    assert_eq!(shown(second).await?, 11);
    assert_sound(db).await
}

async fn servers_may_store_at_once(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let servers = [db.second().await?, db.second().await?, db.second().await?];
    let mut tasks = Vec::new();
    for (number, server) in servers.into_iter().enumerate() {
        tasks.push(tokio::spawn(async move {
            let mut stored = 0;
            for round in 0..8u128 {
                // The same ids from everybody, each in an order of its own, with values that nobody has listed.
                let mut batch: Vec<Arrival> = (0..20u128)
                    .map(|place| {
                        let answer = StoredResponse {
                            seq: number as u32,
                            source: "server".into(),
                            ..with_attributes(
                                response(round * 20 + place, (place % 11) as u8),
                                &[("plan", ["free", "gold", "team"][(place as usize + number) % 3])],
                            )
                        };
                        let site = if place % 4 == 0 { SiteId::from("st_other") } else { home() };
                        Arrival::from(Accept { site, response: answer, display: None })
                    })
                    .collect();
                batch.rotate_left(7 * number);
                if round % 4 == 3 {
                    let id = response_id(round * 20 + number as u128);
                    batch.push(Arrival::Withdrawal(Withdrawal {
                        site: home(),
                        id,
                        right: Right::Site,
                        keeps_out: true,
                        at: NOON,
                    }));
                }
                stored +=
                    server.take_in(batch).await?.into_iter().filter(|outcome| *outcome == Outcome::Stored).count();
            }
            Ok::<_, bearing_storage::StoreError>(stored)
        }));
    }
    let mut stored = 0;
    for task in tasks {
        stored += task.await.expect("nothing panics")?;
    }
    assert_eq!(stored, 160, "each id once, by whichever server was first");
    let kept = async |site: &SiteId| db.responses(site, ResponseFilter::default(), None, 999).await;
    assert_eq!(kept(&SiteId::from("st_other")).await?.len(), 40);
    let home_kept = kept(&home()).await?;
    assert_eq!(home_kept.len(), 160 - 40 - 4, "four were withdrawn");
    assert!(home_kept.iter().all(|response| response.seq == 2), "the last edition stands");
    build(db).await?;
    assert_sound(db).await
}
