//! The one error of the HTTP edge: a fault becomes its status and the JSON envelope; internals stay in the log.
//!
//! Inside, functions return [`Fault`] (the caller's doing) or [`StoreError`] (ours); only handlers return [`ApiError`].

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::{Code, Fault};
use bearing_storage::StoreError;

use crate::chance;

/// The headers of a reply of the embed that pages of other origins may read.
pub const EXPOSED: &str = "x-request-id, retry-after";

/// What a handler returns instead of a reply.
#[derive(Debug)]
pub struct ApiError(pub Fault);

/// A handler's result.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// Something that is not there, or not this caller's.
    pub fn not_found() -> Self {
        Self(Fault::new(Code::NOT_FOUND, Code::NOT_FOUND.meaning))
    }
}

/// What a caller asked to read, refused as too much where reading it takes too long: trying again would not help.
///
/// # Errors
/// `too_much_to_read` in the place of `overloaded`; others as they are.
pub fn read_in_time<T>(read: ApiResult<T>) -> ApiResult<T> {
    read.map_err(|error| match error.0.code {
        Code::OVERLOADED => ApiError(Fault::new(Code::TOO_MUCH_TO_READ, Code::TOO_MUCH_TO_READ.meaning)),
        _ => error,
    })
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self(match error {
            // Where a caller asked for too much, `read_in_time` says so; elsewhere it is the server that is slow.
            StoreError::TooSlow => Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning),
            StoreError::Unwritable(_) => Fault::new(Code::STORAGE_UNAVAILABLE, Code::STORAGE_UNAVAILABLE.meaning),
            _ => Fault::new(Code::INTERNAL, Code::INTERNAL.meaning),
        })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(ErrorBody { error: self.0.into() })).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        told_when(response)
    }
}

/// A reply that refuses for now, told when to come back; any other as it is.
pub fn told_when(mut response: Response) -> Response {
    if matches!(response.status().as_u16(), 429 | 503) {
        // Jittered, so that refused clients do not come back all at once.
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(chance::between(2, 10)));
    }
    response
}
