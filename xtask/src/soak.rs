//! `soak`: the built server under load and blows, judged; the end-to-end tests' own means play it.

use std::hash::{BuildHasher as _, RandomState};

use anyhow::{Result, ensure};
use clap::Args;

use crate::{
    bench, nats,
    place::Place,
    postgres,
    process::run,
    setup::{self, Part},
};

/// What can be played, each on some stores; `all` is every one of the store's.
const FAULTS: [&str; 11] =
    ["kill", "flush", "full", "pause", "cut", "backup", "restart", "stall", "leader", "none", "all"];

/// What to play.
#[derive(Args)]
pub(crate) struct Soak {
    /// What the server stores in; PostgreSQL and NATS are the run's own.
    #[arg(long, default_value = "sqlite", value_parser = ["sqlite", "postgres", "nats"])]
    store: String,
    /// How long each fault is played, in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Answers a second.
    #[arg(long, default_value_t = 2_000)]
    rate: u32,
    /// Answers that are in the store before.
    #[arg(long, default_value_t = 0)]
    filled: u32,
    /// What is sent and when the blows fall; another one each time when absent.
    #[arg(long)]
    seed: Option<u64>,
    /// The fault.
    #[arg(long, default_value = "all", value_parser = FAULTS)]
    fault: String,
}

/// Plays the faults and prints their table; fails when an answer was lost or counted twice, or the server was not back in
/// time.
pub(crate) fn soak(place: &Place, soak: &Soak) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let binary = bench::binary(place);
    ensure!(binary.is_file(), "there is no {}; run `cargo xtask build`", binary.display());
    // Short enough to be typed again.
    let seed = soak.seed.unwrap_or_else(|| RandomState::new().hash_one("seed") % 1_000_000);
    let mut program = bench::guest(place, "soak");
    match soak.store.as_str() {
        "sqlite" => {}
        "postgres" => postgres::ensure()?,
        _ => {
            postgres::ensure()?;
            nats::ensure(place)?;
            nats::tell(place, &mut program)?;
        }
    }
    program.args(["run", &soak.store, &soak.fault]);
    program.args([u64::from(soak.seconds), u64::from(soak.rate), u64::from(soak.filled), seed].map(|n| n.to_string()));
    run(program, "the soak")
}
