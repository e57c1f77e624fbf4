//! What the loader reads: a site's config, and single first questions.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::api::embed::{Config, FirstQuestion};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{SiteKey, SurveyId};

use super::config::Rendered;
use super::reader::Languages;
use super::{files, origins};
use crate::app::{App, Shared};
use crate::directory::SiteView;
use crate::error::{ApiError, ApiResult};

/// For whom, and where.
#[derive(Default)]
pub struct Reader {
    /// The page's language tag; empty where nobody said.
    pub locale: String,
    /// The touchpoint; empty where there is none.
    pub touchpoint: String,
    /// The site's public key, where it is not in the path.
    site: String,
}

impl Reader {
    /// Reads a query; what is unknown or comes twice is no fault here.
    fn of(query: Option<String>) -> Self {
        let mut reader = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "locale" => reader.locale = value.into_owned(),
                "site" => reader.site = value.into_owned(),
                "touchpoint" => reader.touchpoint = value.into_owned(),
                _ => {}
            }
        }
        reader
    }
}

/// The site of a public key.
pub(super) async fn site(app: &App, key: &str) -> ApiResult<Arc<SiteView>> {
    let found = app.directory.site(&SiteKey::from(key)).await?;
    found.ok_or_else(|| ApiError(Fault::new(Code::UNKNOWN_SITE, Code::UNKNOWN_SITE.meaning)))
}

/// The rules and texts of a site's published surveys, and the first questions that may be due.
#[utoipa::path(get, path = "/v1/embed/{site_key}", tag = "embed",
    params(("site_key" = String, Path), ("locale" = Option<String>, Query), ("touchpoint" = Option<String>, Query)),
    responses((status = 200, body = Config<Vec<String>>), (status = 304), (status = 404, body = ErrorBody)))]
pub(super) async fn config(
    State(app): State<Shared>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let view = site(&app, &key).await?;
    origins::asked(&app, &view, &headers);
    let reader = Reader::of(query);
    Ok(reply(&app.configs.config(&app, &view, &reader), &headers, "application/json"))
}

/// `/bearing.js`: the target of every site's tag. A tag that names its site in the address gets the config in the script,
/// and its visitors wait for one file less.
pub(super) async fn loader(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let reader = Reader::of(query);
    if reader.site.is_empty() {
        return files::loader(&headers);
    }
    // Where the site cannot be found the loader asks for its config, and tells the page what the reply was.
    let view = site(&app, &reader.site).await.ok();
    if let Some(view) = &view {
        origins::asked(&app, view, &headers);
    }
    let languages = Languages::new("", &headers);
    let script = view.and_then(|view| app.configs.script(&app, &view, &reader, &languages));
    let mut response = match script {
        Some(script) => reply(&script, &headers, "text/javascript; charset=utf-8"),
        None => files::loader(&headers)?,
    };
    if reader.locale.is_empty() {
        // In one line: some proxies read no more than one.
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding, accept-language"));
    }
    Ok(response)
}

/// The first question of one version of a survey.
#[utoipa::path(get, path = "/v1/embed/{site_key}/first/{survey}/{version}", tag = "embed",
    params(("site_key" = String, Path), ("survey" = String, Path), ("version" = u32, Path),
        ("locale" = Option<String>, Query)),
    responses((status = 200, body = FirstQuestion<Vec<String>>), (status = 304), (status = 404, body = ErrorBody)))]
pub(super) async fn first(
    State(app): State<Shared>,
    Path((key, survey, version)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let view = site(&app, &key).await?;
    let version = version.parse().map_err(|_| ApiError::not_found())?;
    let survey = SurveyId(survey);
    // It may have been published a moment ago by another process.
    let view = match view.version(&survey, version) {
        Some(_) => view,
        None => app.directory.newer(&view).await?.ok_or_else(ApiError::not_found)?,
    };
    let published = view.version(&survey, version).ok_or_else(ApiError::not_found)?;
    let locale = Reader::of(query).locale;
    let rendered = app.configs.first(&app, &view, published, &locale).ok_or_else(ApiError::not_found)?;
    Ok(reply(&rendered, &headers, "application/json"))
}

/// A rendered document in the best encoding that the reader takes, or 304.
fn reply(rendered: &Rendered, headers: &HeaderMap, media_type: &'static str) -> Response {
    let sent = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encodings = sent(header::ACCEPT_ENCODING);
    let (body, encoding) = if files::takes(encodings, "br") && !rendered.brotli.is_empty() {
        (&rendered.brotli, Some("br"))
    } else if files::takes(encodings, "gzip") && !rendered.gzip.is_empty() {
        (&rendered.gzip, Some("gzip"))
    } else {
        (&rendered.plain, None)
    };
    // A strong tag names bytes, and each encoding has its own.
    let etag = match encoding {
        Some(encoding) => format!("{}-{encoding}\"", rendered.etag.trim_end_matches('"')),
        None => rendered.etag.clone(),
    };
    let mut response = match files::matches(sent(header::IF_NONE_MATCH), &etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, media_type)], body.clone()).into_response(),
    };
    files::describe(&mut response, &etag, encoding, HeaderValue::from_static("public, max-age=60"));
    response
}
