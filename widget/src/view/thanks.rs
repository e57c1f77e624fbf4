//! The thanks at the end.

use leptos::html;
use leptos::prelude::*;

/// Draws the thanks; it can be focused, since the button that was pressed is gone by then.
pub(crate) fn draw(thanks: &str) -> impl IntoView + use<> {
    html::p().class("thanks").attr("tabindex", "-1").child(thanks.to_owned())
}
