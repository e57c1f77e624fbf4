//! Set-up: the only step that uses the network; every part by locked version, done once, skipped when it is there.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use bearing_clusters::is_root;
use clap::ValueEnum;

use crate::{
    bench::schema,
    browsers, checkout, data, deploy, inputs, lists, nats, package,
    place::Place,
    postgres,
    process::{complain, find_program, output, run, say, step, succeeds},
    wasm::Recipe,
};

/// The checker of licences, bans and sources.
const CARGO_DENY: &str = "0.20.2";

/// What writes faults into the sources, to see whether tests notice.
const CARGO_MUTANTS: &str = "27.1.0";

/// Debian's packages for a machine where rustup can fetch nothing; one matching set from the security archive.
const DEBIAN_RUST: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Debian's packages for the languages that the examples of signing a customer's id are written in.
const DEBIAN_LANGUAGES: [&str; 2] = ["php-cli", "ruby"];

/// Debian's package for what opens a table as a member of the team would.
const DEBIAN_OFFICE: [&str; 1] = ["libreoffice-calc-nogui"];

/// The oldest Node.js that the npm tools run on.
const NODE: u32 = 20;

/// One thing that builds or checks need.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// Every crate in Cargo.lock.
    Crates,
    /// A toolchain that builds std from source for browsers.
    Wasm,
    /// esbuild, wasm-opt, axe-core and the host pages of strangers.
    Npm,
    /// Three browsers and their drivers.
    Browser,
    /// What builds the npm package, and the frameworks that its tests install it beside.
    Package,
    /// PHP and Ruby, for the examples of signing a customer's id.
    Languages,
    /// PostgreSQL's programs, for the clusters that tests start.
    Postgres,
    /// The NATS server, for the clusters that tests start.
    Nats,
    /// cargo-deny.
    Deny,
    /// Python with its packages, and the public data sets that tests read.
    Data,
    /// What checks the files of deploy/.
    Deploy,
    /// The lists of an ad blocker.
    Lists,
    /// schemathesis, which plays the server by its own description.
    Schemathesis,
    /// Other products' packages and Lighthouse: large, and fetched only for the benchmarks that hold us against them.
    #[value(skip)]
    Peers,
    /// LibreOffice's tables, for the benchmark that opens an export in them.
    #[value(skip)]
    Office,
    /// cargo-mutants, for the benchmark of that name.
    #[value(skip)]
    Mutants,
}

/// Makes sure that the parts are there; what is there already costs a look at a file.
pub(crate) fn ensure(place: &Place, parts: &[Part]) -> Result<()> {
    parts.iter().try_for_each(|part| match part {
        Part::Crates => crates(place),
        Part::Wasm => wasm_toolchain(place),
        Part::Npm => npm_ci(place, "xtask/npm", &place.npm(), &[]),
        Part::Package => package::ensure(place),
        Part::Languages => languages(),
        Part::Browser => browsers::ensure(place),
        Part::Postgres => postgres::ensure(),
        Part::Nats => nats::ensure(place),
        Part::Deny => tool(place, "cargo-deny", CARGO_DENY),
        Part::Mutants => tool(place, "cargo-mutants", CARGO_MUTANTS),
        Part::Data => data::ensure(place),
        Part::Deploy => deploy::ensure(place),
        Part::Lists => lists::ensure(place),
        Part::Schemathesis => schema::ensure(place),
        Part::Peers => npm_ci(place, "xtask/peers", &place.peers(), &[]),
        Part::Office => office(),
    })
}

/// cargo-deny as set-up installed it.
pub(crate) fn deny_program(place: &Place) -> PathBuf {
    tool_program(place, "cargo-deny", CARGO_DENY)
}

/// cargo-mutants as set-up installed it.
pub(crate) fn mutants_program(place: &Place) -> PathBuf {
    tool_program(place, "cargo-mutants", CARGO_MUTANTS)
}

fn tool_program(place: &Place, tool: &str, version: &str) -> PathBuf {
    place.cache.join("tools").join(format!("{tool}-{version}")).join("bin").join(tool)
}

fn crates(place: &Place) -> Result<()> {
    let lock = inputs::fingerprint(&place.root, &["Cargo.lock"], &cargo_home().display().to_string())?;
    let stamp = place.cache.join("stamps").join(format!("crates-{lock}"));
    if !cargo_home().join("registry").is_dir() && stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    let fetch = || {
        step("crates of Cargo.lock", || {
            let mut cargo = place.cargo();
            cargo.args(["fetch", "--locked"]);
            run(cargo, "`cargo fetch --locked`")
        })
    };
    inputs::when_changed(&stamp, &lock, fetch)?;
    checkout::claim(place)
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cargo"))
}

fn wasm_toolchain(place: &Place) -> Result<()> {
    if Recipe::find(place).is_none() && Recipe::allowed("a") && find_program("rustup").is_some() {
        let added = step("rust-src for this toolchain", || {
            let mut rustup = Command::new("rustup");
            rustup.current_dir(&place.root).args(["component", "add", "rust-src"]);
            run(rustup, "`rustup component add rust-src`")
        });
        if let Err(error) = added {
            complain(&format!("{error:#}; trying Debian's packages instead"));
        }
    }
    if Recipe::find(place).is_none() && Recipe::allowed("b") {
        debian("Rust for browsers", &DEBIAN_RUST)?;
    }
    let Some(recipe) = Recipe::find(place) else {
        bail!(
            "this system cannot build for browsers yet; `rustup component add rust-src` or `{}` would change that",
            install_command(&DEBIAN_RUST)
        );
    };
    std_crates(place, &recipe)
}

/// std has a lock file and dependencies of its own, which the workspace's lock file does not name.
fn std_crates(place: &Place, recipe: &Recipe) -> Result<()> {
    let library = recipe.library(place).context("the toolchain brings no sources of std")?;
    let lock = inputs::fingerprint(&library, &["Cargo.lock"], &cargo_home().display().to_string())?;
    let fetch = || {
        step("crates of the standard library", || {
            let mut cargo = recipe.cargo(place);
            cargo.env("CARGO_NET_OFFLINE", "false").args(["fetch", "--quiet", "--locked", "--manifest-path"]);
            cargo.arg(library.join("Cargo.toml"));
            run(cargo, "`cargo fetch` for the standard library")
        })
    };
    inputs::when_changed(&place.cache.join("stamps").join(format!("std-{lock}")), &lock, fetch)?;
    Ok(())
}

/// Installs what the lock file in a folder of the repository names into `folder`, unless it is there.
pub(crate) fn npm_ci(place: &Place, source: &str, folder: &Path, options: &[&str]) -> Result<()> {
    let lock = inputs::fingerprint(&place.root, &[&format!("{source}/package-lock.json")], "")?;
    inputs::when_changed(&folder.join("complete"), &lock, || {
        step(&format!("npm packages of {source}/package-lock.json"), || {
            let mut node = Command::new("node");
            node.arg("--version");
            let version = output(node, "node").context("Node.js 20 or newer is needed; install it from nodejs.org")?;
            let major = version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok());
            if major.is_none_or(|major: u32| major < NODE) {
                bail!("Node.js {} is too old; install version {NODE} or newer", version.trim());
            }
            copy_lock(place, source, folder)?;
            let mut npm = Command::new("npm");
            npm.current_dir(folder).args(["ci", "--ignore-scripts", "--loglevel=error"]).args(options);
            run(npm, "`npm ci`")
        })
    })?;
    Ok(())
}

/// Copies what npm installs by from a folder of the repository.
pub(crate) fn copy_lock(place: &Place, source: &str, folder: &Path) -> Result<()> {
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(place.root.join(source).join(name), folder.join(name))
            .with_context(|| format!("cannot copy {source}/{name}"))?;
    }
    Ok(())
}

fn languages() -> Result<()> {
    if find_program("php").is_none() || find_program("ruby").is_none() {
        debian("PHP and Ruby", &DEBIAN_LANGUAGES)?;
    }
    Ok(())
}

fn office() -> Result<()> {
    if find_program("soffice").is_none() {
        debian("LibreOffice's tables, some 400 MB, for this benchmark alone", &DEBIAN_OFFICE)?;
    }
    Ok(())
}

/// Installs a tool of cargo's in a folder of its version, unless it is there.
fn tool(place: &Place, name: &str, version: &str) -> Result<()> {
    let program = tool_program(place, name, version);
    if program.is_file() {
        return Ok(());
    }
    let root = program.ancestors().nth(2).context("the program has a folder")?;
    step(&format!("{name} {version}"), || {
        run(place.quick_install(name, version, root), &format!("`cargo install {name}`"))
    })
}

/// Installs Debian's packages, or says in one sentence which command would.
pub(crate) fn debian(what: &str, packages: &[&str]) -> Result<()> {
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(args);
        command
    };
    let install = [&["install", "--yes", "--quiet", "--no-install-recommends"], packages].concat();
    if find_program("apt-get").is_none() || !is_root() {
        bail!("{what} cannot be installed by this account; run `{}` and start again", install_command(packages));
    }
    step(&format!("{what}: {}", packages.join(", ")), || {
        if !succeeds(apt(&install)) {
            say("refreshing Debian's package lists first");
            run(apt(&["update", "--quiet"]), "`apt-get update`")?;
            run(apt(&install), &format!("`{}`", install_command(packages)))?;
        }
        Ok(())
    })
}

fn install_command(packages: &[&str]) -> String {
    format!("sudo apt-get install {}", packages.join(" "))
}
