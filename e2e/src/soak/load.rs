//! The load of a run, in a process of its own: answers at a steady rate whatever the server does, each sent again until
//! it is acknowledged, and everything journaled.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use hyper::Method;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::journal::{Journal, Line, What, now};
use super::plan::{Plan, Sending};
use crate::http::{Connection, Reply, ask};
use crate::stage::response_id;

/// Connections, each with one request under way.
const CONNECTIONS: usize = 48;
/// How often what is due is looked for: one flush of the journal for what comes due in between.
const TICK: Duration = Duration::from_millis(10);
/// How long a reply may take before the connection is given up.
const REPLY: Duration = Duration::from_secs(2);
/// The pause before connecting again.
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// The pause before an answer that was not acknowledged is sent again, in ms. Shorter than what a browser waits, so that
/// healing shows.
const AGAIN_MS: std::ops::Range<u64> = 50..300;
/// How long the last answers may take after the end of the plan.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to send, and where.
#[derive(Clone, Debug)]
pub struct Load {
    /// The server, or the proxy before it.
    pub address: SocketAddr,
    /// The intake's path.
    pub path: String,
    /// The survey that is answered.
    pub survey: String,
    /// The journal's file.
    pub journal: PathBuf,
    /// The seed of the plan.
    pub seed: u64,
    /// Answers a second.
    pub rate: u32,
    /// For how long.
    pub length: Duration,
}

/// What the connections share.
struct Shared {
    load: Load,
    journal: Journal,
    /// Requests that wait for a connection, each with when it was due.
    due: Mutex<VecDeque<(Instant, Vec<Sending>)>>,
    /// As many permits as requests wait.
    waiting: Semaphore,
    /// Sendings that come due later.
    later: Mutex<BTreeMap<(Instant, u64), Sending>>,
    order: AtomicU64,
    /// Sendings that are neither acknowledged nor refused for good.
    open: AtomicU64,
    /// µs from due to acknowledged of what was acknowledged at the first try.
    taken: Mutex<Vec<u64>>,
}

impl Load {
    /// Sends everything; a report as JSON: how many sendings stayed open, and how long acknowledgements took.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub async fn run(self) -> Result<Value> {
        let journal = Journal::begin(&self.journal)?;
        let (rate, length, seed) = (f64::from(self.rate), self.length, self.seed);
        let shared = Arc::new(Shared {
            load: self,
            journal,
            due: Mutex::default(),
            waiting: Semaphore::new(0),
            later: Mutex::default(),
            order: 0.into(),
            open: 0.into(),
            taken: Mutex::default(),
        });
        let senders: Vec<_> = (0..CONNECTIONS as u64)
            .map(|number| tokio::spawn(send(Arc::clone(&shared), ChaCha8Rng::seed_from_u64(seed ^ (number + 1)))))
            .collect();
        let (mut plan, mut planned) = (Plan::new(seed), 0_u64);
        let begun = Instant::now();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let at = ticks.tick().await;
            let is_over = at - begun >= length;
            let until = (at - begun).min(length).as_secs_f64() * rate;
            while (planned as f64) < until {
                planned += 1;
                for (held, sending) in plan.answer() {
                    shared.open.fetch_add(1, Ordering::Relaxed);
                    shared.put_later(at + held, sending);
                }
            }
            shared.release(at, &mut plan).await;
            let open = shared.open.load(Ordering::Relaxed);
            if is_over && (open == 0 || at - begun >= length + PATIENCE) {
                break;
            }
        }
        senders.iter().for_each(tokio::task::JoinHandle::abort);
        for sender in senders {
            let _ = sender.await;
        }
        let shared = Arc::into_inner(shared).context("a sender still runs")?;
        let mut taken = shared.taken.into_inner().unwrap_or_else(PoisonError::into_inner);
        taken.sort_unstable();
        let quantile = |share: f64| taken.get((taken.len() as f64 * share) as usize).map(|us| *us as f64 / 1_000.0);
        let report = json!({
            "answers": planned, "open": shared.open.into_inner(), "measured": taken.len(),
            "p50_ms": quantile(0.5), "p99_ms": quantile(0.99), "most_ms": quantile(0.999_999),
        });
        shared.journal.end()?;
        Ok(report)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn put_later(&self, at: Instant, sending: Sending) {
        let order = self.order.fetch_add(1, Ordering::Relaxed);
        lock(&self.later).insert((at, order), sending);
    }

    /// Journals what has come due, and only then hands it to the connections.
    async fn release(&self, at: Instant, plan: &mut Plan) {
        let due: Vec<Sending> = {
            let mut later = lock(&self.later);
            let rest = later.split_off(&(at, u64::MAX));
            std::mem::replace(&mut *later, rest).into_values().collect()
        };
        if due.is_empty() {
            return;
        }
        let sent_at = now();
        let line = |sending: &Sending| line(sent_at, sending, What::Sent(sending.score));
        let flushed = self.journal.flushed(due.iter().map(line).collect());
        if flushed.await.is_err() {
            // The journal's writer is gone, which its end tells; nothing may be sent unjournaled.
            return;
        }
        let (mut due, mut requests) = (due.into_iter(), Vec::new());
        loop {
            let request: Vec<Sending> = due.by_ref().take(plan.together()).collect();
            if request.is_empty() {
                break;
            }
            requests.push((Instant::now(), request));
        }
        let count = requests.len();
        lock(&self.due).extend(requests);
        self.waiting.add_permits(count);
    }

    async fn next(&self) -> (Instant, Vec<Sending>) {
        loop {
            // The semaphore is never closed.
            if let Ok(permit) = self.waiting.acquire().await {
                permit.forget();
            }
            if let Some(request) = lock(&self.due).pop_front() {
                return request;
            }
        }
    }

    /// Takes down what became of a request.
    fn settle(&self, due: Instant, request: Vec<Sending>, reply: Result<Reply>, rng: &mut ChaCha8Rng) {
        let at = now();
        let results = reply.as_ref().ok().filter(|reply| reply.status == 200).and_then(|reply| reply.json().ok());
        let mut lines = Vec::with_capacity(request.len());
        for (place, sending) in request.into_iter().enumerate() {
            let result = results.as_ref().map(|results| &results["results"][place]);
            let what = match (result.and_then(|result| result["status"].as_str()), &reply) {
                (Some(status @ ("stored" | "updated" | "duplicate")), _) => What::Acknowledged(status.to_owned()),
                (Some(_), _) => {
                    let code = result.and_then(|result| result["error"]["code"].as_str()).unwrap_or("no_code");
                    What::Refused(format!("200:{code}"))
                }
                (None, Ok(reply)) => What::Refused(format!("{}:{}", reply.status.as_u16(), reply.code())),
                (None, Err(_)) => What::Unanswered,
            };
            lines.push(line(at, &sending, what.clone()));
            match what {
                What::Acknowledged(_) => {
                    lock(&self.taken).push(due.elapsed().as_micros() as u64);
                    self.open.fetch_sub(1, Ordering::Relaxed);
                }
                _ => {
                    let pause = Duration::from_millis(rng.random_range(AGAIN_MS));
                    self.put_later(Instant::now() + pause, sending);
                }
            }
        }
        self.journal.add(lines);
    }
}

fn line(at: u64, sending: &Sending, what: What) -> Line {
    Line { at, number: sending.number, seq: sending.seq, what }
}

/// One connection: a request after the other, connected again when it breaks.
async fn send(shared: Arc<Shared>, mut rng: ChaCha8Rng) {
    let mut connection: Option<Connection> = None;
    loop {
        let (due, request) = shared.next().await;
        let open = loop {
            match connection.take() {
                Some(open) if !open.is_closed() => break open,
                _ => match timeout(REPLY, Connection::open(shared.load.address)).await {
                    Ok(Ok(opened)) => connection = Some(opened),
                    // Not a byte has left: the request waits for the server.
                    _ => sleep(CONNECT_PAUSE).await,
                },
            }
        };
        let mut open = open;
        let reply = match timeout(REPLY, post(&mut open, &shared.load, &request)).await {
            Ok(reply) => reply,
            Err(late) => Err(late.into()),
        };
        if reply.is_ok() {
            connection = Some(open);
        }
        shared.settle(due, request, reply, &mut rng);
    }
}

async fn post(connection: &mut Connection, load: &Load, request: &[Sending]) -> Result<Reply> {
    let body: Vec<Value> = request.iter().map(|sending| body(sending, &load.survey)).collect();
    connection.send(ask(Method::POST, &load.path, "text/plain", Value::from(body).to_string())?).await
}

fn body(sending: &Sending, survey: &str) -> Value {
    json!({
        "id": response_id(sending.number), "seq": sending.seq, "survey": survey, "version": 1, "completed": true,
        "answers": [{ "question": "score", "value": sending.score }], "age_ms": { "shown": 9_000, "answered": 100 },
    })
}
