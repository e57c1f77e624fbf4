//! Data that nobody here made, as CSV in the cache, and the Python that reads it; locked by digest, never committed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    inputs,
    place::Place,
    process::{find_program, run, step, succeeds},
    setup,
};

/// What the environment has to hold: packages and their files by digest, and packages that are read and not installed.
const LOCKS: [&str; 2] = ["xtask/python/requirements.txt", "xtask/python/archives.txt"];

/// What writes the tables.
const SCRIPT: &str = "xtask/python/datasets.py";

/// Debian's packages for a machine without a usable Python.
const DEBIAN_PYTHON: [&str; 2] = ["python3", "python3-venv"];

/// Programs that may be a Python of the versions that the lock files know, in the order they are tried.
const PYTHONS: [&str; 6] = ["python3", "/usr/bin/python3", "python3.14", "python3.13", "python3.12", "python3.11"];

/// Ends well on a Python that the lock files have files for and that can make an environment of its own.
const FITS: &str = "import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))";

/// Makes sure that the environment and the tables are there.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    let environment = environment(place)?;
    let python = program(&environment);
    let stamp = environment.join("complete");
    // A Python that the system replaced leaves links to nowhere.
    if !python.is_file() && environment.exists() {
        fs::remove_dir_all(&environment).with_context(|| format!("cannot remove {}", environment.display()))?;
    }
    let lock = inputs::fingerprint(&place.root, &LOCKS, "")?;
    inputs::when_changed(&stamp, &lock, || step("Python packages of xtask/python", || install(place, &environment)))?;
    let tables = inputs::fingerprint(&place.root, &[LOCKS[0], LOCKS[1], SCRIPT], "")?;
    inputs::when_changed(&folder(place).join("complete"), &tables, || {
        step("public data sets", || {
            let mut datasets = Command::new(&python);
            datasets.arg(place.root.join(SCRIPT)).arg(environment.join("archives")).arg(folder(place));
            run(datasets, SCRIPT)
        })
    })?;
    Ok(())
}

/// Where the tables are: `<name>.csv`, each with a header.
pub(crate) fn folder(place: &Place) -> PathBuf {
    place.cache.join("data")
}

/// The Python that has the packages.
pub(crate) fn python(place: &Place) -> Result<PathBuf> {
    Ok(program(&environment(place)?))
}

/// A folder per state of the lock files: two checkouts share it when they agree, and do not disturb each other else.
fn environment(place: &Place) -> Result<PathBuf> {
    Ok(place.cache.join(format!("python-{}", inputs::fingerprint(&place.root, &LOCKS, "")?)))
}

fn program(environment: &Path) -> PathBuf {
    environment.join("bin/python")
}

fn install(place: &Place, environment: &Path) -> Result<()> {
    make_environment(place, environment, LOCKS[0])?;
    let mut archives = pip(place, environment, "download");
    archives.arg("--dest").arg(environment.join("archives")).arg("--requirement").arg(LOCKS[1]);
    run(archives, "`pip download`")
}

/// Makes sure that there is an environment of its own for what a lock file names; `name` is what its folder's name begins
/// with.
pub(crate) fn ensure_environment(place: &Place, name: &str, lock: &str) -> Result<()> {
    let environment = environment_of(place, name, lock)?;
    // A Python that the system replaced leaves links to nowhere.
    if !program(&environment).is_file() && environment.exists() {
        fs::remove_dir_all(&environment).with_context(|| format!("cannot remove {}", environment.display()))?;
    }
    let fingerprint = inputs::fingerprint(&place.root, &[lock], "")?;
    inputs::when_changed(&environment.join("complete"), &fingerprint, || {
        step(&format!("Python packages of {lock}"), || make_environment(place, &environment, lock))
    })?;
    Ok(())
}

/// A folder per state of the lock file, as for the data.
pub(crate) fn environment_of(place: &Place, name: &str, lock: &str) -> Result<PathBuf> {
    Ok(place.cache.join(format!("{name}-{}", inputs::fingerprint(&place.root, &[lock], "")?)))
}

/// Makes an environment of its own that holds what a lock file names.
fn make_environment(place: &Place, environment: &Path, lock: &str) -> Result<()> {
    let mut make = Command::new(find()?);
    make.args(["-m", "venv", "--clear"]).arg(environment);
    run(make, "`python3 -m venv`")?;
    let mut packages = pip(place, environment, "install");
    packages.arg("--requirement").arg(lock);
    run(packages, "`pip install`")
}

fn pip(place: &Place, environment: &Path, verb: &str) -> Command {
    let mut pip = Command::new(program(environment));
    pip.current_dir(&place.root).args(["-m", "pip", verb, "--quiet", "--disable-pip-version-check"]);
    // Digests for what is named, all of it named, and no package's own code runs on the way in.
    pip.args(["--require-hashes", "--no-deps", "--only-binary=:all:"]);
    pip
}

fn find() -> Result<PathBuf> {
    if let Some(python) = fitting() {
        return Ok(python);
    }
    setup::debian("Python", &DEBIAN_PYTHON)?;
    match fitting() {
        Some(python) => Ok(python),
        None => bail!("Python 3.11 to 3.14 with its venv module is needed; install it and start again"),
    }
}

fn fitting() -> Option<PathBuf> {
    PYTHONS.iter().filter_map(|name| find_program(name)).find(|python| {
        let mut command = Command::new(python);
        command.args(["-c", FITS]);
        succeeds(command)
    })
}
