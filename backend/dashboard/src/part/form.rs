//! Forms: fields with their faults beside them, and one change that is sent.

use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use crate::fetch::{self, Problem};
use crate::locale::words;
use crate::part::{Toasts, changing, toasts};
use crate::text::Text;
use crate::{browser, change};

/// One form and how its last sending went.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    problem: RwSignal<Option<Problem>>,
    busy: RwSignal<bool>,
    /// What the ids of its fields begin with: a page may have several forms with the same fields.
    prefix: StoredValue<String>,
    names: StoredValue<Vec<&'static str>>,
    /// The words that it speaks: an event has no reader of its own.
    pub(crate) words: &'static Text,
    /// The messages at the screen's edge.
    pub(crate) toasts: Toasts,
}

/// A field to type into.
pub(crate) struct Field {
    /// The field's path in the API, by which faults find it.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) label: String,
    /// What to type; empty for nothing to say.
    pub(crate) hint: &'static str,
    /// The type of the input, or `textarea`.
    pub(crate) kind: &'static str,
    /// What the browser may fill in, as HTML names it; or `off`.
    pub(crate) fill_in: &'static str,
    /// What is typed.
    pub(crate) value: RwSignal<String>,
}

impl Field {
    /// A line of text.
    pub(crate) fn line(name: &'static str, label: &str, value: RwSignal<String>) -> Self {
        Self { name, label: label.to_owned(), hint: "", kind: "text", fill_in: "off", value }
    }
}

impl Form {
    /// A form that was never sent.
    pub(crate) fn new() -> Self {
        Self::of(String::new())
    }

    /// A form of which there are several on a page, told apart by what the ids of its fields begin with.
    pub(crate) fn of(prefix: String) -> Self {
        Self {
            prefix: StoredValue::new(prefix),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            names: StoredValue::new(Vec::new()),
            words: words(),
            toasts: toasts(),
        }
    }

    /// Sends a change, and does `then` with what came of it; a fault stands beside its field, which gets the focus.
    pub(crate) fn send(self, method: Method, address: String, body: Value, then: impl FnOnce(Value) + 'static) {
        self.send_boxed(method, address, body, Box::new(then));
    }

    /// What changes a thing of a list, at an address of the API; without a body it is removed. The list is read again by
    /// `changed`, and `said` is said.
    pub(crate) fn act(self, changed: RwSignal<u32>, said: &'static str) -> Callback<(String, Value)> {
        Callback::new(move |(address, body): (String, Value)| {
            let method = if body.is_null() { Method::DELETE } else { Method::PATCH };
            self.send(method, address, body, move |_| {
                let _ = changed.try_update(|count| *count += 1);
                self.toasts.say(said);
            });
        })
    }

    fn send_boxed(self, method: Method, address: String, body: Value, then: Box<dyn FnOnce(Value)>) {
        // The view may be gone: what it did can be undone from elsewhere.
        if self.busy.try_get_untracked() == Some(true) {
            return;
        }
        let _ = self.busy.try_set(true);
        spawn_local(async move {
            let result = fetch::send(method, &address, &body).await;
            // The view may be gone by now.
            let _ = self.busy.try_set(false);
            match result {
                Ok(value) => {
                    let _ = self.problem.try_set(None);
                    then(value);
                }
                Err(problem) => self.fail(problem),
            }
        });
    }

    /// Shows a fault that was found, here or by the API.
    pub(crate) fn fail(self, problem: Problem) {
        let field = self.names.try_with_value(|names| names.iter().find(|name| is_about(&problem, name)).copied());
        if let Some(Some(problem)) = self.problem.try_set(Some(problem)) {
            // There is no form any more in which it could stand.
            self.toasts.fail(said(&problem, self.words));
        }
        if let Some(field) = field.flatten() {
            browser::focus(&self.id(field));
        }
    }

    /// The id of a field's control.
    fn id(self, name: &str) -> String {
        self.prefix.with_value(|prefix| format!("{prefix}{name}"))
    }

    /// The sentence about a field.
    fn fault(self, name: &str) -> Option<String> {
        self.problem.with(|problem| {
            problem.as_ref().filter(|problem| is_about(problem, name)).map(|problem| problem.message.clone())
        })
    }

    /// Whether a field is at fault, for what reads the page aloud.
    fn invalid(self, name: &'static str) -> Signal<Option<&'static str>> {
        Signal::derive(move || self.fault(name).map(|_| "true"))
    }

    /// A control with its label, what to say about it and its fault. The control has the name's id.
    fn labelled(self, name: &'static str, label: String, hint: AnyView, control: AnyView) -> AnyView {
        self.names.update_value(|names| names.push(name));
        let id = self.id(name);
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                {control}
                <span class="quiet" id=format!("{id}-hint")>{hint}</span>
                <span class="fault" id=format!("{id}-fault") role="alert">{changing(move || self.fault(name).into_any())}</span>
            </div>
        }
        .into_any()
    }

    /// A field to type into.
    pub(crate) fn field(self, field: Field) -> AnyView {
        let hint = field.hint.into_any();
        self.field_hinted(field, hint)
    }

    /// A field to type into, with something that changes said about it.
    pub(crate) fn field_hinted(self, field: Field, hint: AnyView) -> AnyView {
        let Field { name, label, kind, fill_in, value, .. } = field;
        let invalid = self.invalid(name);
        let id = self.id(name);
        let about = format!("{id}-hint {id}-fault");
        let typed = typing(value);
        let control = if kind == "textarea" {
            view! {
                <textarea id=id dir="auto" aria-invalid=invalid aria-describedby=about prop:value=value on:input=typed></textarea>
            }
            .into_any()
        } else {
            let list = (name == "time_zone").then_some("time-zones");
            let number = kind == "number";
            let direction = if matches!(kind, "text" | "password") { "auto" } else { "ltr" };
            view! {
                <input id=id type=kind dir=direction autocomplete=fill_in list=list min=number.then_some("0") class:short=number
                    aria-invalid=invalid aria-describedby=about prop:value=value on:input=typed />
            }
            .into_any()
        };
        self.labelled(name, label, hint, control)
    }

    /// A colour: picked or typed, and mixed to fit where neither.
    pub(crate) fn colour(
        self,
        name: &'static str,
        label: &'static str,
        value: RwSignal<String>,
        mixed: Signal<String>,
    ) -> AnyView {
        let invalid = self.invalid(name);
        let typed = typing(value);
        let control = view! {
            <span class="colour">
                <input type="color" aria-label=label prop:value=mixed on:input=typed />
                <input id=self.id(name) dir="ltr" autocomplete="off" spellcheck="false" placeholder=mixed aria-invalid=invalid
                    aria-describedby=format!("{}-fault", self.id(name)) prop:value=value on:input=typed />
            </span>
        };
        self.labelled(name, label.to_owned(), ().into_any(), control.into_any())
    }

    /// The time zone, with all that the browser knows to choose from.
    pub(crate) fn time_zone(self, value: RwSignal<String>) -> AnyView {
        let words = &self.words.settings;
        let zones = browser::time_zones().into_iter().map(|zone| view! { <option value=zone></option> }.into_any());
        let field = Field { hint: words.time_zone_hint, ..Field::line("time_zone", words.time_zone, value) };
        view! {
            {self.field(field)}
            <datalist id="time-zones">{zones.collect::<Vec<_>>()}</datalist>
        }
        .into_any()
    }

    /// A choice of values, each with its words.
    pub(crate) fn choice(
        self,
        name: &'static str,
        label: &str,
        value: RwSignal<String>,
        options: &[(&'static str, &'static str)],
    ) -> AnyView {
        let control = view! {
            <select id=self.id(name) on:change=typing(value)>
                {choices(options, &value.get_untracked())}
            </select>
        };
        self.labelled(name, label.to_owned(), ().into_any(), control.into_any())
    }

    /// What is wrong with the whole, or with a field that is not on the screen.
    pub(crate) fn common_fault(self) -> AnyView {
        let fault = move || {
            self.problem.with(|problem| {
                let problem = problem.as_ref()?;
                let names = self.names.get_value();
                (!names.iter().any(|name| is_about(problem, name))).then(|| said(problem, self.words))
            })
        };
        view! { <p class="fault" role="alert">{changing(move || fault().into_any())}</p> }.into_any()
    }

    /// The whole form, as a card where it has a title; `may` is whether the member may change it, `act` the words of its
    /// button.
    pub(crate) fn card(
        self,
        title: &'static str,
        may: bool,
        act: &'static str,
        fields: Vec<AnyView>,
        submit: Box<dyn Fn()>,
    ) -> AnyView {
        let go = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            submit();
        };
        view! {
            <form class=if title.is_empty() { "form" } else { "card form" } novalidate on:submit=go>
                {(!title.is_empty()).then(|| view! { <h2>{title}</h2> })}
                <fieldset disabled=!may>{fields}</fieldset>
                {self.common_fault()}
                {may.then(|| view! {
                    <div><button class=if title.is_empty() { "button" } else { "button primary" } aria-disabled=Signal::derive(move || self.busy.get().then_some("true"))>{act}</button></div>
                })}
            </form>
        }
        .into_any()
    }
}

/// Keeps what is typed.
fn typing(value: RwSignal<String>) -> impl Fn(web_sys::Event) + Copy {
    move |event| value.set(event_target_value(&event))
}

/// Something to switch on and off.
pub(crate) fn check(label: &'static str, value: RwSignal<bool>) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=value on:change=move |event| value.set(event_target_checked(&event)) />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// The options of a choice.
pub(crate) fn choices(options: &[(&'static str, &'static str)], chosen: &str) -> Vec<AnyView> {
    let option = |(value, text): &(&'static str, &'static str)| {
        view! { <option value=*value selected=*value == chosen>{*text}</option> }.into_any()
    };
    options.iter().map(option).collect()
}

/// The sentence about a problem, for a message at the screen's edge too.
fn said(problem: &Problem, words: &Text) -> String {
    match problem.status {
        0 if problem.message.is_empty() => words.common.offline.to_owned(),
        403 => words.common.not_allowed.to_owned(),
        404 => words.common.not_found.to_owned(),
        _ if problem.message.is_empty() => words.common.failed.to_owned(),
        _ => problem.message.clone(),
    }
}

/// Whether a problem is about the field of this name, or about something in it.
fn is_about(problem: &Problem, name: &str) -> bool {
    problem.field.as_deref().is_some_and(|field| change::is_about(field, name))
}
