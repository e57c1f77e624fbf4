//! Settings.

use leptos::prelude::*;

/// Settings.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    view! { <h1>"Settings"</h1> }
}
