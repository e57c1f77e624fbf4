//! The browser files: the loader, the renderer under its immutable address, and what the hosted page uses.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets::{self, Asset};
use crate::error::{ApiError, ApiResult};

/// The loader without a config.
pub(super) fn loader(headers: &HeaderMap) -> ApiResult<Response> {
    file("bearing.js", headers, "public, max-age=300")
}

/// What the loader imports at the first sign of interest: what follows the first question, and delivery.
pub(super) async fn rest(headers: HeaderMap) -> ApiResult<Response> {
    file("rest.js", &headers, "public, max-age=300")
}

/// What the loader imports where a page calls it, holds elements, or waits for more than the page view.
pub(super) async fn extra(headers: HeaderMap) -> ApiResult<Response> {
    file("extra.js", &headers, "public, max-age=300")
}

/// What the loader imports to tell a page's author why a survey is not shown.
pub(super) async fn explain(headers: HeaderMap) -> ApiResult<Response> {
    file("explain.js", &headers, "public, max-age=300")
}

/// What the loader and the hosted page import to prove that they have worked, while a site is under attack.
pub(super) async fn work(headers: HeaderMap) -> ApiResult<Response> {
    file("work.js", &headers, "public, max-age=300")
}

/// The hosted page's script.
pub(super) async fn hosted_js(headers: HeaderMap) -> ApiResult<Response> {
    file("hosted.js", &headers, "public, max-age=300")
}

/// The hosted page's style sheet.
pub(super) async fn hosted_css(headers: HeaderMap) -> ApiResult<Response> {
    file("hosted.css", &headers, "public, max-age=300")
}

/// The renderer: its address holds a hash of its content, so it never changes.
pub(super) async fn renderer(Path((build, name)): Path<(String, String)>, headers: HeaderMap) -> ApiResult<Response> {
    file(&format!("w/{build}/{name}"), &headers, "public, max-age=31536000, immutable")
}

/// A file of the dashboard: its address holds a hash of its content too.
pub(super) async fn dashboard(Path((build, name)): Path<(String, String)>, headers: HeaderMap) -> ApiResult<Response> {
    let asset = assets::find_dashboard(&format!("files/{build}/{name}"), sent(&headers, header::ACCEPT_ENCODING));
    reply(asset, &headers, "public, max-age=31536000, immutable")
}

fn file(path: &str, headers: &HeaderMap, caching: &'static str) -> ApiResult<Response> {
    reply(assets::find(path, sent(headers, header::ACCEPT_ENCODING)), headers, caching)
}

fn sent(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn reply(asset: Option<Asset>, headers: &HeaderMap, caching: &'static str) -> ApiResult<Response> {
    let asset = asset.ok_or_else(ApiError::not_found)?;
    let mut response = match matches(sent(headers, header::IF_NONE_MATCH), &asset.etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, asset.media_type)], asset.body).into_response(),
    };
    describe(&mut response, &asset.etag, asset.encoding, HeaderValue::from_static(caching));
    Ok(response)
}

/// Whether an `accept-encoding` takes an encoding.
pub(super) fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        name.trim() == encoding && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

/// Whether an `if-none-match` names this tag.
pub(super) fn matches(sent: &str, etag: &str) -> bool {
    sent.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)
}

/// The headers of a reply that may be kept.
pub(super) fn describe(response: &mut Response, etag: &str, encoding: Option<&'static str>, caching: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_and_tags_are_read_as_browsers_send_them() {
        assert!(takes("gzip, deflate, br, zstd", "br") && takes("br;q=0.5", "br"));
        assert!(!takes("gzip;q=1, br;q=0", "br") && !takes("", "gzip") && !takes("brx", "br"));
        assert!(matches("W/\"a\", \"b\"", "\"b\"") && !matches("", "\"b\""));
    }
}
