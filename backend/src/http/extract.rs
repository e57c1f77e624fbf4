//! Reading bodies: limited, timed, and with our own envelope when something is wrong.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use bearing_shared::answer::cleaned;
use bearing_shared::fault::{Code, Fault};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::arriving::is_for_want_of_room;
use super::layers::REQUEST;
use super::objects::Objects;
use crate::error::ApiResult;
use crate::intake::check_depth;

/// How long a body may stand still.
const IDLE: Duration = Duration::from_secs(5);
/// The most bytes of a management request.
const MANAGEMENT_LIMIT: usize = 1024 * 1024;

/// The most characters of a name.
const NAME_LIMIT: usize = 100;

/// A name that somebody gave, cleaned; none where that leaves no name, or a longer one than 100 characters.
pub(super) fn name(given: &str) -> Option<String> {
    let name = cleaned(given);
    (1..=NAME_LIMIT).contains(&name.chars().count()).then_some(name)
}

/// Whether the request says that its body is of one of these media types.
pub(super) fn has_type(headers: &HeaderMap, types: &[&str]) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    types.iter().any(|kind| essence.eq_ignore_ascii_case(kind))
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// `body_too_large`, as soon as that is known; `request_timeout` when it stands still; `incomplete_body`; `overloaded`.
pub(super) async fn body(headers: &HeaderMap, mut body: Body, limit: usize) -> Result<Bytes, Fault> {
    let too_large =
        || Fault::new(Code::BODY_TOO_LARGE, format!("The body is larger than {limit} bytes; send it in parts."));
    let announced: Option<usize> =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut rest: Vec<u8> = Vec::new();
    // Whoever has been told that it took too long may still be sending.
    let last = Instant::now() + REQUEST;
    while let Some(frame) = tokio::time::timeout_at(last.min(Instant::now() + IDLE), body.frame())
        .await
        .map_err(|_| Fault::new(Code::REQUEST_TIMEOUT, Code::REQUEST_TIMEOUT.meaning))?
    {
        let frame = frame.map_err(|error| match is_for_want_of_room(error) {
            true => Fault::new(Code::OVERLOADED, Code::OVERLOADED.meaning),
            false => Fault::new(Code::INCOMPLETE_BODY, Code::INCOMPLETE_BODY.meaning),
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(too_large());
        }
        // Nearly every body is one frame, and that one is not copied.
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    Ok([first.as_ref(), &rest].concat().into())
}

/// Reads a management request's body, which says that it is JSON.
///
/// # Errors
/// `unsupported_media_type`, and those of [`body`].
pub(super) async fn management(headers: &HeaderMap, sent: Body) -> Result<Bytes, Fault> {
    if !has_type(headers, &["application/json"]) {
        return Err(Fault::new(Code::UNSUPPORTED_MEDIA_TYPE, "Send `content-type: application/json`."));
    }
    body(headers, sent, MANAGEMENT_LIMIT).await
}

/// Reads a management request's JSON object, in which unknown fields are faults.
///
/// # Errors
/// `unsupported_media_type`, `malformed_json`, `json_too_deep`, `unknown_field`, `missing_field` or `invalid_field`, and
/// those of [`body`].
pub(super) async fn json<T: DeserializeOwned>(headers: &HeaderMap, sent: Body) -> ApiResult<T> {
    let bytes = management(headers, sent).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Fault::new(Code::INVALID_UTF8, Code::INVALID_UTF8.meaning))?;
    check_depth(text)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(Objects(&mut reader)).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        // A field may be at fault before the reader sees that the rest is no JSON.
        if !inner.is_data() || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
            return Fault::new(Code::MALFORMED_JSON, Code::MALFORMED_JSON.meaning);
        }
        let text = inner.to_string();
        let why = text.rsplit_once(" at line ").map_or(text.as_str(), |(why, _)| why).to_owned();
        let named = |prefix: &str| Some(why.strip_prefix(prefix)?.split_once('`')?.0.to_owned());
        if let Some(name) = named("unknown field `") {
            let path = if path.ends_with(&name) { path } else { name };
            return Fault::at(Code::UNKNOWN_FIELD, path, format!("{}.", capital(&why)));
        }
        if let Some(name) = named("missing field `") {
            let field = if path == "." { name.clone() } else { format!("{path}.{name}") };
            return Fault::at(Code::MISSING_FIELD, field, format!("The field `{name}` is required."));
        }
        Fault::at(Code::INVALID_FIELD, path, format!("{}.", capital(&why)))
    })?;
    reader.end().map_err(|_| Fault::new(Code::MALFORMED_JSON, Code::MALFORMED_JSON.meaning))?;
    Ok(value)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).take(300).collect()).unwrap_or_default()
}
