//! What follows the first question in the card: the follow-ups of the score, then the thanks.

use leptos::html;
use leptos::prelude::*;

use super::thanks;
use crate::ask::Words;
use crate::control;
use crate::session::Session;

/// Draws the follow-ups, or the thanks when nothing is left to ask.
///
/// Every follow-up is always there and those of other scores are hidden, so that a changed score loses no typed text.
/// The live region is there from the start: a region that arrives together with its text is often not announced.
pub(crate) fn draw(session: &Session, words: &Words) -> impl IntoView + use<> {
    let questions = session
        .asks()
        .iter()
        .map(|ask| html::div().hidden(!ask.follows(session.score())).child(control::draw(ask, words)))
        .collect::<Vec<_>>();
    let done = session.is_done();
    (
        html::form()
            .class("rest")
            .attr("novalidate", "")
            .hidden(done)
            .child(questions)
            .child(html::button().class("send").child(words.send.clone())),
        html::div().role("status").child(done.then(|| thanks::draw(&words.thanks))),
    )
}
