//! Every method of a store is called by a case, and every case runs on every engine: read from the sources, as a table.
//!
//! `cargo test -p bearing-storage --test contract methods -- --nocapture` prints it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Files that one engine alone runs.
const OF_ONE_ENGINE: [&str; 2] = ["sqlite_", "postgres_"];

/// A function of the contract: its file and its name.
type Function = (String, String);

/// The functions of the contract and what each says, and which of them are cases.
struct Contract {
    functions: BTreeMap<Function, String>,
    cases: BTreeSet<Function>,
}

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

/// The contract as its files say it.
fn contract() -> Contract {
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
    Contract { functions, cases }
}

/// The engines that `contract!` lists.
fn engines() -> Vec<String> {
    let (_, text) = files("tests/contract").into_iter().find(|(name, _)| name == "main").expect("the list is there");
    let found = text.match_indices("crate::expand!(");
    found.map(|(at, found)| word(&text[at + found.len()..]).to_owned()).collect()
}

impl Contract {
    /// The cases that call a method, themselves or through what they call in these files.
    fn cases_of(&self, method: &str) -> Vec<&Function> {
        let mut calling: BTreeSet<&Function> =
            self.functions.keys().filter(|function| self.calls_itself(function, method)).collect();
        loop {
            let before = calling.clone();
            let more = self.functions.iter().filter(|((file, _), body)| {
                // A function is called where it stands, or from anywhere when it is one of the builders.
                before.iter().any(|(home, name)| (home == file || home == "builders") && calls(body, name))
            });
            calling.extend(more.map(|(function, _)| function));
            if calling.len() == before.len() {
                break;
            }
        }
        calling.retain(|function| self.cases.contains(*function));
        // One that names the method itself says more than one that comes by it.
        let mut sorted: Vec<_> = calling.into_iter().collect();
        sorted.sort_by_key(|function| !self.calls_itself(function, method));
        sorted
    }

    fn calls_itself(&self, function: &Function, method: &str) -> bool {
        calls(&self.functions[function], &format!(".{method}"))
    }
}

#[test]
fn every_method_is_called_by_a_case_on_every_engine() {
    let (traits, contract, engines) = (methods(), contract(), engines());
    assert_eq!(engines, ["sqlite", "postgres"]);
    let (mut missing, mut count) = (Vec::new(), 0);
    for (topic, methods) in &traits {
        for method in methods {
            count += 1;
            let cases = contract.cases_of(method);
            let Some((file, case)) = cases.first() else {
                missing.push(format!("{topic}::{method}"));
                continue;
            };
            for engine in &engines {
                println!("{engine:<9} {topic:<14} {method:<19} {:>3} cases, as {file}::{case}", cases.len());
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "no case calls these methods");
    println!("{count} methods, {} cases, each on {}", contract.cases.len(), engines.join(" and "));
}
