//! What the server measures of itself, in Prometheus' words.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// A label with a closed set of values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct By {
    /// The value.
    pub kind: &'static str,
}

/// The measurements.
pub struct Metrics {
    /// Responses by outcome.
    pub responses: Family<By, Counter>,
    /// Events by type.
    pub events: Family<By, Counter>,
    /// Replies by class of status.
    pub replies: Family<By, Counter>,
    /// Responses per flush.
    pub flush_rows: Histogram,
    /// Seconds per flush.
    pub flush_seconds: Histogram,
    /// Attempts to deliver, by what became of them.
    pub deliveries: Family<By, Counter>,
    /// Seconds per attempt.
    pub delivery_seconds: Histogram,
    /// Seconds from what happened to its arrival.
    pub delivery_delay_seconds: Histogram,
    /// Deliveries that wait, counted now and then.
    pub deliveries_waiting: Gauge,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("bearing");
        let (responses, events, replies) = (Family::default(), Family::default(), Family::default());
        let flush_rows = Histogram::new(exponential_buckets(1.0, 2.0, 9));
        let flush_seconds = Histogram::new(exponential_buckets(0.000_25, 2.0, 14));
        registry.register("responses", "Responses by outcome", responses.clone());
        registry.register("events", "Events by type", events.clone());
        registry.register("http_replies", "Replies by class of status", replies.clone());
        registry.register("flush_rows", "Responses per flush to disk", flush_rows.clone());
        registry.register("flush_seconds", "Seconds per flush to disk", flush_seconds.clone());
        let (deliveries, deliveries_waiting) = (Family::default(), Gauge::default());
        let delivery_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 15));
        let delivery_delay_seconds = Histogram::new(exponential_buckets(0.004, 4.0, 14));
        registry.register("deliveries", "Attempts to deliver to webhooks by outcome", deliveries.clone());
        registry.register("deliveries_waiting", "Deliveries to webhooks that wait", deliveries_waiting.clone());
        registry.register("delivery_seconds", "Seconds per attempt to deliver", delivery_seconds.clone());
        let delay = "Seconds from what happened to its arrival at a webhook";
        registry.register("delivery_delay_seconds", delay, delivery_delay_seconds.clone());
        Self {
            responses,
            events,
            replies,
            flush_rows,
            flush_seconds,
            deliveries,
            delivery_seconds,
            delivery_delay_seconds,
            deliveries_waiting,
            registry,
        }
    }
}

impl Metrics {
    /// The measurements as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            tracing::error!(%error, "metrics cannot be written");
        }
        text
    }
}
