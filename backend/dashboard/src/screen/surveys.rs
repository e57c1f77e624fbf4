//! The surveys of a site: what runs, how it does, and where a new one begins.

mod create;
mod row;

use bearing_shared::api::Page;
use bearing_shared::api::surveys::SurveyReply;
use leptos::prelude::*;

use crate::browser;
use crate::fetch::{self, Loaded};
use crate::locale::words;
use crate::part::{Empty, Failed, Icon, Waiting};
use crate::site::site;

/// How many surveys are read at once: each of them asks for its score.
const PAGE: usize = 20;

/// The surveys of a site.
#[component]
pub(crate) fn Surveys() -> impl IntoView {
    let text = words();
    let (words, site) = (&text.surveys, site());
    browser::set_title(text.common.surveys);
    let open = RwSignal::new(false);
    let shown = RwSignal::new(PAGE);
    let pairs = move || vec![site.parameter(), ("limit".to_owned(), shown.get().min(500).to_string())];
    let surveys = fetch::reading::<Page<SurveyReply>>(move || Some(fetch::address("/v1/surveys", &pairs())), || 0);
    let make = move || {
        site.may_edit().then(|| {
            view! {
                <button class="button primary" on:click=move |_| open.set(true)><Icon name="plus" />{words.new}</button>
            }
        })
    };
    let body = move || {
        surveys.with(|surveys| match surveys {
            Loaded::Ready(page) if page.items.is_empty() => {
                let text = if site.may_edit() { words.none } else { words.none_viewer };
                view! { <section class="card"><Empty text=text.to_owned()>{make()}</Empty></section> }.into_any()
            }
            Loaded::Ready(page) => view! {
                <ul class="surveys">{page.items.iter().map(row::row).collect_view()}</ul>
                {page.next_cursor.is_some().then(|| view! {
                    <button class="button" on:click=move |_| shown.update(|shown| *shown += PAGE)>{text.common.more}</button>
                })}
            }
            .into_any(),
            Loaded::Failed(problem) => view! { <Failed problem=problem.clone() /> }.into_any(),
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    };
    view! {
        <header class="head">
            <h1>{text.common.surveys}</h1>
            <div class="actions">
                {site.may_edit().then(create::import)}
                {make}
            </div>
        </header>
        {body}
        {create::create(open)}
    }
}
