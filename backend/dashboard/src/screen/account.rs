//! Account.

use leptos::prelude::*;

/// Account.
#[component]
pub(crate) fn Account() -> impl IntoView {
    view! { <h1>"Account"</h1> }
}
