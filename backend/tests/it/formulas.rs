//! Exports as a spreadsheet reads them: what strangers and the team wrote is never a formula, and numbers stay numbers.

use std::collections::BTreeMap;

use bearing_shared::question::Kind;
use serde_json::{Value, json};

use crate::harness::{Server, Site, answer, choices, dimension, nps, question, with};

/// The texts that somebody may write; the same that LibreOffice is given by `cargo xtask bench formulas`.
fn corpus() -> Vec<String> {
    let corpus: Value = serde_json::from_str(include_str!("../../../shared/tests/formulas.json")).expect("is JSON");
    serde_json::from_value(corpus["formulas"].clone()).expect("a list of texts")
}

/// Said apart from the code under test: what a spreadsheet would make of a cell.
fn is_formula(cell: &str) -> bool {
    let is_format = |letter| {
        matches!(letter, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let first = cell.chars().find(|letter| !letter.is_whitespace() && !letter.is_control() && !is_format(*letter));
    matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫' | '−' | '⁼'))
        || cell.starts_with(['\t', '\r', '\n', '\0'])
}

/// The CSV of everything, by column.
async fn exported(server: &Server, site: &Site) -> Vec<BTreeMap<String, String>> {
    let csv = server.get("/v1/exports/responses.csv?state=all").key(&site.read).await;
    assert_eq!(csv.status, 200);
    let mut reader = csv::Reader::from_reader(&csv.body[..]);
    let head = reader.headers().expect("a head").clone();
    let row = |row: csv::Result<csv::StringRecord>| {
        let row = row.expect("a row as long as the head");
        head.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    };
    reader.records().map(row).collect()
}

#[tokio::test]
async fn nothing_that_somebody_wrote_is_a_formula_in_an_export() {
    let server = Server::start().await;
    let site = server.site_with(|settings| settings.dimensions.push(dimension("plan", &["pro"]))).await;
    let mut survey = nps();
    survey.questions.push(choices("what", true, &["one", "two"]));
    survey.questions.push(question("more", Kind::Text));
    let survey = server.publish(&site, survey).await;
    let mut written = 0;
    for text in corpus() {
        let more = json!({
            "answers": [
                { "question": "score", "value": 0 },
                { "question": "more", "text": text },
                { "question": "what", "choices": ["one", "two"] },
            ],
            "touchpoint": text,
            "attributes": { "plan": text, "more": text },
            "respondent": { "visitor": text, "customer": text },
            "context": { "url": text, "referrer": text, "locale": text, "device": text, "title": text },
        });
        let id = server.answered(&site, &with(answer(&survey, 0), more)).await;
        let tagged = json!({ "tags": [format!("{}x", text.chars().take(30).collect::<String>())] });
        let tagged = server.patch(&format!("/v1/responses/{id}")).key(&site.write).json(&tagged).await;
        assert_eq!(tagged.status, 200, "{}", tagged.text());
        written += 1;
    }
    let rows = exported(&server, &site).await;
    assert_eq!(rows.len(), written);
    let lines = server.get("/v1/exports/responses.jsonl?state=all").key(&site.read).await.text();
    let mut defused = 0;
    for (row, line) in rows.iter().zip(lines.lines()) {
        for (column, cell) in row {
            assert!(!is_formula(cell), "{column}: {cell:?}");
        }
        // The text itself is whole: an apostrophe is all that was added.
        let line: Value = serde_json::from_str(line).expect("is JSON");
        let pairs = [
            ("title", &line["context"]["title"]),
            ("customer", &line["respondent"]["customer"]),
            ("attr.plan", &line["attributes"]["plan"]),
            ("touchpoint", &line["touchpoint"]),
        ];
        for (column, text) in pairs {
            let text = text.as_str().unwrap_or_default();
            let wanted = if is_formula(text) { format!("'{text}") } else { text.to_owned() };
            assert_eq!(row[column], wanted, "{column}");
            defused += usize::from(is_formula(text));
        }
        assert_eq!((row["score"].as_str(), row["version"].as_str(), row["read"].as_str()), ("0", "1", "false"));
    }
    assert!(defused > 200, "{defused}: the corpus arrives as it was sent");
}
