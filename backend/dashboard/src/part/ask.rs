//! A question before something that cannot be undone, in a dialog of the browser's own.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::browser;
use crate::locale::words;
use crate::part::{button, changing};
use crate::text::fill;

/// What is asked.
#[derive(Clone)]
pub(crate) struct Question {
    /// What is about to be done.
    pub(crate) title: String,
    /// What that means.
    pub(crate) text: &'static str,
    /// The words of the button that does it.
    pub(crate) act: String,
    /// What has to be typed before it can be done; empty for nothing.
    pub(crate) typed: String,
    /// Does it.
    pub(crate) go: Callback<()>,
}

/// The one dialog of a screen.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    question: RwSignal<Option<Question>>,
}

impl Ask {
    /// A dialog that asks nothing yet.
    pub(crate) fn new() -> Self {
        Self { question: RwSignal::new(None) }
    }

    /// Asks.
    pub(crate) fn about(self, question: Question) {
        self.question.set(Some(question));
    }

    /// The dialog, once on the screen.
    pub(crate) fn view(self) -> AnyView {
        let place = NodeRef::<Dialog>::new();
        Effect::new(move || {
            if self.question.with(Option::is_some) {
                // The words have to be there when the dialog looks for what takes the focus.
                browser::soon(move || {
                    if let Some(dialog) = place.get_untracked() {
                        // It fails only where it is open already.
                        let _ = dialog.show_modal();
                    }
                });
            }
        });
        let asked = changing(move || self.question.get().map(|question| asked(question, place)).into_any());
        view! {
            <dialog class="dialog" node_ref=place aria-labelledby="ask-title" on:close=move |_| self.question.set(None)>
                {asked}
            </dialog>
        }
        .into_any()
    }
}

/// The question, and what can be said to it.
fn asked(question: Question, place: NodeRef<Dialog>) -> AnyView {
    let words = words();
    let Question { title, text, act, typed: wanted, go } = question;
    let typed = RwSignal::new(String::new());
    let close = move || {
        if let Some(dialog) = place.get_untracked() {
            dialog.close();
        }
    };
    let field = (!wanted.is_empty()).then(|| {
        let label = fill(words.settings.type_name, &[("name", &wanted)]);
        view! {
            <div class="field">
                <label for="ask-typed" dir="auto">{label}</label>
                <input id="ask-typed" autocomplete="off" dir="auto"
                    on:input=move |event| typed.set(event_target_value(&event)) />
            </div>
        }
        .into_any()
    });
    let blocked = Signal::derive(move || typed.with(|typed| typed.trim() != wanted.trim()));
    let answer = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !blocked.get_untracked() {
            close();
            go.run(());
        }
    };
    view! {
        <form on:submit=answer>
            <h2 id="ask-title" dir="auto">{title}</h2>
            <p>{text}</p>
            {field}
            <div class="end">
                {button("button", String::new(), words.common.cancel.into_any(), close)}
                <button class="button danger" disabled=blocked>{act}</button>
            </div>
        </form>
    }
    .into_any()
}
