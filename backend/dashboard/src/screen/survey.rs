//! Survey.

use leptos::prelude::*;

/// Survey.
#[component]
pub(crate) fn Survey() -> impl IntoView {
    view! { <h1>"Survey"</h1> }
}
