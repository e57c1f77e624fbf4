//! Redaction: mail addresses, phone numbers and payment cards are taken out of a text, and a mark says what stood there.
//!
//! What is taken out is gone: nothing is kept to undo it. Numbers that say something of an experience (scores, years,
//! dates, prices, order numbers) stay, and so does a phone number that nothing tells from those: digits that begin with
//! neither `+` nor `0` are one only behind a word such as "tel", or grouped as nothing else is (`555-123-4567`).

mod cards;
mod groups;
mod letters;
mod mails;
mod phones;

use std::ops::Range;

use super::Redaction;

/// In this order: the digits of an address are no phone number, nor are those of a card.
const ORDER: [Redaction; 3] = [Redaction::Mail, Redaction::Card, Redaction::Phone];

/// A text without what is to be taken out of it; the rest is as it was, byte for byte. Taken twice, it stays the same.
pub fn redact(text: &str, what: &[Redaction]) -> String {
    let mut text = text.to_owned();
    loop {
        let before = text.len();
        let mut has_changed = false;
        for (kind, drops_unseen) in ORDER.into_iter().filter(|kind| what.contains(kind)).flat_map(passes) {
            if drops_unseen && !text.contains(letters::is_unseen) {
                continue;
            }
            let is_looked_at = |(_, letter): &(usize, char)| !(drops_unseen && letters::is_unseen(*letter));
            let letters: Vec<(usize, char)> = text.char_indices().filter(is_looked_at).collect();
            let found = match kind {
                Redaction::Mail => mails::find(&letters),
                Redaction::Card => cards::find(&letters),
                Redaction::Phone => phones::find(&letters),
            };
            has_changed |= !found.is_empty();
            text = replaced(&text, &letters, &found, kind.mark());
        }
        // What was taken out may have hidden what stands beside it: `0612345678,0687654321` reads as a price at first.
        // Each round takes digits or an at sign away and adds none, so that there is a last one.
        if !has_changed {
            debug_assert_eq!(text.len(), before);
            return text;
        }
    }
}

/// What is looked for as the text stands, and once more without letters that nobody sees: a page that a number was copied
/// from may have them within it.
fn passes(kind: Redaction) -> [(Redaction, bool); 2] {
    [(kind, false), (kind, true)]
}

/// A text with a mark in the place of each of these ranges of letters, which are in order and apart.
fn replaced(text: &str, letters: &[(usize, char)], found: &[Range<usize>], mark: &str) -> String {
    let byte = |place: usize| letters.get(place).map_or(text.len(), |(byte, _)| *byte);
    let behind = |last: usize| letters.get(last).map_or(text.len(), |(byte, letter)| byte + letter.len_utf8());
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for range in found {
        out.push_str(&text[from..byte(range.start)]);
        out.push_str(mark);
        from = behind(range.end - 1);
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
