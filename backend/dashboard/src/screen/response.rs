//! Response.

use leptos::prelude::*;

/// Response.
#[component]
pub(crate) fn Response() -> impl IntoView {
    view! { <h1>"Response"</h1> }
}
