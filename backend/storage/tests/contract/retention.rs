//! Retention: what has been kept long enough goes, in steps, and nothing brings it back; what only an erased answer said
//! is forgotten with it.

use bearing_shared::answer::Context;
use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::histogram::Histogram;
use bearing_shared::privacy::Retention;
use bearing_storage::{
    Accept, Arrival, Base, Cutoffs, Expired, Grouping, KEPT_OUT, LogEntries, MarkChange, Outcome, ResponseFilter,
    Result, Right, Site, States, StoredResponse, TallyQuery, Withdrawal, apply_log,
};

use crate::builders::*;

crate::contract! {
    old_answers_are_erased_and_uncounted
    an_aged_id_is_kept_out_for_a_while_and_a_wished_one_for_good
    old_comments_go_and_their_scores_stay
    old_identities_go_and_their_scores_stay
    every_state_grows_old
    a_later_edition_brings_nothing_back
    who_is_named_again_while_a_period_is_longer_goes_when_it_ends
    what_would_go_can_be_counted
    nothing_goes_of_another_site_or_without_a_period
    a_learned_value_goes_with_the_last_answer_that_gave_it
    a_learned_value_goes_with_the_last_edition_that_gave_it
    what_comes_by_a_log_takes_its_learned_values_along
    what_happened_with_a_forgotten_value_is_that_of_the_rest
    what_was_erased_is_scrubbed
}

const DAY: i64 = 24 * 3_600_000;

/// A response of somebody, received so many days after the Monday's noon.
fn told(number: u128, score: u8, days: i64) -> StoredResponse {
    let response = StoredResponse {
        visitor: Some(format!("v-{number}")),
        customer: Some(format!("c-{number}")),
        identity: Identity::Verified,
        context: Context {
            url: Some("https://shop.example/thanks".into()),
            referrer: Some("https://shop.example/".into()),
            title: Some("Thanks".into()),
            locale: Some("nl-NL".into()),
            device: Some("mobile".into()),
        },
        received_at: NOON + days * DAY,
        ..response(number, score)
    };
    with_comment(response, &format!("Comment {number}"))
}

/// Takes steps of so many responses until nothing is left; what went, and how many steps there were.
async fn expired(db: &Database, cutoffs: Cutoffs, limit: u32) -> Result<(Expired, u32)> {
    let (mut all, mut steps) = (Expired::default(), 0);
    loop {
        let step = db.expire(&home(), cutoffs, limit, NOON + 9 * DAY).await?;
        all.answers += step.expired.answers;
        all.comments += step.expired.comments;
        all.identities += step.expired.identities;
        if !step.has_more {
            return Ok((all, steps));
        }
        steps += 1;
    }
}

fn any_state() -> ResponseFilter {
    ResponseFilter { state: States::All, ..ResponseFilter::default() }
}

async fn old_answers_are_erased_and_uncounted(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, (1..=7).map(|number| told(number, 9, number as i64))).await?;
    let cutoffs = Cutoffs { answers: Some(NOON + 5 * DAY), ..Cutoffs::default() };
    let (gone, steps) = expired(db, cutoffs, 3).await?;
    assert_eq!((gone, steps), (Expired { answers: 4, ..Expired::default() }, 2), "not what came at the moment itself");
    assert_eq!(listed(db, any_state()).await?, [7, 6, 5]);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 9, 9]));
    assert_sound(db).await
}

async fn an_aged_id_is_kept_out_for_a_while_and_a_wished_one_for_good(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [told(1, 9, 0), told(2, 9, 1)]).await?;
    assert!(db.delete_response(&home(), response_id(2), NOON).await?);
    let at = NOON + 9 * DAY;
    let cutoffs = Cutoffs { answers: Some(NOON + DAY), ..Cutoffs::default() };
    assert_eq!(db.expire(&home(), cutoffs, 10, at).await?.expired.answers, 1);
    let late = [told(1, 9, 9), told(2, 9, 9)];
    assert_eq!(accept(db, late.clone()).await?, [Outcome::Erased; 2]);
    assert_eq!(db.forget_tombstones(at + KEPT_OUT, 10).await?, 0);
    assert_eq!(accept(db, late.clone()).await?, [Outcome::Erased; 2]);
    assert_eq!(db.forget_tombstones(at + KEPT_OUT + 1, 10).await?, 1);
    assert_eq!(db.forget_tombstones(at + 9 * KEPT_OUT, 10).await?, 0);
    assert_eq!(accept(db, late).await?, [Outcome::Stored, Outcome::Erased]);
    assert_sound(db).await
}

async fn old_comments_go_and_their_scores_stay(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, (1..=5).map(|number| told(number, 3, number as i64))).await?;
    let before = counted(db, everything()).await?;
    let cutoffs = Cutoffs { comments: Some(NOON + 4 * DAY), ..Cutoffs::default() };
    let (gone, steps) = expired(db, cutoffs, 2).await?;
    assert_eq!((gone.comments, steps), (3, 2));
    for number in 1..=5 {
        let kept = db.response(&home(), response_id(number)).await?.expect("it is there");
        let whole = told(number, 3, number as i64);
        let without = StoredResponse { answers: response(number, 3).answers, ..whole.clone() };
        assert_eq!(kept, if number < 4 { without } else { whole });
    }
    let with = |has_comment| ResponseFilter { has_comment: Some(has_comment), ..ResponseFilter::default() };
    assert_eq!((listed(db, with(true)).await?, listed(db, with(false)).await?), (vec![5, 4], vec![3, 2, 1]));
    let found = ResponseFilter { text: Some("comment".into()), ..ResponseFilter::default() };
    assert_eq!(listed(db, found).await?, [5, 4]);
    assert_eq!(counted(db, everything()).await?, before);
    assert_sound(db).await
}

async fn old_identities_go_and_their_scores_stay(db: &Database) -> Result<()> {
    furnish(db).await?;
    let of = |number, days| StoredResponse { customer: Some("c-1".into()), ..told(number, 8, days) };
    accept(db, [of(1, 1), of(2, 2), of(3, 3), of(4, 4), told(5, 8, 1)]).await?;
    let by_respondent = || TallyQuery { base: Base::Respondents, ..query(everything(), Grouping::Whole) };
    assert_eq!(sum(&db.tally(&home(), by_respondent()).await?.tallies).n(), 2);
    let cutoffs = Cutoffs { identity: Some(NOON + 3 * DAY), ..Cutoffs::default() };
    let (gone, _) = expired(db, cutoffs, 2).await?;
    assert_eq!(gone.identities, 3);
    let kept = db.response(&home(), response_id(1)).await?.expect("it is there");
    let expected = StoredResponse {
        visitor: None,
        customer: None,
        identity: Identity::Anonymous,
        context: Context { locale: Some("nl-NL".into()), device: Some("mobile".into()), ..Context::default() },
        ..of(1, 1)
    };
    assert_eq!(kept, expected);
    assert_eq!(db.response(&home(), response_id(3)).await?, Some(of(3, 3)));
    let theirs = ResponseFilter { customer: Some("c-1".into()), ..ResponseFilter::default() };
    assert_eq!(listed(db, theirs).await?, [4, 3]);
    // Nobody knows any more that the first two were one and the same.
    assert_eq!(sum(&db.tally(&home(), by_respondent()).await?.tallies).n(), 4);
    assert_eq!(counted(db, everything()).await?, Histogram::of([8; 5]));
    // It goes on where it was, with what has grown old since.
    let later = Cutoffs { identity: Some(NOON + 9 * DAY), ..Cutoffs::default() };
    assert_eq!(expired(db, later, 2).await?.0.identities, 2);
    assert_eq!(expired(db, later, 2).await?, (Expired::default(), 0));
    assert_sound(db).await
}

async fn every_state_grows_old(db: &Database) -> Result<()> {
    furnish(db).await?;
    let states = [ResponseState::Counted, ResponseState::Quarantined, ResponseState::Test, ResponseState::Excluded];
    accept(db, states.iter().zip(1..).map(|(state, number)| StoredResponse { state: *state, ..told(number, 9, 0) }))
        .await?;
    let tagged = MarkChange { add_tags: vec!["ask back".into()], ..MarkChange::default() };
    db.mark(&home(), &[response_id(1)], tagged, NOON).await?;
    let past = Some(NOON + DAY);
    let all = Cutoffs { answers: None, comments: past, identity: past };
    // Whoever looks at a comment that is too old takes what is too old besides.
    assert_eq!(expired(db, all, 10).await?.0.comments, 4);
    let kept = db.responses(&home(), any_state(), None, 10).await?;
    assert_eq!(kept.len(), 4);
    assert!(kept.iter().all(|kept| kept.comment().is_none() && kept.customer.is_none() && kept.visitor.is_none()));
    assert_eq!(kept.last().map(|first| first.marks.tags.clone()), Some(texts(&["ask back"])), "the team's own note");
    assert_eq!(expired(db, Cutoffs { answers: past, ..all }, 10).await?.0.answers, 4);
    assert_eq!((listed(db, any_state()).await?, db.tags(&home()).await?), (vec![], vec![]));
    assert_sound(db).await
}

async fn a_later_edition_brings_nothing_back(db: &Database) -> Result<()> {
    furnish(db).await?;
    let retention = Retention { comments_days: Some(2), identity_days: Some(3), ..Retention::default() };
    let mut kept_short = site("st_home");
    kept_short.settings.retention = retention;
    assert!(reset(db, kept_short).await?);
    accept(db, [told(1, 2, 0)]).await?;
    let edition = |seq, days| StoredResponse { seq, ..told(1, 9, days) };
    // Within the period an edition is taken as it is.
    assert_eq!(accept(db, [edition(1, 1)]).await?, [Outcome::Updated]);
    let now = db.response(&home(), response_id(1)).await?.expect("it is there");
    assert_eq!((now.comment().as_deref(), now.customer.as_deref(), now.score), (Some("Comment 1"), Some("c-1"), 9));
    // Behind it, whether the job has been there or not.
    assert_eq!(accept(db, [edition(2, 4)]).await?, [Outcome::Updated]);
    let now = db.response(&home(), response_id(1)).await?.expect("it is there");
    assert_eq!((now.comment(), now.customer, now.visitor, now.context.url), (None, None, None, None));
    assert_eq!(expired(db, Cutoffs::of(&retention, NOON + 5 * DAY), 10).await?.0, Expired::default());
    assert_eq!(accept(db, [edition(3, 5)]).await?, [Outcome::Updated]);
    let now = db.response(&home(), response_id(1)).await?.expect("it is there");
    assert_eq!((now.comment(), now.customer, now.seq), (None, None, 3));
    assert_sound(db).await
}

async fn who_is_named_again_while_a_period_is_longer_goes_when_it_ends(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [told(1, 2, 0), told(2, 2, 1), told(3, 2, 2)]).await?;
    let of = |days| Cutoffs { identity: Some(NOON + days * DAY), ..Cutoffs::default() };
    assert_eq!(expired(db, of(3), 10).await?.0.identities, 3);
    // The site has no period now: what its own server says of an old response stays.
    assert_eq!(accept(db, [StoredResponse { seq: 1, ..told(2, 9, 4) }]).await?, [Outcome::Updated]);
    let customer = async || -> Result<Option<String>> {
        Ok(db.response(&home(), response_id(2)).await?.expect("it is there").customer)
    };
    assert_eq!(customer().await?.as_deref(), Some("c-2"));
    assert_eq!(expired(db, of(1), 10).await?.0.identities, 0, "nor is it older than a long one");
    assert_eq!(customer().await?.as_deref(), Some("c-2"));
    assert_eq!(expired(db, of(3), 10).await?.0.identities, 1);
    assert_eq!(customer().await?, None);
    // What is erased is not what the next look begins behind.
    assert!(db.delete_response(&home(), response_id(3), NOON).await?);
    accept(db, [told(4, 2, 5)]).await?;
    assert_eq!(expired(db, of(9), 10).await?.0.identities, 1);
    assert_sound(db).await
}

async fn what_would_go_can_be_counted(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, (1..=5).map(|number| told(number, 3, number as i64))).await?;
    accept(db, [response(6, 3)]).await?;
    let past = Some(NOON + 4 * DAY);
    let all = Cutoffs { answers: past, comments: past, identity: past };
    let count = async |most| db.count_expired(&home(), all, most).await;
    assert_eq!(count(100).await?, Expired { answers: 4, comments: 3, identities: 4 });
    assert_eq!(count(2).await?, Expired { answers: 2, comments: 2, identities: 2 });
    expired(db, Cutoffs { answers: None, ..all }, 10).await?;
    assert_eq!(count(100).await?, Expired { answers: 4, comments: 0, identities: 0 });
    assert_eq!(db.count_expired(&home(), Cutoffs::default(), 100).await?, Expired::default());
    Ok(())
}

async fn nothing_goes_of_another_site_or_without_a_period(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let theirs = StoredResponse { survey: "sv_other".into(), ..told(2, 9, 0) };
    accept_at(db, "st_other".into(), [theirs.clone()]).await?;
    accept(db, [told(1, 9, 0)]).await?;
    assert_eq!(expired(db, Cutoffs::default(), 10).await?, (Expired::default(), 0));
    let past = Some(NOON + DAY);
    expired(db, Cutoffs { answers: past, comments: past, identity: past }, 10).await?;
    assert_eq!(listed(db, any_state()).await?, Vec::<u128>::new());
    assert_eq!(db.response(&"st_other".into(), response_id(2)).await?, Some(theirs));
    assert_sound(db).await
}

/// The values of the plan that are told apart.
async fn plans(db: &Database) -> Result<Vec<String>> {
    let status = db.counting(&home()).await?.expect("the site is there");
    Ok(status.dimensions.into_iter().find(|found| found.name == "plan").expect("it is declared").values)
}

async fn a_learned_value_goes_with_the_last_answer_that_gave_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    let of = |number, plan| with_attributes(told(number, 9, 0), &[("plan", plan)]);
    accept(db, [of(1, "Jan's own"), of(2, "shared"), of(3, "shared"), of(4, "pro")]).await?;
    assert_eq!(plans(db).await?, ["free", "pro", "Jan's own", "shared"]);
    assert_eq!(db.erase_customer(&home(), "c-1", NOON).await?, 1);
    assert_eq!(plans(db).await?, ["free", "pro", "shared"]);
    assert_eq!(counted(db, having(&[("plan", "shared")])).await?, Histogram::of([9, 9]));
    assert!(db.delete_response(&home(), response_id(2), NOON).await?);
    assert_eq!(plans(db).await?, ["free", "pro", "shared"], "another answer gives it");
    let cutoffs = Cutoffs { answers: Some(NOON + DAY), ..Cutoffs::default() };
    expired(db, cutoffs, 1).await?;
    assert_eq!(plans(db).await?, ["free", "pro"], "what the owner listed stays");
    // It is learned again when somebody gives it again.
    accept(db, [of(5, "shared")]).await?;
    assert_eq!(plans(db).await?, ["free", "pro", "shared"]);
    assert_sound(db).await?;
    let before: Site = db.site(&home()).await?.expect("the site is there");
    db.recount().await?;
    assert_eq!((plans(db).await?, db.site(&home()).await?), (texts(&["free", "pro", "shared"]), Some(before)));
    assert_sound(db).await
}

async fn a_learned_value_goes_with_the_last_edition_that_gave_it(db: &Database) -> Result<()> {
    furnish(db).await?;
    let of = |number, seq, plan| StoredResponse { seq, ..with_attributes(told(number, 9, 0), &[("plan", plan)]) };
    accept(db, [of(1, 0, "Jan's own"), of(2, 0, "shared"), of(3, 0, "shared")]).await?;
    assert_eq!(plans(db).await?, ["free", "pro", "Jan's own", "shared"]);
    assert_eq!(accept(db, [of(1, 1, "pro"), of(2, 1, "Kees' own")]).await?, [Outcome::Updated; 2]);
    assert_eq!(plans(db).await?, ["free", "pro", "shared", "Kees' own"], "nobody gives it any more");
    // Erased, an answer leaves no value of any of its editions.
    assert_eq!(
        accept(db, [StoredResponse { attributes: Default::default(), ..of(2, 2, "") }]).await?,
        [Outcome::Updated]
    );
    assert_eq!(db.erase_customer(&home(), "c-2", NOON).await?, 1);
    assert_eq!(plans(db).await?, ["free", "pro", "shared"]);
    assert_eq!(counted(db, having(&[("plan", "pro")])).await?, Histogram::of([9]));
    assert_eq!(counted(db, having(&[("plan", "shared")])).await?, Histogram::of([9]));
    assert_sound(db).await
}

async fn what_comes_by_a_log_takes_its_learned_values_along(db: &Database) -> Result<()> {
    furnish(db).await?;
    let of = |number, seq, plan| {
        let response = StoredResponse { seq, ..with_attributes(told(number, 9, 0), &[("plan", plan)]) };
        Arrival::from(Accept { site: home(), response, display: None })
    };
    let entries = |arrivals| LogEntries { arrivals, events: Vec::new() };
    apply_log(&**db, "a", 0, 1, entries(vec![of(1, 0, "Jan's own"), of(2, 0, "Kees' own")])).await?;
    assert_eq!(plans(db).await?, ["free", "pro", "Jan's own", "Kees' own"]);
    apply_log(&**db, "a", 1, 2, entries(vec![of(2, 1, "pro")])).await?;
    assert_eq!(plans(db).await?, ["free", "pro", "Jan's own"]);
    let gone = Withdrawal {
        site: home(),
        id: response_id(1),
        right: Right::Visitor { token: None },
        keeps_out: false,
        at: NOON,
    };
    apply_log(&**db, "a", 2, 3, entries(vec![Arrival::Withdrawal(gone)])).await?;
    assert_eq!(plans(db).await?, ["free", "pro"]);
    assert_sound(db).await
}

async fn what_happened_with_a_forgotten_value_is_that_of_the_rest(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [with_attributes(told(1, 9, 0), &[("plan", "Jan's own")])]).await?;
    let shown = |plan: &str| {
        let attributes = pairs(&[("plan", plan)]).into_iter().collect();
        bearing_storage::EventCount { attributes, ..event(EventKind::Shown, 3) }
    };
    db.count_events(vec![shown("Jan's own"), shown("stranger"), shown("pro")]).await?;
    assert_eq!(funnel(db, having(&[("plan", "Jan's own")])).await?.shown, 3);
    db.erase_customer(&home(), "c-1", NOON).await?;
    assert_eq!(funnel(db, having(&[("plan", "(other)")])).await?.shown, 6);
    assert_eq!(funnel(db, having(&[("plan", "pro")])).await?.shown, 3);
    assert_eq!(funnel(db, everything()).await?.shown, 9);
    assert_sound(db).await
}

async fn what_was_erased_is_scrubbed(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [told(1, 9, 0)]).await?;
    db.erase_customer(&home(), "c-1", NOON).await?;
    assert!(db.scrub().await?, "nobody reads");
    assert!(db.scrub().await?, "nothing is left to do");
    assert_sound(db).await
}
