//! The card as the editor looks at it: the draft in any state, position, colours and language; nothing is recorded.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::Code;
use bearing_shared::id::SurveyId;
use bearing_shared::look::{Position, Scheme};
use bearing_shared::survey::Survey;
use bearing_shared::text::{best_locale, direction};
use bearing_storage::Scope;
use bearing_widget::server::{Preview, State as CardState, SurveyView, preview};
use bearing_widget::style;

use super::config::site_facts;
use super::page::{escaped, style_hash};
use super::params::Params;
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};

/// The page behind the card.
const GROUND: &str = "html{height:100%;background:#eef1f6}body{margin:24px}.dark{background:#0d1117}\
    @media (prefers-color-scheme:dark){:root:not(.light){background:#0d1117}}";

/// What is asked of a preview.
struct Asked {
    locale: String,
    score: u8,
    step: usize,
    state: String,
    scheme: Option<Scheme>,
    position: Option<Position>,
}

impl Asked {
    fn read(mut params: Params, survey: &Survey) -> ApiResult<Self> {
        let scale = survey.instrument.definition();
        let on_scale = |text: &str| text.parse().ok().filter(|score| (scale.min..=scale.max).contains(score));
        let named = |wanted: &[&str]| wanted.join(", ");
        let asked = Self {
            locale: params.take("locale").unwrap_or_default(),
            score: params
                .parsed("score", &format!("a score from {} to {}", scale.min, scale.max), on_scale)?
                .unwrap_or_else(|| scale.best()),
            step: params
                .parsed("step", "a whole number, 0 for the first follow-up", |text| text.parse().ok())?
                .unwrap_or(0),
            state: params
                .parsed("state", &named(&["first", "follow", "thanks"]), |text| {
                    matches!(text, "first" | "follow" | "thanks").then(|| text.to_owned())
                })?
                .unwrap_or_else(|| "first".to_owned()),
            scheme: params.parsed("scheme", &named(&Scheme::ALL.map(Scheme::name)), |text| {
                Scheme::ALL.into_iter().find(|scheme| scheme.name() == text)
            })?,
            position: params.parsed("position", &named(&Position::ALL.map(Position::name)), |text| {
                Position::ALL.into_iter().find(|position| position.name() == text)
            })?,
        };
        params.end()?;
        Ok(asked)
    }

    fn state(&self) -> CardState {
        match self.state.as_str() {
            "follow" => CardState::Follow { score: self.score, step: self.step },
            "thanks" => CardState::Thanks { score: self.score },
            _ => CardState::First,
        }
    }
}

/// The card with the content being edited, as a page to look at: `state` is `first`, `follow` (after `score`, at `step`)
/// or `thanks`.
#[utoipa::path(get, path = "/v1/surveys/{id}/preview", tag = "management",
    params(("id" = String, Path), ("site" = Option<String>, Query), ("locale" = Option<String>, Query),
        ("score" = Option<u8>, Query), ("step" = Option<usize>, Query), ("state" = Option<String>, Query),
        ("scheme" = Option<String>, Query), ("position" = Option<String>, Query)),
    responses((status = 200, content_type = "text/html", body = String), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn page(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let id = SurveyId(id);
    let survey = app.store.survey(site, &id).await?.ok_or_else(ApiError::not_found)?.survey;
    let asked = Asked::read(params, &survey)?;
    let site = app.store.site(site).await?.ok_or_else(ApiError::not_found)?;
    let theme = &site.settings.theme;
    let locale = best_locale(&asked.locale, survey.locales(), &survey.default_locale);
    let (position, scheme) = (asked.position.unwrap_or(survey.look.position), asked.scheme.unwrap_or(theme.scheme));
    let view = SurveyView { survey: &survey, locale, site: site_facts(&site) };
    let card = preview(&view, &Preview { position, scheme, state: asked.state() });
    let sheet = app.assets.styles.sheet([(&survey, position)].into_iter());
    let css = sheet + style::REST + &theme.css(":host", scheme);
    let attribute =
        if position == Position::Inline { format!(" survey=\"{}\"", escaped(id.as_str())) } else { String::new() };
    let (title, direction, locale) = (escaped(&survey.name), direction(locale), escaped(locale));
    // A shadow root from markup: the card as on a page, without a script.
    let html = format!(
        "<!doctype html><html lang=\"{locale}\" dir=\"{direction}\" class=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{GROUND}</style></head><body><bearing-survey dir=\"{direction}\"{attribute}>\
         <template shadowrootmode=\"open\"><style>{css}</style>{card}</template></bearing-survey></body></html>",
        scheme.name(),
    );
    // Forms lead nowhere: what is pressed in a preview is not sent.
    let policy = format!(
        "default-src 'none'; style-src {} {}; frame-ancestors 'self'; form-action 'none'; base-uri 'none'",
        style_hash(GROUND),
        style_hash(&css)
    );
    let policy = HeaderValue::from_str(&policy)
        .map_err(|_| ApiError::from(bearing_shared::fault::Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)))?;
    let mut response = html.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    Ok(response)
}
