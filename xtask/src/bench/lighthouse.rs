//! `bench lighthouse`: what the tag adds to a page in Lighthouse's eyes, on a template that none of us wrote.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    browsers,
    place::Place,
    process::{output, say},
    setup::{self, Part},
};

/// Runs of each page; the median is told.
const RUNS: usize = 5;

/// The template unless another is asked for: small enough that the tag can be seen beside it.
const TEMPLATE: &str = "landing_page";

/// What is asked of each run.
const AUDITS: [&str; 3] = ["cumulative-layout-shift", "total-blocking-time", "errors-in-console"];

/// Chromium as the end-to-end tests start it: no network but loopback, whose failures are the same with the tag.
const CHROMIUM: &str = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage --lang=en-US \
    --host-resolver-rules='MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'";

/// The two pages, served until this is dropped.
struct Stand {
    child: Child,
    without: String,
    with: String,
}

impl Drop for Stand {
    fn drop(&mut self) {
        // It ends with its standard input; the servers that it started end with it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What one run found.
struct Run {
    shift: f64,
    blocking: f64,
    errors: Vec<String>,
}

/// Runs Lighthouse over both pages in turn; prints a table and one JSON object.
pub(super) fn lighthouse(place: &Place, args: &[String]) -> Result<()> {
    setup::ensure(place, &[Part::Crates, Part::Npm, Part::Browser, Part::Peers])?;
    let template = args.first().map_or(TEMPLATE, String::as_str);
    let stand = stand(place, template)?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        without.push(run(place, &stand.without)?);
        with.push(run(place, &stand.with)?);
    }
    let shift = |runs: &[Run]| median(runs.iter().map(|run| run.shift).collect());
    let blocking = |runs: &[Run]| median(runs.iter().map(|run| run.blocking).collect());
    let before: Vec<&String> = without.iter().flat_map(|run| &run.errors).collect();
    let after: usize = with.iter().map(|run| run.errors.len()).sum();
    let mut new: Vec<&String> = with.iter().flat_map(|run| &run.errors).filter(|line| !before.contains(line)).collect();
    new.sort();
    new.dedup();
    let (shifts, blockings) = ([shift(&without), shift(&with)], [blocking(&without), blocking(&with)]);
    say(format_args!("{:<34}{:>12}{:>12}{:>12}", format!("{template}, median of {RUNS}"), "without", "with", "added"));
    say(format_args!(
        "{:<34}{:>12.4}{:>12.4}{:>12.4}",
        "cumulative layout shift",
        shifts[0],
        shifts[1],
        shifts[1] - shifts[0]
    ));
    say(format_args!(
        "{:<34}{:>12.0}{:>12.0}{:>12.0}",
        "total blocking time, ms",
        blockings[0],
        blockings[1],
        blockings[1] - blockings[0]
    ));
    say(format_args!(
        "{:<34}{:>12}{:>12}{:>12}",
        "errors in the console",
        before.len() / RUNS,
        after / RUNS,
        new.len()
    ));
    new.iter().for_each(|line| say(format_args!("  new: {line}")));
    say(json!({
        "template": template, "runs": RUNS,
        "layout_shift": { "without": shifts[0], "with": shifts[1], "added": shifts[1] - shifts[0] },
        "blocking_ms": { "without": blockings[0], "with": blockings[1], "added": blockings[1] - blockings[0] },
        "new_console_errors": new,
    }));
    Ok(())
}

fn stand(place: &Place, template: &str) -> Result<Stand> {
    let mut command = super::guest(place, "stand");
    command.arg(template).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot start the pages")?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("the pages have no standard output")?).read_line(&mut line)?;
    let pages: Value = serde_json::from_str(&line).context("the pages did not start; the reason is above")?;
    let address = |name: &str| pages[name].as_str().map(str::to_owned).context("the pages told no address");
    Ok(Stand { without: address("without")?, with: address("with")?, child })
}

/// One run with the machine slowed down four times and the line that Lighthouse means by a phone's, both for real.
fn run(place: &Place, page: &str) -> Result<Run> {
    let mut command = Command::new("node");
    command.arg(place.peers().join("node_modules/lighthouse/cli/index.js")).arg(page).args([
        "--quiet",
        "--output=json",
        "--output-path=stdout",
        "--throttling-method=devtools",
        "--throttling.cpuSlowdownMultiplier=4",
    ]);
    command.arg(format!("--only-audits={}", AUDITS.join(","))).arg(format!("--chrome-flags={CHROMIUM}"));
    let programs = browsers::environment(place);
    if let Some((_, chromium)) = programs.into_iter().find(|(name, _)| *name == "CHROMIUM") {
        command.env("CHROME_PATH", chromium);
    }
    let report: Value = serde_json::from_str(&output(command, "Lighthouse")?).context("Lighthouse wrote no JSON")?;
    ensure!(report["runtimeError"].is_null(), "Lighthouse: {}", report["runtimeError"]);
    let audit = |name: &str| &report["audits"][name];
    let number = |name: &str| {
        audit(name)["numericValue"].as_f64().with_context(|| format!("Lighthouse told no {name}: {}", audit(name)))
    };
    let errors = audit(AUDITS[2])["details"]["items"].as_array().context("Lighthouse told no errors")?;
    let text = |item: &Value| {
        format!("{} {}", item["description"].as_str().unwrap_or_default(), item["sourceLocation"]["url"])
    };
    Ok(Run { shift: number(AUDITS[0])?, blocking: number(AUDITS[1])?, errors: errors.iter().map(text).collect() })
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
