//! Sessions: how one begins, the cookie that carries it, and who is behind a request's cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use bearing_shared::id::{MemberId, SessionId};
use bearing_storage::{Session, SignedIn};

use super::{client, hash};
use crate::app::App;
use crate::chance;

/// The cookie: only this host, only by TLS, for every path.
const COOKIE: &str = "__Host-bearing";
/// The cookie beside it where the server is reached without TLS: browsers but Chromium and Firefox, which trust loopback,
/// drop the other one there.
const PLAIN: &str = "bearing";
const DAY: i64 = 24 * 3_600_000;
/// How long a session lasts without being used, in ms.
pub const IDLE: i64 = 14 * DAY;
/// How long it lasts at most, in ms.
pub const MOST: i64 = 90 * DAY;
/// How long until its use is noted again, in ms.
const NOTED: i64 = 5 * 60_000;

/// A new session of a member, and what its cookie holds.
pub fn begin(app: &App, member: MemberId, headers: &HeaderMap) -> (Session, String) {
    let (secret, now) = (chance::secret(""), app.clock.now());
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let session = Session {
        id: SessionId(chance::id(SessionId::PREFIX)),
        hash: hash(&secret),
        member,
        created_at: now,
        seen_at: now,
        expires_at: now + IDLE,
        client: client::words(agent),
    };
    (session, secret)
}

/// Whether the outside reaches this server by TLS.
pub fn is_tls(app: &App) -> bool {
    app.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}

/// The cookies that carry a session; with an empty secret those that end it.
pub fn cookies(app: &App, secret: &str) -> Vec<HeaderValue> {
    set(app, COOKIE, PLAIN, secret, if secret.is_empty() { 0 } else { MOST / 1_000 })
}

/// The cookies that hold a text for `age` seconds: one by TLS alone and, where the server is reached without, a plain one.
pub fn set(app: &App, safe: &str, plain: &str, text: &str, age: i64) -> Vec<HeaderValue> {
    let rest = format!("Path=/; Max-Age={age}; HttpOnly; SameSite=Lax");
    let mut cookies = vec![format!("{safe}={text}; Secure; {rest}")];
    if !is_tls(app) {
        cookies.push(format!("{plain}={text}; {rest}"));
    }
    // Base64 and our own words: always a header.
    cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()).collect()
}

/// What the cookies of these names hold in a request, the safer one first.
pub fn sent(app: &App, headers: &HeaderMap, safe: &str, plain: &str) -> Vec<String> {
    let names: &[&str] = if is_tls(app) { &[safe] } else { &[safe, plain] };
    named(headers, names)
}

/// What the cookies of these names hold, in the order of the names; of two of one name the first that holds anything.
pub(crate) fn named(headers: &HeaderMap, names: &[&str]) -> Vec<String> {
    let sent: Vec<(&str, &str)> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .collect();
    let of = |wanted: &str| sent.iter().find(|(name, value)| *name == wanted && !value.is_empty());
    names.iter().filter_map(|name| of(name)).map(|(_, value)| (*value).to_owned()).collect()
}

/// Who is signed in by a request's cookie. That the session was used is noted now and then, and it lasts longer for it.
///
/// # Errors
/// What the store says.
pub async fn of(app: &App, headers: &HeaderMap) -> bearing_storage::Result<Option<SignedIn>> {
    let now = app.clock.now();
    for secret in sent(app, headers, COOKIE, PLAIN) {
        let Some(found) = app.store.session_by_hash(hash(&secret), now).await? else { continue };
        let session = &found.session;
        if now - session.seen_at >= NOTED {
            let expires_at = (now + IDLE).min(session.created_at + MOST);
            if let Err(error) = app.store.touch_session(&session.id, now, expires_at).await {
                // A store that cannot be written to can still be read.
                tracing::debug!(%error, "a session's use is not noted");
            }
        }
        return Ok(Some(found));
    }
    Ok(None)
}
