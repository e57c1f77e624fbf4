//! Whether the tests that docs/THREATS.md names are there, and whether each of its rows names one or says that there is none.

use std::collections::BTreeSet;

use super::Source;

/// The page of threats, walls and proofs.
const PAGE: &str = "docs/THREATS.md";

/// The heads of its tables that end in a column of tests.
const LAST_COLUMN: &str = "tests";

/// What a row says whose wall nothing stands for.
const NONE: &str = "No test";

/// Every breach of the page.
pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let Some(page) = sources.iter().find(|source| source.path == PAGE) else {
        return vec![format!("{PAGE}: it is gone; say there what each wall is tested by.")];
    };
    judged(&page.text, &names(sources))
}

/// The names of functions and of cases that harnesses list as texts.
fn names(sources: &[Source]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for source in sources.iter().filter(|source| source.has_ending(&["rs"])) {
        for rest in source.text.split("fn ").skip(1) {
            found.extend(rest.split(['(', '<']).next());
        }
    }
    found
}

fn judged(page: &str, names: &BTreeSet<&str>) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut of_tests = false;
    for line in page.lines() {
        let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            of_tests = false;
            continue;
        };
        let last = row.rsplit('|').next().unwrap_or_default().trim();
        if last == LAST_COLUMN {
            of_tests = true;
            continue;
        }
        if !of_tests || row.starts_with("---") {
            continue;
        }
        let mut named = 0;
        for test in last.split('`').skip(1).step_by(2) {
            named += 1;
            if !test.starts_with("cargo xtask ") && !names.contains(test) {
                breaches.push(format!("{PAGE}: there is no test `{test}`; name the one that stands for it now."));
            }
        }
        if named == 0 && !last.starts_with(NONE) {
            breaches.push(format!("{PAGE}: a row names no test; name one, or begin the cell with \"{NONE}\": {line}"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_not_there_and_a_row_without_one_are_told() {
        let names = BTreeSet::from(["zero_is_an_answer"]);
        let page = |cell: &str| {
            format!("| thing | why |\n|---|---|\n| a | b |\n\n| wall | tests |\n|---|---|\n| w | {cell} |\n")
        };
        for good in ["`zero_is_an_answer`", "`cargo xtask fuzz`", "No test: in work", "No test yet: in work"] {
            assert_eq!(judged(&page(good), &names), Vec::<String>::new(), "{good}");
        }
        for wrong in ["`one_is_an_answer`", "`zero_is_an_answer`, `gone`", "", "in work"] {
            assert_eq!(judged(&page(wrong), &names).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn names_are_those_of_functions() {
        let source = |text: &str| Source { path: "a.rs".into(), text: text.into() };
        let sources = [source("#[test]\nfn one() {}\nasync fn two<T>(t: T) {}")];
        assert_eq!(names(&sources), BTreeSet::from(["one", "two"]));
    }
}
