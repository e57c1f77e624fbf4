//! What a survey is called, where it belongs, and how it looks.

use super::draft::Draft;
use super::field::{Kind, choice, field};
use crate::locale::words;
use crate::part::plain::{Piece, card, link, node, said, text};
use crate::site::site;

/// Name, touchpoints and order.
pub(super) fn basics(draft: Draft) -> Piece {
    let words = &words().editor;
    card(
        words.basics,
        vec![
            field(draft, words.name, "/name", Kind::Line),
            field(draft, words.touchpoints, "/touchpoints", Kind::List),
            said("p", "quiet", words.touchpoints_hint),
            field(draft, words.priority, "/priority", Kind::Whole),
            said("p", "quiet", words.priority_hint),
        ],
    )
}

/// Where the card stands; colours are the site's.
pub(super) fn look(draft: Draft) -> Piece {
    let words = &words().editor;
    let positions = [("corner", words.corner), ("bar", words.bar), ("centre", words.centre), ("inline", words.inline)];
    let theme = link(&site().path("settings/theme"), words.theme_link);
    card(
        words.look,
        vec![
            choice(draft, words.position, "/look/position", &positions),
            node("p", "soft", vec![text(words.theme_hint), text(" "), theme]),
        ],
    )
}
