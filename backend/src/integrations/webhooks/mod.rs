//! Webhooks: messages to the endpoints that owners name, signed, tried again, and never to the server's own network.
//!
//! An answer's deliveries lie in the store with it. The `worker` claims what is due, makes the
//! `message`, signs ([`sign`]) it and hands it to the [`client`], whose [`guard`] looks at every address;
//! the [`schedule`] says what the reply means.

pub mod address;
pub mod client;
pub mod guard;
pub mod message;
pub mod schedule;
pub mod sign;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};

use bearing_storage::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::metrics::Metrics;
use client::Client;
use worker::Worker;

/// The running worker. It ends when this is dropped, and in order when it is told to.
pub struct Webhooks {
    /// Whether addresses in private networks are allowed.
    pub allow_private: bool,
    stop: watch::Sender<bool>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Webhooks {
    /// Starts the worker on the current runtime.
    pub fn start(store: Arc<dyn Store>, clock: Arc<dyn Clock>, metrics: Arc<Metrics>, client: Client) -> Self {
        let (stop, stopped) = watch::channel(false);
        let allow_private = client.allow_private;
        let worker = tokio::spawn(Worker { store, clock, metrics, client }.run(stopped));
        Self { allow_private, stop, worker: Mutex::new(Some(worker)) }
    }

    /// Claims nothing more, waits some seconds for what is under way, and gives the rest back.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = match worker {
            Some(worker) => Some(worker.await),
            None => None,
        } {
            tracing::error!(%error, "the webhooks' worker was lost");
        }
    }
}
