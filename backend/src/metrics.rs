//! What the server measures of itself, in Prometheus' words; docs/METRICS.md lists it all, and a test compares the two.

use std::time::Duration;

use bearing_shared::api::reports::Behind;
use bearing_shared::suspicion::Sign;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::admission::{Kind, Reason};

/// A label with a closed set of values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct By {
    /// The value.
    pub kind: &'static str,
}

/// The labels of a reply.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStatus {
    kind: &'static str,
    status: &'static str,
}

/// Classes of status.
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Replies to one kind of request, found without a look-up: they are counted for every request there is.
struct Replies {
    by_status: [Counter; STATUSES.len()],
    seconds: Histogram,
}

/// What becomes of connections.
#[derive(Clone, Default)]
pub struct Connections {
    /// Open now.
    pub open: Gauge,
    /// Accepted.
    pub accepted: Counter,
    /// Turned away because as many as may be were open.
    pub refused: Counter,
    /// Closed because the client took too long: `head`, `idle` or `write`.
    pub timed_out: Family<By, Counter>,
}

/// What becomes of live streams.
#[derive(Clone, Default)]
pub struct Streams {
    /// Open now.
    pub open: Gauge,
    /// Events sent, to each stream.
    pub sent: Counter,
    /// Streams that were too slow and were told to read everything again.
    pub lagged: Counter,
}

/// What a request for the measurements finds just then.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// Requests under way, by lane.
    pub in_flight: [(&'static str, usize); 4],
    /// Requests that wait for the store.
    pub waiting: usize,
    /// How long the oldest of them has been waiting.
    pub oldest: Duration,
    /// How far the store is behind the replicated log.
    pub behind: Option<Behind>,
}

/// The measurements.
pub struct Metrics {
    /// Responses by outcome.
    pub responses: Family<By, Counter>,
    /// Events by type.
    pub events: Family<By, Counter>,
    /// Signs of suspicion on answers.
    pub signs: Family<By, Counter>,
    /// Attacks that were noticed.
    pub attacks: Counter,
    /// Responses per flush.
    pub flush_rows: Histogram,
    /// Seconds per flush.
    pub flush_seconds: Histogram,
    /// Responses from the replicated log by what became of them in the store.
    pub log_applied: Family<By, Counter>,
    /// Attempts to deliver, by what became of them.
    pub deliveries: Family<By, Counter>,
    /// Seconds per attempt.
    pub delivery_seconds: Histogram,
    /// Seconds from what happened to its arrival.
    pub delivery_delay_seconds: Histogram,
    /// Deliveries that wait, counted now and then.
    pub deliveries_waiting: Gauge,
    /// What becomes of connections.
    pub connections: Connections,
    /// What becomes of live streams.
    pub streams: Streams,
    replies: [Replies; Kind::ALL.len()],
    refused: [Counter; Reason::ALL.len()],
    in_flight: Family<By, Gauge>,
    waiting: Gauge,
    oldest: Gauge<f64, std::sync::atomic::AtomicU64>,
    behind: Gauge,
    behind_seconds: Gauge<f64, std::sync::atomic::AtomicU64>,
    resident: Gauge,
    files: Gauge,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("bearing");
        let flush_rows = Histogram::new(exponential_buckets(1.0, 2.0, 9));
        let flush_seconds = Histogram::new(exponential_buckets(0.000_25, 2.0, 14));
        let (responses, events) = (Family::<By, Counter>::default(), Family::<By, Counter>::default());
        let replies = Family::<ByStatus, Counter>::default();
        let seconds =
            Family::<By, Histogram>::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_5, 2.0, 15)));
        let refused = Family::<By, Counter>::default();
        let in_flight = Family::<By, Gauge>::default();
        let connections = Connections::default();
        let (waiting, resident, files) = (Gauge::default(), Gauge::default(), Gauge::default());
        let oldest = Gauge::default();
        // Series that are there from the beginning have a rate from the beginning.
        for kind in ["stored", "updated", "withdrawn", "duplicate", "rejected"] {
            drop(responses.get_or_create(&By { kind }));
        }
        for kind in ["eligible", "shown", "started", "dismissed", "refused"] {
            drop(events.get_or_create(&By { kind }));
        }
        for kind in ["head", "idle", "write"] {
            drop(connections.timed_out.get_or_create(&By { kind }));
        }
        let (signs, attacks) = (Family::<By, Counter>::default(), Counter::default());
        for sign in Sign::ALL {
            drop(signs.get_or_create(&By { kind: sign.name() }));
        }
        registry.register("answer_signs", "Signs of suspicion on answers from strangers", signs.clone());
        registry.register("attacks", "Attacks on sites that were noticed", attacks.clone());
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", build);
        registry.register("responses", "Responses by outcome", responses.clone());
        registry.register("events", "Events by type", events.clone());
        registry.register("http_replies", "Replies by kind of request and class of status", replies.clone());
        let what = "From a request's head to its reply's, by kind";
        registry.register_with_unit("http_reply", what, Unit::Seconds, seconds.clone());
        registry.register("http_refused", "Requests that were not let in, by reason", refused.clone());
        registry.register("http_in_flight", "Requests under way, by lane", in_flight.clone());
        registry.register("connections_open", "Connections open now", connections.open.clone());
        registry.register("connections", "Connections accepted", connections.accepted.clone());
        let what = "Connections turned away because as many as may be were open";
        registry.register("connections_refused", what, connections.refused.clone());
        let what = "Connections closed because the client took too long, by what for";
        registry.register("connections_timed_out", what, connections.timed_out.clone());
        registry.register("intake_waiting", "Requests that wait for the store", waiting.clone());
        let what = "How long the oldest request has been waiting for the store";
        registry.register_with_unit("intake_oldest", what, Unit::Seconds, oldest.clone());
        registry.register("flush_rows", "Responses per flush to disk", flush_rows.clone());
        registry.register("flush_seconds", "Seconds per flush to disk", flush_seconds.clone());
        let (log_applied, behind, behind_seconds) =
            (Family::<By, Counter>::default(), Gauge::default(), Gauge::default());
        for kind in ["stored", "updated", "withdrawn", "duplicate", "rejected"] {
            drop(log_applied.get_or_create(&By { kind }));
        }
        let what = "Responses from the replicated log by what became of them in the store";
        registry.register("intake_log_applied", what, log_applied.clone());
        registry.register(
            "intake_log_behind",
            "Messages of the replicated log that are not in the store",
            behind.clone(),
        );
        let what = "How long the oldest of them has been waiting";
        registry.register("intake_log_behind_seconds", what, behind_seconds.clone());
        let (deliveries, deliveries_waiting) = (Family::<By, Counter>::default(), Gauge::default());
        for kind in ["delivered", "retried", "failed", "erased"] {
            drop(deliveries.get_or_create(&By { kind }));
        }
        let delivery_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 15));
        let delivery_delay_seconds = Histogram::new(exponential_buckets(0.004, 4.0, 14));
        registry.register("deliveries", "Attempts to deliver to webhooks by outcome", deliveries.clone());
        registry.register("deliveries_waiting", "Deliveries to webhooks that wait", deliveries_waiting.clone());
        registry.register("delivery_seconds", "Seconds per attempt to deliver", delivery_seconds.clone());
        let delay = "Seconds from what happened to its arrival at a webhook";
        registry.register("delivery_delay_seconds", delay, delivery_delay_seconds.clone());
        let streams = Streams::default();
        registry.register("streams_open", "Live streams open now", streams.open.clone());
        registry.register("stream_events", "Events sent to live streams, each counted", streams.sent.clone());
        let what = "Times that a live stream was too slow and was told to read everything again";
        registry.register("streams_lagged", what, streams.lagged.clone());
        let what = "Memory that the process holds (Linux)";
        registry.register_with_unit("process_resident", what, Unit::Bytes, resident.clone());
        registry.register(
            "process_open_files",
            "Files and connections that the process has open (Linux)",
            files.clone(),
        );
        Self {
            responses,
            events,
            signs,
            attacks,
            flush_rows,
            flush_seconds,
            connections,
            streams,
            log_applied,
            deliveries,
            delivery_seconds,
            delivery_delay_seconds,
            deliveries_waiting,
            replies: Kind::ALL.map(|kind| {
                let kind = kind.name();
                Replies {
                    by_status: STATUSES.map(|status| replies.get_or_create_owned(&ByStatus { kind, status })),
                    seconds: seconds.get_or_create_owned(&By { kind }),
                }
            }),
            refused: Reason::ALL.map(|reason| refused.get_or_create_owned(&By { kind: reason.name() })),
            in_flight,
            waiting,
            oldest,
            behind,
            behind_seconds,
            resident,
            files,
            registry,
        }
    }
}

impl Metrics {
    /// Counts a reply.
    pub fn replied(&self, kind: Kind, status: u16, took: Duration) {
        let replies = &self.replies[kind as usize];
        if let Some(counter) = replies.by_status.get(usize::from(status / 100).wrapping_sub(1)) {
            counter.inc();
        }
        replies.seconds.observe(took.as_secs_f64());
    }

    /// Counts a request that was not let in.
    pub fn refused(&self, reason: Reason) {
        self.refused[reason as usize].inc();
    }

    /// The measurements as text.
    pub fn text(&self, now: &Now) -> String {
        for (kind, requests) in now.in_flight {
            self.in_flight.get_or_create(&By { kind }).set(requests as i64);
        }
        self.waiting.set(now.waiting as i64);
        self.oldest.set(now.oldest.as_secs_f64());
        self.behind.set(now.behind.map_or(0, |behind| behind.messages as i64));
        self.behind_seconds.set(now.behind.map_or(0.0, |behind| behind.seconds));
        self.resident.set(resident().unwrap_or_default());
        self.files.set(open_files().unwrap_or_default());
        let mut text = String::new();
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            tracing::error!(%error, "metrics cannot be written");
        }
        text
    }
}

/// Bytes of memory that this process holds, where the system tells.
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<i64>().ok()? * 1_024)
}

/// Files that this process has open, where the system tells.
fn open_files() -> Option<i64> {
    // One of them is the folder that is being read.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as i64 - 1)
}
