//! The hosted page: the whole survey as one plain HTML form, and the page that thanks.

use leptos::html;
use leptos::prelude::*;

use super::{foot, thanks};
use crate::ask::{Ask, Ending, Facts, TRAP_FIELD, Words};
use crate::control;

/// What the hosted form shows besides its questions.
pub(crate) struct Page<'a> {
    /// The page's heading.
    pub(crate) heading: &'a str,
    /// Where the form is sent.
    pub(crate) action: &'a str,
    /// The hidden fields.
    pub(crate) hidden: &'a [(String, String)],
    /// How many bits of work go with the hidden field `display`; 0: none.
    pub(crate) work: u32,
    /// The label of the field that nobody is to fill in.
    pub(crate) trap: &'a str,
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
        // The trap stands in the form anyway, and empty.
        .filter(|(name, _)| name != TRAP_FIELD)
        .map(|(name, value)| {
            let work = (name == "display" && page.work > 0).then(|| page.work.to_string());
            html::input().r#type("hidden").name(name.clone()).value(value.clone()).attr("data-work", work)
        })
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
        .child(html::button().class("send").child(words.send.clone()))
        .child(trap(page.trap));
    html::main()
        .child(html::h1().child(page.heading.to_owned()))
        .child(summary)
        .child(form)
        .child(foot::page(page.facts, page.is_identified))
}

/// Draws the field that people neither see nor reach, by whatever means they read: only the style sheet hides it, since
/// programs know `type=hidden` and inline styles. Who reads without a style sheet is told to leave it empty.
fn trap(label: &str) -> impl IntoView + use<> {
    let input =
        html::input().r#type("text").name(TRAP_FIELD).attr("tabindex", "-1").attr("autocomplete", "off").value("");
    html::p().class("trap").attr("aria-hidden", "true").child(html::label().child(label.to_owned() + " ").child(input))
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
