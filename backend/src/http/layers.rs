//! What happens around every request: its id, whether it may begin, its time limit, its span and its log line, its count,
//! and the open doors of the embed.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bearing_shared::fault::{Code, Fault};
use tokio::time::Instant;
use tracing::{Instrument, field};

use super::arriving::arriving;
use super::kind::kind;
use crate::admission::{Kind, Place, Reason};
use crate::app::{App, Shared};
use crate::auth::limits::Peer;
use crate::auth::session;
use crate::chance;
use crate::error::{ApiError, EXPOSED};
use crate::held::held;
use crate::telemetry;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Who may load a reply into a page.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// How long one request may take in all, and a body to be read.
pub(super) const REQUEST: Duration = Duration::from_secs(15);

/// Gives each reply its request id and the embed's its headers, refuses what may not begin, ends what takes too long,
/// counts, and logs when the server is at fault. Nothing else makes replies: refusals of the router and of a handler that
/// panics come by here too.
pub(super) async fn around(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(peer)) = request.extensions().get().copied() {
        let client = app.strangers.client(peer, request.headers());
        request.extensions_mut().insert(Peer(client));
    }
    let begun = Instant::now();
    // Made here and never taken from the caller: it goes into the log.
    let id = data_encoding::BASE32_NOPAD.encode(&chance::bytes::<10>());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map(MatchedPath::as_str);
    let (method, kind) = (request.method().clone(), kind(request.method(), route));
    let path = request.uri().path();
    let open = is_open(path);
    // Of the address only what the router knows: ids and queries belong to people.
    let span = tracing::info_span!(
        target: telemetry::REQUESTS,
        "request",
        request.id = id,
        http.request.method = %method,
        http.route = route.unwrap_or_default(),
        http.response.status_code = field::Empty,
        otel.kind = "server",
        otel.name = %format_args!("{method} {}", route.unwrap_or("nowhere")),
    );
    let mut response = if open && method == Method::OPTIONS {
        preflight()
    } else if is_text(path) {
        admitted(&app, kind, request, next).instrument(span.clone()).await
    } else {
        // No address of ours; the router's own refusal would not be in our envelope.
        ApiError::not_found().into_response()
    };
    let status = response.status();
    let took = begun.elapsed();
    app.metrics.replied(kind, status.as_u16(), took);
    span.record("http.response.status_code", status.as_u16());
    span.in_scope(|| {
        let (status, ms) = (status.as_u16(), took.as_secs_f64() * 1_000.0);
        match status {
            // Refusing is what an overloaded server does most, and no fault: it is counted. Where a store that fails is the
            // reason, that has its own line.
            500.. if status != 503 => tracing::error!(id, %method, route, status, "a request failed"),
            _ => tracing::debug!(target: telemetry::REQUESTS, status, ms, "replied"),
        }
    });
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if session::is_tls(&app) {
        // This host alone: what else its owner has below the name is theirs to say.
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if open {
        open_to_all(headers);
    } else {
        // What is made to be framed by others says so itself, and so does what may be kept: all else is somebody's own.
        headers.entry(RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// A request's reply within its time; the refusal of one that may not begin leaves before its body is read.
async fn admitted(app: &App, kind: Kind, request: Request, next: Next) -> Response {
    let place = match app.admission.enter(kind) {
        Ok(place) => place.map(Arc::new),
        Err(reason) => {
            app.metrics.refused(reason);
            return ApiError(Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning)).into_response();
        }
    };
    let request = match &place {
        Some(place) if !request.body().is_end_stream() => request.map(|body| arriving(body, Arc::clone(place))),
        _ => request,
    };
    let late = |_| ApiError(Fault::new(Code::REQUEST_TIMEOUT, Code::REQUEST_TIMEOUT.meaning)).into_response();
    let changes = !request.method().is_safe() && !matches!(kind, Kind::Intake | Kind::Events | Kind::Hosted);
    let response = match changes {
        true => tokio::time::timeout(REQUEST, to_its_end(request, next, place.clone())).await,
        false => tokio::time::timeout(REQUEST, next.run(request)).await,
    };
    let response = response.unwrap_or_else(late);
    if place.as_ref().is_some_and(|place| place.was_refused()) {
        app.metrics.refused(Reason::Lane);
    }
    match (kind, place) {
        // The work of an export goes on for as long as it is being sent.
        (Kind::Exports, Some(place)) => response.map(|body| Body::new(held(body, place))),
        _ => response,
    }
}

/// The reply to what a member or a key changes, which goes on to its end when whoever asked hangs up, and keeps its place
/// until then: else a change that is made could be kept out of the audit log by leaving a moment later.
async fn to_its_end(request: Request, next: Next, place: Option<Arc<Place>>) -> Response {
    let whole = async move {
        let response = next.run(request).await;
        drop(place);
        response
    };
    let fault = |_| ApiError(Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)).into_response();
    // What panics is caught within; the task ends early only with the runtime.
    tokio::spawn(whole.in_current_span()).await.unwrap_or_else(fault)
}

/// Whether an address is for the pages of strangers, found or not: the embed, and the files that it loads.
fn is_open(path: &str) -> bool {
    // The measured routes are the embed's without a part of its work.
    ["/v1/embed/", "/w/", "/measure/"].iter().any(|start| path.starts_with(start))
        || matches!(
            path,
            "/bearing.js" | "/rest.js" | "/extra.js" | "/explain.js" | "/work.js" | "/hosted.js" | "/hosted.css"
        )
}

/// Whether a path is UTF-8 once its escapes are read.
fn is_text(path: &str) -> bool {
    if !path.contains('%') {
        return true;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => (*high as char).to_digit(16).zip((*low as char).to_digit(16)),
            _ => None,
        };
        bytes.push(escaped.map_or(*first, |(high, low)| (high * 16 + low) as u8));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// Lets any page read a reply or a file of the embed, never with credentials.
fn open_to_all(headers: &mut HeaderMap) {
    let all = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, all.clone());
    headers.insert(HeaderName::from_static("timing-allow-origin"), all);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// The reply to a browser that asks before it sends.
fn preflight() -> Response {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// The reply to an address that is not there.
pub(super) async fn not_found() -> ApiError {
    ApiError::not_found()
}

/// The reply to an address that is there for another method.
pub(super) async fn method_not_allowed() -> ApiError {
    ApiError(Fault::new(Code::METHOD_NOT_ALLOWED, Code::METHOD_NOT_ALLOWED.meaning))
}

/// The reply when a handler panicked: the process lives, the log says what it was.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let why = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(why, "a handler panicked");
    ApiError(Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)).into_response()
}
