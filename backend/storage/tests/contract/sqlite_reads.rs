//! What only SQLite can show of reads: they are stopped by the steps they take, so that a limit of no time at all tells
//! apart what looks at few rows and what looks at many.

use std::sync::Arc;
use std::time::Duration;

use bearing_shared::id::{SiteId, SurveyId};
use bearing_storage::{
    Cursor, Grouping, Limits, Outcome, ReportFilter, ResponseFilter, Result, Store, StoreError, StoredResponse,
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
        assert!(matches!(hasty.ratings(&home(), None, None, 9).await, Err(StoreError::TooSlow)));
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
