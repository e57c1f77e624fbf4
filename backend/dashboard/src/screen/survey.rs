//! One survey: edited beside its preview, published, put on pages, compared with what it was, and explained.

mod basics;
mod changes;
mod draft;
mod endings;
mod explain;
mod field;
mod install;
mod languages;
mod list;
mod preview;
mod publish;
mod questions;
mod rules;
mod versions;

use bearing_shared::metric::Metric;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_params_map};
use serde_json::Value;

use crate::locale::{locale, words};
use crate::part::{Icon, Part, metric_name};
use crate::site::site;
use crate::text::fill;
use crate::{browser, fetch, query};
use draft::{Draft, Saving, Standing};

pub(super) use publish::told;

/// The survey that the address names.
#[component]
pub(crate) fn Survey() -> impl IntoView {
    let params = use_params_map();
    let site = site();
    let id = Memo::new(move |_| params.with(|params| params.get("survey").unwrap_or_default()));
    let address = move || {
        let id = id.get();
        (!id.is_empty()).then(|| fetch::address(&format!("/v1/surveys/{}", query::segment(&id)), &[site.parameter()]))
    };
    let survey = fetch::reading::<Value>(address, || 0);
    let draw = move |reply: &Value| editor(Draft::of(reply, site.parameter(), site.may_edit()));
    view! { <Part loaded=survey draw=draw /> }
}

fn editor(draft: Draft) -> AnyView {
    let text = words();
    let (words, site) = (&text.surveys, site());
    let search = use_location().search;
    let part = Memo::new(move |_| {
        let pairs = query::read(&search.get());
        pairs.into_iter().find(|(name, _)| name == "part").map(|(_, value)| value).unwrap_or_default()
    });
    let name = move || draft.value.with(|draft| draft["name"].as_str().unwrap_or_default().to_owned());
    Effect::new(move || browser::set_title(&name()));
    let path = site.path(&format!("surveys/{}", draft.fact("id")));
    let tabs = [("", words.edit), ("install", words.install), ("versions", words.versions), ("explain", words.explain)];
    let tabs = tabs.map(|(below, text)| {
        let target = if below.is_empty() { path.clone() } else { format!("{path}?part={below}") };
        let current = move || (part.get() == below).then_some("page");
        view! { <a href=target aria-current=current>{text}</a> }.into_any()
    });
    let body = move || match part.get().as_str() {
        "install" => install::install(draft),
        "versions" => versions::versions(draft),
        "explain" => explain::explain(draft),
        _ => edit(draft),
    };
    let metric = Metric::ALL.into_iter().find(|metric| metric.name() == draft.fact("metric"));
    view! {
        <p class="up"><A href=site.path("surveys")><Icon name="more" />{text.common.surveys}</A></p>
        <header class="head">
            <h1 dir="auto">{name}</h1>
            <span class="soft">{metric.map(metric_name)}</span>
            {move || standing(&draft.standing.get())}
            {move || saving(draft)}
            {publish::actions(draft)}
        </header>
        {(!draft.may_edit).then(|| view! { <p class="soft">{words.read_only}</p> })}
        <nav class="tabs" aria-label=words.parts>{tabs.into_iter().collect_view()}</nav>
        {body}
    }
    .into_any()
}

fn edit(draft: Draft) -> AnyView {
    view! {
        <div class="editor">
            <div class="sections">
                {basics::basics(draft)}
                {languages::languages(draft)}
                {questions::questions(draft)}
                {endings::endings(draft)}
                {rules::rules(draft)}
                {basics::look(draft)}
            </div>
            <div class="beside">{preview::preview(draft)}</div>
        </div>
    }
    .into_any()
}

/// Whether the survey is shown, in words and with an icon.
fn standing(standing: &Standing) -> AnyView {
    let words = &words().surveys;
    let state = state(&standing.state);
    let version = (standing.version > 0).then(|| {
        let version = fill(words.version, &[("n", &locale().count(standing.version))]);
        if standing.edited { format!("{version} · {}", words.edited) } else { version }
    });
    view! { {state}<span class="soft">{version}</span> }.into_any()
}

/// A survey's state, in words and with an icon.
pub(super) fn state(state: &str) -> AnyView {
    let words = &words().surveys;
    let (icon, text, class) = match state {
        "published" => ("play", words.published, "state on"),
        "paused" => ("pause", words.paused, "state off"),
        _ => ("draft", words.draft, "state"),
    };
    view! { <span class=class><Icon name=icon />{text}</span> }.into_any()
}

/// Whether the draft is saved.
fn saving(draft: Draft) -> AnyView {
    let text = words();
    let words = &text.surveys;
    let said = match draft.saving.get() {
        Saving::Saved => view! { <span class="quiet">{words.all_saved}</span> }.into_any(),
        Saving::Changed | Saving::Sending => view! { <span class="quiet">{words.saving}</span> }.into_any(),
        Saving::Failed(problem) => {
            let why = told(&text.common, problem);
            view! {
                <span class="bad">{words.not_saved}" "<span dir="auto">{why}</span></span>" "
                <button class="button small" on:click=move |_| draft.save()>{words.save_again}</button>
            }
            .into_any()
        }
    };
    draft.may_edit.then(|| view! { <span class="saving" role="status">{said}</span> }).into_any()
}
