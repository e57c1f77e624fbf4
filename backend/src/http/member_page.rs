//! The pages on which a member signs in: plain HTML that works without script and loads nothing from elsewhere.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::text::direction;

use super::page::escaped;
use super::reader::Languages;
use crate::texts::{self, Texts};

const STYLE: &str = include_str!("app.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
    require-trusted-types-for 'script'";

/// Which other windows hold a page: none of another site.
pub(super) const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The style sheet of these pages.
pub(super) async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, STYLE).into_response()
}

/// The language for a reader whose address or form asks for one (`""`: none).
pub(super) fn texts(asked: &str, headers: &HeaderMap) -> &'static Texts {
    let known = texts::ALL.into_iter().map(|texts| texts.locale);
    Texts::of(Languages::new(asked, headers).nearest(known).unwrap_or_default())
}

/// A page with this heading and body, which is HTML.
pub(super) fn page(texts: &Texts, title: &str, body: &str, status: StatusCode) -> Response {
    let title = escaped(title);
    let links: String = texts::ALL
        .iter()
        .map(|other| {
            let current = if other.locale == texts.locale { " aria-current=\"true\"" } else { "" };
            let (locale, name) = (other.locale, other.language);
            format!("<a href=\"?lang={locale}\" lang=\"{locale}\" hreflang=\"{locale}\"{current}>{name}</a>")
        })
        .collect();
    let html = format!(
        "<!doctype html><html lang=\"{locale}\" dir=\"{dir}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title} · Bearing</title>\
         <link rel=\"stylesheet\" href=\"/app/style.css\"></head><body><main><p class=\"brand\">Bearing</p>\
         <h1>{title}</h1>{body}</main><nav aria-label=\"{languages}\">{links}</nav></body></html>",
        locale = texts.locale,
        dir = direction(texts.locale),
        languages = escaped(texts.languages),
    );
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The address of an invitation is a secret; a form's own origin still has to be sent.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// A sentence that a screen reader says at once.
pub(super) fn alert(text: &str) -> String {
    format!("<p class=\"alert\" role=\"alert\">{}</p>", escaped(text))
}

/// One field of a form.
pub(super) struct Field<'a> {
    /// Its name, which is also its id.
    pub(super) name: &'static str,
    /// `email`, `password` or `text`.
    pub(super) kind: &'static str,
    /// What a password manager knows it as.
    pub(super) autocomplete: &'static str,
    /// What it is called.
    pub(super) label: &'a str,
    /// What stands in it; never a password.
    pub(super) value: &'a str,
    /// Whether it cannot be changed.
    pub(super) fixed: bool,
    /// What is said below it.
    pub(super) hint: Option<&'a str>,
    /// What is wrong with it.
    pub(super) fault: Option<&'a str>,
}

impl Field<'_> {
    /// The field as HTML.
    pub(super) fn html(&self) -> String {
        let Self { name, kind, autocomplete, .. } = self;
        let below = |suffix: &str, class: &str, text: Option<&str>| {
            text.map_or(String::new(), |text| {
                format!("<p class=\"{class}\" id=\"{name}-{suffix}\">{}</p>", escaped(text))
            })
        };
        let described: Vec<String> = [("error", self.fault), ("hint", self.hint)]
            .into_iter()
            .filter(|(_, text)| text.is_some())
            .map(|(suffix, _)| format!("{name}-{suffix}"))
            .collect();
        let described = match described.as_slice() {
            [] => String::new(),
            ids => format!(" aria-describedby=\"{}\"", ids.join(" ")),
        };
        let invalid = if self.fault.is_some() { " aria-invalid=\"true\"" } else { "" };
        let fixed = if self.fixed { " readonly" } else { "" };
        format!(
            "<div class=\"field\"><label for=\"{name}\">{}</label>\
             <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" value=\"{}\" \
             required{fixed}{invalid}{described}>{}{}</div>",
            escaped(self.label),
            escaped(self.value),
            below("error", "error", self.fault),
            below("hint", "hint", self.hint),
        )
    }
}

/// A form with these fields, which are HTML, and this button.
pub(super) fn form(texts: &Texts, action: &str, fields: &str, button: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"lang\" value=\"{}\">{fields}\
         <button>{}</button></form>",
        escaped(action),
        texts.locale,
        escaped(button),
    )
}
