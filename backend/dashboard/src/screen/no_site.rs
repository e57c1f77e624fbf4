//! Signed in, and no site yet: an operator makes the first one, anybody else reads whom to ask.

use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::account::alone;
use crate::browser;
use crate::locale::words;
use crate::part::{Field, Form};
use crate::session::session;
use crate::text::fill;

/// Signed in, and no site yet.
#[component]
pub(crate) fn NoSite() -> impl IntoView {
    let words = &words().account;
    let member = session().member;
    if member.operator {
        browser::set_title(words.first_site);
        return alone(words.first_site, first());
    }
    browser::set_title(words.no_site);
    let text = fill(words.no_site_lead, &[("email", &member.email)]);
    alone(words.no_site, view! { <p class="card" dir="auto">{text}</p> }.into_any())
}

/// The form in which the first site is made.
fn first() -> AnyView {
    let words = words();
    let form = Form::new();
    let (name, origin) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let zone = RwSignal::new(browser::time_zone());
    let fields = vec![
        view! { <p class="soft">{words.account.first_site_lead}</p> }.into_any(),
        form.field(Field::line("name", words.account.name, name)),
        form.field(Field {
            kind: "url",
            hint: words.account.origin_hint,
            ..Field::line("origins", words.account.origin, origin)
        }),
        form.time_zone(zone),
    ];
    let make = move || {
        let read = |text: RwSignal<String>| text.get_untracked().trim().trim_end_matches('/').to_owned();
        let mut body = json!({ "name": read(name), "time_zone": read(zone) });
        let origin = read(origin);
        if !origin.is_empty() {
            body["origins"] = Value::Array(vec![Value::from(origin)]);
        }
        form.send(Method::POST, "/v1/sites".into(), body, |reply| {
            // Loaded anew: the session now has a site.
            browser::leave_for(&format!("/app/{}", reply["id"].as_str().unwrap_or_default()));
        });
    };
    form.card("", true, words.account.make_site, fields, Box::new(make))
}
