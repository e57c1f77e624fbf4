//! The hosted page: the whole survey as one plain HTML form, and the page that thanks.

use leptos::html;
use leptos::prelude::*;

use super::{foot, thanks};
use crate::ask::{Ask, Ending, Facts, Words};
use crate::control;

/// What the hosted form shows besides its questions.
pub(crate) struct Page<'a> {
    /// The page's heading.
    pub(crate) heading: &'a str,
    /// Where the form is sent.
    pub(crate) action: &'a str,
    /// The hidden fields.
    pub(crate) hidden: &'a [(String, String)],
    /// What is said below the form.
    pub(crate) facts: &'a Facts,
    /// Whether the site says who answers.
    pub(crate) is_identified: bool,
}

/// Draws the form. What is wrong stands in a summary on top, linked to its question, and again beside the question.
pub(crate) fn form(page: &Page<'_>, asks: &[Ask], words: &Words) -> impl IntoView + use<> {
    let faults = asks
        .iter()
        .filter(|ask| !ask.fault.is_empty())
        .map(|ask| {
            let text = format!("{} {}", ask.text, ask.fault);
            html::li().child(html::a().href(format!("#{}", ask.field())).child(text))
        })
        .collect::<Vec<_>>();
    let summary =
        (!faults.is_empty()).then(|| html::div().class("summary").role("alert").child(html::ul().child(faults)));
    let hidden = page
        .hidden
        .iter()
        .map(|(name, value)| html::input().r#type("hidden").name(name.clone()).value(value.clone()))
        .collect::<Vec<_>>();
    let questions = asks
        .iter()
        .map(|ask| html::div().attr("class", groups(ask)).child(control::draw(ask, words)))
        .collect::<Vec<_>>();
    let form = html::form()
        .method("post")
        .action(page.action.to_owned())
        .attr("accept-charset", "utf-8")
        .child(hidden)
        .child(questions)
        .child(html::button().class("send").child(words.send.clone()));
    html::main()
        .child(html::h1().child(page.heading.to_owned()))
        .child(summary)
        .child(form)
        .child(foot::page(page.facts, page.is_identified))
}

/// Class names that let the style sheet hide a follow-up of other scores: `after n6 n7` follows 6 and 7 alone.
///
/// A browser that does not know `:has()` shows every follow-up, and so does one without style sheets.
fn groups(ask: &Ask) -> Option<String> {
    (!ask.after.is_empty()).then(|| {
        let scores = ask.after.iter().flat_map(|[low, high]| *low..=*high).map(|score| format!(" n{score}"));
        scores.fold("after".to_owned(), |classes, class| classes + &class)
    })
}

/// Draws the page that thanks.
pub(crate) fn thanks(heading: &str, ending: Option<&Ending>, words: &Words) -> impl IntoView + use<> {
    html::main()
        .child(html::h1().child(heading.to_owned()))
        .child(html::div().role("status").child(thanks::draw(ending, words)))
}
