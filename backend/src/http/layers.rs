//! What happens around every request: its id, its log line when it fails, its count, and the open doors of the embed.

use std::any::Any;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bearing_shared::fault::{Code, Fault};

use crate::app::Shared;
use crate::chance;
use crate::error::ApiError;
use crate::metrics::By;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives each reply its request id, counts it, and logs it when the server is at fault.
pub(super) async fn around(State(app): State<Shared>, request: Request, next: Next) -> Response {
    // Made here and never taken from the caller: it goes into the log.
    let id = data_encoding::BASE32_NOPAD.encode(&chance::bytes::<10>());
    // Without the query: it may hold what a respondent wrote.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = match is_text(&path) {
        true => next.run(request).await,
        // No address of ours; the router's own refusal would not be in our envelope.
        false => ApiError::not_found().into_response(),
    };
    let status = response.status();
    let kind = match status.as_u16() {
        100..400 => "ok",
        400..500 => "refused",
        _ => "failed",
    };
    app.metrics.replies.get_or_create(&By { kind }).inc();
    if status.is_server_error() {
        tracing::error!(id, %method, path, status = status.as_u16(), "a request failed");
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
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

/// Lets any page read replies and files of the embed, never with credentials, and answers preflights.
pub(super) async fn open_to_all(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    let all = HeaderValue::from_static("*");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, all.clone());
    headers.insert(HeaderName::from_static("timing-allow-origin"), all);
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id, retry-after"));
    if preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    response
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
