//! The keys of the inbox and of a response, in a dialog.

use leptos::prelude::*;

use crate::locale::words;
use crate::part::dialog;

/// Which keys there are: on the list, or on one response.
#[component]
pub(crate) fn Help(open: RwSignal<bool>, list: bool) -> impl IntoView {
    let words = &words().responses;
    let mut keys = vec![("j", words.key_next), ("k", words.key_previous)];
    if list {
        keys.extend([("o", words.key_open), ("x", words.key_select)]);
    } else {
        keys.push(("u", words.key_back));
    }
    keys.extend([("e", words.key_read), ("t", words.key_tag), ("?", words.key_keys)]);
    let keys = StoredValue::new(keys);
    view! {
        {dialog(open, words.keys_title, Box::new(move || view! {
            <dl class="keys">
                {keys.get_value().into_iter().map(|(key, text)| view! {
                    <div><dt><kbd>{key}</kbd>{(key == "o").then(|| view! { " "<kbd>"Enter"</kbd> })}</dt><dd>{text}</dd></div>
                }.into_any()).collect_view()}
                {list.then(|| view! { <div><dt><kbd>"Shift"</kbd>" + "{words.key_click}</dt><dd>{words.key_span}</dd></div> })}
            </dl>
        }.into_any()))}
    }
}
