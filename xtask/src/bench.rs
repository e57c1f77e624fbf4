//! `bench`: measurements of the release build; each prints one JSON object, some of them a table before it.

mod delivery;
mod duck;
mod embed;
mod formulas;
mod intake;
mod lighthouse;
mod mutants;
mod paint;
mod reports;
mod reproducible;
pub(crate) mod schema;
mod weight;

use std::{
    env, fs,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde_json::json;

use crate::{
    browsers,
    place::Place,
    process::{run, say},
    server::Server,
    setup::{self, Part},
};

/// Starts that are timed; the median is told.
const STARTS: usize = 5;
/// Seconds, answers a second, and answers in the store before: what `backup` plays.
const BACKUP: [&str; 3] = ["15", "2000", "300000"];
/// How long the server rests before its memory is read.
const REST: Duration = Duration::from_secs(2);

/// What can be measured.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Bench {
    /// Ten thousand forged answers in ten minutes beside five hundred real ones, by forgers who do the work that is asked for
    /// and by such who do not; by a clock that is set, so it takes some minutes.
    Attack,
    /// How long an answer takes to be acknowledged while backups are taken of a store of 300,000, and without;
    /// `-- SECONDS RATE FILLED` plays another one.
    Backup,
    /// How often the score interval holds the truth, and how often and how soon the alarms tell a change.
    Coverage,
    /// Answers of pages that are left 0, 10, 50 and 200 ms after the click, in three browsers, under a slow server.
    Delivery,
    /// All figures of the embed as one Markdown table: sizes, peers, paint, Lighthouse, delivery, and the matrix as last
    /// played by the tests.
    Embed,
    /// Formula cells that LibreOffice finds in an export of texts that are written like formulas: none may be, and some must
    /// be in the same texts as they were sent. Installs LibreOffice at the first time.
    Formulas,
    /// Answers a second: a route that does nothing, one that parses, the durable one on SQLite and on a PostgreSQL of its
    /// own, and one transaction a request on both (Linux); with `--curve` the durable ones at 1 to 256 connections, with
    /// `--dimensions 5` also at a site that counts by five attributes. Beside them two other products from PyPI, which are
    /// installed at the first time.
    Intake,
    /// What Lighthouse says of a template's page without the tag and with it; `-- NAME` takes another template.
    Lighthouse,
    /// A thousand tries to sign in each minute beside answers at a steady rate: how long an answer takes with them and
    /// without, how many tries the limits refuse, and whether members still come in. `-- --seconds 30 --rounds 3`.
    Login,
    /// Two hundred faults that a program writes into the pure rules, and how many of them tests see; those that none sees
    /// stand in docs/MUTANTS.md. `-- MODULE` plays one module's. Installs cargo-mutants at the first time.
    Mutants,
    /// Four times the rate that the server was asked to take, clients that never finish, and SIGTERM under load; the server
    /// on one core and the load on another (Linux, two cores). `-- --seconds 20 --stops 20`.
    Overload,
    /// How soon the first question and the follow-up can be seen, on a slow line and a fast one, beside PostHog.
    Paint,
    /// Reports over 5 million answers, beside DuckDB over the same rows.
    Reports,
    /// Two clean builds of the last commit in two folders, and whether every byte that ships is the same.
    Reproducible,
    /// schemathesis over `/openapi.json`, with a site in which everything exists: server errors, replies that are not as
    /// described, credentials that are not asked for, all 0; `-- --examples 500` an operation and phase, `--seed 7`,
    /// `--only webhooks`.
    Schema,
    /// The binary's size, how soon it is ready on an empty folder, and its memory when idle (Linux).
    Start,
    /// How soon the dashboard's overview can be used and how long every view's reads take, over a million answers;
    /// `-- --answers 1000000 --runs 10`.
    Dashboard,
    /// How soon a stored answer reaches a thousand live streams of the real server, and what they cost it of memory (Linux);
    /// `-- --streams 1000 --answers 40`.
    Streams,
    /// How soon messages arrive at 49 endpoints while the fiftieth never answers.
    Webhooks,
    /// What a visitor downloads, beside four other products.
    Weight,
}

/// Runs a benchmark with its own arguments.
pub(crate) fn bench(place: &Place, what: Bench, args: &[String]) -> Result<()> {
    match what {
        Bench::Attack => attack(place),
        Bench::Backup => backup(place, args),
        Bench::Coverage => coverage(place),
        Bench::Dashboard => dashboard(place, args),
        Bench::Delivery => delivery::delivery(place),
        Bench::Embed => embed::embed(place),
        Bench::Formulas => formulas::formulas(place),
        Bench::Intake => intake::intake(place, args),
        Bench::Lighthouse => lighthouse::lighthouse(place, args),
        Bench::Login => of_binary(place, "bench_login", args),
        Bench::Mutants => mutants::mutants(place, args),
        Bench::Overload => of_binary(place, "bench_overload", args),
        Bench::Paint => paint::paint(place, args),
        Bench::Reports => reports::reports(place, args),
        Bench::Reproducible => reproducible::reproducible(place),
        Bench::Schema => schema::schema(place, args),
        Bench::Start => start(place),
        Bench::Streams => of_binary(place, "bench_streams", args),
        Bench::Webhooks => example(place, "bench_webhooks", args),
        Bench::Weight => weight::weight(place),
    }
}

fn attack(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let mut cargo = place.offline_cargo();
    cargo.args(["test", "--quiet", "--locked", "--release", "--package=bearing", "--test=it", "--"]);
    cargo.args(["--ignored", "--nocapture", "attack::ten_thousand"]);
    run(cargo, "the benchmark")
}

fn coverage(place: &Place) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let mut cargo = place.offline_cargo();
    cargo.args(["run", "--quiet", "--locked", "--release", "--package=bearing-shared", "--features=stats"]);
    cargo.args(["--example", "coverage"]);
    run(cargo, "the benchmark")
}

/// A measurement that is a program of the server's own.
fn example(place: &Place, name: &str, args: &[String]) -> Result<()> {
    run(example_program(place, name, args)?, "the benchmark")
}

fn example_program(place: &Place, name: &str, args: &[String]) -> Result<Command> {
    setup::ensure(place, &[Part::Crates])?;
    let mut cargo = place.offline_cargo();
    cargo.args(["run", "--quiet", "--locked", "--release", "--package=bearing", "--example", name, "--"]).args(args);
    cargo.env("BEARING_BIN", binary(place));
    Ok(cargo)
}

fn backup(place: &Place, args: &[String]) -> Result<()> {
    setup::ensure(place, &[Part::Crates])?;
    let args = if args.is_empty() { &BACKUP.map(str::to_owned)[..] } else { args };
    let mut program = guest(place, "soak");
    program.arg("backup").args(args);
    run(program, "the benchmark")
}

/// A measurement of the binary that was built before.
fn of_binary(place: &Place, name: &str, args: &[String]) -> Result<()> {
    built(place)?;
    example(place, name, args)
}

/// Says what to do where the binary is missing.
pub(crate) fn built(place: &Place) -> Result<()> {
    let binary = binary(place);
    ensure!(binary.is_file(), "there is no {}; run `cargo xtask build`", binary.display());
    Ok(())
}

fn dashboard(place: &Place, args: &[String]) -> Result<()> {
    built(place)?;
    setup::ensure(place, &[Part::Crates, Part::Npm, Part::Browser])?;
    let mut program = guest(place, "desk");
    program.args(args);
    run(program, "the benchmark")
}

/// The binary that is measured: `BEARING_BIN`, else `dist/bearing`.
pub(crate) fn binary(place: &Place) -> PathBuf {
    env::var_os("BEARING_BIN").map_or_else(|| place.dist().join("bearing"), PathBuf::from)
}

/// A program of the end-to-end tests that knows where everything is.
pub(crate) fn guest(place: &Place, program: &str) -> Command {
    let mut cargo = place.offline_cargo();
    cargo.args(["run", "--quiet", "--locked", "--package=bearing-e2e", "--bin", program, "--"]);
    cargo.env("BEARING_BIN", binary(place)).env("BEARING_NPM", place.npm().join("node_modules"));
    cargo.env("BEARING_PEERS", place.peers().join("node_modules"));
    cargo.envs(browsers::environment(place));
    cargo
}

fn start(place: &Place) -> Result<()> {
    let binary = place.dist().join("bearing");
    let size =
        fs::metadata(&binary).with_context(|| format!("there is no {}; run `cargo xtask build`", binary.display()))?;
    let mut ready = Vec::new();
    let mut resident = 0;
    for _ in 0..STARTS {
        let mut server = Server::new(place)?;
        let begun = Instant::now();
        server.start()?;
        ready.push(begun.elapsed().as_millis());
        thread::sleep(REST);
        resident = resident.max(server.resident_kib()?);
    }
    ready.sort_unstable();
    say(json!({
        "binary_bytes": size.len(), "ready_ms_median": ready[STARTS / 2], "ready_ms_most": ready[STARTS - 1],
        "idle_resident_kib": resident, "starts": STARTS,
    }));
    Ok(())
}
