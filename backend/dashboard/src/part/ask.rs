//! A question before something that cannot be undone, in a dialog of the browser's own.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::locale::words;
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
        let words = words();
        let place = NodeRef::<Dialog>::new();
        let typed = RwSignal::new(String::new());
        let part = move |read: fn(&Question) -> String| {
            self.question.with(|question| question.as_ref().map(read).unwrap_or_default())
        };
        Effect::new(move || {
            if self.question.with(Option::is_some) {
                typed.set(String::new());
                // The words have to be there when the dialog looks for what takes the focus.
                request_animation_frame(move || {
                    if let Some(dialog) = place.get_untracked() {
                        // It fails only where it is open already.
                        let _ = dialog.show_modal();
                    }
                });
            }
        });
        let close = move || {
            if let Some(dialog) = place.get_untracked() {
                dialog.close();
            }
        };
        let wanted = move || part(|question| question.typed.clone());
        let go = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            let Some(question) = self.question.get_untracked() else { return };
            if typed.get_untracked().trim() == question.typed.trim() {
                close();
                question.go.run(());
            }
        };
        let ask = move || {
            let wanted = wanted();
            (!wanted.is_empty()).then(|| {
                let label = fill(words.settings.type_name, &[("name", &wanted)]);
                view! {
                    <div class="field">
                        <label for="ask-typed" dir="auto">{label}</label>
                        <input id="ask-typed" autocomplete="off" dir="auto" prop:value=typed
                            on:input=move |event| typed.set(event_target_value(&event)) />
                    </div>
                }
            })
        };
        let blocked = move || typed.with(|typed| typed.trim() != wanted().trim());
        view! {
            <dialog class="dialog" node_ref=place aria-labelledby="ask-title" on:close=move |_| self.question.set(None)>
                <form on:submit=go>
                    <h2 id="ask-title" dir="auto">{move || part(|question| question.title.clone())}</h2>
                    <p>{move || part(|question| question.text.to_owned())}</p>
                    {ask}
                    <div class="end">
                        <button type="button" class="button" on:click=move |_| close()>{words.common.cancel}</button>
                        <button class="button danger" disabled=blocked>{move || part(|question| question.act.clone())}</button>
                    </div>
                </form>
            </dialog>
        }
        .into_any()
    }
}
