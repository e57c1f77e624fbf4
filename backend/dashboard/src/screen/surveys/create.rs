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
use crate::part::plain::{Fact, Piece, button, drawing, element, has, is, node, on, said, text, watched};
use crate::part::{dialog, metric_name, toasts};
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
pub(super) fn create(open: RwSignal<bool>) -> Piece {
    Box::new(dialog(open, words().surveys.new, Box::new(move || *form(open))))
}

fn form(open: RwSignal<bool>) -> Piece {
    let text_of = words();
    let words = &text_of.surveys;
    let metric = RwSignal::new(Metric::Nps);
    let (name, touchpoint) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problem = RwSignal::new(None::<Problem>);
    let busy = RwSignal::new(false);
    let make = maker(Callback::new(move |failed| {
        let _ = busy.try_set(false);
        let _ = problem.try_set(Some(failed));
    }));
    let submit = on("submit", move |event| {
        event.prevent_default();
        let mut content = json!({ "metric": metric.get_untracked().name() });
        let (name, touchpoint) = (name.get_untracked(), touchpoint.get_untracked());
        if !name.trim().is_empty() {
            content["name"] = name.trim().into();
        }
        let touchpoints: Vec<&str> = touchpoint.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        if !touchpoints.is_empty() {
            content["touchpoints"] = json!(touchpoints);
        }
        busy.set(true);
        make.run(content);
    });
    // A fault of no input here is told below all of them.
    let fault = move |field: &'static str| {
        problem.with(|problem| {
            let problem = problem.as_ref()?;
            let at = problem.field.as_deref().filter(|at| ["name", "touchpoints"].contains(at)).unwrap_or_default();
            (at == field).then(|| told(&text_of.common, problem.clone()))
        })
    };
    let input = |field: &'static str, label: &str, hint: &str, value: RwSignal<String>| {
        let id = format!("new-{field}");
        let facts = vec![
            is("id", id.clone()),
            is("dir", "auto"),
            is("aria-describedby", format!("{id}-hint {id}-fault")),
            Fact::While("aria-invalid", Box::new(move || fault(field).map(|_| "true".to_owned()))),
            on("input", move |event| value.set(event_target_value(&event))),
        ];
        let parts = vec![
            element("label", vec![is("for", id.clone())], vec![text(label)]),
            element("input", facts, Vec::new()),
            element("span", vec![is("class", "quiet"), is("id", format!("{id}-hint"))], vec![text(hint)]),
            element(
                "span",
                vec![is("class", "fault"), is("id", format!("{id}-fault"))],
                vec![watched(move || text(&fault(field).unwrap_or_default()))],
            ),
        ];
        node("div", "field", parts)
    };
    let mut kinds = vec![said("legend", "", words.what_kind)];
    for kind in Metric::ALL {
        let hint = match kind {
            Metric::Nps => words.nps_hint,
            Metric::Csat => words.csat_hint,
            Metric::Ces => words.ces_hint,
        };
        let facts = vec![
            is("type", "radio"),
            is("name", "metric"),
            has("checked", kind == Metric::Nps),
            on("change", move |_| metric.set(kind)),
        ];
        let told = node("span", "", vec![said("b", "", metric_name(kind)), said("span", "soft", hint)]);
        kinds.push(node("label", "kind", vec![element("input", facts, Vec::new()), told]));
    }
    let off = Fact::While("disabled", Box::new(move || busy.get().then(|| "true".to_owned())));
    let buttons = vec![
        button("button", "", text_of.common.cancel, Vec::new(), move || open.set(false)),
        element("button", vec![is("class", "button primary"), off], vec![text(words.make)]),
    ];
    let other = watched(move || text(&fault("").unwrap_or_default()));
    let parts = vec![
        node("fieldset", "kinds", kinds),
        input("name", text_of.editor.name, "", name),
        input("touchpoints", text_of.common.touchpoint, text_of.editor.touchpoints_hint, touchpoint),
        element("p", vec![is("class", "bad"), is("role", "alert")], vec![other]),
        node("footer", "row", buttons),
    ];
    element("form", vec![submit], parts)
}

/// The button that makes a survey of a file.
pub(super) fn import() -> Piece {
    let (text_of, toasts) = (words(), toasts());
    let make = maker(Callback::new(move |problem| toasts.fail(told(&text_of.common, problem))));
    let read = on("change", move |event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // The same file chosen again is a choice too.
        input.set_value("");
        spawn_local(async move {
            let content = JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await.ok();
            let content = content.and_then(|content| content.as_string()).unwrap_or_default();
            match serde_json::from_str::<Value>(&content).ok().as_ref().and_then(edit::copy_of) {
                Some(survey) => make.run(survey),
                None => toasts.fail(text_of.surveys.no_survey_file),
            }
        });
    });
    let facts = vec![is("type", "file"), is("class", "visually-hidden"), is("accept", "application/json,.json"), read];
    let file = element("input", facts, Vec::new());
    node("label", "button", vec![drawing("upload"), text(text_of.surveys.import_file), file])
}
