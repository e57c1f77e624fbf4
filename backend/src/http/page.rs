//! The shell around server-rendered pages: head, style sheet and the headers that keep strangers' code out.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bearing_shared::look::{Scheme, Theme};

use crate::auth;

/// A page that isolates itself frames only what says that it may be framed and is isolated too, redirects included.
pub(super) const FRAMED: [(HeaderName, &str); 2] = [
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
];

/// A page of its own.
pub(super) struct Page<'a> {
    /// The title, not yet escaped.
    pub(super) title: &'a str,
    /// The locale of the texts.
    pub(super) locale: &'a str,
    /// Where the style sheet and script are: `../` for a page one level down.
    pub(super) base: &'a str,
    /// The style sheet's file.
    pub(super) style: &'a str,
    /// The site's own look, on its respondents' pages.
    pub(super) theme: Option<&'a Theme>,
    /// The script's file; the page works without it.
    pub(super) script: Option<&'a str>,
    /// The body as HTML.
    pub(super) body: &'a str,
}

/// Text as it may stand in HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// A `<style>` element's content as a policy names it.
pub(super) fn style_hash(css: &str) -> String {
    format!("'sha256-{}'", data_encoding::BASE64.encode(&auth::hash_bytes(css.as_bytes())))
}

impl Page<'_> {
    /// The page as a reply.
    pub(super) fn reply(&self, status: StatusCode) -> Response {
        // Beside the file stands only what the policy names by its hash.
        let (class, own) = match self.theme {
            Some(theme) => (theme.scheme, theme.css(":root", theme.scheme)),
            None => (Scheme::Auto, String::new()),
        };
        let class = if class.is_auto() { String::new() } else { format!(" class=\"{}\"", class.name()) };
        let own_element = if own.is_empty() { String::new() } else { format!("<style>{own}</style>") };
        let script =
            self.script.map_or(String::new(), |file| format!("<script defer src=\"{}{file}\"></script>", self.base));
        let html = format!(
            "<!doctype html><html lang=\"{}\" dir=\"{}\"{class}><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\"><title>{}</title>\
             <link rel=\"stylesheet\" href=\"{}{}\">{own_element}{script}</head><body>{}</body></html>",
            escaped(self.locale),
            bearing_shared::text::direction(self.locale),
            escaped(self.title),
            self.base,
            self.style,
            self.body,
        );
        // Not `no-store`: going back shows the same form with the same response id, so that sent again it counts once.
        let caching = (header::CACHE_CONTROL, "private, no-cache");
        let mut response =
            (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), caching], html).into_response();
        let headers = response.headers_mut();
        // No frame-ancestors: the hosted form is made to be framed by the site's pages.
        let style = if own.is_empty() { String::new() } else { format!(" {}", style_hash(&own)) };
        let policy = format!(
            "default-src 'none'; style-src 'self'{style}; script-src 'self'; img-src 'self' data:; form-action 'self'; \
             base-uri 'none'; require-trusted-types-for 'script'"
        );
        // Base64 and our own words: always a header.
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        for (name, value) in FRAMED {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
