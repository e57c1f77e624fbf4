//! The two connections of a test process that make and drop databases, each on a thread of its own.
//!
//! Tests make places inside and outside of runtimes, and drop them where nothing can be awaited. Threads that are asked
//! and answer serve them all, and the server sees two connections more than the stores', however many tests run.
//!
//! They are two because a drop waits until every connection of the server has heard of it, those too that are still
//! introducing themselves. Whose runtime waits for the clerk cannot go on with that: nobody may wait for a drop for long.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio_postgres::{Client, Error, NoTls};

use crate::POSTGRES;

/// A statement, and where its outcome goes.
type Order = (String, Sender<Result<(), String>>);

static MAKER: LazyLock<Sender<Order>> = LazyLock::new(hire);
static DROPPER: LazyLock<Sender<Order>> = LazyLock::new(hire);

/// Unlike any other process's names, also where another one died and left its databases.
static PREFIX: LazyLock<String> =
    LazyLock::new(|| format!("bearing_{:016x}", RandomState::new().build_hasher().finish()));

/// A database that is dropped with this.
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) fn make() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("{}_{}", *PREFIX, NEXT.fetch_add(1, Ordering::Relaxed));
        // Nobody is ever connected to this template: a copy of another one fails while somebody is.
        let made = order(&MAKER, format!("CREATE DATABASE {name} TEMPLATE template0"));
        made.recv().expect("the clerk is there").expect("a database can be made");
        Self { name }
    }

    /// The server's URL with this database in the place of its own.
    pub(crate) fn url(&self) -> String {
        let server = server();
        let (before, options) =
            server.split_once('?').map_or((&*server, String::new()), |(url, rest)| (url, format!("?{rest}")));
        let (role_and_host, _) = before.rsplit_once('/').expect("the URL names a database");
        format!("{role_and_host}/{}{options}", self.name)
    }
}

/// How long a drop is waited for. What takes longer goes on without anybody who waits.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a database is dropped again that somebody else is still in, and the pause before each time.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

impl Drop for Database {
    fn drop(&mut self) {
        // By force: the pool of a store that was dropped just now may still be closing its connections. A panic here
        // would hide the one that failed the test.
        let drop = || match order(&DROPPER, format!("DROP DATABASE {} WITH (FORCE)", self.name)).recv_timeout(PATIENCE)
        {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err("the clerk is gone".to_owned()),
        };
        let mut dropped = drop();
        // A worker of autovacuum's belongs to the superuser and cannot be sent away by us; it leaves by itself.
        for _ in 0..TRIES {
            if dropped.as_ref().err().is_none_or(|said| !said.contains("member of the role")) {
                break;
            }
            thread::sleep(PAUSE);
            dropped = drop();
        }
        if !thread::panicking() {
            dropped.expect("a database can be dropped");
        }
    }
}

fn server() -> String {
    env::var(POSTGRES).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES} names no PostgreSQL for this test; run `cargo xtask test`, or `cargo xtask postgres -- cargo \
             test …`."
        )
    })
}

/// Has a clerk execute a statement; its outcome comes.
fn order(clerk: &Sender<Order>, statement: String) -> Receiver<Result<(), String>> {
    let (reply, outcome) = mpsc::channel();
    // Here, and not in the clerk's thread: what is missing fails each test with its sentence.
    let _ = server();
    // A clerk that is gone lets go of the reply, which the receiver is told.
    let _ = clerk.send((statement, reply));
    outcome
}

fn hire() -> Sender<Order> {
    let (orders, inbox) = mpsc::channel::<Order>();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let client = runtime.block_on(connect(&server()));
        for (statement, reply) in inbox {
            let outcome = match &client {
                Ok(client) => runtime.block_on(client.batch_execute(&statement)),
                Err(sentence) => {
                    let _ = reply.send(Err(sentence.clone()));
                    continue;
                }
            };
            let _ = reply.send(outcome.map_err(|error| told(&error)));
        }
    });
    orders
}

async fn connect(url: &str) -> Result<Client, String> {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .map_err(|error| format!("cannot reach {POSTGRES}: {}", told(&error)))?;
    tokio::spawn(connection);
    Ok(client)
}

/// What the server said: the driver's own sentence is only that it said something.
fn told(error: &Error) -> String {
    error.as_db_error().map_or_else(|| format!("{error:?}"), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_fresh_and_goes_with_its_place() {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        let place = crate::postgres();
        let url = place.url.clone();
        let client = runtime.block_on(connect(&url)).expect("the database is there");
        runtime.block_on(client.batch_execute("CREATE SCHEMA mine; CREATE TABLE mine.things ()")).expect("it is ours");
        drop(place);
        assert!(runtime.block_on(client.batch_execute("SELECT 1")).is_err(), "its connections were ended");
        let sentence = runtime.block_on(connect(&url)).expect_err("the database is gone");
        assert!(sentence.contains("does not exist"), "{sentence}");
        assert_ne!(crate::postgres().url, url);
    }
}
