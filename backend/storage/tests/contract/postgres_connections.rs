//! What only PostgreSQL can show of its connections: silent ones, refused ones, and those that somebody left.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use bearing_storage::{Grouping, Heard, Limits, Result, StoreError, open, open_within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::builders::*;
use crate::postgres_locks::raw;

/// Passes bytes between a store and its database, or keeps them: what a network does that drops packets.
struct Relay {
    url: String,
    passes: watch::Sender<bool>,
    connections: Arc<AtomicU32>,
    trips: Arc<Trips>,
    task: JoinHandle<()>,
}

/// How often the store has said something after the database did: the ways there and back.
#[derive(Default)]
struct Trips {
    count: AtomicU32,
    answered: AtomicBool,
}

impl Trips {
    fn asks(&self) {
        if self.answered.swap(false, Ordering::Relaxed) {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answers(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }
}

impl Relay {
    /// One before the database of this URL, which names the role, a host and a port.
    async fn before(url: &str) -> Self {
        let (role, rest) = url.split_once('@').expect("the URL names a role");
        let (target, database) = rest.split_once('/').expect("the URL names a database");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let (passes, watched) = watch::channel(true);
        let (target, url) = (target.to_owned(), format!("{role}@{address}/{database}"));
        let connections = Arc::<AtomicU32>::default();
        let trips = Arc::<Trips>::default();
        let (counted, met) = (Arc::clone(&connections), Arc::clone(&trips));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let Ok(server) = TcpStream::connect(&target).await else { continue };
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                let (asks, answers) = (Arc::clone(&met), Arc::clone(&met));
                tokio::spawn(copy(from_client, to_server, watched.clone(), move || asks.asks()));
                tokio::spawn(copy(from_server, to_client, watched.clone(), move || answers.answers()));
            }
        });
        Self { url, passes, connections, trips, task }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut passes: watch::Receiver<bool>, met: impl Fn()) {
    let mut buffer = vec![0; 4_096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        met();
        if passes.wait_for(|passes| *passes).await.is_err() || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// Far above what a store waits for an answer: only a store that waits for ever needs it.
const FOR_EVER: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_silent_database_is_unwritable_and_heals() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let relay = Relay::before(db.url()).await;
    let store = open_within(&relay.url, Limits { read: Duration::from_millis(50), ..Limits::default() }).await?;
    let answer = |number| accept(&store, [response(number, 9)]);
    answer(1).await?;
    assert!(store.response(&home(), response_id(1)).await?.is_some());
    relay.passes.send_replace(false);
    let home = home();
    let read = store.response(&home, response_id(1));
    let (written, read) = tokio::join!(timeout(FOR_EVER, answer(2)), timeout(FOR_EVER, read));
    assert!(matches!(written, Ok(Err(StoreError::Unwritable(_)))), "{written:?}");
    assert!(matches!(read, Ok(Err(StoreError::Unwritable(_)))), "{read:?}");
    relay.passes.send_replace(true);
    answer(3).await?;
    assert!(store.response(&home, response_id(3)).await?.is_some());
    assert_eq!(counted(&db, everything()).await?.n(), 2, "what was refused is not there");
    assert_sound(&db).await
}

#[tokio::test]
async fn a_batch_is_refused_once_where_connections_are() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let relay = Relay::before(db.url()).await;
    let store = open(&relay.url).await?;
    // From the database beside it: nobody shuts out itself.
    let (server, name) = db.url().rsplit_once('/').expect("the URL names a database");
    let other = raw(&format!("{server}/postgres")).await;
    let shut_out = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    other.batch_execute(&shut_out).await.expect("an owner may shut everybody out");
    let end_all = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    other.batch_execute(&end_all).await.expect("a role may end its own connections");
    let before = relay.connections.load(Ordering::Relaxed);
    for _ in 0..3 {
        let refused = accept(&store, (0..64).map(|number| response(number, 9))).await;
        assert!(matches!(refused, Err(StoreError::Unwritable(_))), "{refused:?}");
    }
    let tried = relay.connections.load(Ordering::Relaxed) - before;
    assert!(tried <= 3, "{tried} logins for three batches");
    Ok(())
}

/// The connections of slow reads, at most.
const SLOW: usize = 3;

#[tokio::test]
async fn a_read_that_nobody_waits_for_is_ended_before_another_begins() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let patient = db.second_within(Limits { read: 2 * FOR_EVER, ..Limits::default() }).await?;
    let holder = raw(db.url()).await;
    let watcher = raw(db.url()).await;
    let reading = async || -> HashSet<i32> {
        let sql = "SELECT pid FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'bearing' AND wait_event_type = 'Lock'";
        watcher.query(sql, &[]).await.expect("can be read").iter().map(|row| row.get(0)).collect()
    };
    // Until whoever holds the table lets go, a read of it has no end.
    holder.batch_execute("BEGIN; LOCK TABLE cell IN ACCESS EXCLUSIVE MODE").await.expect("can be locked");
    let mut seen = HashSet::new();
    for _ in 0..4 {
        let reads: Vec<_> = (0..SLOW)
            .map(|_| {
                let store = Arc::clone(&patient);
                tokio::spawn(async move { store.tally(&home(), query(everything(), Grouping::Whole)).await })
            })
            .collect();
        let mut looks = 0;
        loop {
            let now = reading().await;
            assert!(now.len() <= SLOW, "{} reads are under way", now.len());
            if now.difference(&seen).count() == SLOW {
                seen.extend(now);
                break;
            }
            looks += 1;
            assert!(looks < 1_000, "what was left is not ended");
            sleep(Duration::from_millis(10)).await;
        }
        reads.iter().for_each(JoinHandle::abort);
    }
    holder.batch_execute("ROLLBACK").await.expect("can be let go");
    assert!(patient.tally(&home(), query(everything(), Grouping::Whole)).await?.tallies.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_batch_goes_to_the_database_and_back_four_times() -> Result<()> {
    let db = Database::fresh(postgres).await;
    furnish(&db).await?;
    let relay = Relay::before(db.url()).await;
    let store = open(&relay.url).await?;
    // Its statements are prepared by the first, on the connection that the others find.
    accept(&store, [response(1, 9)]).await?;
    let before = relay.trips.count.load(Ordering::Relaxed);
    accept(&store, (2..100).map(|number| response(number, 9))).await?;
    assert_eq!(relay.trips.count.load(Ordering::Relaxed) - before, 4);
    Ok(())
}

#[tokio::test]
async fn a_line_that_was_cut_is_made_anew_and_says_so() -> Result<()> {
    let db = Database::fresh(postgres).await;
    let mut heard = db.listen().await;
    assert_eq!(heard.recv().await, Some(Heard::Gap));
    let cutter = raw(db.url()).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND query = 'LISTEN bearing'";
    assert_eq!(cutter.query(cut, &[]).await.expect("a role may end its own connections").len(), 1);
    assert_eq!(heard.recv().await, Some(Heard::Gap), "what was said meanwhile may have been missed");
    db.say("again").await?;
    assert_eq!(heard.recv().await, Some(Heard::Words("again".into())));
    drop(heard);
    let ended = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity
                 WHERE datname = current_database() AND query = 'LISTEN bearing')";
    let mut looks = 0;
    while !cutter.query_one(ended, &[]).await.expect("can be read").get::<_, bool>(0) {
        looks += 1;
        assert!(looks < 1_000, "a line that nobody hears stays open");
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
