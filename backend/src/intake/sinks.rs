//! Where batches go: into the store, or into the replicated log before it.

use std::sync::Arc;

use async_trait::async_trait;
use bearing_storage::{Arrival, EventCount, Outcome, Result, Store};

use super::batch::Sink;
use super::log::Log;
use crate::live::Hub;
use crate::metrics::Metrics;

/// Takes batches into the store, and tells who listens.
pub(super) struct Responses(pub(super) Arc<dyn Store>, pub(super) Arc<Metrics>, pub(super) Arc<Hub>);

#[async_trait]
impl Sink<Arrival, Outcome> for Responses {
    async fn flush(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>> {
        self.1.flush_rows.observe(batch.len() as f64);
        let news = self.2.prepare(&batch);
        let begun = tokio::time::Instant::now();
        let outcomes = self.0.take_in(batch).await;
        self.1.flush_seconds.observe(begun.elapsed().as_secs_f64());
        if let Ok(outcomes) = &outcomes {
            self.2.came(news, outcomes);
        }
        outcomes
    }
}

/// Takes batches of events into the store.
pub(super) struct Events(pub(super) Arc<dyn Store>);

#[async_trait]
impl Sink<EventCount, bool> for Events {
    async fn flush(&self, batch: Vec<EventCount>) -> Result<Vec<bool>> {
        self.0.count_events(batch).await
    }
}

/// Takes batches into the log. What becomes of a response is known only once the store has it; it is safe now.
pub(super) struct Logged(pub(super) Arc<Log>, pub(super) Arc<Metrics>);

#[async_trait]
impl Sink<Arrival, Outcome> for Logged {
    async fn flush(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>> {
        self.1.flush_rows.observe(batch.len() as f64);
        let begun = tokio::time::Instant::now();
        let put = self.0.put_arrivals(&batch).await;
        self.1.flush_seconds.observe(begun.elapsed().as_secs_f64());
        let outcome = |arrival: &Arrival| match arrival {
            Arrival::Answer(_) => Outcome::Stored,
            Arrival::Withdrawal(_) => Outcome::Withdrawn,
        };
        put.map(|()| batch.iter().map(outcome).collect())
    }
}

#[async_trait]
impl Sink<EventCount, bool> for Logged {
    async fn flush(&self, batch: Vec<EventCount>) -> Result<Vec<bool>> {
        self.0.put_events(&batch).await.map(|()| vec![true; batch.len()])
    }
}
