//! The thanks at the end: a sentence, and perhaps a link that leads on.

use leptos::html;
use leptos::prelude::*;

use crate::ask::{Ending, Words};

/// Draws the thanks; they can be focused, since the button that was pressed is gone by then.
///
/// The link opens beside the page, which stays as it is, and tells nobody where it came from.
pub(crate) fn draw(ending: Option<&Ending>, words: &Words) -> impl IntoView + use<> {
    let own = ending.map(|ending| &ending.text).filter(|text| !text.is_empty());
    let link = ending.and_then(|ending| ending.link.as_ref()).map(|(address, text)| {
        html::p().child(
            html::a()
                .class("send link")
                .href(address.clone())
                .target("_blank")
                .rel("noopener noreferrer")
                .child(text.clone()),
        )
    });
    (html::p().class("thanks").attr("tabindex", "-1").child(own.unwrap_or(&words.thanks).clone()), link)
}
