//! The worker: claims what is due, attempts it, and settles how that ended, until it is told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bearing_storage::{Claim, Claimed, Endpoint, Settled, Settlement, Store, StoreError};
use hyper::body::Bytes;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::client::{Client, Refusal};
use super::message::{self, Told};
use super::{schedule, sign};
use crate::chance;
use crate::clock::Clock;
use crate::metrics::{By, Metrics};

/// How long an attempt may take.
const ATTEMPT: Duration = Duration::from_secs(15);
/// How long a delivery is this server's, in ms: an attempt, and time to settle it. Whatever a server that died had under
/// way is due again this much later.
const LEASE: i64 = 30_000;
/// How long after a failure of the store something is looked at again.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long between two looks at what other processes may have written, or what is due by now.
const LOOK: Duration = Duration::from_millis(500);
/// How long attempts may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(3);

/// Attempts at once at endpoints that are well, at those that fail, and at one endpoint. An attempt costs a socket and
/// some 30 kB; an endpoint that has just died holds at most `EACH` of the first lane, for one time-out.
const WELL: u32 = 256;
const FAILING: u32 = 64;
const EACH: u32 = 8;

/// What the worker works with.
pub(super) struct Worker {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) client: Client,
}

/// An attempt under way: its lane, and what is settled if it comes to nothing.
struct UnderWay {
    is_failing: bool,
    released: Settled,
}

impl Worker {
    /// Works until the sender of `stop` says so or is gone.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        let worker = Arc::new(self);
        let mut attempts: JoinSet<Settled> = JoinSet::new();
        let mut under_way: HashMap<Id, UnderWay> = HashMap::new();
        let mut ended: Vec<Settled> = Vec::new();
        loop {
            let worked = worker.work(&mut attempts, &mut under_way, &mut ended).await;
            if let Err(error) = &worked {
                tracing::warn!(%error, "deliveries to webhooks wait for the store");
            }
            let pause = if worked.is_ok() { LOOK } else { AFTER_FAILURE };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(attempt) = attempts.join_next_with_id() => note(attempt, &mut under_way, &mut ended),
                () = worker.store.delivery_written(), if worked.is_ok() => {}
                () = sleep(pause) => {}
            }
            // Whatever else has ended by now is settled in the same flush.
            while let Some(attempt) = attempts.try_join_next_with_id() {
                note(attempt, &mut under_way, &mut ended);
            }
        }
        let deadline = Instant::now() + GRACE;
        while let Ok(Some(attempt)) = timeout_at(deadline, attempts.join_next_with_id()).await {
            note(attempt, &mut under_way, &mut ended);
        }
        attempts.shutdown().await;
        // What was cut off is due at once, for another server or the next start.
        ended.extend(under_way.into_values().map(|attempt| Settled { at: worker.clock.now(), ..attempt.released }));
        if let Err(error) = worker.store.settle_deliveries(ended).await {
            tracing::warn!(%error, "some deliveries to webhooks will be sent a second time");
        }
    }

    /// Settles what has ended, and begins what is due as far as there is room.
    async fn work(
        self: &Arc<Self>,
        attempts: &mut JoinSet<Settled>,
        under_way: &mut HashMap<Id, UnderWay>,
        ended: &mut Vec<Settled>,
    ) -> Result<(), StoreError> {
        self.store.settle_deliveries(ended.clone()).await?;
        ended.clear();
        let failing = under_way.values().filter(|attempt| attempt.is_failing).count() as u32;
        let well = under_way.len() as u32 - failing;
        let now = self.clock.now();
        let (well, failing) = (WELL.saturating_sub(well), FAILING.saturating_sub(failing));
        let claim = Claim { now, until: now + LEASE, well, failing, each: EACH };
        for claimed in self.store.claim_deliveries(claim).await? {
            let is_failing = claimed.webhook.failing_since.is_some();
            let released = settled(&claimed, now, Settlement::Released);
            let id = attempts.spawn(Arc::clone(self).attempt(claimed)).id();
            under_way.insert(id, UnderWay { is_failing, released });
        }
        Ok(())
    }

    async fn attempt(self: Arc<Self>, claimed: Claimed) -> Settled {
        let delivery = &claimed.delivery;
        let ended = match message::body(self.store.as_ref(), delivery).await {
            Ok(Told::Body(body)) => self.post(&claimed, body).await,
            Ok(Told::Erased) => {
                self.metrics.deliveries.get_or_create(&By { kind: "erased" }).inc();
                return settled(&claimed, self.clock.now(), Settlement::Erased);
            }
            // It stays on the list: whoever puts the answer back into the score may have it sent once more.
            Ok(Told::NotCounted) => {
                self.metrics.deliveries.get_or_create(&By { kind: "failed" }).inc();
                let failed = settled(&claimed, self.clock.now(), Settlement::Failed);
                return Settled { error: Some("not_counted"), ..failed };
            }
            // A row that cannot be read keeps its place in the schedule, and nobody else waits for it.
            Err(why @ StoreError::Corrupt { .. }) => {
                tracing::error!(delivery = %delivery.id, %why, "a message cannot be made");
                Err(Refusal::Broken)
            }
            Err(why) => {
                tracing::warn!(delivery = %delivery.id, %why, "a message cannot be made now");
                let at = self.clock.now() + AFTER_FAILURE.as_millis() as i64;
                return settled(&claimed, at, Settlement::Released);
            }
        };
        let now = self.clock.now();
        let verdict = schedule::judge(&ended, delivery.attempts, now, chance::between(0, 1_000) as f64 / 1_000.0);
        let kind = match verdict.settlement {
            Settlement::Delivered => "delivered",
            Settlement::Again(_) => "retried",
            _ => "failed",
        };
        self.metrics.deliveries.get_or_create(&By { kind }).inc();
        if verdict.settlement == Settlement::Delivered {
            self.metrics.delivery_delay_seconds.observe((now - delivery.created_at).max(0) as f64 / 1_000.0);
        } else {
            let status = ended.as_ref().map_or(0, |answer| answer.status);
            let why = ended.as_ref().map_or_else(|refusal| refusal.name(), |_| "refused");
            tracing::info!(delivery = %delivery.id, webhook = %delivery.webhook, status, why, "a delivery has not arrived");
        }
        if verdict.endpoint == Endpoint::Gone {
            tracing::warn!(webhook = %delivery.webhook, "a webhook is disabled: its receiver answered 410");
        }
        Settled {
            status: ended.as_ref().ok().map(|answer| answer.status),
            error: match (&ended, verdict.settlement) {
                (_, Settlement::Delivered) => None,
                (Ok(_), _) => Some("status"),
                (Err(refusal), _) => Some(refusal.name()),
            },
            endpoint: verdict.endpoint,
            ..settled(&claimed, now, verdict.settlement)
        }
    }

    async fn post(&self, claimed: &Claimed, body: Bytes) -> schedule::Ended {
        let url = Url::parse(&claimed.webhook.url).map_err(|_| Refusal::Address)?;
        let (id, now) = (claimed.delivery.id.as_str(), self.clock.now());
        let mut headers = HeaderMap::new();
        let signature = sign::header(&claimed.webhook, id, now, &body);
        for (name, value) in [
            (header::CONTENT_TYPE, "application/json"),
            (header::USER_AGENT, concat!("Bearing/", env!("CARGO_PKG_VERSION"), " (webhooks)")),
            (HeaderName::from_static("webhook-id"), id),
            (HeaderName::from_static("webhook-timestamp"), &sign::seconds(now).to_string()),
            (HeaderName::from_static("webhook-signature"), &signature),
        ] {
            headers.insert(name, HeaderValue::from_str(value).map_err(|_| Refusal::Broken)?);
        }
        let begun = Instant::now();
        let ended = self.client.post(&url, headers, body, ATTEMPT, now).await;
        self.metrics.delivery_seconds.observe(begun.elapsed().as_secs_f64());
        ended
    }
}

/// A settlement that says nothing of a reply.
fn settled(claimed: &Claimed, at: i64, settlement: Settlement) -> Settled {
    Settled {
        site: claimed.delivery.site.clone(),
        id: claimed.delivery.id.clone(),
        number: claimed.number,
        at,
        status: None,
        error: None,
        settlement,
        endpoint: Endpoint::Unknown,
    }
}

/// Takes down an attempt that has ended. One that panicked is left to its lease.
fn note(
    attempt: Result<(Id, Settled), tokio::task::JoinError>,
    under_way: &mut HashMap<Id, UnderWay>,
    ended: &mut Vec<Settled>,
) {
    match attempt {
        Ok((id, settled)) => {
            under_way.remove(&id);
            ended.push(settled);
        }
        Err(error) => {
            tracing::error!(%error, "an attempt at a delivery was lost");
            under_way.remove(&error.id());
        }
    }
}
