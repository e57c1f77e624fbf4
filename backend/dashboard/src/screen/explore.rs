//! Explore.

use leptos::prelude::*;

/// Explore.
#[component]
pub(crate) fn Explore() -> impl IntoView {
    view! { <h1>"Explore"</h1> }
}
