//! Applying a replicated log: once, in order, and what one server applied no other applies again.

use bearing_shared::api::intake::EventKind;
use bearing_shared::histogram::Histogram;
use bearing_storage::{Accept, Applied, Arrival, LogEntries, Outcome, Result, Right, Withdrawal, apply_log};

use crate::builders::*;

crate::contract! {
    entries_are_applied_once_with_their_position
    each_log_has_its_own_position
    nothing_is_a_message_too
    servers_that_race_apply_once
    a_store_keeps_its_identity
}

fn sent(number: u128, score: u8) -> Arrival {
    Accept { site: home(), response: response(number, score), display: None }.into()
}

fn entries(arrivals: Vec<Arrival>, shown: u32) -> LogEntries {
    LogEntries { arrivals, events: vec![event(EventKind::Shown, shown)] }
}

async fn entries_are_applied_once_with_their_position(db: &Database) -> Result<()> {
    furnish(db).await?;
    assert_eq!(db.applied("a").await?, 0);
    let first = entries(vec![sent(1, 9), sent(2, 3), sent(1, 9)], 5);
    let done = [Outcome::Stored, Outcome::Stored, Outcome::Duplicate];
    assert_eq!(apply_log(&**db, "a", 0, 3, first.clone()).await?, Applied::Done(done.into()));
    assert_eq!(db.applied("a").await?, 3);
    // A server that is late, with the same messages or with others.
    let second = db.second().await?;
    assert_eq!(apply_log(&*second, "a", 0, 3, first).await?, Applied::Overtaken);
    assert_eq!(second.apply("a", 2, 4, entries(vec![sent(4, 0)], 7)).await?, Applied::Overtaken);
    let gone = Arrival::Withdrawal(Withdrawal {
        site: home(),
        id: response_id(2),
        right: Right::Visitor { token: None },
        keeps_out: false,
        at: NOON,
    });
    let next = entries(vec![gone, sent(3, 6), sent(2, 3)], 1);
    let done = [Outcome::Withdrawn, Outcome::Stored, Outcome::Erased];
    assert_eq!(second.apply("a", 3, 9, next).await?, Applied::Done(done.into()));
    assert_eq!(db.applied("a").await?, 9);
    assert_eq!(counted(db, everything()).await?, Histogram::of([9, 6]));
    assert_eq!(
        funnel(db, everything()).await?.shown,
        6,
        "events have no id: only the position keeps them from coming twice"
    );
    assert_sound(db).await
}

async fn each_log_has_its_own_position(db: &Database) -> Result<()> {
    furnish(db).await?;
    db.apply("a", 0, 7, entries(vec![sent(1, 9)], 1)).await?;
    assert_eq!((db.applied("a").await?, db.applied("b").await?), (7, 0));
    // A log that was made anew brings what the old one brought: an answer is one answer.
    assert_eq!(db.apply("b", 0, 1, entries(vec![sent(1, 9)], 0)).await?, Applied::Done(vec![Outcome::Duplicate]));
    assert_eq!((db.applied("a").await?, db.applied("b").await?), (7, 1));
    assert_eq!(counted(db, everything()).await?, Histogram::of([9]));
    assert_sound(db).await
}

async fn nothing_is_a_message_too(db: &Database) -> Result<()> {
    assert_eq!(db.apply("a", 0, 4, LogEntries::default()).await?, Applied::Done(Vec::new()));
    assert_eq!(db.apply("a", 0, 4, LogEntries::default()).await?, Applied::Overtaken);
    // Of a site that is not there (any more).
    assert_eq!(db.apply("a", 4, 5, entries(vec![sent(1, 9)], 1)).await?, Applied::Done(vec![Outcome::Failed]));
    assert_eq!(db.applied("a").await?, 5);
    Ok(())
}

async fn servers_that_race_apply_once(db: &Database) -> Result<()> {
    furnish(db).await?;
    let second = db.second().await?;
    for round in 0..20 {
        let batch = || entries((0..20).map(|number| sent(round * 20 + number, 8)).collect(), 2);
        let (from, to) = (round as u64, round as u64 + 1);
        let (one, other) = tokio::join!(db.apply("a", from, to, batch()), second.apply("a", from, to, batch()));
        let done = [one?, other?].into_iter().filter(|applied| matches!(applied, Applied::Done(_))).count();
        assert_eq!(done, 1, "round {round}");
    }
    assert_eq!(counted(db, everything()).await?, Histogram::of([8; 400]));
    assert_eq!(funnel(db, everything()).await?.shown, 40);
    assert_sound(db).await
}

async fn a_store_keeps_its_identity(db: &Database) -> Result<()> {
    let identity = db.identity().await?;
    assert_eq!(db.second().await?.identity().await?, identity);
    let other = Database::fresh(db.engine).await;
    assert_ne!(other.identity().await?, identity);
    // A move takes it along: the log goes on with the store, wherever that is.
    let place = db.place();
    bearing_storage::transfer(db.url(), &place.url, |_| ()).await?;
    assert_eq!(bearing_storage::open(&place.url).await?.identity().await?, identity);
    Ok(())
}
