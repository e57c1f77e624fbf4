//! The three browsers that tests drive, and their drivers: where they are, and how they come onto this machine.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    place::Place,
    process::{find_program, run, step},
    setup::debian,
};

/// Firefox's driver, which Debian does not package.
const GECKODRIVER: &str = "0.37.1";

/// A program that tests start: the variable that names it to them, its name in `PATH`, and Debian's package of it.
struct Program {
    variable: &'static str,
    name: &'static str,
    package: &'static str,
}

/// What Debian packages. WebKit's driver brings its browser, which draws on a screen: Xvfb is one that nobody sees.
const PROGRAMS: [Program; 5] = [
    Program { variable: "CHROMIUM", name: "chromium", package: "chromium" },
    Program { variable: "CHROMEDRIVER", name: "chromedriver", package: "chromium-driver" },
    Program { variable: "FIREFOX", name: "firefox-esr", package: "firefox-esr" },
    Program { variable: "WEBKITDRIVER", name: "WebKitWebDriver", package: "webkit2gtk-driver" },
    Program { variable: "XVFB", name: "Xvfb", package: "xvfb" },
];

impl Program {
    /// What the environment names, else what a shell would find.
    fn find(&self) -> Option<PathBuf> {
        env::var_os(self.variable).map(PathBuf::from).or_else(|| find_program(self.name))
    }
}

/// Installs what is missing, all of Debian's packages at once.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|program| program.find().is_none()).map(|program| program.package).collect();
    if !missing.is_empty() {
        debian("browsers and their drivers", &missing)?;
    }
    geckodriver(place)
}

/// What tests are told by their environment: the programs that are there.
pub(crate) fn environment(place: &Place) -> Vec<(&'static str, PathBuf)> {
    let found = PROGRAMS.iter().filter_map(|program| Some((program.variable, program.find()?)));
    found.chain(Some(("GECKODRIVER", geckodriver_program(place)))).collect()
}

fn geckodriver_program(place: &Place) -> PathBuf {
    env::var_os("GECKODRIVER").map_or_else(
        || place.cache.join("tools").join(format!("geckodriver-{GECKODRIVER}")).join("bin/geckodriver"),
        PathBuf::from,
    )
}

fn geckodriver(place: &Place) -> Result<()> {
    let program = geckodriver_program(place);
    if program.is_file() {
        return Ok(());
    }
    let root = program.ancestors().nth(2).context("the driver has a folder")?;
    step(&format!("geckodriver {GECKODRIVER}"), || {
        run(place.quick_install("geckodriver", GECKODRIVER, root), "`cargo install geckodriver`")
    })
}
