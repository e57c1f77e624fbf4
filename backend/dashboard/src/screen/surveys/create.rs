//! A new survey: of one of three kinds, or from a file.

use bearing_shared::metric::Metric;
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::edit::{self, text_at};
use crate::fetch::{self, Problem};
use crate::locale::words;
use crate::part::{Icon, dialog, metric_name, toasts};
use crate::screen::survey::told;
use crate::site::site;

/// Makes a survey and goes there.
fn maker(failed: Callback<Problem>) -> Callback<Value> {
    let (site, navigate) = (site(), use_navigate());
    Callback::new(move |content: Value| {
        let address = fetch::address("/v1/surveys", &[site.parameter()]);
        let (navigate, path) = (navigate.clone(), site.path("surveys"));
        spawn_local(async move {
            match fetch::change::<Value>(Method::POST, &address, &content).await {
                Ok(made) => navigate(&format!("{path}/{}", text_at(&made, "/id")), Default::default()),
                Err(problem) => failed.run(problem),
            }
        });
    })
}

/// The dialog that makes a survey.
pub(super) fn create(open: RwSignal<bool>) -> AnyView {
    dialog(open, words().surveys.new, move || form(open))
}

fn form(open: RwSignal<bool>) -> AnyView {
    let text = words();
    let words = &text.surveys;
    let metric = RwSignal::new(Metric::Nps);
    let (name, touchpoint) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problem = RwSignal::new(None::<Problem>);
    let busy = RwSignal::new(false);
    let make = maker(Callback::new(move |failed| {
        let _ = busy.try_set(false);
        let _ = problem.try_set(Some(failed));
    }));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let mut content = json!({ "metric": metric.get_untracked().name() });
        let (name, touchpoint) = (name.get_untracked(), touchpoint.get_untracked());
        if !name.trim().is_empty() {
            content["name"] = name.trim().into();
        }
        if !touchpoint.trim().is_empty() {
            content["touchpoints"] = json!([touchpoint.trim()]);
        }
        busy.set(true);
        make.run(content);
    };
    let fault = move |field: &'static str| {
        problem.with(|problem| {
            let about = |problem: &&Problem| match problem.field.as_deref() {
                Some(at) => {
                    at.starts_with(field) && !field.is_empty()
                        || field.is_empty() && !["name", "touchpoints"].contains(&at)
                }
                None => field.is_empty(),
            };
            problem.as_ref().filter(about).map(|problem| told(&text.common, problem.clone()))
        })
    };
    let kinds = Metric::ALL.map(|kind| {
        let hint = match kind {
            Metric::Nps => words.nps_hint,
            Metric::Csat => words.csat_hint,
            Metric::Ces => words.ces_hint,
        };
        view! {
            <label class="kind">
                <input type="radio" name="metric" prop:checked=move || metric.get() == kind on:change=move |_| metric.set(kind) />
                <span><b>{metric_name(kind)}</b><span class="soft">{hint}</span></span>
            </label>
        }
        .into_any()
    });
    view! {
        <form on:submit=submit>
            <fieldset class="kinds"><legend>{words.what_kind}</legend>{kinds.into_iter().collect_view()}</fieldset>
            <div class="field">
                <label for="new-name">{text.editor.name}</label>
                <input id="new-name" dir="auto" aria-describedby="new-name-fault" aria-invalid=move || fault("name").map(|_| "true")
                    on:input=move |event| name.set(event_target_value(&event)) />
                <span class="fault" id="new-name-fault">{move || fault("name")}</span>
            </div>
            <div class="field">
                <label for="new-touchpoint">{text.common.touchpoint}</label>
                <input id="new-touchpoint" placeholder="checkout" aria-describedby="new-touchpoint-hint new-touchpoint-fault"
                    aria-invalid=move || fault("touchpoints").map(|_| "true") on:input=move |event| touchpoint.set(event_target_value(&event)) />
                <span class="quiet" id="new-touchpoint-hint">{text.editor.touchpoints_hint}</span>
                <span class="fault" id="new-touchpoint-fault">{move || fault("touchpoints")}</span>
            </div>
            <p class="bad" role="alert">{move || fault("")}</p>
            <footer class="row">
                <button class="button" type="button" on:click=move |_| open.set(false)>{text.common.cancel}</button>
                <button class="button primary" disabled=busy>{words.make}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// The button that makes a survey of a file.
pub(super) fn import() -> AnyView {
    let (text, toasts) = (words(), toasts());
    let make = maker(Callback::new(move |problem| toasts.fail(told(&text.common, problem))));
    let read = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // The same file chosen again is a choice too.
        input.set_value("");
        spawn_local(async move {
            let content = JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await.ok();
            let content = content.and_then(|content| content.as_string()).unwrap_or_default();
            match serde_json::from_str::<Value>(&content).ok().as_ref().and_then(edit::copy_of) {
                Some(survey) => make.run(survey),
                None => toasts.fail(text.surveys.no_survey_file),
            }
        });
    };
    view! {
        <label class="button"><Icon name="upload" />{text.surveys.import_file}
            <input type="file" class="visually-hidden" accept="application/json,.json" on:change=read />
        </label>
    }
    .into_any()
}
