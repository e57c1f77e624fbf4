//! NoSite.

use leptos::prelude::*;

/// NoSite.
#[component]
pub(crate) fn NoSite() -> impl IntoView {
    view! { <h1>"NoSite"</h1> }
}
