//! One thing of a list: what it is, what to know about it, and what can be done with it.

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::browser;
use crate::fetch::{self, Loaded, Problem};
use crate::json;
use crate::locale::words;
use crate::part::{Empty, Failed, Waiting, changing, copyable, el, icon_button};

/// One thing of a list.
pub(crate) fn row(main: Vec<AnyView>, about: AnyView, actions: Vec<AnyView>) -> AnyView {
    let what = vec![el("div", "", main), el("div", "quiet", vec![about])];
    el("li", "entry", vec![el("div", "what", what), el("div", "acts", actions)])
}

/// A button that removes the thing that `label` names.
pub(crate) fn remover(label: String, act: impl Fn() + 'static) -> AnyView {
    icon_button("close", label, act)
}

/// A list of the API, whatever its things are: what reads and shows it is compiled once.
pub(crate) type List = ReadSignal<Loaded<Value>, LocalStorage>;

/// The list at an address of the API, read again whenever `again` rises.
pub(crate) fn list(address: Box<dyn Fn() -> Option<String>>, again: RwSignal<u32>) -> List {
    fetch::reading(address, move || again.get())
}

/// The things of a list, each as `draw` shows it, or what stands in their place.
pub(crate) fn rows(list: List, empty: &'static str, draw: Box<dyn Fn(&Value) -> AnyView + Send>) -> AnyView {
    changing(move || {
        hold_focus();
        list.with(|list| match list {
            Loaded::Ready(page) => listed(page["items"].as_array().into_iter().flatten().map(&draw).collect(), empty),
            Loaded::Failed(problem) => refused(problem),
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    })
}

/// Keeps the focus where it is while a list is drawn anew: on what does the same to the same thing, known by its label; where
/// that is gone, on the heading of the list.
pub(crate) fn hold_focus() {
    let Some(control) = browser::focused_in(".entries") else { return };
    let Some(section) = control.closest("section").ok().flatten() else { return };
    let same = quoted(".entries [aria-label=", &control.get_attribute("aria-label").unwrap_or_default(), "]");
    browser::soon(move || {
        let first = |selector: &str| section.query_selector(selector).ok()??.dyn_into::<HtmlElement>().ok();
        browser::rescue_focus(first(&same).or_else(|| first("h2")));
    });
}

/// A selector with a text in it, quoted as JSON quotes, which style sheets read too.
fn quoted(before: &str, text: &str, after: &str) -> String {
    [before, &Value::from(text).to_string(), after].concat()
}

/// Shows one thing of a list by its type.
pub(crate) fn each<T: DeserializeOwned>(
    draw: impl Fn(T) -> AnyView + Send + 'static,
) -> Box<dyn Fn(&Value) -> AnyView + Send> {
    Box::new(move |value| json::read(value).map_or_else(|error| el("li", "", vec![error.0.into_any()]), &draw))
}

/// Rows, or what to say where there are none.
pub(crate) fn listed(rows: Vec<AnyView>, empty: &'static str) -> AnyView {
    if rows.is_empty() { view! { <Empty text=empty.to_owned() /> }.into_any() } else { el("ul", "entries", rows) }
}

/// What could not be read; what a role may not see is no failure.
fn refused(problem: &Problem) -> AnyView {
    if problem.status == 403 {
        view! { <Empty text=words().settings.owners_only.to_owned() /> }.into_any()
    } else {
        view! { <Failed problem=problem.clone() /> }.into_any()
    }
}

/// Something that is shown once, as soon as it is there.
pub(crate) fn revealed(secret: RwSignal<String>, what: &'static str, lead: &'static str) -> AnyView {
    changing(move || {
        let secret = secret.get();
        if secret.is_empty() {
            return ().into_any();
        }
        revelation(vec![what.into_any()], lead, secret, what)
    })
}

/// What is shown once, with the focus on the button that copies it: nobody leaves without.
pub(crate) fn revelation(title: Vec<AnyView>, lead: &'static str, secret: String, what: &'static str) -> AnyView {
    let copy = quoted(".revealed[data-of=", what, "] button");
    browser::soon(move || browser::focus_on(&copy));
    let said = el("p", "", vec![el("b", "", title), " ".into_any(), lead.into_any()]);
    view! { <div class="revealed" role="status" data-of=what>{said}{copyable(secret, what)}</div> }.into_any()
}
