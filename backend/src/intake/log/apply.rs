//! Applying the log: whichever server is quickest brings its messages into the store, and the others stand by.
//!
//! No server is chosen. The store's position moves in the transaction that stores, so that of two servers which try the
//! same messages one succeeds; the other then waits until the position stands still with messages left.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use bearing_storage::{Applied, LogEntries, Outcome, Store, StoreError, apply_log};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::{sleep, timeout};

use super::message::{self, Unreadable};
use super::{ATTEMPT, Log};
use crate::live::Hub;
use crate::metrics::{By, Metrics};

/// The most items that are applied in one transaction, and the most messages.
const ITEMS: usize = 1_000;
const MESSAGES: usize = 256;

/// How often the log and the store are looked at.
const WATCH: Duration = Duration::from_millis(500);
/// How long the position must stand still before another server steps in.
const STAND_BY: Duration = Duration::from_secs(1);
/// How long one request for messages waits. NATS says every half of it that it is there; after two silences of this length
/// the log is read anew. The client's own 30 s would leave whoever read from a lost leader waiting for a minute.
const ASKS: Duration = Duration::from_secs(4);
/// How long before a failure is tried again, doubled from the first to the second.
const AGAIN: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(2)];
/// How long before a message is looked at again that cannot be read.
const UNREADABLE: Duration = Duration::from_secs(10);

/// What applies the log of a store.
struct Applier {
    log: Arc<Log>,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    live: Arc<Hub>,
}

/// Why reading the log ended.
enum Ended {
    /// Another server is at it.
    Overtaken,
    /// The log does not answer.
    Broken(String),
    /// A message cannot be read.
    Unreadable(u64, Unreadable),
}

/// Messages that are applied together, and what stands behind them that cannot be.
struct Batch {
    entries: LogEntries,
    /// The number of the last of them.
    last: u64,
    count: usize,
    unreadable: Option<(u64, Unreadable)>,
}

impl Batch {
    /// None yet, behind a position.
    fn behind(position: u64) -> Self {
        Self { entries: LogEntries::default(), last: position, count: 0, unreadable: None }
    }

    /// Whether there is room for the next message, and nothing unreadable before it.
    fn takes_more(&self) -> bool {
        let items = self.entries.arrivals.len() + self.entries.events.len();
        self.unreadable.is_none() && self.count < MESSAGES && items < ITEMS
    }

    /// Adds a message, unless it is an old one. What comes before one that cannot be read is applied without it.
    fn add(&mut self, number: u64, payload: &[u8]) {
        if number <= self.last {
            return;
        }
        match message::read(payload, &mut self.entries) {
            Ok(()) => (self.last, self.count) = (number, self.count + 1),
            Err(why) => self.unreadable = Some((number, why)),
        }
    }
}

/// Applies the log, and watches how far it is, on the current runtime, for as long as that runs.
pub(in crate::intake) fn start(log: &Arc<Log>, store: &Arc<dyn Store>, metrics: &Arc<Metrics>, live: &Arc<Hub>) {
    let applier = || Applier {
        log: Arc::clone(log),
        store: Arc::clone(store),
        metrics: Arc::clone(metrics),
        live: Arc::clone(live),
    };
    tokio::spawn(applier().run());
    tokio::spawn(applier().watch());
}

impl Applier {
    async fn run(self) {
        let mut trouble = Trouble::default();
        loop {
            let position = match self.store.applied(&self.log.name).await {
                Ok(position) => position,
                Err(error) => {
                    trouble.met(&error.to_string()).await;
                    continue;
                }
            };
            self.log.progress.has_applied(position);
            match self.read_on(position, &mut trouble).await {
                Ended::Overtaken => self.stand_by().await,
                Ended::Broken(why) => trouble.met(&why).await,
                Ended::Unreadable(number, why) => {
                    // Nothing behind it may be applied before it, and it is nobody's to throw away unseen.
                    tracing::error!(number, %why, "a message of the intake log cannot be read, and those behind it wait");
                    sleep(UNREADABLE).await;
                }
            }
        }
    }

    /// Applies message after message from behind a position.
    async fn read_on(&self, mut position: u64, trouble: &mut Trouble) -> Ended {
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: position + 1 },
            max_expires: ASKS,
            ..OrderedConfig::default()
        };
        let reading =
            async { self.log.stream.create_consumer(config).await?.messages().await.map_err(|why| why.into()) };
        let mut messages: Ordered = match timeout(ATTEMPT * 2, reading).await {
            Ok(Ok::<_, async_nats::Error>(messages)) => messages,
            Ok(Err(why)) => return Ended::Broken(why.to_string()),
            Err(_) => return Ended::Broken("the log does not answer".into()),
        };
        loop {
            let Batch { entries, last, unreadable, .. } = match gather(&mut messages, position).await {
                Ok(batch) => batch,
                Err(why) => return Ended::Broken(why),
            };
            while last > position {
                match apply_log(&*self.store, &self.log.name, position, last, entries.clone()).await {
                    Ok(Applied::Done(outcomes)) => {
                        trouble.is_over();
                        self.count(&outcomes);
                        self.live.came(self.live.prepare(&entries.arrivals), &outcomes);
                        position = last;
                        self.log.progress.has_applied(position);
                    }
                    Ok(Applied::Overtaken) => return Ended::Overtaken,
                    Err(StoreError::Unwritable(why)) => trouble.met(&why).await,
                    Err(error) => trouble.met(&error.to_string()).await,
                }
            }
            if let Some((number, why)) = unreadable {
                return Ended::Unreadable(number, why);
            }
        }
    }

    fn count(&self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            let kind = match outcome {
                Outcome::Stored | Outcome::StoredApart => "stored",
                Outcome::Updated | Outcome::UpdatedAsJudged => "updated",
                Outcome::Withdrawn => "withdrawn",
                Outcome::Duplicate => "duplicate",
                // The last one is never said of what was applied.
                Outcome::Erased
                | Outcome::Unknown
                | Outcome::Mismatch
                | Outcome::NotTheirs
                | Outcome::Failed
                | Outcome::Unwritable => "rejected",
            };
            self.metrics.log_applied.get_or_create(&By { kind }).inc();
        }
    }

    /// Waits until the position stands still while there is more to apply.
    async fn stand_by(&self) {
        let mut seen = self.log.progress.applied();
        loop {
            sleep(STAND_BY).await;
            // The watch keeps it true to half a second.
            let now = self.log.progress.applied();
            if now == seen && self.log.progress.last() > now {
                return;
            }
            seen = now;
        }
    }

    /// Looks again and again how far the log and the store are, and takes out of the log what the store has: what is
    /// erased there must not be kept here.
    async fn watch(self) {
        let progress = &self.log.progress;
        loop {
            sleep(WATCH).await;
            // A store that stands still is what the figures are to tell of: it must not hold them up.
            let applied = timeout(ATTEMPT, self.store.applied(&self.log.name)).await;
            let Ok(Ok(info)) = timeout(ATTEMPT, self.log.stream.get_info()).await else { continue };
            progress.holds(info.state.last_sequence);
            // Another server may have stored and taken out more, just before the store stood still.
            progress.begins_at(info.state.first_sequence);
            if let Ok(Ok(applied)) = applied {
                progress.has_applied(applied);
                if info.state.messages > 0 && info.state.first_sequence <= applied {
                    let purge = self.log.stream.purge().sequence(applied + 1);
                    if let Ok(Err(why)) = timeout(ATTEMPT, purge.into_future()).await {
                        tracing::warn!(%why, "what is in the store stays in the intake log for now");
                    }
                }
            }
            let next = progress.applied() + 1;
            if next <= progress.last()
                && let Ok(Ok(message)) = timeout(ATTEMPT, self.log.stream.direct_get(next)).await
            {
                progress.waits_since(next, message::came_at(&message));
            }
        }
    }
}

/// The next messages behind a position: those that are there, and at least one.
async fn gather(messages: &mut Ordered, position: u64) -> Result<Batch, String> {
    let mut batch = Batch::behind(position);
    while batch.takes_more() {
        let next = match batch.count {
            0 => Some(messages.next().await),
            _ => messages.next().now_or_never(),
        };
        let Some(next) = next else { break };
        let message = next.ok_or("the log was closed")?.map_err(|why| why.to_string())?;
        let number = message.info().map_err(|why| why.to_string())?.stream_sequence;
        batch.add(number, &message.payload);
    }
    Ok(batch)
}

/// A time in which something fails again and again: said once when it begins and once when it ends.
#[derive(Default)]
struct Trouble {
    pause: Option<Duration>,
}

impl Trouble {
    /// Waits before the next attempt.
    async fn met(&mut self, why: &str) {
        let [first, most] = AGAIN;
        let pause = match self.pause {
            Some(pause) => (pause * 2).min(most),
            None => {
                tracing::warn!(why, "the intake log cannot be applied; answers are safe in it, and reports are behind");
                first
            }
        };
        self.pause = Some(pause);
        sleep(pause).await;
    }

    fn is_over(&mut self) {
        if self.pause.take().is_some() {
            tracing::warn!("the intake log is applied again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_never_passed() {
        let mut batch = Batch::behind(4);
        batch.add(4, b"an old one is not looked at");
        batch.add(5, br#"{"form":1}"#);
        // One in between was taken out of the stream.
        batch.add(7, br#"{"form":1}"#);
        assert!(batch.takes_more());
        batch.add(8, br#"{"form":2}"#);
        assert_eq!((batch.last, batch.count), (7, 2), "what came before it is applied");
        assert!(!batch.takes_more(), "what comes behind it waits");
        assert!(matches!(batch.unreadable, Some((8, Unreadable::Newer(2)))));
    }
}
