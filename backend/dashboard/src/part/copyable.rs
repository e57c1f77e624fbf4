//! A text to paste elsewhere, with the button that copies it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::locale::words;
use crate::part::{Icon, button, toasts};

/// A text to paste elsewhere, with the button that copies it; `what` says to those who cannot see it what it is.
pub(crate) fn copyable(text: String, what: &'static str) -> AnyView {
    let (words, toasts) = (&words().common, toasts());
    let copied = text.clone();
    let copy = move || {
        let copied = copied.clone();
        spawn_local(async move {
            // Where the browser refuses, the text is still there to be marked and copied by hand.
            if browser::copy(&copied).await {
                toasts.say(words.copied);
            }
        });
    };
    let content = view! { <Icon name="copy" />{words.copy}<span class="visually-hidden">{what}</span> };
    view! {
        <div class="copyable">
            <pre dir="ltr"><code>{text}</code></pre>
            {button("button small", String::new(), content.into_any(), copy)}
        </div>
    }
    .into_any()
}
