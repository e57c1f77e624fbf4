//! `bench delivery`: pages that are left right after the click, in three browsers, and what became of the answers.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::{
    browsers,
    place::Place,
    process::{output, say},
    setup::{self, Part},
};

/// How often a page is left at each moment.
const RUNS: &str = "20";

/// Leaves pages, and prints the table that the end-to-end test writes; fails when an answer was lost or stored twice.
pub(crate) fn delivery(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates, Part::Browser])?;
    let binary = place.dist().join("bearing");
    ensure!(binary.is_file(), "there is no {}; run `cargo xtask build`", binary.display());
    let table = place.work().join("delivery.md");
    fs::create_dir_all(place.work())?;
    if table.exists() {
        // An earlier run's must not pass for this one's.
        fs::remove_file(&table)?;
    }
    let mut cargo = place.offline_cargo();
    cargo.args(["test", "--quiet", "--locked", "--package=bearing-e2e", "--test", "matrix", "a_page_left_loses"]);
    cargo.envs(browsers::environment(place));
    cargo.env("BEARING_BIN", binary).env("BEARING_DELIVERY_RUNS", RUNS).env("BEARING_DELIVERY_OUT", &table);
    let played = output(cargo, "the test that leaves pages");
    say(fs::read_to_string(&table).with_context(|| format!("the test left no {}", table.display()))?.trim_end());
    played.map(drop)
}
