//! The first question as the card shows it; the loader builds it from its tree and listens to it.

use leptos::html;
use leptos::prelude::*;

use crate::ask::{Ask, Words};
use crate::control;

/// Draws the first question: a real form, so that it means the same to a browser with and without script.
pub(crate) fn draw(ask: &Ask) -> impl IntoView + use<> {
    html::form().class("first").child(control::draw(ask, &Words::default()))
}
