//! docs/LANGUAGES.md: its tables of languages and fallbacks are those of the code.

use std::fmt::Write;
use std::path::Path;

use bearing_shared::text::{ALIASES, Language, TRADITIONAL, direction};

fn languages() -> String {
    let mut table = String::from("| tag | language | its own name | direction | bytes |\n|---|---|---|---|---|\n");
    for Language { locale, english, name, ui, .. } in Language::ALL {
        let bytes = serde_json::to_string(ui).expect("texts serialise").len();
        writeln!(table, "| `{locale}` | {english} | {name} | {} | {bytes} |", direction(locale))
            .expect("a string grows");
    }
    table
}

fn fallbacks() -> String {
    let mut table = String::from("| asked for | read as | interface |\n|---|---|---|\n");
    let regions = TRADITIONAL.iter().map(|region| (format!("zh-{}", region.to_uppercase()), "zh-Hant"));
    let aliases = ALIASES.iter().map(|(from, to)| ((*from).to_owned(), *to));
    for (asked, read) in aliases.chain(regions) {
        let found = Language::find(&asked).map_or("English".to_owned(), |language| format!("`{}`", language.locale));
        writeln!(table, "| `{asked}` | `{read}` | {found} |").expect("a string grows");
    }
    table
}

/// The page with what stands between the marks of a table replaced by it.
fn with_table(page: &str, name: &str, table: &str) -> String {
    let (head, rest) = page.split_once(&format!("<!-- {name}:")).expect("the table's beginning is marked");
    let (mark, rest) = rest.split_once("-->\n").expect("the mark ends");
    let end = format!("<!-- end of {name} -->");
    let (_, tail) = rest.split_once(&end).expect("the table's end is marked");
    // A blank line before the table: Markdown would take it for a part of the comment.
    format!("{head}<!-- {name}:{mark}-->\n\n{table}\n{end}{tail}")
}

#[test]
fn the_tables_of_languages_and_fallbacks_are_those_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/LANGUAGES.md");
    let page = std::fs::read_to_string(&file).expect("docs/LANGUAGES.md can be read");
    let expected = with_table(&with_table(&page, "languages", &languages()), "fallbacks", &fallbacks());
    if std::env::var_os("BEARING_WRITE_DOCS").is_some() {
        std::fs::write(&file, expected).expect("docs/LANGUAGES.md can be written");
        return;
    }
    assert_eq!(page, expected, "run `BEARING_WRITE_DOCS=1 cargo test -p bearing-shared --test words_doc`");
}
