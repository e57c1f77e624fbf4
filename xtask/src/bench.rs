//! `bench`: measurements of the release build, each an example of the crate that it measures.

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    place::Place,
    process::run,
    setup::{self, Part},
};

/// What can be measured.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Bench {
    /// Requests a second: a route that does nothing, one that parses, and the durable one.
    Intake,
}

/// Runs a benchmark with its own arguments.
pub(crate) fn bench(place: &Place, what: Bench, args: &[String]) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let example = match what {
        Bench::Intake => "bench_intake",
    };
    let mut cargo = place.offline_cargo();
    cargo.args(["run", "--quiet", "--locked", "--release", "--package=bearing", "--example", example, "--"]).args(args);
    run(cargo, "the benchmark")
}
