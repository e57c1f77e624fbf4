//! Logs and traces: where the lines go, and, if somebody collects them, the spans of requests.
//!
//! Every request has one span, with its id, its method, its route and its status. It holds no address, no query, no body
//! and nobody's id.

mod collector;
mod share;

use std::time::Duration;

use anyhow::Context;
use axum::http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use collector::Collector;
use share::Share;

/// The target of requests' spans, and of a line a request at `debug`.
pub const REQUESTS: &str = "bearing::request";

/// How long the last spans may take to leave when the server ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// How lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Spans on their way to a collector; what is left leaves when this is dropped.
pub struct Traces(SdkTracerProvider);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// Begins to log on standard error what `BEARING_LOG` lets through (else `usual`), and to send the spans of a share of
/// requests, 0 to 1, to the collector at `endpoint` if there is one.
///
/// # Errors
/// One sentence: the endpoint is none.
pub fn start(usual: &str, format: Format, endpoint: Option<&str>, share: f64) -> anyhow::Result<Option<Traces>> {
    let filter = EnvFilter::try_from_env("BEARING_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Text => lines.with_filter(filter).boxed(),
        Format::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    let (layer, traces) = endpoint.map(|endpoint| traces(endpoint, share)).transpose()?.unzip();
    tracing_subscriber::registry().with(lines).with(layer).init();
    Ok(traces)
}

/// A layer that sends the spans of a share of requests, 0 to 1, to an OpenTelemetry collector, by OTLP over HTTP.
///
/// # Errors
/// One sentence: the endpoint is none.
pub fn traces<S>(endpoint: &str, share: f64) -> anyhow::Result<(impl Layer<S> + use<S>, Traces)>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let collector = Collector::at(endpoint)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(collector)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .context("the collector cannot be used")?;
    let about = [KeyValue::new("service.name", "bearing"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
    let provider = SdkTracerProvider::builder()
        // A queue of its own, bounded: what a slow collector does not take is left out, and no request waits for it.
        .with_batch_exporter(exporter)
        .with_sampler(Share::of(share))
        .with_resource(Resource::builder_empty().with_attributes(about).build())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("bearing"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        // A span that is entered could not be put below another any more, and who its caller is shows inside of it.
        .with_context_activation(false)
        .with_filter(Targets::new().with_target(REQUESTS, Level::INFO));
    Ok((layer, Traces(provider)))
}

/// Puts the span of the current request below its caller's, whose `traceparent` is in the headers, if it has one. For
/// callers that are known: strangers' pages have no say in how our traces hang together.
pub fn join(headers: &HeaderMap) {
    let span = Span::current();
    if !span.is_disabled() && headers.contains_key("traceparent") {
        let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Nobody collects: then there is nothing to join.
        let _ = span.set_parent(caller);
    }
}
