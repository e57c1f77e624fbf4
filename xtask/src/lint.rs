//! `lint`: each feature set by name, never all features at once, which compiles and hides that two exclude each other.

use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    deploy,
    place::Place,
    process::{run, step},
    setup::{self, Part},
    wasm::{self, Program, Recipe},
};

/// One feature set, or one other thing that lints look at.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Set {
    /// Every crate as it runs on this machine.
    Native,
    /// The widget as it runs in browsers.
    Widget,
    /// The dashboard as it runs in browsers.
    Dashboard,
    /// The server on Shuttle.
    Shuttle,
    /// The documentation of every public item.
    Docs,
    /// Licences, bans and sources of the dependencies.
    Deny,
    /// The files of deploy/: image, compose files, manifests, unit, proxies.
    Deploy,
}

/// Lints one set, or all of them.
pub(crate) fn lint(place: &Place, set: Option<Set>) -> Result<()> {
    match set {
        Some(set) => one(place, set),
        None => Set::value_variants().iter().try_for_each(|set| one(place, *set)),
    }
}

fn one(place: &Place, set: Set) -> Result<()> {
    if !matches!(set, Set::Deploy) {
        setup::ensure(place, &[Part::Crates])?;
    }
    let strict = ["--", "--deny=warnings"];
    match set {
        Set::Native => step("lints, native", || {
            let mut cargo = place.offline_cargo();
            cargo.args(["clippy", "--locked", "--workspace", "--all-targets"]).args(strict);
            run(cargo, "clippy over the native feature set")
        }),
        Set::Widget => in_browsers(place, &wasm::WIDGET, strict),
        Set::Dashboard => in_browsers(place, &wasm::DASHBOARD, strict),
        Set::Shuttle => step("lints, shuttle", || {
            let mut cargo = place.offline_cargo();
            cargo
                .args(["clippy", "--locked", "--package=bearing", "--features=shuttle", "--lib", "--bins"])
                .args(strict);
            run(cargo, "clippy over the shuttle feature set")
        }),
        Set::Docs => step("documentation", || {
            let mut cargo = place.offline_cargo();
            cargo.env("RUSTDOCFLAGS", "--deny=warnings").args(["doc", "--locked", "--no-deps", "--workspace"]);
            run(cargo, "cargo doc")
        }),
        Set::Deny => {
            setup::ensure(place, &[Part::Deny])?;
            step("licences, bans and sources", || {
                let mut deny = Command::new(setup::deny_program(place));
                deny.current_dir(&place.root).args(["--offline", "--locked", "--log-level=error"]);
                // Not in deny.toml: advisories leave this feature out, these checks do not.
                deny.args(["--features=bearing/shuttle", "check"]);
                deny.args(["bans", "licenses", "sources"]);
                run(deny, "cargo-deny")
            })
        }
        Set::Deploy => {
            setup::ensure(place, &[Part::Deploy])?;
            step("files of deploy/", || deploy::check(place))
        }
    }
}

/// Lints a program as browsers run it.
fn in_browsers(place: &Place, program: &Program, strict: [&str; 2]) -> Result<()> {
    setup::ensure(place, &[Part::Wasm])?;
    let recipe = Recipe::find(place).context("no toolchain here can build for browsers")?;
    step(&format!("lints, {} in browsers", program.name), || {
        // Debian's set brings no clippy: there the compiler's own lints have to do.
        let verb = if let Recipe::Rustup = recipe { "clippy" } else { "check" };
        let mut cargo = recipe.cargo(place);
        cargo.args(wasm::arguments(verb, program));
        if verb == "clippy" {
            cargo.args(strict);
        }
        run(cargo, "clippy over a browser feature set")
    })
}
