//! `bench`: measurements of the release build; each prints one JSON object.

mod delivery;
mod duck;
mod reports;

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::json;

use crate::{
    place::Place,
    process::{run, say},
    server::Server,
    setup::{self, Part},
};

/// Starts that are timed; the median is told.
const STARTS: usize = 5;
/// How long the server rests before its memory is read.
const REST: Duration = Duration::from_secs(2);

/// What can be measured.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Bench {
    /// How often the score interval holds the truth, and how often and how soon the alarms tell a change.
    Coverage,
    /// Answers of pages that are left 0, 10, 50 and 200 ms after the click, in three browsers, under a slow server.
    Delivery,
    /// Requests a second: a route that does nothing, one that parses, and the durable one;
    /// with `--dimensions 5` also the durable one at a site that counts by five attributes.
    Intake,
    /// Reports over 5 million answers, beside DuckDB over the same rows.
    Reports,
    /// The binary's size, how soon it is ready on an empty folder, and its memory when idle (Linux).
    Start,
}

/// Runs a benchmark with its own arguments.
pub(crate) fn bench(place: &Place, what: Bench, args: &[String]) -> Result<()> {
    match what {
        Bench::Coverage => coverage(place),
        Bench::Delivery => delivery::delivery(place),
        Bench::Intake => intake(place, args),
        Bench::Reports => reports::reports(place, args),
        Bench::Start => start(place),
    }
}

fn coverage(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let mut cargo = place.offline_cargo();
    cargo.args(["run", "--quiet", "--locked", "--release", "--package=bearing-shared", "--features=stats"]);
    cargo.args(["--example", "coverage"]);
    run(cargo, "the benchmark")
}

fn intake(place: &Place, args: &[String]) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let mut cargo = place.offline_cargo();
    let example = ["run", "--quiet", "--locked", "--release", "--package=bearing", "--example", "bench_intake", "--"];
    cargo.args(example).args(args);
    run(cargo, "the benchmark")
}

fn start(place: &Place) -> Result<()> {
    let binary = place.dist().join("bearing");
    let size =
        fs::metadata(&binary).with_context(|| format!("there is no {}; run `cargo xtask build`", binary.display()))?;
    let mut ready = Vec::new();
    let mut resident = 0;
    for _ in 0..STARTS {
        let mut server = Server::new(place)?;
        let begun = Instant::now();
        server.start()?;
        ready.push(begun.elapsed().as_millis());
        thread::sleep(REST);
        resident = resident.max(server.resident_kib()?);
    }
    ready.sort_unstable();
    say(json!({
        "binary_bytes": size.len(), "ready_ms_median": ready[STARTS / 2], "ready_ms_most": ready[STARTS - 1],
        "idle_resident_kib": resident, "starts": STARTS,
    }));
    Ok(())
}
