//! What the site is called, where its days begin, and its end.

use bearing_shared::api::sites::SiteReply;
use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::Value;

use super::{save, segments};
use crate::browser;
use crate::locale::words;
use crate::part::{Ask, Field, Form, Question, button, el, lead};
use crate::site::site;

/// The part *site*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    let words = words();
    let site = site();
    let settings = &reply.settings;
    let name = RwSignal::new(settings.name.clone());
    let zone = RwSignal::new(settings.time_zone.clone());
    let privacy = RwSignal::new(settings.privacy_url.clone().unwrap_or_default());
    let form = Form::new();
    let fields = vec![
        form.field(Field::line("name", words.settings.name, name)),
        form.time_zone(zone),
        form.field(Field {
            kind: "url",
            hint: words.settings.privacy_hint,
            ..Field::line("privacy_url", words.settings.privacy, privacy)
        }),
    ];
    let values = move || {
        let read = |text: RwSignal<String>| Value::from(text.get_untracked().trim());
        vec![("name", read(name)), ("time_zone", read(zone)), ("privacy_url", read(privacy))]
    };
    let card = save::card(form, words.common.site, fields, Box::new(values));
    let mut parts = vec![card, segments::progress()];
    if site.may_own() {
        parts.push(ending());
    }
    parts.into_any()
}

/// The site's end.
fn ending() -> AnyView {
    let words = words();
    let (site, form, ask) = (site(), Form::new(), Ask::new());
    let delete = Callback::new(move |()| {
        form.send(Method::DELETE, save::address(site), Value::Null, |_| browser::leave_for("/app"));
    });
    let question = move || {
        let name = site.loaded.with_untracked(|site| site.ready().map(|site| site.settings.name.clone()));
        ask.about(Question {
            title: words.settings.delete_site.to_owned(),
            text: words.settings.delete_lead,
            act: words.common.delete.to_owned(),
            typed: name.unwrap_or_default(),
            go: delete,
        });
    };
    let within = vec![
        el("h2", "", vec![words.settings.delete_site.into_any()]),
        lead(words.settings.delete_lead),
        form.common_fault(),
        el("div", "", vec![button("button danger", String::new(), words.settings.delete_site.into_any(), question)]),
        ask.view(),
    ];
    el("section", "card danger-zone", within)
}
