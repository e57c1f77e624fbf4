//! Short messages at the screen's edge: what was done, and how to undo it.

use std::sync::Arc;

use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use crate::browser;
use crate::locale::words;
use crate::part::Icon;

/// How long a message stays; one that offers to undo stays longer.
const SHOWN_MS: u32 = 6_000;
const UNDO_MS: u32 = 15_000;

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    failed: bool,
    // Not a `Callback`: that would go with the view that made it, which is often what was removed.
    undo: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// The messages that are shown.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

/// The messages that are shown.
pub(crate) fn toasts() -> Toasts {
    expect_context()
}

impl Toasts {
    /// No messages.
    pub(crate) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) }
    }

    /// Says that something was done.
    pub(crate) fn say(&self, text: impl Into<String>) {
        self.add(text.into(), false, None);
    }

    /// Says that something failed.
    pub(crate) fn fail(&self, text: impl Into<String>) {
        self.add(text.into(), true, None);
    }

    /// Says that something was done, and offers to undo it.
    pub(crate) fn undoable(&self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.add(text.into(), false, Some(Arc::new(undo)));
    }

    fn add(&self, text: String, failed: bool, undo: Option<Arc<dyn Fn() + Send + Sync>>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let shown = if undo.is_some() { UNDO_MS } else { SHOWN_MS };
        self.list.update(|list| list.push(Toast { id, text, failed, undo }));
        let toasts = *self;
        Timeout::new(shown, move || toasts.close(id)).forget();
    }

    fn close(&self, id: u32) {
        if browser::focused_in(".toast").is_some() {
            browser::rescue_focus_soon();
        }
        let _ = self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }

    /// The messages, for the frame of every screen.
    pub(crate) fn view(self) -> impl IntoView {
        let words = &words().common;
        view! {
            <div class="toasts" role="status" aria-live="polite">
                <For each=move || self.list.get() key=|toast| toast.id let:toast>
                    <div class="toast" class:bad=toast.failed>
                        <span>{toast.text}</span>
                        {toast.undo.map(|undo| view! {
                            <button class="button small" on:click=move |_| { undo(); self.close(toast.id); }>{words.undo}</button>
                        })}
                        <button class="icon-button" aria-label=words.close on:click=move |_| self.close(toast.id)>
                            <Icon name="close" />
                        </button>
                    </div>
                </For>
            </div>
        }
    }
}
