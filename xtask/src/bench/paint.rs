//! `bench paint`: how soon questions can be seen, measured in a real browser by the end-to-end tests' own means.

use anyhow::Result;

use crate::{
    place::Place,
    process::run,
    setup::{self, Part},
};

/// Runs the measurement; it prints a table and one JSON object.
pub(super) fn paint(place: &Place, args: &[String]) -> Result<()> {
    setup::ensure(place, &[Part::Crates, Part::Npm, Part::Browser, Part::Peers])?;
    let mut cargo = super::guest(place, "paint");
    cargo.args(args);
    run(cargo, "the benchmark")
}
