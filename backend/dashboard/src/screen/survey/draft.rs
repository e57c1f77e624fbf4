//! The draft that is being edited, and how it is kept.
//!
//! It saves itself a moment after the last change, and says so. Nobody but the team sees a draft: saving costs nothing,
//! the preview can always show what is saved, and there is nothing to forget; publishing is the act that counts, and it
//! asks first.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::net::http::Method;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::told;
use crate::browser;
use crate::edit::{self, text_at};
use crate::fetch::{self, Problem};
use crate::locale::words;
use crate::part::toasts;

/// How long after the last change the draft is saved.
const SAVE_MS: u32 = 800;

/// How the draft is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Saving {
    /// It is saved.
    Saved,
    /// It was changed.
    Changed,
    /// It is on its way.
    Sending,
    /// It was refused, or did not arrive.
    Failed(Problem),
}

/// How the survey fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// `draft`, `published` or `paused`.
    pub(super) state: String,
    /// The latest published version, 0 before the first.
    pub(super) version: u64,
    /// Whether it was edited since.
    pub(super) edited: bool,
}

impl Standing {
    fn of(reply: &Value) -> Self {
        Self {
            state: text_at(reply, "/state").to_owned(),
            version: reply["version"].as_u64().unwrap_or_default(),
            edited: reply["edited"].as_bool().unwrap_or_default(),
        }
    }
}

/// The draft of one survey.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    /// What is being edited.
    pub(super) value: RwSignal<Value>,
    /// How it fares.
    pub(super) standing: RwSignal<Standing>,
    /// How it is kept.
    pub(super) saving: RwSignal<Saving>,
    /// Rises with each saving.
    pub(super) stored: RwSignal<u32>,
    /// Rises when inputs have to be made anew: a list has other entries, or the language is another.
    pub(super) shape: RwSignal<u32>,
    /// Rises when the whole draft is another: every input is made anew.
    pub(super) replaced: RwSignal<u32>,
    /// The language whose texts are edited.
    pub(super) locale: RwSignal<String>,
    /// When what was published here last is on every page, ms since 1970 UTC; 0 before anything was.
    pub(super) live: RwSignal<f64>,
    /// Whether the member may edit.
    pub(super) may_edit: bool,
    reply: StoredValue<Value>,
    saved: StoredValue<Value>,
    address: StoredValue<(String, String)>,
    turn: StoredValue<u32>,
}

impl Draft {
    /// The draft of a survey as the API gave it; `site` is the parameter that names the site.
    pub(super) fn of(reply: &Value, site: (String, String), may_edit: bool) -> Self {
        let content = edit::content(reply);
        let draft = Self {
            standing: RwSignal::new(Standing::of(reply)),
            saving: RwSignal::new(Saving::Saved),
            stored: RwSignal::new(0),
            shape: RwSignal::new(0),
            replaced: RwSignal::new(0),
            locale: RwSignal::new(text_at(&content, "/default_locale").to_owned()),
            live: RwSignal::new(0.0),
            may_edit,
            reply: StoredValue::new(reply.clone()),
            saved: StoredValue::new(content.clone()),
            value: RwSignal::new(content),
            address: StoredValue::new((format!("/v1/surveys/{}", text_at(reply, "/id")), fetch::address("", &[site]))),
            turn: StoredValue::new(0),
        };
        draft.keep();
        draft
    }

    /// An address of the API below the survey.
    pub(super) fn address(&self, below: &str) -> String {
        self.address.with_value(|(path, site)| format!("{path}{below}{site}"))
    }

    /// What the survey is: its `id`, `metric`, `instrument` and the like.
    pub(super) fn fact(&self, name: &str) -> String {
        self.reply.with_value(|reply| reply[name].as_str().unwrap_or_default().to_owned())
    }

    /// A new survey with this content.
    pub(super) fn copy(&self) -> Value {
        let mut copy = self.value.get_untracked();
        for name in ["metric", "instrument"] {
            edit::put(&mut copy, &format!("/{name}"), Some(self.fact(name).into()));
        }
        copy
    }

    /// The text at a pointer.
    pub(super) fn text(&self, pointer: &str) -> String {
        self.value.with_untracked(|draft| text_at(draft, pointer).to_owned())
    }

    /// How many entries a list has.
    pub(super) fn length(&self, list: &str) -> usize {
        self.value.with_untracked(|draft| draft.pointer(list).and_then(Value::as_array).map_or(0, Vec::len))
    }

    /// Puts a value where a pointer leads, or takes it away.
    pub(super) fn put(&self, pointer: &str, value: Option<Value>) {
        self.value.update(|draft| edit::put(draft, pointer, value));
        self.changed();
    }

    /// Changes what inputs there are.
    pub(super) fn reshape(&self, change: impl FnOnce(&mut Value)) {
        self.begin(change);
        self.changed();
    }

    /// Changes what inputs there are, and saves it with what is typed next: what was just begun would be refused.
    pub(super) fn begin(&self, change: impl FnOnce(&mut Value)) {
        self.value.update(change);
        self.shape.update(|count| *count += 1);
    }

    /// Makes the draft what some content is.
    pub(super) fn replace(&self, content: &Value) {
        self.value.update(|draft| {
            edit::FIELDS.iter().for_each(|name| edit::put(draft, &format!("/{name}"), content.get(*name).cloned()));
        });
        self.replaced.update(|count| *count += 1);
        self.changed();
    }

    /// Makes the draft what is stored: somebody else has changed it.
    pub(super) fn take(&self, reply: &Value) {
        let content = edit::content(reply);
        if self.saved.try_set_value(content.clone()).is_some() || self.value.try_set(content).is_some() {
            // The screen is gone.
            return;
        }
        self.fares(reply);
        let _ = self.replaced.try_update(|count| *count += 1);
        let _ = self.stored.try_update(|count| *count += 1);
    }

    /// Goes on in another language.
    pub(super) fn speak(&self, locale: String) {
        self.locale.set(locale);
        self.shape.update(|count| *count += 1);
    }

    /// What the API has against what a pointer leads to.
    pub(super) fn fault(&self, pointer: &str) -> Option<String> {
        self.saving.with(|saving| match saving {
            Saving::Failed(problem) => {
                problem.field.as_deref().filter(|field| edit::is_about(field, pointer)).map(|_| problem.message.clone())
            }
            _ => None,
        })
    }

    /// Takes over how the survey fares after an act.
    pub(super) fn fares(&self, reply: &Value) {
        let _ = self.standing.try_set(Standing::of(reply));
    }

    fn changed(&self) {
        if self.saving.with_untracked(|saving| *saving != Saving::Sending) {
            self.saving.set(Saving::Changed);
        }
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        let draft = *self;
        Timeout::new(SAVE_MS, move || {
            if draft.turn.try_get_value() == Some(turn) {
                draft.save();
            }
        })
        .forget();
    }

    /// Saves what is not saved, now.
    pub(super) fn save(&self) {
        if self.saving.with_untracked(|saving| *saving == Saving::Sending) {
            // What is on its way looks again at its end.
            return;
        }
        spawn_local(send(*self));
    }

    fn unsaved(&self) -> serde_json::Map<String, Value> {
        self.value.with_untracked(|draft| self.saved.with_value(|saved| edit::changes(saved, draft)))
    }

    /// Lets nobody go with something unsaved: the browser asks, and another screen has it sent.
    fn keep(&self) {
        let (draft, toasts, common) = (*self, toasts(), &words().common);
        let options = EventListenerOptions::enable_prevent_default();
        let listener =
            EventListener::new_with_options(browser::window().unchecked_ref(), "beforeunload", options, move |event| {
                if draft.saving.try_with_untracked(|saving| *saving != Saving::Saved) == Some(true) {
                    event.prevent_default();
                    draft.save();
                }
            });
        let listener = SendWrapper::new(listener);
        on_cleanup(move || {
            drop(listener);
            let (unsaved, address) = (draft.unsaved(), draft.address(""));
            if !unsaved.is_empty() {
                spawn_local(async move {
                    // The screen is gone; the next one says what was refused.
                    if let Err(problem) = fetch::act(Method::PATCH, &address, &Value::Object(unsaved)).await {
                        toasts.fail(told(common, problem));
                    }
                });
            }
        });
    }
}

/// Sends what is not saved, until everything is.
async fn send(draft: Draft) {
    loop {
        let Some(sent) = draft.value.try_get_untracked() else { return };
        let unsaved = draft.unsaved();
        if unsaved.is_empty() {
            let _ = draft.saving.try_set(Saving::Saved);
            return;
        }
        draft.saving.set(Saving::Sending);
        let address = draft.address("");
        match fetch::change::<Value>(Method::PATCH, &address, &Value::Object(unsaved)).await {
            Ok(reply) => {
                if draft.saved.try_update_value(|saved| *saved = sent).is_none() {
                    return;
                }
                draft.fares(&reply);
                let _ = draft.stored.try_update(|count| *count += 1);
            }
            Err(problem) => {
                let _ = draft.saving.try_set(Saving::Failed(problem));
                return;
            }
        }
    }
}
