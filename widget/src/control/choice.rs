//! A choice: a list of native checkboxes, or of radio buttons where only one may be picked.

use leptos::html;
use leptos::prelude::*;

use super::{described_by, fault, invalid, optional};
use crate::ask::{Ask, Words};

/// Draws a choice.
pub(super) fn draw(ask: &Ask, words: &Words) -> impl IntoView + use<> {
    let name = ask.field();
    let choices = ask
        .choices
        .iter()
        .map(|(id, text)| {
            let input = html::input()
                .r#type(if ask.multiple { "checkbox" } else { "radio" })
                .name(name.clone())
                .value(id.clone())
                .checked(ask.given.contains(id));
            html::label().class("choice").child(input).child(html::span().child(text.clone()))
        })
        .collect::<Vec<_>>();
    html::fieldset()
        .class("q")
        .id(name)
        .role(if ask.multiple { "group" } else { "radiogroup" })
        .attr("aria-invalid", if ask.multiple { None } else { invalid(ask) })
        .attr("aria-describedby", described_by(ask))
        .child(html::legend().child(ask.text.clone()).child(optional(ask, words)))
        .child(choices)
        .child(fault(ask))
}
