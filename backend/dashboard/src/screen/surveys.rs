//! Surveys.

use leptos::prelude::*;

/// Surveys.
#[component]
pub(crate) fn Surveys() -> impl IntoView {
    view! { <h1>"Surveys"</h1> }
}
