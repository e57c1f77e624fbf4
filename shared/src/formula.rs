//! Texts that a spreadsheet would run as a formula, and how they are written so that it shows them.

use std::borrow::Cow;

/// What a formula begins with, in every width that a spreadsheet takes for the same.
const STARTS: [char; 14] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '\u{2212}', '\u{207c}'];

/// What nobody sees although it stands there: a spreadsheet may drop it and then find a formula.
const UNSEEN: [char; 17] = [
    '\u{ad}', '\u{180e}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}',
    '\u{202c}', '\u{202d}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{feff}',
];

/// The text as a cell that no spreadsheet takes for a formula: with an apostrophe before it where it begins like one, also
/// behind white space and what nobody sees, or where a tab, a line break or another control character leads. It is how
/// spreadsheets themselves write such a text. Numbers are no texts: who writes a column of numbers writes them as they are.
pub fn defused(text: &str) -> Cow<'_, str> {
    let is_hidden = |letter: char| letter.is_whitespace() || letter.is_control() || UNSEEN.contains(&letter);
    let shown = text.trim_start_matches(is_hidden);
    let hidden = &text[..text.len() - shown.len()];
    if shown.starts_with(STARTS) || hidden.contains(char::is_control) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn corpus(name: &str) -> Vec<String> {
        let corpus: Value = serde_json::from_str(include_str!("../tests/formulas.json")).expect("is JSON");
        serde_json::from_value(corpus[name].clone()).expect("a list of texts")
    }

    #[test]
    fn no_text_is_a_formula() {
        let formulas = corpus("formulas");
        assert!(formulas.len() >= 60, "{}", formulas.len());
        for text in formulas {
            assert_eq!(defused(&text), format!("'{text}"));
        }
    }

    #[test]
    fn what_is_no_formula_stays_as_it_was_written() {
        for text in corpus("harmless") {
            assert!(matches!(defused(&text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn what_is_defused_is_not_defused_again() {
        for text in corpus("formulas") {
            let once = defused(&text).into_owned();
            assert_eq!(defused(&once), once);
        }
    }
}
