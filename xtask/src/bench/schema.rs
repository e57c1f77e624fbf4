//! `bench schema`: schemathesis plays the built server by its own description; what it plays and judges is in Python.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use super::{binary, built};
use crate::{
    data,
    place::Place,
    process::run,
    setup::{self, Part},
};

/// What the environment has to hold: packages and their files by digest.
const LOCK: &str = "xtask/python/schemathesis.txt";

/// What the environment's folder is called.
const ENVIRONMENT: &str = "schemathesis";

/// What starts the server, fills it, has it played and counts.
const SCRIPT: &str = "xtask/python/schema.py";

/// What the tests play of it: every operation in every phase, by a fixed seed, with few examples.
pub(crate) const SHORT: [&str; 5] = ["bench", "schema", "--", "--examples", "3"];

/// Makes sure that schemathesis is there.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    data::ensure_environment(place, ENVIRONMENT, LOCK)
}

/// Plays every operation, and fails where the server is at fault, a reply is not as described, credentials are not asked
/// for, what the schema forbids is taken, or an operation never succeeded.
pub(super) fn schema(place: &Place, args: &[String]) -> Result<()> {
    built(place)?;
    setup::ensure(place, &[Part::Schemathesis])?;
    let folder = place.work().join("schema");
    if folder.exists() {
        // An earlier run's must not pass for this one's.
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut python = Command::new(data::environment_of(place, ENVIRONMENT, LOCK)?.join("bin/python"));
    python.arg(place.root.join(SCRIPT)).arg(binary(place)).arg(&folder).args(args);
    // Beside the script nothing is written: it lies in the checkout.
    python.env("PYTHONDONTWRITEBYTECODE", "1");
    run(python, "schemathesis")
}
