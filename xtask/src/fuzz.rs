//! `fuzz`: every parser that a stranger reaches under libFuzzer, for a time each; a crash is kept and fails the command.
//!
//! The stable compiler can count which code an input reached; it needs no sanitizer, since nothing of ours is `unsafe`.
//! `cargo fuzz run` in `backend/fuzz` does the same where it is installed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, json};

use crate::{
    place::Place,
    process::{complain, run, say, step},
    setup::{self, Part},
};

/// How the compiler is told to count what an input reached, as libFuzzer reads it.
const COUNTED: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Where the first inputs are, a folder a parser.
const SEEDS: &str = "backend/fuzz/seeds";

/// The longest input, in bytes: that of a request.
const LONGEST: &str = "65536";

/// An input may take so many seconds before it counts as a crash; a parser of 64 KiB takes milliseconds.
const SLOWEST: &str = "2";

/// An input may make the fuzzer hold so many MiB.
const MEMORY: &str = "1024";

/// Fuzzes one parser, or all of them.
#[derive(clap::Args)]
pub(crate) struct Fuzz {
    /// The parser, a folder of `backend/fuzz/seeds`; all of them when absent.
    target: Option<String>,
    /// How long each is fuzzed.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds the fuzzer and runs it; the corpora stay in the cache and grow.
pub(crate) fn fuzz(place: &Place, asked: &Fuzz) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let mut targets = targets(&place.root.join(SEEDS))?;
    if let Some(wanted) = &asked.target {
        ensure!(targets.contains(wanted), "there is no parser `{wanted}`; there are {}", targets.join(", "));
        targets = vec![wanted.clone()];
    }
    let program = step("the fuzzer", || build(place))?;
    let mut told = Map::new();
    let mut crashed = Vec::new();
    for target in targets {
        let found = play(place, &program, &target, asked.seconds)?;
        if found.crashed {
            crashed.push(target.clone());
        }
        told.insert(target, json!({ "runs": found.runs, "reached": found.reached, "crashed": found.crashed }));
    }
    say(json!({ "seconds_each": asked.seconds, "parsers": told }));
    if !crashed.is_empty() {
        bail!("these crashed: {}; what did it lies in {}", crashed.join(", "), crashes(place).display());
    }
    Ok(())
}

fn targets(seeds: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(seeds).with_context(|| format!("cannot list {}", seeds.display()))?;
    let mut names =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<Result<Vec<String>>>()?;
    names.sort();
    Ok(names)
}

/// This machine's own target, named, so that the flags leave build scripts and macros alone.
fn host(place: &Place) -> Result<String> {
    let mut rustc = place.toolchain_command("rustc".as_ref());
    rustc.arg("-vV");
    let told = crate::process::output(rustc, "rustc")?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

fn build(place: &Place) -> Result<PathBuf> {
    let host = host(place)?;
    let mut folder = place.target().into_os_string();
    folder.push("-fuzz");
    let mut cargo = place.offline_cargo();
    cargo.env("CARGO_TARGET_DIR", &folder).env("CARGO_ENCODED_RUSTFLAGS", COUNTED.join("\u{1f}"));
    cargo.args([
        "build",
        "--locked",
        "--profile=fuzz",
        "--package=bearing-fuzz",
        "--features=engine",
        "--target",
        &host,
    ]);
    run(cargo, "the fuzzer's build")?;
    Ok(Path::new(&folder).join(host).join("fuzz/strangers"))
}

/// Where inputs are kept that crashed a parser.
fn crashes(place: &Place) -> PathBuf {
    place.cache.join("fuzz/crashes")
}

/// What became of one parser.
struct Found {
    runs: u64,
    /// Edges of the program that some input reached.
    reached: u64,
    crashed: bool,
}

fn play(place: &Place, program: &Path, target: &str, seconds: u32) -> Result<Found> {
    let corpus = place.cache.join("fuzz/corpus").join(target);
    let crashes = crashes(place);
    for folder in [&corpus, &crashes] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    say(format_args!("{target} for {seconds} s …"));
    let mut fuzzer = Command::new(program);
    fuzzer.env("BEARING_FUZZ", target).stdin(Stdio::null());
    fuzzer.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}")).arg("-print_final_stats=1");
    fuzzer.arg(format!("-timeout={SLOWEST}")).arg(format!("-rss_limit_mb={MEMORY}"));
    fuzzer.arg(format!("-artifact_prefix={}/{target}-", crashes.display()));
    // The first folder is the one that grows.
    fuzzer.arg(&corpus).arg(place.root.join(SEEDS).join(target));
    let ended = fuzzer.output().with_context(|| format!("cannot start {}", program.display()))?;
    let log = String::from_utf8_lossy(&ended.stderr);
    let (runs, reached) = counts(&log);
    let crashed = !ended.status.success();
    if crashed {
        let lines: Vec<&str> = log.lines().collect();
        complain(&lines[lines.len().saturating_sub(40)..].join("\n"));
    }
    ensure!(crashed || runs > 0, "{target}: the fuzzer ran nothing: {log}");
    Ok(Found { runs, reached, crashed })
}

/// What the fuzzer's log says: how many inputs it ran, and how much they reached.
fn counts(log: &str) -> (u64, u64) {
    let after = |line: &str, word: &str| {
        let rest = line.split_once(word)?.1;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    let runs = log.lines().filter_map(|line| after(line, "stat::number_of_executed_units:")).next_back();
    let reached = log.lines().filter_map(|line| after(line, " cov: ")).next_back();
    (runs.unwrap_or_default(), reached.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzzers_own_counts_are_read() {
        let log = "#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 30Mb\n#9\tNEW    cov: 40 ft: 50\n\
                   stat::number_of_executed_units: 12345\nstat::average_exec_per_sec:     205\n";
        assert_eq!(counts(log), (12_345, 40));
        assert_eq!(counts("nothing"), (0, 0));
    }
}
