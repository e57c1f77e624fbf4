//! Responses.

use leptos::prelude::*;

/// Responses.
#[component]
pub(crate) fn Responses() -> impl IntoView {
    view! { <h1>"Responses"</h1> }
}
