//! A comment as a list shows it: the score, the words, and where it came from.

use bearing_shared::api::responses::ResponseReply;
use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::locale::locale;
use crate::part::{score_chip, touchpoint_name};
use crate::site::site;

/// The score that a response gave: that of its first answer with one.
pub(crate) fn score_of(response: &ResponseReply) -> Option<u8> {
    response.answers.iter().find_map(|answer| answer.value)
}

/// The words of a response, one text a line.
pub(crate) fn text_of(response: &ResponseReply) -> String {
    let texts: Vec<&str> = response.answers.iter().filter_map(|answer| answer.text.as_deref()).collect();
    texts.join("\n")
}

/// A comment, as a link to its response; its score with its group where it is known what was asked.
#[component]
pub(crate) fn Comment(response: ResponseReply, asked: Option<Instrument>) -> impl IntoView {
    let (site, locale) = (site(), locale());
    let text = text_of(&response);
    let direction = "auto";
    let path = site.path(&format!("responses/{}", response.id));
    view! {
        <li class="comment">
            <A href=path>
                {score_chip(score_of(&response), asked)}
                <span class="said" dir=direction>{text}</span>
                <span class="quiet">{touchpoint_name(&response.touchpoint)}" · "{locale.ago(&response.received_at)}</span>
            </A>
        </li>
    }
}
