//! The inbox: what a team notes on responses, which states it gives them, and the lists that are found by them.

use bearing_shared::api::responses::ResponseState::{self, Counted, Excluded, Quarantined, Test};
use bearing_shared::id::SiteId;
use bearing_storage::{
    Arrival, Cursor, Grouping, MarkChange, Marked, Marking, Marks, Outcome, ResponseFilter, Result, Right, States,
    Store, StoredResponse, Withdrawal,
};

use crate::builders::*;

crate::contract! {
    marks_are_noted_listed_and_undone
    a_state_that_a_member_gives_moves_the_counts_and_stays
    a_test_stays_a_test_and_nothing_becomes_one
    a_new_comment_is_unread_and_keeps_its_tags
    a_change_that_is_too_much_for_one_changes_none
    what_is_erased_leaves_no_tag
    each_site_has_its_own_marks
    numbers_stop_at_the_most
    pages_of_a_tag_have_no_gaps_or_repeats
}

fn all() -> ResponseFilter {
    ResponseFilter { state: States::All, ..ResponseFilter::default() }
}

fn tagged(tag: &str) -> ResponseFilter {
    ResponseFilter { tag: Some(tag.into()), ..all() }
}

fn reads(read: bool) -> MarkChange {
    MarkChange { read: Some(read), ..MarkChange::default() }
}

fn gives(state: ResponseState) -> MarkChange {
    MarkChange { state: Some(state), ..MarkChange::default() }
}

fn adds(tags: &[&str]) -> MarkChange {
    MarkChange { add_tags: texts(tags), ..MarkChange::default() }
}

/// Changes responses of the home site, each of which must be there.
async fn mark(db: &dyn Store, numbers: &[u128], change: MarkChange, now: i64) -> Result<Vec<Marked>> {
    let ids: Vec<_> = numbers.iter().map(|number| response_id(*number)).collect();
    match db.mark(&home(), &ids, change, now).await? {
        Marking::Done(marked) => Ok(marked.into_iter().map(|marked| marked.expect("it is there")).collect()),
        Marking::TooManyTags(id) => panic!("{id} has too many tags"),
    }
}

async fn marks_of(db: &dyn Store, number: u128) -> Result<Marks> {
    Ok(db.response(&home(), response_id(number)).await?.expect("it is there").marks)
}

async fn marks_are_noted_listed_and_undone(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, (1..=4).map(|number| response(number, 9))).await?;
    let marked =
        mark(&**db, &[2, 3], MarkChange { read: Some(true), ..adds(&["late", "Ärger", "late"]) }, NOON).await?;
    assert_eq!(marked[0].before, response(2, 9));
    let expected = Marks { read_at: Some(NOON), judged_at: None, tags: texts(&["late", "Ärger"]) };
    assert_eq!((&marked[0].after.marks, marks_of(&**db, 2).await?), (&expected, expected.clone()));
    assert_eq!(db.tags(&home()).await?, [("late".into(), 2), ("Ärger".into(), 2)]);
    assert_eq!(listed(db, tagged("late")).await?, [3, 2]);
    assert_eq!(listed(db, tagged("lat")).await?, Vec::<u128>::new());
    assert_eq!(listed(db, ResponseFilter { read: Some(false), ..all() }).await?, [4, 1]);
    assert_eq!(listed(db, ResponseFilter { read: Some(true), ..all() }).await?, [3, 2]);
    // Read again, it was read when it was read first; nothing is nothing.
    mark(&**db, &[2], reads(true), NOON + 1).await?;
    mark(&**db, &[2], MarkChange::default(), NOON + 1).await?;
    assert_eq!(marks_of(&**db, 2).await?, expected);
    let named_twice = mark(&**db, &[3, 3], reads(false), NOON).await?;
    assert_ne!(named_twice[0].before, named_twice[0].after);
    assert_eq!(named_twice[1].before, named_twice[1].after, "it is changed once");
    let back = MarkChange { remove_tags: texts(&["late"]), read: Some(false), ..MarkChange::default() };
    mark(&**db, &[2], back, NOON).await?;
    mark(&**db, &[3], MarkChange { tags: Some(texts(&["other"])), ..MarkChange::default() }, NOON).await?;
    assert_eq!(db.tags(&home()).await?, [("other".into(), 1), ("Ärger".into(), 1)]);
    mark(&**db, &[2, 3], MarkChange { tags: Some(Vec::new()), ..MarkChange::default() }, NOON).await?;
    assert_eq!(db.tags(&home()).await?, []);
    assert_eq!(db.response(&home(), response_id(2)).await?, Some(response(2, 9)), "as if nothing had been");
    let gone = db.mark(&home(), &[response_id(99), response_id(1)], reads(true), NOON).await?;
    let Marking::Done(found) = gone else { panic!("there are no tags") };
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
    assert_sound(db).await
}

async fn a_state_that_a_member_gives_moves_the_counts_and_stays(db: &Database) -> Result<()> {
    furnish(db).await?;
    let suspect = StoredResponse { state: Quarantined, ..response(3, 0) };
    accept(db, [response(1, 9), response(2, 0), suspect.clone()]).await?;
    let n = async || -> Result<u64> { Ok(counted(db, everything()).await?.n()) };
    assert_eq!(n().await?, 2);
    mark(&**db, &[1, 2], gives(Excluded), NOON).await?;
    assert_eq!(n().await?, 0);
    assert_sound(db).await?;
    assert_eq!(listed(db, ResponseFilter { state: States::Only(Excluded), ..all() }).await?, [2, 1]);
    // A later edition changes the answer and not what was judged.
    accept(db, [StoredResponse { seq: 1, ..response(2, 5) }]).await?;
    assert_eq!(n().await?, 0);
    mark(&**db, &[1, 2, 3], gives(Counted), NOON + 1).await?;
    assert_eq!(n().await?, 3);
    assert_sound(db).await?;
    // Nor does one that looks suspicious once more take a released one away.
    accept(db, [StoredResponse { seq: 1, ..suspect }]).await?;
    assert_eq!(n().await?, 3);
    mark(&**db, &[3], gives(Quarantined), NOON + 2).await?;
    assert_eq!((n().await?, marks_of(&**db, 3).await?.judged_at), (2, Some(NOON + 2)));
    assert_eq!(db.recount().await?, 3);
    assert_eq!(n().await?, 2);
    let by_day = tallied(db, query(everything(), Grouping::Day)).await?;
    assert_eq!(sum(&by_day.tallies).n(), 2);
    assert_sound(db).await
}

async fn a_test_stays_a_test_and_nothing_becomes_one(db: &Database) -> Result<()> {
    furnish(db).await?;
    let test = StoredResponse { state: Test, ..response(1, 0) };
    accept(db, [test.clone(), response(2, 9)]).await?;
    for state in [Counted, Excluded, Quarantined] {
        let marked = mark(&**db, &[1], gives(state), NOON).await?;
        assert_eq!((&marked[0].before, &marked[0].after), (&test, &test), "{state:?}");
    }
    assert_eq!(mark(&**db, &[2], gives(Test), NOON).await?[0].after, response(2, 9));
    mark(&**db, &[1], reads(true), NOON).await?;
    assert_eq!(marks_of(&**db, 1).await?.read_at, Some(NOON), "it can be read as any other");
    assert_eq!(counted(db, everything()).await?.n(), 1);
    assert_sound(db).await
}

async fn a_new_comment_is_unread_and_keeps_its_tags(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 3)]).await?;
    let edition = |seq, text: &str| [StoredResponse { seq, ..with_comment(response(1, 3), text) }];
    let is_read = async || -> Result<bool> {
        let marks = marks_of(&**db, 1).await?;
        assert_eq!(marks.tags, texts(&["call back"]));
        Ok(marks.read_at.is_some())
    };
    mark(&**db, &[1], MarkChange { read: Some(true), ..adds(&["call back"]) }, NOON).await?;
    accept(db, [StoredResponse { seq: 1, ..response(1, 4) }]).await?;
    assert!(is_read().await?, "another score is no comment");
    accept(db, edition(2, "slow")).await?;
    assert!(!is_read().await?);
    mark(&**db, &[1], reads(true), NOON).await?;
    accept(db, edition(3, "slow")).await?;
    assert!(is_read().await?, "the same words once more are not new");
    accept(db, edition(4, "slow and dear")).await?;
    assert!(!is_read().await?);
    assert_eq!(listed(db, tagged("call back")).await?, [1]);
    Ok(())
}

async fn a_change_that_is_too_much_for_one_changes_none(db: &Database) -> Result<()> {
    furnish(db).await?;
    accept(db, [response(1, 9), response(2, 9)]).await?;
    let many: Vec<String> = (0..20).map(|number| format!("tag {number}")).collect();
    mark(&**db, &[2], MarkChange { tags: Some(many.clone()), ..MarkChange::default() }, NOON).await?;
    let change = MarkChange { state: Some(Excluded), ..adds(&["one more"]) };
    let refused = db.mark(&home(), &[response_id(1), response_id(2)], change, NOON).await?;
    assert_eq!(refused, Marking::TooManyTags(response_id(2)));
    assert_eq!(db.response(&home(), response_id(1)).await?, Some(response(1, 9)));
    let instead = MarkChange { remove_tags: vec![many[0].clone()], ..adds(&["one more"]) };
    assert_eq!(mark(&**db, &[2], instead, NOON).await?[0].after.marks.tags.len(), 20);
    assert_sound(db).await
}

async fn what_is_erased_leaves_no_tag(db: &Database) -> Result<()> {
    furnish(db).await?;
    let theirs = |number| StoredResponse { customer: Some("c-1".into()), ..response(number, 9) };
    accept(db, [response(1, 9), theirs(2), theirs(3), response(4, 9), response(5, 9)]).await?;
    mark(&**db, &[1, 2, 3, 4, 5], adds(&["late"]), NOON).await?;
    let left = async || -> Result<Vec<(String, u64)>> { db.tags(&home()).await };
    assert!(db.delete_response(&home(), response_id(1), NOON).await?);
    assert_eq!(left().await?, [("late".into(), 4)]);
    assert_eq!(db.erase_customer(&home(), "c-1", NOON).await?, 2);
    assert_eq!(left().await?, [("late".into(), 2)]);
    let gone = Withdrawal {
        site: home(),
        id: response_id(4),
        right: Right::Visitor { token: None },
        keeps_out: true,
        at: NOON,
    };
    assert_eq!(db.take_in(vec![Arrival::Withdrawal(gone)]).await?, [Outcome::Withdrawn]);
    assert_eq!((left().await?, listed(db, tagged("late")).await?), (vec![("late".into(), 1)], vec![5]));
    assert!(db.delete_site(&home()).await?);
    assert_eq!(left().await?, []);
    build(db).await?;
    furnish(db).await?;
    assert_eq!((left().await?, listed(db, tagged("late")).await?), (Vec::new(), Vec::new()), "nor does its site");
    Ok(())
}

async fn each_site_has_its_own_marks(db: &Database) -> Result<()> {
    furnish(db).await?;
    add_site(db, "st_other", "sv_other").await?;
    let other = SiteId::from("st_other");
    let theirs = StoredResponse { survey: "sv_other".into(), ..response(1, 0) };
    accept(db, [response(1, 9), response(2, 9)]).await?;
    accept_at(db, other.clone(), [theirs.clone()]).await?;
    let Marking::Done(found) = db.mark(&other, &[response_id(1), response_id(2)], adds(&["theirs"]), NOON).await?
    else {
        panic!("there are few tags");
    };
    assert_eq!((found[0].as_ref().map(|marked| &marked.before), found[1].is_none()), (Some(&theirs), true));
    assert_eq!(db.response(&home(), response_id(1)).await?, Some(response(1, 9)));
    assert_eq!((db.tags(&home()).await?, db.tags(&other).await?), (Vec::new(), vec![("theirs".into(), 1)]));
    assert_eq!(listed(db, tagged("theirs")).await?, Vec::<u128>::new());
    let nowhere = SiteId::from("st_nowhere");
    assert_eq!(db.mark(&nowhere, &[response_id(1)], reads(true), NOON).await?, Marking::Done(vec![None]));
    assert_eq!(db.count_responses(&nowhere, all(), 9).await?.count, 0);
    Ok(())
}

async fn numbers_stop_at_the_most(db: &Database) -> Result<()> {
    furnish(db).await?;
    let of = |number: u128, state| StoredResponse { state, customer: Some("c-1".into()), ..response(number, 9) };
    accept(db, (0..12).map(|number| of(number, Counted))).await?;
    accept(db, [of(20, Excluded), of(21, Test), of(22, Test), response(30, 3)]).await?;
    mark(&**db, &[0, 1, 2, 3, 4, 5, 20], reads(true), NOON).await?;
    mark(&**db, &[0, 1, 21], adds(&["late"]), NOON).await?;
    let numbers = async |filter, most| {
        let counted = db.count_responses(&home(), filter, most).await?;
        Ok::<_, bearing_storage::StoreError>((counted.count, counted.unread, counted.by_state))
    };
    assert_eq!(numbers(ResponseFilter::default(), 100).await?, (13, 7, [13, 0, 2, 1]));
    assert_eq!(numbers(all(), 100).await?, (16, 9, [13, 0, 2, 1]));
    assert_eq!(numbers(all(), 5).await?, (5, 5, [5, 0, 2, 1]));
    let customer = ResponseFilter { customer: Some("c-1".into()), ..all() };
    assert_eq!(numbers(customer.clone(), 100).await?, (15, 8, [12, 0, 2, 1]));
    assert_eq!(numbers(ResponseFilter { tag: Some("late".into()), ..customer }, 100).await?, (3, 1, [2, 0, 1, 0]));
    assert_eq!(numbers(tagged("late"), 100).await?, (3, 1, [2, 0, 1, 0]));
    assert_eq!(numbers(ResponseFilter { read: Some(true), ..all() }, 100).await?, (7, 0, [6, 0, 0, 1]));
    assert_eq!(numbers(ResponseFilter { score_max: Some(3), ..all() }, 100).await?, (1, 1, [1, 0, 0, 0]));
    Ok(())
}

async fn pages_of_a_tag_have_no_gaps_or_repeats(db: &Database) -> Result<()> {
    furnish(db).await?;
    // Three in each moment.
    let came = |number: u128| StoredResponse { received_at: NOON + (number / 3) as i64, ..response(number, 9) };
    accept(db, (0..40).map(came)).await?;
    let odd: Vec<u128> = (0..40).filter(|number| number % 2 == 1).collect();
    mark(&**db, &odd, adds(&["odd"]), NOON).await?;
    for filter in [tagged("odd"), ResponseFilter { from_day: Some(MONDAY), to_day: Some(MONDAY), ..tagged("odd") }] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = db.responses(&home(), filter.clone(), after, 7).await?;
            let Some(last) = page.last() else { break };
            after = Some(Cursor { received_at: last.received_at, id: last.id });
            seen.extend(page.into_iter().map(|response| u128::from_be_bytes(response.id.0)));
        }
        assert_eq!(seen, odd.iter().rev().copied().collect::<Vec<_>>());
    }
    Ok(())
}
