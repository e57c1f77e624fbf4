//! What only SQLite can show of reads: they are stopped by the steps they take, so that a limit of no time at all tells
//! apart what looks at few rows and what looks at many.

use std::sync::Arc;
use std::time::Duration;

use bearing_shared::api::responses::ResponseState;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_storage::{
    Cursor, Grouping, Limits, MarkChange, Outcome, ReportFilter, ResponseFilter, Result, States, Store, StoreError,
    StoredResponse,
};

use crate::builders::*;
use crate::learning::{declare_city, own};

#[tokio::test]
async fn a_read_that_takes_too_long_is_stopped() -> Result<()> {
    let db = &Database::fresh(sqlite).await;
    furnish(db).await?;
    accept(db, (0..3_000).map(|number| response(number, 9))).await?;
    let hasty = db.second_within(Limits { read: Duration::ZERO, ..Limits::default() }).await?;
    let scan = query(ReportFilter { values: vec![("all".into(), String::new())], ..everything() }, Grouping::Whole);
    for _ in 0..6 {
        assert!(matches!(hasty.tally(&home(), scan.clone()).await, Err(StoreError::TooSlow)));
        assert!(matches!(hasty.ratings(&home(), every_rating()).await, Err(StoreError::TooSlow)));
    }
    // Only what is slow is stopped, and neither writing nor checking is.
    assert_eq!(counted_quickly(&hasty).await?, 3_000);
    assert_eq!(accept(&hasty, [response(9_000, 1)]).await?, [Outcome::Stored]);
    assert_eq!(hasty.recount().await?, 3_001);
    assert_sound(&hasty).await?;
    assert_eq!(db.tally(&SiteId::from("st_home"), scan).await?.tallies.len(), 1);
    Ok(())
}

async fn counted_quickly(store: &Arc<dyn Store>) -> Result<u64> {
    Ok(sum(&store.tally(&home(), query(everything(), Grouping::Whole)).await?.tallies).n())
}

#[tokio::test]
async fn the_last_page_of_a_window_does_not_read_what_is_older() -> Result<()> {
    let db = &Database::fresh(sqlite).await;
    furnish(db).await?;
    let on = |day, number| StoredResponse {
        shown_at: noon_of(day),
        received_at: noon_of(day) + number as i64,
        ..response(number, 9)
    };
    accept(db, (0..3_000).map(|number| on(MONDAY - 40, number))).await?;
    accept(db, (5_000..5_005).map(|number| on(MONDAY, number))).await?;
    let hasty = db.second_within(Limits { read: Duration::ZERO, ..Limits::default() }).await?;
    let page = async |filter: &ResponseFilter, after: Option<&StoredResponse>| {
        let after = after.map(|last| Cursor { received_at: last.received_at, id: last.id });
        hasty.responses(&home(), filter.clone(), after, 3).await
    };
    for to_day in [None, Some(MONDAY)] {
        let week = ResponseFilter { from_day: Some(MONDAY), to_day, ..ResponseFilter::default() };
        let first = page(&week, None).await?;
        let second = page(&week, first.last()).await?;
        assert_eq!((first.len(), second.len()), (3, 2), "{to_day:?}");
        assert_eq!(page(&week, second.last()).await?, [], "{to_day:?}");
    }
    // Nor does the first page of a window that has ended read what is newer.
    let none = ResponseFilter { to_day: Some(MONDAY - 41), from_day: Some(MONDAY - 50), ..ResponseFilter::default() };
    assert_eq!(page(&none, None).await?, []);
    // Reading the older ones would have taken too long.
    let nobody = ResponseFilter { survey: Some(SurveyId::from("sv_none")), ..ResponseFilter::default() };
    assert!(matches!(page(&nobody, None).await, Err(StoreError::TooSlow)));
    Ok(())
}

#[tokio::test]
async fn the_lists_of_the_inbox_read_what_they_show() -> Result<()> {
    let db = &Database::fresh(sqlite).await;
    furnish(db).await?;
    // Those that are looked for came first: every list begins with the others.
    let wanted = |number: u128, change: fn(&mut StoredResponse)| {
        let mut response = StoredResponse { received_at: NOON + 6_000, ..response(number, 9) };
        change(&mut response);
        response
    };
    let (apart, customer) = (|it: &mut StoredResponse| it.state = ResponseState::Excluded, "c-1");
    accept(
        db,
        [
            wanted(1, apart),
            wanted(2, |it| it.customer = Some("c-1".into())),
            with_comment(wanted(3, |_| ()), "slow"),
            wanted(4, |_| ()),
            wanted(5, |_| ()),
        ],
    )
    .await?;
    let many = || 100..3_100u128;
    accept(db, many().map(|number| StoredResponse { received_at: NOON + 7_000, ..response(number, 9) })).await?;
    let ids: Vec<_> = many().chain([2, 3, 4]).map(response_id).collect();
    db.mark(&home(), &ids, MarkChange { read: Some(true), ..MarkChange::default() }, NOON).await?;
    let late = MarkChange { add_tags: texts(&["late"]), ..MarkChange::default() };
    db.mark(&home(), &[response_id(4)], late, NOON).await?;
    let hasty = db.second_within(Limits { read: Duration::ZERO, ..Limits::default() }).await?;
    let all = ResponseFilter { state: States::All, ..ResponseFilter::default() };
    let excluded = States::Only(ResponseState::Excluded);
    for (what, filter, numbers) in [
        ("state", ResponseFilter { state: excluded, ..ResponseFilter::default() }, vec![1]),
        ("customer", ResponseFilter { customer: Some(customer.into()), ..ResponseFilter::default() }, vec![2]),
        ("history", ResponseFilter { customer: Some(customer.into()), ..all.clone() }, vec![2]),
        ("comment", ResponseFilter { has_comment: Some(true), ..ResponseFilter::default() }, vec![3]),
        ("tag", ResponseFilter { tag: Some("late".into()), ..ResponseFilter::default() }, vec![4]),
        ("unread", ResponseFilter { read: Some(false), ..ResponseFilter::default() }, vec![5]),
        ("all unread", ResponseFilter { read: Some(false), ..all.clone() }, vec![5, 1]),
        ("nobody's", ResponseFilter { customer: Some("c-2".into()), ..all.clone() }, vec![]),
        ("no tag", ResponseFilter { tag: Some("none".into()), ..all.clone() }, vec![]),
    ] {
        let found = listed(&hasty, filter.clone()).await;
        assert_eq!(found.ok(), Some(numbers.clone()), "{what}");
        let last = db.responses(&home(), filter.clone(), None, 9).await?.pop();
        if let Some(last) = last {
            let after = Cursor { received_at: last.received_at, id: last.id };
            assert_eq!(hasty.responses(&home(), filter, Some(after), 9).await.ok(), Some(Vec::new()), "behind {what}");
        }
    }
    assert_eq!(hasty.responses(&home(), all.clone(), None, 50).await?.len(), 50);
    // What has no index of its own reads them all, and is stopped.
    let searched = ResponseFilter { score_max: Some(3), ..all };
    assert!(matches!(listed(&hasty, searched).await, Err(StoreError::TooSlow)));
    Ok(())
}

#[tokio::test]
async fn what_takes_too_long_to_learn_is_left_to_the_answers_that_come() -> Result<()> {
    let db = &Database::fresh(sqlite).await;
    furnish(db).await?;
    accept(db, (0..3_000).map(|number| own(number, &[("city", "Delft")]))).await?;
    let hasty = db.second_within(Limits { read: Duration::ZERO, ..Limits::default() }).await?;
    assert_eq!(declare_city(&hasty, &[]).await?, Vec::<String>::new());
    let store = db.second().await?;
    assert_eq!(declare_city(&store, &[]).await?, Vec::<String>::new(), "it was declared before");
    accept(&store, [own(4_000, &[("city", "Delft")])]).await?;
    build(&store).await?;
    assert_eq!(counted(&store, having(&[("city", "Delft")])).await?.n(), 3_001);
    assert_sound(&store).await
}
