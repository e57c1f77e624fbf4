//! The build tool of Bearing: `cargo xtask …` is every set-up, build, run and check of this repository.

mod bench;
mod browsers;
mod build;
mod checkout;
mod data;
mod deploy;
mod fuzz;
mod inputs;
mod lint;
mod lists;
mod nats;
mod package;
mod place;
mod postgres;
mod process;
mod sbom;
mod server;
mod setup;
mod size;
mod soak;
mod test;
mod tidy;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum as _};

use crate::{
    place::Place,
    process::{complain, run, say},
    setup::Part,
};

/// Sets up, builds, runs and checks Bearing.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetches everything that builds and checks need; the only step that uses the network.
    Setup,
    /// Builds the browser assets and `dist/bearing`, which carries them.
    Build {
        /// Only the browser assets, in `dist/assets`.
        #[arg(long)]
        assets: bool,
    },
    /// Builds, then starts `bearing demo` with the arguments given after `--`.
    Run {
        /// Arguments of `bearing demo`.
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Builds the npm package `@bearing/widget` as a tarball in `dist/npm`.
    Package {
        /// Installs it into projects with React, with Vue and without a bundler too, which check their types and build.
        #[arg(long)]
        check: bool,
    },
    /// Lists every crate that ships, with licence and digest, as CycloneDX in `dist/bearing.cdx.json`.
    Sbom,
    /// Prints what a visitor downloads, as a table and as JSON; fails past a budget.
    Size,
    /// Checks the house rules that a program can check.
    Tidy,
    /// Runs the compiler's and the dependencies' lints over each named feature set.
    Lint {
        /// One set; all of them when absent.
        set: Option<lint::Set>,
    },
    /// Formats every crate.
    Fmt {
        /// Only says what is not formatted.
        #[arg(long)]
        check: bool,
    },
    /// Runs every check and test, and ends with their counts.
    Test {
        /// Only the steps whose name contains this text.
        #[arg(long)]
        only: Option<String>,
    },
    /// Starts a PostgreSQL of its own and prints its address; Ctrl-C ends it and takes its files away.
    Postgres {
        /// What it is for: `fast` for tests of what is stored, `durable` for faults and measurements.
        #[arg(long, default_value = "fast", value_parser = postgres::profiles())]
        profile: postgres::Profile,
        /// A command that is told the address in `BEARING_TEST_POSTGRES`, and whose end is the server's too.
        #[arg(last = true)]
        command: Vec<String>,
    },
    /// Starts a NATS of three nodes and prints their addresses; Ctrl-C ends it and takes its files away.
    Nats {
        /// A command that is told the addresses in `BEARING_TEST_NATS`, and whose end is the servers' too.
        #[arg(last = true)]
        command: Vec<String>,
    },
    /// Plays faults to the built server under load, and judges what became of every answer.
    Soak(soak::Soak),
    /// Feeds every parser that a stranger reaches with what nobody meant well, for a minute each; fails when one crashes.
    Fuzz(fuzz::Fuzz),
    /// Takes pictures of every screen with the built server into `dist/screenshots`, the dashboard's best into `docs/screens`.
    Screenshots {
        /// Whose screens; everybody's when absent.
        #[arg(value_parser = ["widget", "dashboard"])]
        of: Option<String>,
    },
    /// Measures the server and the widget.
    Bench {
        /// What to measure.
        what: bench::Bench,
        /// Arguments of the benchmark.
        #[arg(last = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match dispatch(Args::parse().command) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("cargo xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode> {
    let place = Place::find()?;
    match command {
        Command::Setup => {
            setup::ensure(&place, Part::value_variants())?;
            say("everything is set up; builds and checks need no network now");
        }
        Command::Build { assets: true } => build::assets(&place)?,
        Command::Build { assets: false } => build::all(&place)?,
        Command::Run { args } => return build::run_demo(&place, &args),
        Command::Package { check: false } => drop(package::package(&place)?),
        Command::Package { check: true } => package::check(&place)?,
        Command::Sbom => sbom::sbom(&place)?,
        Command::Size => return size::size(&place),
        Command::Tidy => tidy::tidy(&place)?,
        Command::Lint { set } => lint::lint(&place, set)?,
        Command::Fmt { check } => {
            let mut cargo = place.cargo();
            cargo.args(["fmt", "--all"]).args(check.then_some("--check"));
            run(cargo, "cargo fmt")?;
        }
        Command::Test { only } => return test::test(&place, only.as_deref()),
        Command::Postgres { profile, command } => return postgres::postgres(profile, &command),
        Command::Nats { command } => return nats::nats(&place, &command),
        Command::Soak(soak) => soak::soak(&place, &soak)?,
        Command::Fuzz(asked) => fuzz::fuzz(&place, &asked)?,
        Command::Screenshots { of } => screenshots(&place, of.as_deref())?,
        Command::Bench { what, args } => bench::bench(&place, what, &args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn screenshots(place: &Place, of: Option<&str>) -> Result<()> {
    bench::built(place)?;
    setup::ensure(place, &[Part::Crates, Part::Npm, Part::Browser])?;
    let mut camera = bench::guest(place, "screenshots");
    camera.arg(place.dist().join("screenshots")).arg(place.root.join("docs/screens")).args(of);
    run(camera, "the camera")
}
