//! Tables as CSV (RFC 4180), with cells defused that a spreadsheet would run as a formula.

use std::borrow::Cow;

use bearing_shared::formula::defused;

/// A table as CSV text; every cell is quoted where it must be.
pub fn write(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            // A number may begin with a minus; anything else that begins like a formula gets an apostrophe before it.
            let defused = if is_number(cell) { Cow::Borrowed(cell.as_str()) } else { defused(cell) };
            if defused.contains(['"', ',', '\n', '\r']) {
                text.push('"');
                text.push_str(&defused.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(&defused);
            }
        }
        text.push_str("\r\n");
    }
    text
}

/// Whether it is a number as this program writes numbers: digits, with a minus and a decimal point at most.
fn is_number(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = cell.strip_prefix('-').unwrap_or(cell);
    bare.split_once('.').map_or_else(|| digits(bare), |(whole, part)| digits(whole) && digits(part))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let rows = [vec!["a,b".into(), "say \"x\"".into()], vec!["=1+1".into(), "-3.5".into(), "＝x".into()]];
        assert_eq!(write(&rows), "\"a,b\",\"say \"\"x\"\"\"\r\n'=1+1,-3.5,'＝x\r\n");
    }

    #[test]
    fn every_formula_is_defused_and_numbers_stay_numbers() {
        let corpus: Value = serde_json::from_str(include_str!("../../../shared/tests/formulas.json")).expect("is JSON");
        let formulas: Vec<String> = serde_json::from_value(corpus["formulas"].clone()).expect("a list of texts");
        for text in formulas {
            let written = write(&[vec![text.clone()]]);
            let is_plain = is_number(&text);
            assert_eq!(written.trim_start_matches('"').starts_with('\''), !is_plain, "{written:?}");
        }
        for number in ["0", "-1", "-0.25", "12345.678"] {
            assert_eq!(write(&[vec![number.into()]]), format!("{number}\r\n"));
        }
        for text in ["-inf", "-1e5", "+1", "-.5", "-1.", "-", "-1 ", "--1"] {
            assert!(write(&[vec![text.into()]]).starts_with('\''), "{text}");
        }
    }
}
