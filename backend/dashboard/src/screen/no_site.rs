//! Signed in, and no site yet: an operator makes the first one, anybody else reads whom to ask.

use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::Value;

use super::account::alone;
use crate::browser;
use crate::locale::words;
use crate::part::{Field, Form, lead};
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
        lead(words.account.first_site_lead),
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
        let mut body = vec![("name", Value::from(read(name))), ("time_zone", Value::from(read(zone)))];
        let origin = read(origin);
        if !origin.is_empty() {
            body.push(("origins", Value::from(vec![origin])));
        }
        form.send(Method::POST, "/v1/sites".into(), Value::from_iter(body), |reply| {
            // Loaded anew: the session now has a site.
            browser::leave_for(&format!("/app/{}", reply["id"].as_str().unwrap_or_default()));
        });
    };
    form.card(words.common.site, true, words.account.make_site, fields, Box::new(make))
}
