//! `bench mutants`: faults that a program writes into the rules on which scores and walls rest, and which of them a test sees.
//!
//! Of all that cargo-mutants can think of, two hundred at most are played, as many of each module and always the same ones;
//! who writes a rule anew moves few of them. Those that no test sees stand in `docs/MUTANTS.md` with the reason why none can.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    place::Place,
    process::{output, say},
    setup::{self, Part},
};

/// Mutants that are played.
const MOST: usize = 200;
/// The least part of those that could be built which tests have to catch.
const CAUGHT: f64 = 0.85;
/// A mutant that makes tests slower than this may make them endless, seconds.
const PATIENCE: &str = "30";
/// Where the survivors stand.
const PAGE: &str = "docs/MUTANTS.md";

/// Rules that belong together.
struct Module {
    name: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    /// What cargo tests: only what is about these rules.
    tests: &'static [&'static str],
}

/// Every module whose rules are pure.
const MODULES: [Module; 8] = [
    Module {
        name: "scoring",
        package: "bearing-shared",
        files: &[
            "shared/src/metric/*.rs",
            "shared/src/histogram.rs",
            "shared/src/stats/share.rs",
            "shared/src/stats/net.rs",
        ],
        tests: &["--features=stats", "--lib", "--test=golden", "--test=properties"],
    },
    Module {
        name: "answers",
        package: "bearing-shared",
        files: &[
            "shared/src/answer.rs",
            "shared/src/question/*.rs",
            "shared/src/survey.rs",
            "shared/src/instrument.rs",
        ],
        tests: &["--lib"],
    },
    Module {
        name: "rules",
        package: "bearing-shared",
        files: &["shared/src/rule/*.rs"],
        tests: &["--lib", "--test=decide"],
    },
    Module { name: "suspicion", package: "bearing-shared", files: &["shared/src/suspicion.rs"], tests: &["--lib"] },
    Module { name: "redaction", package: "bearing-shared", files: &["shared/src/privacy/**/*.rs"], tests: &["--lib"] },
    Module {
        name: "editions",
        package: "bearing-storage",
        files: &["backend/storage/src/counts/edition.rs"],
        tests: &["--lib"],
    },
    Module {
        name: "tokens",
        package: "bearing-strangers",
        files: &["backend/strangers/src/display.rs"],
        tests: &["--lib"],
    },
    Module {
        name: "addresses",
        package: "bearing-strangers",
        files: &["backend/strangers/src/address.rs"],
        tests: &["--lib"],
    },
];

/// A fault that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mutant {
    /// As cargo-mutants calls it, with line and column.
    call: String,
    /// File, what is done, and in which function: the same when lines are added above it.
    name: String,
}

/// Plays the mutants, or those of one module; fails where too many or the wrong ones are not seen.
pub(super) fn mutants(place: &Place, args: &[String]) -> Result<()> {
    let wanted = args.first().map(String::as_str);
    let known = MODULES.map(|module| module.name);
    ensure!(
        wanted.is_none_or(|wanted| known.contains(&wanted)),
        "there is no such module; there are {}",
        known.join(", ")
    );
    setup::ensure(place, &[Part::Crates, Part::Mutants])?;
    let listed = listed(&fs::read_to_string(place.root.join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?);
    let all = MODULES.iter().map(|module| all(place, module)).collect::<Result<Vec<_>>>()?;
    let counts: Vec<usize> = all.iter().map(Vec::len).collect();
    let mut modules = serde_json::Map::new();
    let (mut total, mut complaints) = (Counts::default(), Vec::new());
    let begun = Instant::now();
    for ((module, mutants), share) in MODULES.iter().zip(&all).zip(shares(&counts, MOST)) {
        if wanted.is_some_and(|wanted| wanted != module.name) {
            continue;
        }
        let chosen = chosen(mutants, share);
        say(format_args!("{}: {} of {} …", module.name, chosen.len(), mutants.len()));
        let became = play(place, module, &chosen)?;
        let counts = Counts::of(became.values().map(String::as_str));
        modules.insert(module.name.to_owned(), counts.told());
        total.add(&counts);
        complaints.extend(judged(module.name, &chosen, &became, &listed));
    }
    if wanted.is_none() {
        let exists = |name: &String| all.iter().flatten().any(|mutant| mutant.name == *name);
        let gone = listed.keys().filter(|name| !exists(name));
        complaints.extend(gone.map(|name| format!("{PAGE} lists what is no mutant any more: {name}")));
    }
    let mut told = total.told();
    told["least_share"] = CAUGHT.into();
    told["of"] = counts.iter().sum::<usize>().into();
    told["minutes"] = (begun.elapsed().as_secs() / 60).into();
    told["modules"] = modules.into();
    say(&told);
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    ensure!(total.share() >= CAUGHT, "tests caught {:.3} of what could be built", total.share());
    Ok(())
}

/// cargo-mutants on a module's files, without settings from elsewhere.
fn tool(place: &Place, module: &Module) -> Command {
    let mut command = place.toolchain_command(setup::mutants_program(place).as_os_str());
    let mut folder = place.target().into_os_string();
    folder.push("-mutants");
    // What nobody changed is built once, for all modules and all runs.
    command.env("CARGO_TARGET_DIR", folder).env("CARGO_NET_OFFLINE", "true").env("PROPTEST_FAILURE_PERSISTENCE", "off");
    command.args(["mutants", "--no-config", "--colors=never", "--package", module.package]);
    for file in module.files {
        command.args(["--file", file]);
    }
    command
}

/// Every mutant of a module, in the order of its sources.
fn all(place: &Place, module: &Module) -> Result<Vec<Mutant>> {
    let mut list = tool(place, module);
    list.args(["--list", "--json"]);
    let told: Value = serde_json::from_str(&output(list, "cargo-mutants")?)?;
    let calls = told.as_array().context("cargo-mutants lists nothing")?.iter();
    let mutants = named(calls.filter_map(|one| one["name"].as_str()))?;
    ensure!(!mutants.is_empty(), "{}: there is nothing to change in {}", module.name, module.files.join(", "));
    Ok(mutants)
}

/// Mutants by their calls: `file:line:column: what`. What is done more than once in a function has its number there.
fn named<'a>(calls: impl Iterator<Item = &'a str>) -> Result<Vec<Mutant>> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    calls
        .map(|call| {
            let (at, what) = call.split_once(": ").with_context(|| format!("no place in {call}"))?;
            let file = at.split(':').next().unwrap_or_default();
            let name = format!("{file}: {what}");
            let times = times.entry(name.clone()).or_default();
            *times += 1;
            let name = if *times == 1 { name } else { format!("{name} ({times})") };
            Ok(Mutant { call: call.to_owned(), name })
        })
        .collect()
}

/// How many each module has of `most`: the same number, but for those that have fewer, whose rest the others share.
fn shares(counts: &[usize], most: usize) -> Vec<usize> {
    let mut shares = vec![0; counts.len()];
    let mut left = most;
    loop {
        let open: Vec<usize> = (0..counts.len()).filter(|place| shares[*place] < counts[*place]).collect();
        if open.is_empty() || left == 0 {
            return shares;
        }
        for place in open.into_iter().take(left) {
            shares[place] += 1;
            left -= 1;
        }
    }
}

/// So many of the mutants: always those whose names come first in an order that has nothing to do with what they say. Before
/// them all those that leave out a field: cargo-mutants plays them whatever it is asked for.
fn chosen(mutants: &[Mutant], share: usize) -> Vec<Mutant> {
    let mut chosen = mutants.to_vec();
    let is_field = |mutant: &Mutant| mutant.name.contains(": delete field ");
    chosen.sort_by_key(|mutant| (!is_field(mutant), mixed(&mutant.name), mutant.name.clone()));
    chosen.truncate(share);
    chosen
}

/// A number of a text, by FNV-1a and a last stir: the same on every machine and with every compiler.
fn mixed(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// What became of each mutant, by its name: `CaughtMutant`, `MissedMutant`, `Unviable`, `Timeout`.
fn play(place: &Place, module: &Module, chosen: &[Mutant]) -> Result<BTreeMap<String, String>> {
    let folder = place.work().join("mutants").join(module.name);
    if folder.exists() {
        // An earlier run's must not pass for this one's.
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut player = tool(place, module);
    player.args(["--jobs=1", "--minimum-test-timeout", PATIENCE, "--cargo-arg=--locked", "--output"]).arg(&folder);
    for mutant in chosen {
        player.arg(format!("--re=^{}$", escaped(&mutant.call)));
    }
    player.arg("--").args(module.tests).stdin(Stdio::null());
    // Its own end says whether any was missed, which is judged here.
    let status = player.status().context("cannot start cargo-mutants")?;
    read(&folder.join("mutants.out/outcomes.json"), chosen)
        .with_context(|| format!("{}: cargo-mutants ended with {status}; see above", module.name))
}

fn read(outcomes: &Path, chosen: &[Mutant]) -> Result<BTreeMap<String, String>> {
    let told = fs::read_to_string(outcomes).with_context(|| format!("cannot read {}", outcomes.display()))?;
    let told: Value = serde_json::from_str(&told)?;
    let outcomes = told["outcomes"].as_array().context("no outcomes")?;
    let became = |mutant: &Mutant| {
        let outcome = outcomes.iter().find(|one| one["scenario"]["Mutant"]["name"] == mutant.call.as_str());
        let summary = outcome.and_then(|one| one["summary"].as_str());
        Ok((mutant.name.clone(), summary.with_context(|| format!("not played: {}", mutant.call))?.to_owned()))
    };
    chosen.iter().map(became).collect()
}

/// A text as a regular expression that stands for it alone.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, letter| {
        if r"\.+*?()|[]{}^$".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
        escaped
    })
}

/// The survivors that the page lists, with the reasons: lines of the form "- `mutant`: reason".
fn listed(page: &str) -> BTreeMap<String, String> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("- `")?.split_once("`: "));
    lines.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect()
}

/// What is wrong with a module: survivors that are not listed, and listed ones that did not survive.
fn judged(
    module: &str,
    chosen: &[Mutant],
    became: &BTreeMap<String, String>,
    listed: &BTreeMap<String, String>,
) -> Vec<String> {
    let complaint = |mutant: &Mutant| {
        let survived = became.get(&mutant.name).is_some_and(|became| became == "MissedMutant");
        match (survived, listed.contains_key(&mutant.name)) {
            (true, false) => Some(format!("{module}: no test sees, and {PAGE} does not list: {}", mutant.name)),
            (false, true) => Some(format!("{module}: {PAGE} lists what is no survivor: {}", mutant.name)),
            _ => None,
        }
    };
    chosen.iter().filter_map(complaint).collect()
}

/// What became of mutants.
#[derive(Default)]
struct Counts {
    caught: usize,
    missed: usize,
    unviable: usize,
    timeout: usize,
}

impl Counts {
    fn of<'a>(became: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = Self::default();
        for one in became {
            *match one {
                "CaughtMutant" => &mut counts.caught,
                "Timeout" => &mut counts.timeout,
                "Unviable" => &mut counts.unviable,
                _ => &mut counts.missed,
            } += 1;
        }
        counts
    }

    fn add(&mut self, other: &Self) {
        self.caught += other.caught;
        self.missed += other.missed;
        self.unviable += other.unviable;
        self.timeout += other.timeout;
    }

    /// The caught part of those that could be built; tests that never end say too that something is wrong.
    fn share(&self) -> f64 {
        let seen = self.caught + self.timeout;
        seen as f64 / (seen + self.missed).max(1) as f64
    }

    fn told(&self) -> Value {
        let mutants = self.caught + self.missed + self.unviable + self.timeout;
        json!({
            "mutants": mutants, "caught": self.caught, "timeout": self.timeout, "missed": self.missed,
            "unviable": self.unviable, "share": (self.share() * 1_000.0).round() / 1_000.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(calls: &[&str]) -> Vec<Mutant> {
        named(calls.iter().copied()).expect("are calls")
    }

    #[test]
    fn a_mutant_keeps_its_name_when_lines_are_added_above_it() {
        let before = names(&["a.rs:1:2: replace f -> bool with true", "a.rs:3:4: replace && with || in f"]);
        let after = names(&["a.rs:9:2: replace f -> bool with true", "a.rs:12:4: replace && with || in f"]);
        let names_of = |mutants: &[Mutant]| mutants.iter().map(|mutant| mutant.name.clone()).collect::<Vec<_>>();
        assert_eq!(names_of(&before), names_of(&after));
        let twice = names(&["a.rs:1:2: replace && with || in f", "a.rs:1:9: replace && with || in f"]);
        assert_eq!(names_of(&twice), ["a.rs: replace && with || in f", "a.rs: replace && with || in f (2)"]);
    }

    #[test]
    fn each_module_has_as_many_and_what_one_lacks_goes_to_the_others() {
        assert_eq!(shares(&[100, 100], 10), [5, 5]);
        assert_eq!(shares(&[2, 100, 100], 12), [2, 5, 5]);
        assert_eq!(shares(&[2, 3], 200), [2, 3]);
        assert_eq!(shares(&[9, 9, 9], 4), [2, 1, 1]);
    }

    #[test]
    fn the_choice_is_the_same_whatever_else_is_there() {
        let all = names(&["a.rs:1:1: one", "a.rs:2:1: two", "a.rs:3:1: three", "a.rs:4:1: four"]);
        let two = chosen(&all, 2);
        let reversed: Vec<Mutant> = all.iter().rev().cloned().collect();
        assert_eq!((two.len(), &two), (2, &chosen(&reversed, 2)));
        assert_eq!(chosen(&two, 2), two);
    }

    #[test]
    fn the_list_of_survivors_has_to_be_true() {
        let page = "# Head\n\n- `a.rs: one`: it is the same.\n- `a.rs: two`: so is this.\n- a word\n";
        let listed = listed(page);
        assert_eq!(listed.len(), 2);
        let all = names(&["a.rs:1:1: one", "a.rs:2:1: two", "a.rs:3:1: three", "a.rs:4:1: four"]);
        let became = ["MissedMutant", "CaughtMutant", "MissedMutant", "Timeout"];
        let became = all.iter().zip(became).map(|(mutant, became)| (mutant.name.clone(), became.to_owned())).collect();
        let wrong = judged("m", &all, &became, &listed);
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].ends_with("no survivor: a.rs: two") && wrong[1].ends_with("does not list: a.rs: three"));
    }

    #[test]
    fn the_share_is_of_what_could_be_built() {
        let counts = Counts::of(["CaughtMutant", "Timeout", "MissedMutant", "Unviable", "CaughtMutant"].into_iter());
        assert!((counts.share() - 0.75).abs() < 1e-9);
        assert_eq!(counts.told()["mutants"], 5);
    }

    #[test]
    fn a_call_is_sought_as_it_is() {
        assert_eq!(escaped("a.rs:1:2: replace || with && in f<T>"), r"a\.rs:1:2: replace \|\| with && in f<T>");
    }
}
