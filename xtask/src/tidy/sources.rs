//! What source files may say, and how long they may be.

use super::{
    Source,
    text::{opening_sentence, shipped_code, without_comments},
};

/// Past this many lines a file is two files.
const MOST_LINES: usize = 600;

/// Past this many lines a file should be able to say why.
const MANY_LINES: usize = 400;

/// Fewest words of the sentence that opens a file.
const SENTENCE_WORDS: usize = 2;

/// Words that must not stand in the code of some folders: folder, exceptions below it, words, what to do.
const BANNED: [(&str, &[&str], &[&str], &str); 4] = [
    (
        "shared/src/",
        &[],
        &["std::fs", "std::net", "std::env", "std::process", "SystemTime", "Instant::now", "getrandom", "rand::"],
        "this crate is pure; take the value as an argument",
    ),
    ("widget/src/view/", &[], &["web_sys", "gloo"], "views are rendered natively too; move this beside lib.rs"),
    ("widget/src/control/", &[], &["web_sys", "gloo"], "controls are rendered natively too; move this beside lib.rs"),
    (
        "widget/loader/",
        &["widget/loader/test/"],
        &["innerHTML", "sendBeacon", "JSON.stringify"],
        "hostile pages break it; see docs/STYLE.md",
    ),
];

/// Files of the backend that may name `crate::http`.
const MAY_NAME_HTTP: [&str; 5] =
    ["backend/src/http/", "backend/src/app.rs", "backend/src/lib.rs", "backend/src/main.rs", "backend/src/bin/"];

/// Every breach of every file.
pub(super) fn check(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(file).collect()
}

/// A note for each file that is long but not yet too long.
pub(super) fn long_files(sources: &[Source]) -> Vec<String> {
    let lines = |source: &&Source| (MANY_LINES + 1..=MOST_LINES).contains(&source.text.lines().count());
    let code = sources.iter().filter(|source| source.has_ending(&["rs", "js", "css", "sql"])).filter(lines);
    code.map(|source| format!("{} has {} lines; ask why.", source.path, source.text.lines().count())).collect()
}

fn file(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut breaches = Vec::new();
    if source.has_ending(&["rs", "js", "css", "sql"]) {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let sentence = opening_sentence(&source.text, ending).unwrap_or_default();
        if sentence.split_whitespace().count() < SENTENCE_WORDS {
            breaches.push(format!("{path}: open the file with one sentence, as a comment, that says what it owns."));
        }
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            breaches.push(format!("{path}: {lines} lines are more than {MOST_LINES}; split the file by what it owns."));
        }
    }
    if let Some(found) = machine_path(source) {
        breaches
            .push(format!("{path}: `{found}` is a path of one machine; make it relative or take it as an argument."));
    }
    let code = if source.has_ending(&["rs"]) { shipped_code(&source.text) } else { without_comments(&source.text) };
    for (folder, exceptions, words, advice) in BANNED {
        let applies = source.is_under(folder)
            && source.has_ending(&["rs", "js"])
            && !path.ends_with("tests.rs")
            && !exceptions.iter().any(|exception| source.is_under(exception));
        for word in words.iter().filter(|word| applies && code.contains(**word)) {
            breaches.push(format!("{path}: it names `{word}`; {advice}."));
        }
    }
    let names_http = source.is_under("backend/src/") && code.contains("crate::http");
    if names_http && !MAY_NAME_HTTP.iter().any(|allowed| source.is_under(allowed)) {
        breaches.push(format!("{path}: it names `crate::http`, which nothing imports; move what is shared below it."));
    }
    if source.is_under("widget/src/") && source.has_ending(&["rs"]) && has_plain_view(&code) {
        breaches.push(format!(
            "{path}: `view!` sets innerHTML, which Trusted Types refuse; write `view! {{ class=…, …}}` or builder syntax."
        ));
    }
    if path.ends_with("package-lock.json") && source.text.contains("\"resolved\"") {
        breaches
            .push(format!("{path}: it names registry addresses; run `npm install --package-lock-only` in its folder."));
    }
    breaches
}

/// Whether a `view!` stands here without the class form.
fn has_plain_view(code: &str) -> bool {
    code.split("view!").skip(1).any(|after| {
        let inside = after.trim_start().trim_start_matches(['{', '(', '[']).trim_start();
        !inside.starts_with("class=") && !inside.starts_with("class =")
    })
}

/// A path below some account's home folder or a work folder; put together here so that this file holds none.
fn machine_path(source: &Source) -> Option<String> {
    ["root", "home", "work", "Users"].into_iter().find_map(|folder| {
        let needle = format!("/{folder}/");
        source.text.match_indices(&needle).find_map(|(at, _)| {
            // `./work/`, `site/home/` and `https://shop/home/` are no paths from the file system's root.
            let before = source.text[..at].chars().next_back();
            let starts_path = before.is_none_or(|c| !c.is_alphanumeric() && !"./_-}{*".contains(c));
            let after = source.text[at + needle.len()..].chars().next();
            let named = after.is_some_and(|c| c.is_alphanumeric() || c == '.');
            (starts_path && named).then(|| needle.clone())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(path: &str, text: &str) -> Vec<String> {
        file(&Source { path: path.into(), text: text.into() })
    }

    #[test]
    fn an_ordinary_file_passes() {
        assert_eq!(breaches("shared/src/id.rs", "//! Owns the ids of things.\npub struct Id;\n"), [""; 0]);
    }

    #[test]
    fn each_rule_has_its_sentence() {
        let opening = "//! Owns something for tests.\n";
        let cases = [
            ("shared/src/id.rs", "pub struct Id;\n".to_owned()),
            ("shared/src/id.rs", format!("{opening}fn now() {{ SystemTime::now(); }}")),
            ("widget/src/view/card.rs", format!("{opening}use web_sys::Element;")),
            ("widget/src/view/card.rs", format!("{opening}fn f() {{ view! {{ <p/> }} }}")),
            ("widget/loader/main.js", "// Owns the loader's start.\na.innerHTML = b;".to_owned()),
            ("backend/src/clock.rs", format!("{opening}use crate::http::Reply;")),
            ("backend/src/clock.rs", format!("{opening}{}", "\n".repeat(700))),
            ("docs/CHANGING.md", format!("see {}ork/main/x", "/w")),
        ];
        for (path, text) in cases {
            assert_eq!(breaches(path, &text).len(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_breach_passes() {
        let opening = "//! Owns something for tests.\n";
        let cases = [
            ("shared/src/id.rs", format!("{opening}// no SystemTime here\n#[cfg(test)]\nmod tests {{ use std::fs; }}")),
            ("widget/src/view/card.rs", format!("{opening}fn f() {{ view! {{ class=\"x\", <p/> }} }}")),
            ("widget/loader/main.js", "// Owns the loader's start; never sendBeacon.\n".to_owned()),
            ("backend/src/http/mod.rs", format!("{opening}use crate::http::Reply;")),
            ("docs/CHANGING.md", "https://shop.example/home/sale and ./work/x".to_owned()),
        ];
        for (path, text) in cases {
            assert_eq!(breaches(path, &text), [""; 0], "{path}: {text}");
        }
    }
}
