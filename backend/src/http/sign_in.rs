//! Signing in and out, with forms that work without script.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::fault::{Code, Fault};
use bearing_storage::{Member, StoreError};

use super::forms::{self, Fields, first};
use super::member_page::{Field, alert, form, page, texts};
use super::page::escaped;
use super::provider;
use crate::app::{App, Shared};
use crate::auth::email::normal;
use crate::auth::limits::Peer;
use crate::auth::{cross_site, session};
use crate::error::ApiError;
use crate::texts::Texts;

/// The most that a form of these pages holds, in bytes.
pub(super) const FORM_LIMIT: usize = 16 * 1024;
/// Where a member goes after signing in.
pub(super) const HOME: &str = "/app";

/// The part of the dashboard that a form asks for, which is one of ours: a page elsewhere, or a way out of the dashboard,
/// becomes its beginning.
pub(super) fn safe_next(next: &str) -> &str {
    let inside = next == HOME || next.starts_with("/app/") || next.starts_with("/app?");
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && next.len() <= 2_000;
    // A form or a link that ends something is no place to come back to.
    let stays = ["/app/sign-", "/app/join/", "/app/files/"].iter().all(|start| !next.starts_with(start));
    if inside && plain && stays && !next.contains("..") && !next.contains("//") { next } else { HOME }
}

/// The form, for whoever asked for the `next` page of the dashboard and is not signed in.
pub(super) async fn shown(app: &App, texts: &Texts, next: &str) -> Response {
    let filled = Filled { email: "", next, told: None };
    reply(app, texts, &filled, StatusCode::OK).await
}

/// What the form shows.
struct Filled<'a> {
    email: &'a str,
    next: &'a str,
    told: Option<String>,
}

async fn reply(app: &App, texts: &Texts, filled: &Filled<'_>, status: StatusCode) -> Response {
    // A store that cannot be asked says nothing: the form says so when it is sent.
    let is_first = !app.store.has_members().await.unwrap_or(true);
    let told = filled.told.as_deref().map(alert).unwrap_or_default();
    let first = if is_first { format!("<p class=\"note\">{}</p>", escaped(texts.first)) } else { String::new() };
    let field = |name, kind, autocomplete, label, value| Field {
        name,
        kind,
        autocomplete,
        label,
        value,
        fixed: false,
        hint: None,
        fault: None,
    };
    let fields = [
        format!("<input type=\"hidden\" name=\"next\" value=\"{}\">", escaped(safe_next(filled.next))),
        field("email", "email", "username", texts.email, filled.email).html(),
        field("password", "password", "current-password", texts.password, "").html(),
    ];
    let form = form(texts, "/app/sign-in", &fields.concat(), texts.sign_in);
    let other = provider::button(app, texts, filled.next);
    page(texts, texts.sign_in, &[told, first, form, other].concat(), status)
}

/// The form by its own address, which a reload leads to.
pub(super) async fn read(State(app): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let asked = forms::fields(query.unwrap_or_default().as_bytes());
    shown(&app, texts(first(&asked, "lang"), &headers), HOME).await
}

/// Takes the form.
pub(super) async fn submit(
    State(app): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let sent = match forms::sent(&headers, body, FORM_LIMIT).await {
        Ok(sent) => sent,
        Err(fault) => return refused(texts("", &headers), &fault),
    };
    let texts = texts(first(&sent, "lang"), &headers);
    match sign_in(&app, peer, &headers, &sent).await {
        Ok(response) => response,
        Err(denied) => {
            let (status, told) = denied.told(texts);
            let filled = Filled { email: first(&sent, "email"), next: first(&sent, "next"), told: Some(told) };
            denied.with_wait(reply(&app, texts, &filled, status).await)
        }
    }
}

async fn sign_in(
    app: &App,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
    sent: &Fields,
) -> Result<Response, Denied> {
    cross_site::check_form(app, headers)?;
    let email = normal(first(sent, "email"));
    let member = proved(app, peer, &email, first(sent, "password")).await?;
    end_present(app, headers).await?;
    let (session, secret) = session::begin(app, member.id, headers);
    if !app.store.create_session(session).await? {
        return Err(Denied::Wrong);
    }
    Ok(signed_in(app, &secret, safe_next(first(sent, "next"))))
}

/// The member with this address and password. It takes as long whether there is such a member or not.
pub(super) async fn proved(
    app: &App,
    peer: Option<Extension<Peer>>,
    email: &str,
    password: &str,
) -> Result<Member, Denied> {
    app.tries.take(peer.map(|Extension(peer)| peer), email).map_err(Denied::TooMany)?;
    let member = app.store.member_by_email(email).await?;
    let expected = member.as_ref().and_then(|member| member.password.clone());
    let fits = app.passwords.verify(password.to_owned(), expected).await.map_err(Denied::Fault)?;
    member.filter(|_| fits).ok_or(Denied::Wrong)
}

/// Ends the session that a browser comes with: whoever left it there is not who signs in now.
pub(super) async fn end_present(app: &App, headers: &HeaderMap) -> bearing_storage::Result<()> {
    if let Some(present) = session::of(app, headers).await? {
        app.store.end_session(&present.member.id, &present.session.id).await?;
    }
    Ok(())
}

/// The reply that begins a session.
pub(super) fn signed_in(app: &App, secret: &str, next: &str) -> Response {
    leads_to(app, secret, next)
}

fn leads_to(app: &App, secret: &str, place: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static(HOME)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in session::cookies(app, secret) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Signs out, and clears what the browser keeps of it.
pub(super) async fn sign_out(State(app): State<Shared>, headers: HeaderMap) -> Response {
    let texts = texts("", &headers);
    let ended = match cross_site::check(&app, &Method::POST, &headers) {
        Ok(()) => end_present(&app, &headers).await.map_err(Denied::from),
        Err(refused) => Err(refused.into()),
    };
    match ended {
        Ok(()) => leads_to(&app, "", HOME),
        Err(denied) => {
            let (status, told) = denied.told(texts);
            page(texts, texts.sign_out, &alert(&told), status)
        }
    }
}

/// The button that signs out.
pub(super) fn way_out(texts: &Texts) -> String {
    form(texts, "/app/sign-out", "", texts.sign_out)
}

/// Why somebody is not signed in.
pub(super) enum Denied {
    /// Address and password do not fit.
    Wrong,
    /// There were too many tries; how long until the next.
    TooMany(Duration),
    /// Something else, the caller's doing or ours.
    Fault(Fault),
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Fault(ApiError::from(error).0)
    }
}

impl From<ApiError> for Denied {
    fn from(ApiError(fault): ApiError) -> Self {
        Self::Fault(fault)
    }
}

impl Denied {
    /// The status, and what is said to the member.
    pub(super) fn told(&self, texts: &Texts) -> (StatusCode, String) {
        match self {
            Self::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, texts.wrong.to_owned()),
            Self::TooMany(wait) => {
                let minutes = wait.as_secs().div_ceil(60).max(1).to_string();
                (StatusCode::TOO_MANY_REQUESTS, texts.too_many.replace("{minutes}", &minutes))
            }
            Self::Fault(fault) => {
                let status = StatusCode::from_u16(fault.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let told = match fault.code {
                    Code::CROSS_SITE => texts.cross_site.to_owned(),
                    _ if status.is_server_error() => texts.busy.to_owned(),
                    code => format!("{} ({})", texts.refused, code.name),
                };
                (status, told)
            }
        }
    }

    /// A reply that says when to come again, where there is a time for it.
    pub(super) fn with_wait(&self, response: Response) -> Response {
        let mut response = crate::error::told_when(response);
        if let Self::TooMany(wait) = self {
            let seconds = wait.as_secs() + 1;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The page for a form that could not be read.
pub(super) fn refused(texts: &Texts, fault: &Fault) -> Response {
    let denied = Denied::Fault(fault.clone());
    let (status, told) = denied.told(texts);
    denied.with_wait(page(texts, texts.sign_in, &alert(&told), status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_dashboard_are_come_back_to() {
        for good in ["/app", "/app/surveys", "/app/explore?metric=nps&attr.plan=pro", "/app?site=st_1"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "/",
            "/apple",
            "https://evil.example/app",
            "//evil.example/app",
            "/app//evil.example",
            "/app/../v1/sites",
            "/app/\\evil",
            "/app/x y",
            "/app/x\r\nset-cookie: a=b",
            "/app/sign-out",
            "/app/join/x",
            "/app/é",
        ] {
            assert_eq!(safe_next(bad), "/app", "{bad}");
        }
    }
}
