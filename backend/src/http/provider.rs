//! Signing in by a provider: the button, the way there and the way back.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::forms::{self, first};
use super::member_page::{alert, page, texts};
use super::page::escaped;
use super::sign_in::{self, Denied, safe_next};
use crate::app::{App, Shared};
use crate::auth::cross_site;
use crate::auth::limits::Peer;
use crate::auth::provider::{Answer, Entered, Failure, Pending, Provider, enter};
use crate::texts::Texts;

/// The button, where there is a provider: a link, since a form may lead to this server alone.
pub(super) fn button(app: &App, texts: &Texts, next: &str) -> String {
    let Some(provider) = &app.provider else { return String::new() };
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", safe_next(next))
        .append_pair("lang", texts.locale)
        .finish();
    let label = texts.sign_in_with.replace("{provider}", provider.name());
    format!(
        "<p class=\"or\">{}</p><a class=\"button\" href=\"/app/sign-in/provider?{}\">{}</a>",
        escaped(texts.or),
        escaped(&query),
        escaped(&label),
    )
}

/// Sends a browser to the provider.
pub(super) async fn leave(
    State(app): State<Shared>,
    peer: Option<Extension<Peer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = forms::fields(query.unwrap_or_default().as_bytes());
    let texts = texts(first(&asked, "lang"), &headers);
    let Some(provider) = &app.provider else { return to(&app, sign_in::HOME, Vec::new()) };
    let taken = cross_site::check(&app, &Method::GET, &headers).map_err(Denied::from);
    let taken = taken.and_then(|()| take(&app, peer));
    if let Err(denied) = taken {
        return stopped(&app, texts, &denied);
    }
    let pending = Pending::new(safe_next(first(&asked, "next")), texts.locale, app.clock.now());
    match provider.begin(&pending).await {
        Ok(place) => to(&app, &place, pending.cookies(&app)),
        Err(failure) => failed(&app, provider, texts, &failure),
    }
}

/// Takes a browser that the provider sent back.
pub(super) async fn come_back(
    State(app): State<Shared>,
    peer: Option<Extension<Peer>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(provider) = &app.provider else { return to(&app, sign_in::HOME, Vec::new()) };
    let now = app.clock.now();
    let pending = Pending::of(&app, &headers, now);
    let texts = texts(pending.as_ref().map_or("", |pending| &pending.lang), &headers);
    if let Err(refused) = cross_site::check_return(&headers) {
        // Whatever this was, the sign-in that is under way is left alone.
        let (status, told) = Denied::from(refused).told(texts);
        return page(texts, texts.not_in, &alert(&told), status);
    }
    let Some(pending) = pending else { return failed(&app, provider, texts, &Failure::Stale) };
    if let Err(denied) = take(&app, peer) {
        return stopped(&app, texts, &denied);
    }
    let sent = forms::fields(query.unwrap_or_default().as_bytes());
    let answer = Answer {
        state: first(&sent, "state"),
        code: first(&sent, "code"),
        error: first(&sent, "error"),
        issuer: first(&sent, "iss"),
    };
    let next = pending.next.clone();
    let person = match provider.finish(pending, &answer, now).await {
        Ok(person) => person,
        Err(failure) => return failed(&app, provider, texts, &failure),
    };
    let entered = enter(&app, provider.name(), person, &headers).await;
    match entered {
        Ok(Entered::In(secret)) => match sign_in::end_present(&app, &headers).await {
            Ok(()) => with_cookies(sign_in::signed_in(&app, &secret, safe_next(&next)), Pending::gone(&app)),
            Err(error) => stopped(&app, texts, &error.into()),
        },
        Ok(Entered::Out(failure)) => failed(&app, provider, texts, &failure),
        Err(error) => stopped(&app, texts, &error.into()),
    }
}

/// Takes one try: each may make the provider be asked.
fn take(app: &App, peer: Option<Extension<Peer>>) -> Result<(), Denied> {
    app.tries.take_of(peer.map(|Extension(peer)| peer)).map_err(Denied::TooMany)
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn to(app: &App, place: &str, cookies: Vec<HeaderValue>) -> Response {
    let Ok(place) = HeaderValue::from_str(place) else {
        return stopped(app, texts("", &HeaderMap::new()), &Denied::Wrong);
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, place);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    with_cookies(response, cookies)
}

/// The page for somebody who was stopped by what stops a password as well.
fn stopped(app: &App, texts: &Texts, denied: &Denied) -> Response {
    let (status, told) = denied.told(texts);
    with_cookies(denied.with_wait(told_why(texts, &told, status)), Pending::gone(app))
}

/// The page for somebody who did not come in: why, and what to do.
fn failed(app: &App, provider: &Provider, texts: &Texts, failure: &Failure) -> Response {
    let (status, told, email) = match failure {
        Failure::Down => (StatusCode::SERVICE_UNAVAILABLE, texts.provider_down, ""),
        Failure::Refused => (StatusCode::FORBIDDEN, texts.provider_refused, ""),
        Failure::Stale => (StatusCode::BAD_REQUEST, texts.provider_stale, ""),
        Failure::Untrusted => (StatusCode::FORBIDDEN, texts.provider_untrusted, ""),
        Failure::Unverified => (StatusCode::FORBIDDEN, texts.provider_unverified, ""),
        Failure::Unknown(email) => (StatusCode::FORBIDDEN, texts.provider_unknown, email.as_str()),
        Failure::Taken(email) => (StatusCode::FORBIDDEN, texts.provider_taken, email.as_str()),
    };
    let told = told.replace("{provider}", provider.name()).replace("{email}", email);
    with_cookies(told_why(texts, &told, status), Pending::gone(app))
}

fn told_why(texts: &Texts, told: &str, status: StatusCode) -> Response {
    let back = format!("<p><a href=\"/app/sign-in?lang={}\">{}</a></p>", texts.locale, escaped(texts.back));
    page(texts, texts.not_in, &[alert(told), back].concat(), status)
}
