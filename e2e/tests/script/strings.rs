//! The strings of `strings/script.json`, and which of them went into which field.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

/// The strings, in groups named after the place that each is made to break out of.
const LIST: &str = include_str!("../../strings/script.json");

/// How many are asked for.
const ENOUGH: usize = 200;

/// The strings in their groups.
pub(crate) fn groups() -> Result<BTreeMap<String, Vec<String>>> {
    serde_json::from_str(LIST).context("strings/script.json")
}

/// Every string, each once.
pub(crate) fn all() -> Result<Vec<String>> {
    let strings: Vec<String> = groups()?.into_values().flatten().collect();
    let distinct: BTreeSet<&String> = strings.iter().collect();
    ensure!(distinct.len() == strings.len(), "a string stands in the list twice");
    ensure!(strings.len() >= ENOUGH, "only {} strings", strings.len());
    Ok(strings)
}

/// What puts strings into fields, and knows afterwards what went where.
pub(crate) struct Dealer {
    strings: Vec<String>,
    dealt: usize,
    /// What each field was given, by the field's name in the API's description.
    pub(crate) given: BTreeMap<&'static str, Vec<String>>,
}

impl Dealer {
    /// A dealer who has given nothing yet.
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { strings: all()?, dealt: 0, given: BTreeMap::new() })
    }

    /// The next string of all, for a field: as many fields as there are strings show every one of them.
    pub(crate) fn deal(&mut self, field: &'static str) -> String {
        let string = self.strings[self.dealt % self.strings.len()].clone();
        self.dealt += 1;
        self.note(field, string)
    }

    /// Another string for a field that takes so many characters; each field begins elsewhere in the list.
    pub(crate) fn fit(&mut self, field: &'static str, most: usize) -> String {
        self.pick(field, |string| string.chars().count() <= most)
    }

    /// Another string that `fits`.
    pub(crate) fn pick(&mut self, field: &'static str, fits: impl Fn(&str) -> bool) -> String {
        let fitting: Vec<&String> = self.strings.iter().filter(|string| fits(string)).collect();
        let start = field.bytes().map(usize::from).sum::<usize>() * 7;
        let place = (start + self.given.get(field).map_or(0, Vec::len)) % fitting.len();
        let string = fitting[place].clone();
        self.note(field, string)
    }

    fn note(&mut self, field: &'static str, string: String) -> String {
        self.given.entry(field).or_default().push(string.clone());
        string
    }
}

/// A text as it is compared: pages break lines where they like, fields drop what nobody sees, and addresses are kept in
/// small letters.
pub(crate) fn bare(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '\u{feff}')
        .flat_map(char::to_lowercase)
        .collect()
}

#[test]
fn there_are_two_hundred_distinct_strings_of_script() -> Result<()> {
    all().map(drop)
}
