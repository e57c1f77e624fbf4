//! The whole card standing still, as the dashboard looks at it; on a page the loader puts the same parts together.

use bearing_shared::look::{Position, Scheme};
use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;

use super::{first, foot, rest};
use crate::ask::{Ask, Ending, Facts, Words};
use crate::session::Session;

/// What is around the questions.
pub(crate) struct Card<'a> {
    /// Where it stands.
    pub(crate) position: Position,
    /// Its colours.
    pub(crate) scheme: Scheme,
    /// Its name.
    pub(crate) label: &'a str,
    /// The name of the button that closes it.
    pub(crate) close: &'a str,
    /// The locale of its texts.
    pub(crate) locale: &'a str,
}

/// Draws a card: the first question alone, or what follows it in a session.
pub(crate) fn draw(
    card: &Card<'_>,
    ask: &Ask,
    facts: &Facts,
    session: Option<&Session>,
    words: &Words,
    endings: &[Ending],
) -> impl IntoView + use<> {
    let first = session.is_none_or(Session::shows_first).then(|| first::form(ask));
    let rest = session.map(|session| rest::draw(session, words, endings));
    let parts = (
        first,
        html::div().class("more").child(rest),
        foot::card(facts, true),
        html::button().r#type("button").class("close").attr("aria-label", card.close.to_owned()),
    );
    let class = match card.scheme {
        Scheme::Auto => card.position.name().to_owned(),
        scheme => [card.position.name(), " ", scheme.name()].concat(),
    };
    let (label, locale) = (card.label.to_owned(), card.locale.to_owned());
    match card.position {
        Position::Centre => Either::Left(
            html::dialog().class(class).attr("open", "").attr("aria-label", label).lang(locale).child(parts),
        ),
        _ => Either::Right(html::section().class(class).attr("aria-label", label).lang(locale).child(parts)),
    }
}
