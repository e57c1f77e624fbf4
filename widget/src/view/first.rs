//! The first question as the card shows it; the loader builds it from its tree and listens to it.

use leptos::html;
use leptos::prelude::*;

use super::foot;
use crate::ask::{Ask, Facts, Words};
use crate::control;

/// Draws the first question: a real form, so that it means the same to a browser with and without script.
pub(crate) fn form(ask: &Ask) -> impl IntoView + use<> {
    html::form().class("first").child(control::draw(ask, &Words::default()))
}

/// Draws the tree: the first question and the card's foot, in one element that the loader puts into the card.
pub(crate) fn draw(ask: &Ask, facts: &Facts) -> impl IntoView + use<> {
    html::div().class("ask").child(form(ask)).child(foot::card(facts, false))
}
