//! What a survey is called, where it belongs, and how it looks.

use leptos::prelude::*;
use leptos_router::components::A;

use super::draft::Draft;
use super::field::{Kind, choice, fault, field};
use crate::locale::words;
use crate::site::site;

/// Name, touchpoints and order.
pub(super) fn basics(draft: Draft) -> AnyView {
    let words = &words().editor;
    view! {
        <section class="card">
            <h2>{words.basics}</h2>
            {field(draft, words.name, "/name", Kind::Line)}
            {field(draft, words.touchpoints, "/touchpoints", Kind::List)}
            <p class="quiet">{words.touchpoints_hint}</p>
            {field(draft, words.priority, "/priority", Kind::Whole)}
            <p class="quiet">{words.priority_hint}</p>
        </section>
    }
    .into_any()
}

/// Where a card can stand.
pub(super) fn positions() -> Vec<(&'static str, &'static str)> {
    let words = &words().editor;
    vec![("corner", words.corner), ("bar", words.bar), ("centre", words.centre), ("inline", words.inline)]
}

/// Where the card stands; colours are the site's.
pub(super) fn look(draft: Draft) -> AnyView {
    let words = &words().editor;
    let site = site();
    view! {
        <section class="card">
            <h2>{words.look}</h2>
            <div class="field">
                <span>{words.position}</span>
                {choice(draft, words.position, "/look/position", positions())}
                {fault(draft, "/look/position")}
            </div>
            <p class="soft">{words.theme_hint}" "<A href=site.path("settings/theme")>{words.theme_link}</A></p>
        </section>
    }
    .into_any()
}
