//! Where a browser's request comes from: what a stranger's page makes it send is not its member's wish.

use axum::http::{HeaderMap, HeaderName, Method, header};
use bearing_shared::fault::{Code, Fault};

use crate::app::App;
use crate::error::{ApiError, ApiResult};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Whether a request says that a page of this server sent it; `None` where it says nothing: no browser sent it, or a very
/// old one.
pub fn is_own(app: &App, headers: &HeaderMap) -> Option<bool> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(FETCH_SITE) {
        return Some(site == "same-origin");
    }
    let origin = text(header::ORIGIN)?;
    let is_public = app
        .public_url
        .as_deref()
        .is_some_and(|url| url::Url::parse(url).is_ok_and(|url| url.origin().ascii_serialization() == origin));
    // A proxy in front may speak TLS for a server that does not know its public address.
    let host = origin.strip_prefix("https://").or(origin.strip_prefix("http://"));
    Some(is_public || host.is_some() && host == text(header::HOST))
}

/// Refuses what another site's page may have sent in a member's name: whatever changes something and does not prove that
/// it comes from here, and whatever says that it comes from elsewhere.
///
/// # Errors
/// `cross_site`.
pub fn check(app: &App, method: &Method, headers: &HeaderMap) -> ApiResult<()> {
    let allowed = if method.is_safe() {
        headers.get(FETCH_SITE).is_none_or(|site| site != "cross-site")
    } else {
        is_own(app, headers) == Some(true)
    };
    if allowed { Ok(()) } else { Err(refused()) }
}

/// Refuses a form without a session, which no cookie stands behind, only where it says that another site's page sent it.
///
/// # Errors
/// `cross_site`.
pub fn check_form(app: &App, headers: &HeaderMap) -> ApiResult<()> {
    if is_own(app, headers) == Some(false) { Err(refused()) } else { Ok(()) }
}

/// Refuses a return from a provider that is anything but a visit: it comes from another site, so nothing but a whole page that
/// a person goes to may begin a session, and no frame, image or script of that site.
///
/// # Errors
/// `cross_site`.
pub fn check_return(headers: &HeaderMap) -> ApiResult<()> {
    let says = |name: HeaderName, expected: &str| headers.get(name).is_none_or(|said| said == expected);
    if says(FETCH_MODE, "navigate") && says(FETCH_DEST, "document") { Ok(()) } else { Err(refused()) }
}

fn refused() -> ApiError {
    ApiError(Fault::new(Code::CROSS_SITE, Code::CROSS_SITE.meaning))
}
