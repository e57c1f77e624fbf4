//! What only PostgreSQL can show of time and order: reads that are stopped, and servers that write at the same time.

use std::time::Duration;

use bearing_shared::api::intake::EventKind;
use bearing_storage::{Accept, Arrival, EventCount, Grouping, Limits, Outcome, Result, StoreError, StoredResponse};
use tokio_postgres::{Client, NoTls};

use crate::builders::*;

/// How long something may take that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection of the test's own to a store's database.
pub(crate) async fn raw(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the database is there");
    tokio::spawn(connection);
    client.batch_execute("SET search_path = bearing; SET bearing.sites = '*'").await.expect("these can be set");
    client
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_stopped() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    accept(&db, [response(1, 9)]).await?;
    let hasty = db.second_within(Limits { read: Duration::from_millis(50), ..Limits::default() }).await?;
    // Whoever holds the table makes every read of it as slow as one likes.
    let holder = raw(db.url()).await;
    holder.batch_execute("BEGIN; LOCK TABLE cell, response IN ACCESS EXCLUSIVE MODE").await.expect("can be locked");
    let whole = query(everything(), Grouping::Whole);
    for _ in 0..6 {
        assert!(matches!(hasty.tally(&home(), whole.clone()).await, Err(StoreError::TooSlow)));
        assert!(matches!(hasty.ratings(&home(), every_rating()).await, Err(StoreError::TooSlow)));
        assert!(matches!(hasty.response(&home(), response_id(1)).await, Err(StoreError::TooSlow)));
    }
    holder.batch_execute("ROLLBACK").await.expect("can be let go");
    assert_eq!(hasty.tally(&home(), whole).await?.tallies.len(), 1, "its connections are whole");
    assert_sound(&db).await
}

#[tokio::test]
async fn a_server_that_is_gone_is_unwritable_and_heals() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let other = raw(db.url()).await;
    let end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for number in 0..5 {
        other.batch_execute(end_all).await.expect("a role may end its own connections");
        // A connection may be found broken when it is used: nothing is stored then, and a later try finds a new one.
        let mut tries = 0;
        while let Err(error) = accept(&db, [response(number, 9)]).await {
            assert!(matches!(error, StoreError::Unwritable(_)), "{error}");
            tries += 1;
            assert!(tries < 20, "it does not heal");
        }
    }
    assert_eq!(counted(&db, everything()).await?.n(), 5);
    assert_sound(&db).await
}

#[tokio::test]
async fn a_site_that_is_locked_keeps_no_other_from_being_written() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    add_site(&db, "st_other", "sv_other").await?;
    let other = |number| StoredResponse { survey: "sv_other".into(), ..response(number, 9) };
    let to = |site: &str, response| Arrival::from(Accept { site: site.into(), response, display: None });
    let event = |site: &str, survey: &str| EventCount {
        site: site.into(),
        survey: survey.into(),
        ..event(EventKind::Shown, 1)
    };
    let events = || vec![event("st_other", "sv_other"), event("st_home", "sv_home")];
    assert_eq!(db.take_in(vec![to("st_other", other(1))]).await?, [Outcome::Stored]);
    assert_eq!(db.count_events(events()).await?, [true, true]);
    // As a server does that is stopped in the middle of a transaction.
    let holder = raw(db.url()).await;
    let hold = "BEGIN; SELECT FROM cell WHERE site_id = 'st_other' FOR UPDATE;
                SELECT FROM funnel WHERE site_id = 'st_other' FOR UPDATE";
    holder.batch_execute(hold).await.expect("can be locked");
    let batch = || vec![to("st_home", response(2, 9)), to("st_other", other(3)), to("st_home", response(4, 9))];
    assert_eq!(db.take_in(batch()).await?, [Outcome::Stored, Outcome::Unwritable, Outcome::Stored]);
    assert_eq!(db.count_events(events()).await?, [false, true]);
    let alone = db.take_in(vec![to("st_other", other(3))]).await;
    assert!(matches!(alone, Err(StoreError::Unwritable(_))), "{alone:?}");
    holder.batch_execute("ROLLBACK").await.expect("can be let go");
    assert_eq!(db.take_in(batch()).await?, [Outcome::Duplicate, Outcome::Stored, Outcome::Duplicate]);
    assert_eq!(counted(&db, everything()).await?.n(), 2);
    assert_sound(&db).await
}

#[tokio::test]
async fn a_hold_that_was_lost_is_taken_again_if_the_database_is_still_the_same() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let other = raw(db.url()).await;
    let end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let held = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let is_held = async || other.query_one(held, &[]).await.expect("it reads").get::<_, bool>(0);
    assert!(is_held().await);
    let revision = db.revision().await?;
    other.batch_execute(end_all).await.expect("a role may end its own connections");
    // A connection is found to be lost a moment after it was.
    let heals = async { while db.probe().await.is_err() || db.revision().await.is_ok_and(|now| now == revision) {} };
    tokio::time::timeout(PATIENCE, heals).await.expect("the hold is taken again, and caches are told");
    assert!(is_held().await);

    other.batch_execute(end_all).await.expect("a role may end its own connections");
    let fill = "UPDATE meta SET bytes = '\\x01' WHERE name = 'tombstone_key'";
    other.batch_execute(fill).await.expect("somebody fills the database");
    let refuses = async {
        loop {
            match accept(&db, [response(1, 9)]).await {
                Err(StoreError::Unwritable(sentence)) if sentence.contains("start the server again") => return,
                Ok(_) | Err(StoreError::Unwritable(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, refuses).await.expect("nothing is written to what is another store now");
    Ok(())
}

#[tokio::test]
async fn a_revision_is_above_those_that_a_lost_machine_has_said() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let other = raw(db.url()).await;
    let mark = db.revision().await?;
    for id in ["st_b", "st_c"] {
        db.create_site(site(id)).await?;
    }
    let said = db.revision().await?;
    // A standby that has not heard of the two takes over.
    let back = format!("UPDATE meta SET number = {mark} WHERE name = 'revision'");
    other.batch_execute(&back).await.expect("it can be set");
    db.create_site(site("st_d")).await?;
    assert!(db.revision().await? > said);
    Ok(())
}
