//! Pending: what a browser keeps of a sign-in that has begun, until the provider sends it back.

use axum::http::{HeaderMap, HeaderValue};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::session;
use crate::chance;

/// The cookie: only this host, only by TLS.
const COOKIE: &str = "__Host-bearing-pending";
/// The cookie beside it where the server is reached without TLS.
const PLAIN: &str = "bearing-pending";
/// How long a member may take at the provider, in ms.
pub(super) const LASTS: i64 = 10 * 60_000;

/// One sign-in that has begun. Nobody but this browser knows it, and it proves nothing but that it began here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What the provider has to send back.
    pub state: String,
    /// What its token has to hold.
    pub nonce: String,
    /// What the code was asked for with (PKCE).
    pub verifier: String,
    /// Where in the dashboard the member wants to go.
    pub next: String,
    /// The language of the pages.
    pub lang: String,
    /// When it began, ms since 1970 UTC.
    pub begun_at: i64,
}

impl Pending {
    /// A new one.
    pub fn new(next: &str, lang: &str, now: i64) -> Self {
        let [state, nonce, verifier] = std::array::from_fn(|_| chance::secret(""));
        Self { state, nonce, verifier, next: next.to_owned(), lang: lang.to_owned(), begun_at: now }
    }

    /// The one that a request's cookie holds, unless it has ended at `now`.
    pub fn of(app: &App, headers: &HeaderMap, now: i64) -> Option<Self> {
        let read = |text: String| -> Option<Self> {
            serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()
        };
        let found = session::sent(app, headers, COOKIE, PLAIN).into_iter().find_map(read)?;
        (0..LASTS).contains(&(now - found.begun_at)).then_some(found)
    }

    /// The cookies that carry it. They come back with a visit from the provider's page, and with nothing else from there.
    pub fn cookies(&self, app: &App) -> Vec<HeaderValue> {
        let text = serde_json::to_vec(self).map(|json| BASE64URL_NOPAD.encode(&json)).unwrap_or_default();
        session::set(app, COOKIE, PLAIN, &text, LASTS / 1_000)
    }

    /// The cookies that take it away.
    pub fn gone(app: &App) -> Vec<HeaderValue> {
        session::set(app, COOKIE, PLAIN, "", 0)
    }
}
