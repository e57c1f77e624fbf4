//! The foot: who reads the answer, whether they know who gave it, and how to be left alone.

use leptos::html;
use leptos::prelude::*;

use crate::ask::Facts;

/// Draws the card's foot, closed until somebody asks; the loader hides what does not apply and hears its buttons.
/// `is_still`: nobody does, and it stands as before an answer of somebody unknown.
pub(crate) fn card(facts: &Facts, is_still: bool) -> impl IntoView + use<> {
    let button = |class: &'static str, text: &str, is_hidden: bool| {
        html::button().r#type("button").class(class).hidden(is_hidden).child(text.to_owned())
    };
    html::details()
        .class("foot")
        .child(html::summary().child(facts.about.clone()))
        .child(
            html::p()
                .child(facts.reads.clone() + " ")
                .child(html::span().class("anonymous").child(facts.anonymous.clone()))
                .child(" ")
                .child(html::span().class("identified").hidden(is_still).child(facts.identified.clone())),
        )
        .child(html::p().child(privacy(facts)).child(button("never", &facts.never, false)).child(button(
            "withdraw",
            &facts.withdraw,
            is_still,
        )))
}

/// Draws the same facts below the hosted form. Where the card hands over a customer in the address's fragment, which no
/// server sees, hosted.js shows the other sentence.
pub(crate) fn page(facts: &Facts, is_identified: bool) -> impl IntoView + use<> {
    let sentence = |class: &'static str, text: &str, is_hidden: bool| {
        html::span().class(class).hidden(is_hidden).child(text.to_owned() + " ")
    };
    html::p()
        .class("foot")
        .child(facts.reads.clone() + " ")
        .child(sentence("anonymous", &facts.anonymous, is_identified))
        .child(sentence("identified", &facts.identified, !is_identified))
        .child(privacy(facts))
}

/// The link to the site's privacy page, which opens beside the page.
fn privacy(facts: &Facts) -> impl IntoView + use<> {
    facts
        .privacy_url
        .clone()
        .map(|address| html::a().href(address).target("_blank").rel("noopener noreferrer").child(facts.privacy.clone()))
}
