//! Every method of a store is called by a case, and every case runs on every engine: read from the sources, as a table.
//!
//! `cargo test -p bearing-storage --test contract methods -- --nocapture` prints it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Files that one engine alone runs.
const OF_ONE_ENGINE: [&str; 2] = ["sqlite_", "postgres_"];

/// A Rust file of a folder: its name without the ending, and its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("can be listed").path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            files.push((name, fs::read_to_string(&path).expect("can be read")));
        }
    }
    files.sort();
    files
}

/// A function by its file and its own name.
type Named = (String, String);

/// The word at the start of a text.
fn word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

/// Whether a text calls this function or, with a dot before its name, this method.
fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let whole =
            name.starts_with('.') || !before.is_some_and(|letter| letter.is_alphanumeric() || "_.:".contains(letter));
        whole && text[at + name.len()..].starts_with('(')
    })
}

/// Each trait of a store with its methods, as `lib.rs` adds them up.
fn methods() -> Vec<(String, Vec<String>)> {
    let mut traits = Vec::new();
    for (_, text) in files("src") {
        for (at, _) in text.match_indices("\npub trait ") {
            let name = word(&text[at + "\npub trait ".len()..]).to_owned();
            let body = text[at..].split("\n}").next().expect("a trait has a body");
            let methods: Vec<_> =
                body.match_indices("async fn ").map(|(at, found)| word(&body[at + found.len()..]).to_owned()).collect();
            if !methods.is_empty() {
                traits.push((name, methods));
            }
        }
    }
    traits
}

/// The functions of the cases' files and what each says, and which of them are cases.
fn functions() -> (BTreeMap<Named, String>, BTreeSet<Named>) {
    let (mut functions, mut cases) = (BTreeMap::new(), BTreeSet::new());
    for (file, text) in files("tests/contract") {
        if OF_ONE_ENGINE.iter().any(|start| file.starts_with(start)) {
            continue;
        }
        for chunk in text.split("\nasync fn ").skip(1).chain(text.split("\npub(crate) async fn ").skip(1)) {
            let body = chunk.split("\n}").next().expect("a function has a body");
            functions.insert((file.clone(), word(chunk).to_owned()), body.to_owned());
        }
        if let Some((_, list)) = text.split_once("crate::contract! {") {
            let list = list.split('}').next().expect("a list ends");
            cases.extend(list.split_whitespace().map(|case| (file.clone(), case.to_owned())));
        }
    }
    (functions, cases)
}

/// The engines that `contract!` lists.
fn engines() -> Vec<String> {
    let (_, text) = files("tests/contract").into_iter().find(|(name, _)| name == "main").expect("the list is there");
    let found = text.match_indices("crate::expand!(");
    found.map(|(at, found)| word(&text[at + found.len()..]).to_owned()).collect()
}

/// The cases that call a method, themselves or through what they call in these files.
fn cases_of(
    method: &str,
    functions: &BTreeMap<(String, String), String>,
    cases: &BTreeSet<(String, String)>,
) -> Vec<String> {
    let dotted = format!(".{method}");
    let mut calling: BTreeSet<&(String, String)> =
        functions.iter().filter(|(_, body)| calls(body, &dotted)).map(|(name, _)| name).collect();
    loop {
        let more: Vec<_> = functions
            .iter()
            .filter(|(name, _)| !calling.contains(name))
            // A function is called where it stands, or from anywhere when it is one of the builders.
            .filter(|((file, _), body)| {
                calling.iter().any(|(home, name)| (home == file || home == "builders") && calls(body, name))
            })
            .map(|(name, _)| name)
            .collect();
        if more.is_empty() {
            break;
        }
        calling.extend(more);
    }
    calling.into_iter().filter(|name| cases.contains(*name)).map(|(file, case)| format!("{file}::{case}")).collect()
}

#[test]
fn every_method_is_called_by_a_case_on_every_engine() {
    let (traits, (functions, cases), engines) = (methods(), functions(), engines());
    assert_eq!(engines, ["sqlite", "postgres"]);
    let mut missing = Vec::new();
    for (topic, methods) in &traits {
        for method in methods {
            let calling = cases_of(method, &functions, &cases);
            // One that names the method itself says more than one that comes by it.
            let dotted = format!(".{method}");
            let direct = calling.iter().find(|case| {
                let (file, case) = case.split_once("::").expect("a file and a case");
                calls(&functions[&(file.to_owned(), case.to_owned())], &dotted)
            });
            for engine in &engines {
                let example = direct.or(calling.first()).map_or("", String::as_str);
                println!("{engine:<9} {topic:<14} {method:<19} {:>3} cases, as {example}", calling.len());
            }
            if calling.is_empty() {
                missing.push(format!("{topic}::{method}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "these methods are in no case of the contract");
    println!(
        "{} methods, {} cases, each on {}",
        traits.iter().map(|(_, one)| one.len()).sum::<usize>(),
        cases.len(),
        engines.join(" and ")
    );
}
