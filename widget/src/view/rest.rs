//! What follows the first question in the card: the follow-ups of the score, a step at a time, then the thanks.

use leptos::html;
use leptos::prelude::*;

use super::thanks;
use crate::ask::{Ending, Words};
use crate::control;
use crate::session::{Progress, Session};

/// Draws the follow-ups, or the thanks when nothing is left to ask.
///
/// Every follow-up is always there and all but one are hidden, so that a changed score or a step back loses no text.
/// The live region is there from the start: a region that arrives together with its text is often not announced. Where
/// one is among the steps is the name of the group around the question: it is heard when the focus gets there.
pub(crate) fn draw(session: &Session, words: &Words, endings: &[Ending]) -> impl IntoView + use<> {
    let progress = session.progress();
    let name = progress.map(|at| heard(&words.step, at));
    let questions = session
        .asks()
        .iter()
        .enumerate()
        .map(|(place, ask)| {
            let shown = session.shows(place);
            html::div()
                .hidden(!shown)
                .attr("role", name.is_some().then_some("group"))
                .attr("aria-label", name.clone().filter(|_| shown))
                .child(control::draw(ask, words))
        })
        .collect::<Vec<_>>();
    let done = session.is_done();
    let later = !session.shows_first();
    let forward = if session.is_last() { &words.send } else { &words.next };
    (
        html::form()
            .class("rest")
            .attr("novalidate", "")
            .hidden(done)
            .child(progress.filter(|_| later).map(seen))
            .child(questions)
            .child(
                html::div()
                    .class("steps")
                    .child(later.then(|| html::button().r#type("button").class("back").child(words.back.clone())))
                    .child(html::button().class("send").child(forward.clone())),
            ),
        html::div().role("status").child(done.then(|| thanks::draw(Ending::of(endings, session.score()), words))),
    )
}

/// The progress that is seen: numbers, and a line in as many parts as there are questions.
fn seen(at: Progress) -> impl IntoView + use<> {
    let parts =
        (0..at.total).map(|part| html::i().attr("class", (part < at.question).then_some("on"))).collect::<Vec<_>>();
    html::p()
        .class("progress")
        .attr("aria-hidden", "true")
        .child(html::span().child([&*digits(at.question), " / ", &*digits(at.total)].concat()))
        .child(parts)
}

/// The progress that is heard. Put together by hand, here as elsewhere in what visitors download: formatting is several
/// kilobytes.
fn heard(step: &str, at: Progress) -> String {
    let mut text = String::new();
    for part in step.split('{') {
        match part.split_once('}') {
            Some((name, rest)) => {
                text += &digits(if name == "n" { at.question } else { at.total });
                text += rest;
            }
            None => text += part,
        }
    }
    text
}

/// A number below 100.
fn digits(number: usize) -> String {
    let digit = |number: usize| (b'0' + (number % 10) as u8) as char;
    let tens = (number > 9).then(|| digit(number / 10));
    tens.into_iter().chain([digit(number)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_heard_in_the_order_of_the_language() {
        let at = Progress { question: 3, total: 21 };
        assert_eq!(heard("Question {n} of {total}", at), "Question 3 of 21");
        assert_eq!(heard("{total}問中{n}問目", at), "21問中3問目");
        assert_eq!(heard("no numbers", at), "no numbers");
    }
}
