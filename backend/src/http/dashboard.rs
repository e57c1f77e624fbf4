//! The dashboard's way in: whoever is signed in gets its page for every address below `/app`, everybody else the form; the
//! page of shared links is for everybody.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::forms::{self, first};
use super::member_page::{OPENER_POLICY, page, texts};
use super::page::escaped;
use super::sign_in;
use crate::app::Shared;
use crate::assets;
use crate::auth::session;
use crate::error::ApiError;
use crate::texts::Texts;

/// What the dashboard may load and do: its own files, WebAssembly, and this server.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; \
    require-trusted-types-for 'script'; trusted-types default";

/// Any page of the dashboard: its own router tells them apart.
pub(super) async fn any(State(app): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let asked = forms::fields(uri.query().unwrap_or_default().as_bytes());
    let texts = texts(first(&asked, "lang"), &headers);
    match session::of(&app, &headers).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            let next = uri.path_and_query().map_or("/app", |next| next.as_str());
            return sign_in::shown(&app, texts, next).await;
        }
        Err(error) => return sign_in::refused(texts, &ApiError::from(error).0),
    }
    document(texts, &sign_in::way_out(texts), "same-origin")
}

/// The page of shared links, which needs no session: the secret is behind the `#` of its address and never comes here.
pub(super) async fn shared(uri: Uri, headers: HeaderMap) -> Response {
    let asked = forms::fields(uri.query().unwrap_or_default().as_bytes());
    document(texts(first(&asked, "lang"), &headers), "", "no-referrer")
}

/// The page that loads the program; without the program, one that says so and has this way out.
fn document(texts: &Texts, way_out: &str, referrer: &'static str) -> Response {
    let Some(html) = assets::dashboard_page() else {
        let more = format!("<p>{}</p>{way_out}", escaped(texts.unbuilt_more));
        return page(texts, texts.unbuilt, &more, StatusCode::OK);
    };
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer));
    response
}
