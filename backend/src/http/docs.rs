//! The documentation, served by the binary: the API's description and the pages of docs/ that readers of it need.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use utoipa::Modify;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Required};

use super::page::Page;
use crate::app::Shared;
use crate::error::{ApiError, ApiResult};

/// The pages by the last part of their address.
const PAGES: &[(&str, &str, &str)] = &[
    ("api", "API", include_str!("../../../docs/API.md")),
    ("embed", "The tag", include_str!("../../../docs/EMBED.md")),
    ("deciding", "Who is asked", include_str!("../../../docs/DECIDING.md")),
    ("package", "Packages", include_str!("../../../docs/PACKAGE.md")),
    ("languages", "Languages", include_str!("../../../docs/LANGUAGES.md")),
    ("webhooks", "Webhooks", include_str!("../../../docs/WEBHOOKS.md")),
    ("scoring", "Scoring", include_str!("../../../docs/SCORING.md")),
    ("operations", "Operations", include_str!("../../../docs/OPERATIONS.md")),
    ("metrics", "Measurements", include_str!("../../../docs/METRICS.md")),
    ("deploying", "Deploying", include_str!("../../../docs/DEPLOYING.md")),
    ("privacy", "Privacy", include_str!("../../../docs/PRIVACY.md")),
    ("glossary", "Glossary", include_str!("../../../docs/GLOSSARY.md")),
];
const STYLE: &str = include_str!("docs.css");

/// Says in the description that management routes take a key or a session.
pub(super) struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("key", scheme);
        components.add_security_scheme("link", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let cookie = ApiKeyValue::new("__Host-bearing");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Adds what the descriptions of handlers leave out: the key that every management route asks for, and what OpenAPI 3.1
/// requires: ids that differ, and a word for each status.
pub(super) fn completed(mut openapi: OpenApi) -> OpenApi {
    for (path, item) in &mut openapi.paths.paths {
        let resource = path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next());
        let operations =
            [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete].into_iter().filter_map(Option::as_mut);
        for operation in operations {
            let tagged = |wanted: &str| operation.tags.iter().flatten().any(|tag| tag == wanted);
            let by = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
            if tagged("management") {
                operation.security = Some(vec![by("key"), by("session")]);
                take_site(operation);
            } else if tagged("shared") {
                operation.security = Some(vec![by("link")]);
            } else if tagged("session") {
                operation.security = Some(vec![by("session")]);
            }
            // Handlers of two resources have the same names: `sites_read`, `surveys_read`.
            if let (Some(resource), Some(id)) = (resource, &mut operation.operation_id) {
                *id = format!("{resource}_{id}");
            }
            for (status, response) in &mut operation.responses.responses {
                let word = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
                if let (RefOr::T(response), Some(word)) = (response, word)
                    && response.description.is_empty()
                {
                    word.clone_into(&mut response.description);
                }
            }
        }
    }
    openapi
}

/// Every management route takes the site's id: a key's own may be left out, and so may a member's only one.
fn take_site(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    if parameters.iter().all(|parameter| !matches!(parameter, RefOr::T(parameter) if parameter.name == "site")) {
        let mut site = Parameter::new("site");
        site.parameter_in = ParameterIn::Query;
        site.required = Required::False;
        site.schema = Some(Object::with_type(Type::String).into());
        parameters.push(RefOr::T(site));
    }
}

/// `/openapi.json` and `/docs`.
pub(super) fn router(openapi: OpenApi) -> Router<Shared> {
    let openapi = Arc::new(completed(openapi));
    let routes = Arc::new(route_list(&openapi));
    Router::new()
        .route("/openapi.json", get(async move || Json(Arc::clone(&openapi))))
        .route("/docs", get(async || page("api", "")))
        .route("/docs/style.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route(
            "/docs/{page}",
            get(async move |Path(name): Path<String>| {
                let more = if name == "api" { routes.as_str() } else { "" };
                page(&name, more)
            }),
        )
}

/// One page with the links to the others; `/docs` shows them one level higher.
fn page(name: &str, more: &str) -> ApiResult<Response> {
    let (_, title, text) = PAGES.iter().find(|(page, ..)| *page == name).ok_or_else(ApiError::not_found)?;
    let links: String = PAGES
        .iter()
        .map(|(page, title, _)| {
            let current = if *page == name { " aria-current=\"page\"" } else { "" };
            format!("<a href=\"/docs/{page}\"{current}>{title}</a>")
        })
        .collect();
    let body = format!(
        "<header><a class=\"brand\" href=\"/docs\">Bearing</a><nav aria-label=\"Pages\">{links}\
         <a href=\"/openapi.json\">openapi.json</a></nav></header><main>{}{more}</main>",
        rendered(text)
    );
    let title = format!("{title} · Bearing");
    let (locale, base, style) = ("en", "/docs/", "style.css");
    let page = Page { title: &title, locale, base, style, theme: None, script: None, body: &body };
    Ok(page.reply(StatusCode::OK).into_response())
}

/// Markdown as HTML, each heading with an anchor made of its words.
fn rendered(text: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES).collect();
    let mut open: Option<usize> = None;
    for place in 0..events.len() {
        match &events[place] {
            Event::Start(Tag::Heading { .. }) => open = Some(place),
            Event::End(TagEnd::Heading(HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3)) => {
                let Some(start) = open.take() else { continue };
                let words: String = events[start + 1..place]
                    .iter()
                    .filter_map(|event| match event {
                        Event::Text(text) | Event::Code(text) => Some(text.to_string()),
                        _ => None,
                    })
                    .collect();
                if let Event::Start(Tag::Heading { id, .. }) = &mut events[start] {
                    *id = Some(anchor(&words).into());
                }
            }
            _ => {}
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

fn anchor(words: &str) -> String {
    let parts: Vec<String> = words
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    parts.join("-")
}

/// Every route of the description in one table.
fn route_list(openapi: &OpenApi) -> String {
    let mut rows = String::new();
    for (path, item) in &openapi.paths.paths {
        let verbs = [("GET", &item.get), ("POST", &item.post), ("PATCH", &item.patch), ("DELETE", &item.delete)];
        for (verb, operation) in verbs {
            let Some(operation) = operation else { continue };
            let words = operation.summary.as_deref().unwrap_or_default();
            let (path, words) = (super::page::escaped(path), super::page::escaped(words));
            rows.push_str(&format!("<tr><td><code>{verb} {path}</code></td><td>{words}</td></tr>"));
        }
    }
    format!(
        "<h2 id=\"routes\">Routes</h2><table><thead><tr><th>Route</th><th>What it does</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_that_replies_can_link_to() {
        let html = rendered("# Scoring\n\n## NPS\n\n## `CES` 1.0 and 2.0\n");
        assert!(html.contains("<h2 id=\"nps\">") && html.contains("<h2 id=\"ces-1-0-and-2-0\">"), "{html}");
        for link in ["nps", "csat", "ces", "trend", "segments", "differences", "changes", "drivers", "denominators"] {
            let page = rendered(PAGES.iter().find(|(name, ..)| *name == "scoring").expect("the page is served").2);
            assert!(page.contains(&format!("id=\"{link}\"")), "docs/SCORING.md has no section {link}");
        }
    }
}
