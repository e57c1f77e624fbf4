//! The published versions, each with what it changed, and a way back to any of them.

use leptos::prelude::*;
use serde_json::Value;

use super::changes::changes;
use super::draft::Draft;
use crate::edit::{difference, text_at};
use crate::locale::{locale, words};
use crate::part::plain::{Piece, button, card, node, nothing, said, text};
use crate::part::{Part, Toasts, toasts};
use crate::text::fill;
use crate::{browser, fetch};

/// The versions.
pub(super) fn versions(draft: Draft) -> Piece {
    let words = &words().surveys;
    let page = fetch::reading::<Value>(
        move || Some(format!("{}&limit=50", draft.address("/versions"))),
        move || draft.standing.with(|standing| standing.version as u32),
    );
    let toasts = toasts();
    let draw = move |page: &Value| *list(draft, toasts, page["items"].as_array().map_or(&[], Vec::as_slice));
    card(words.versions, vec![Box::new(view! { <Part loaded=page draw=draw /> }.into_any())])
}

fn list(draft: Draft, toasts: Toasts, items: &[Value]) -> Piece {
    let words = &words().surveys;
    let Some(newest) = items.first() else { return said("p", "soft", words.no_versions) };
    let mut entries = Vec::new();
    let unpublished = draft.value.with(|draft| difference(newest, draft));
    if !unpublished.is_empty() {
        entries.push(node("li", "piece", vec![said("h3", "", words.unpublished), changes(unpublished)]));
    }
    for (place, version) in items.iter().enumerate() {
        let name = fill(words.version, &[("n", &version["version"].to_string())]);
        let published = locale().moment(text_at(version, "/published_at"));
        let title = node("h3", "", vec![text(&name), text(" "), said("span", "quiet", &published)]);
        let mut top = vec![title];
        if draft.may_edit {
            let (content, told) = (version.clone(), fill(words.taken_up, &[("name", &name)]));
            top.push(button("button small", "", words.take_up, Vec::new(), move || {
                let before = draft.value.get_untracked();
                draft.replace(&content);
                browser::rescue_focus_soon();
                toasts.undoable(told.clone(), move || draft.replace(&before));
            }));
        }
        let body = match items.get(place + 1) {
            Some(before) => changes(difference(before, version)),
            None if version["version"] == 1 => said("p", "soft", words.first_version),
            // The one before is on no page that was read.
            None => nothing(),
        };
        entries.push(node("li", "piece", vec![node("header", "row", top), body]));
    }
    node("ol", "pieces", entries)
}
