//! Controls: the closed set of ways to ask, each a plain HTML form control; what is drawn depends on nothing else.

mod choice;
mod scale;
mod text;

use bearing_shared::question::Control;
use leptos::either::EitherOf3;
use leptos::html;
use leptos::prelude::*;

use crate::ask::{Ask, Words};

/// Draws the control of a question.
pub(crate) fn draw(ask: &Ask, words: &Words) -> impl IntoView + use<> {
    match ask.control {
        Control::Scale => EitherOf3::A(scale::draw(ask)),
        Control::Choice => EitherOf3::B(choice::draw(ask, words)),
        Control::Text => EitherOf3::C(text::draw(ask, words)),
    }
}

/// What is wrong with an answer, right below it; assistive technology reads it with the control, by its id.
fn fault(ask: &Ask) -> impl IntoView + use<> {
    described_by(ask).map(|id| html::p().class("fault").id(id).child(ask.fault.clone()))
}

/// The id of the fault's text, while there is one. Added up and not formatted, here as elsewhere in what visitors
/// download: formatting is several kilobytes.
fn described_by(ask: &Ask) -> Option<String> {
    (!ask.fault.is_empty()).then(|| ask.field() + "-fault")
}

/// Whether the control is marked as wrong.
fn invalid(ask: &Ask) -> Option<&'static str> {
    (!ask.fault.is_empty()).then_some("true")
}

/// The note beside the wording of a question that may stay empty.
fn optional(ask: &Ask, words: &Words) -> impl IntoView + use<> {
    (!ask.required).then(|| (" ", html::small().child(words.optional.clone())))
}
