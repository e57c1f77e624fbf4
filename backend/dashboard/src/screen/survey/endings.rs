//! What a survey says at its end: to everybody, and to some groups.

use leptos::prelude::*;
use serde_json::json;

use super::draft::Draft;
use super::field::{Kind, field, set, tick};
use super::list::{add_button, remove_button};
use super::questions::groups;
use crate::locale::{locale, words};
use crate::part::plain::{Piece, card, each, node, said, watched};
use crate::text::fill;

/// The thanks and the endings.
pub(super) fn endings(draft: Draft) -> Piece {
    let words = &words().editor;
    let thanks = watched(move || {
        draft.shape.track();
        field(draft, words.thanks_text, &format!("/thanks/{}", draft.locale.get_untracked()), Kind::LongWords)
    });
    let list = watched(move || {
        draft.shape.track();
        each((0..draft.length("/endings")).map(|at| ending(draft, at)))
    });
    let add = add_button(draft, "/endings", ("add", words.add_ending), "/text", Box::new(|_| json!({ "groups": [] })));
    card(words.thanks, vec![thanks, said("p", "quiet", words.thanks_hint), node("ol", "pieces", vec![list]), add])
}

fn ending(draft: Draft, at: usize) -> Piece {
    let words = &words().editor;
    let (here, spoken) = (format!("/endings/{at}"), draft.locale.get_untracked());
    let name = fill(words.ending_n, &[("n", &locale().count(at as u64 + 1))]);
    let link = format!("{here}/link");
    let linked = draft.value.with_untracked(|draft| draft.pointer(&link).is_some());
    let place = link.clone();
    let toggle = move |on: bool| {
        let value = on.then(|| json!({ "url": "https://", "text": {} }));
        // A new link is saved with what is typed into it.
        let change = |draft: &mut serde_json::Value| crate::edit::put(draft, &place, value);
        if on { draft.begin(change) } else { draft.reshape(change) }
    };
    let mut parts = vec![
        node("header", "row", vec![said("h3", "", &name), remove_button(draft, "/endings", at, &name)]),
        set(draft, words.after_scores, &format!("{here}/groups"), groups(draft), true),
        field(draft, words.thanks_text, &format!("{here}/text/{spoken}"), Kind::LongWords),
        tick(words.with_link, linked, !draft.may_edit, Box::new(toggle)),
    ];
    if linked {
        let pair = vec![
            field(draft, words.link_url, &format!("{link}/url"), Kind::Line),
            field(draft, words.link_text, &format!("{link}/text/{spoken}"), Kind::Words),
        ];
        parts.push(node("div", "pair", pair));
    }
    node("li", "piece", parts)
}
