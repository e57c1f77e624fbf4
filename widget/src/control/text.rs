//! Free text: a native text area with its label.

use bearing_shared::answer::TEXT_LIMIT;
use leptos::html;
use leptos::prelude::*;

use super::{described_by, fault, invalid, optional};
use crate::ask::{Ask, Words};

/// Draws a text question.
pub(super) fn draw(ask: &Ask, words: &Words) -> impl IntoView + use<> {
    let name = ask.field();
    html::div()
        .class("q")
        .child(html::label().r#for(name.clone()).child(ask.text.clone()).child(optional(ask, words)))
        .child(
            html::textarea()
                .id(name.clone())
                .name(name)
                .attr("rows", "3")
                .attr("maxlength", LIMIT)
                .attr("dir", "auto")
                .attr("aria-invalid", invalid(ask))
                .attr("aria-describedby", described_by(ask))
                .child(content(ask.given.concat())),
        )
        .child(fault(ask))
}

/// The longest text as an attribute's value; written out so that no number formatting is linked for it.
const LIMIT: &str = {
    assert!(TEXT_LIMIT == 4_000, "write the limit of `bearing_shared::answer` here");
    "4000"
};

/// What stands in the area. Leptos takes the content of a `textarea` for raw text and prints it as it is; HTML does not,
/// so printed it must be escaped here, or an answer could close the area and go on as markup. HTML also swallows one
/// line break at the start.
fn content(text: String) -> String {
    if cfg!(feature = "ssr") && !text.is_empty() {
        format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
    } else {
        text
    }
}
