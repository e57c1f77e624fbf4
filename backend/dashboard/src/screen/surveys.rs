//! The surveys of a site: what runs, how it does, and where a new one begins.

mod create;
mod row;

use bearing_shared::api::Page;
use bearing_shared::api::surveys::SurveyReply;
use leptos::prelude::*;

use crate::browser;
use crate::fetch;
use crate::locale::words;
use crate::part::Part;
use crate::part::plain::{all, button, each, node, nothing, said};
use crate::site::site;

/// How many surveys are read at once: each of them asks for its score.
const PAGE: usize = 20;

/// The surveys of a site.
#[component]
pub(crate) fn Surveys() -> impl IntoView {
    let text_of = words();
    let (words, site) = (&text_of.surveys, site());
    browser::set_title(text_of.common.surveys);
    let (open, shown) = (RwSignal::new(false), RwSignal::new(PAGE));
    let pairs = move || [site.parameter(), ("limit".to_owned(), shown.get().min(500).to_string())];
    let surveys = fetch::reading::<Page<SurveyReply>>(move || Some(fetch::address("/v1/surveys", &pairs())), || 0);
    let make = move || match site.may_edit() {
        true => button("button primary", "plus", words.new, Vec::new(), move || open.set(true)),
        false => nothing(),
    };
    let draw = move |page: &Page<SurveyReply>| {
        if page.items.is_empty() {
            let text = if site.may_edit() { words.none } else { words.none_viewer };
            return *node("section", "card empty", vec![said("p", "", text), make()]);
        }
        let mut parts = vec![node("ul", "surveys", vec![each(page.items.iter().map(row::row))])];
        if page.next_cursor.is_some() {
            let more = move || shown.update(|shown| *shown += PAGE);
            parts.push(button("button", "", text_of.common.more, Vec::new(), more));
        }
        *node("div", "parts", parts)
    };
    let mut actions = Vec::new();
    if site.may_edit() {
        actions = vec![create::import(), make()];
    }
    *all(vec![
        node("header", "head", vec![said("h1", "", text_of.common.surveys), node("div", "actions", actions)]),
        Box::new(view! { <Part loaded=surveys draw=draw /> }.into_any()),
        create::create(open),
    ])
}
