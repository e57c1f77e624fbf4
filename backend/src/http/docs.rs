//! The documentation, served by the binary: the API's description and the pages of docs/ that readers of it need.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use utoipa::openapi::OpenApi;

use super::described::completed;
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
