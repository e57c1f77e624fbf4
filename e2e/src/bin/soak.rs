//! `soak run STORE FAULT SECONDS RATE FILLED SEED` plays runs and prints their table; `soak backup SECONDS RATE FILLED`
//! measures what a backup costs the intake; `soak load …` is the load that they start. `cargo xtask soak` calls it.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bearing_e2e::soak::fault::Fault;
use bearing_e2e::soak::load::Load;
use bearing_e2e::soak::table::table;
use bearing_e2e::soak::{Run, Store};

/// How often intake is measured without and with backups.
const ROUNDS: usize = 3;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["load", address, path, survey, journal, seed, rate, length_ms] => {
            let load = Load {
                address: address.parse()?,
                path: (*path).into(),
                survey: (*survey).into(),
                journal: journal.into(),
                seed: seed.parse()?,
                rate: rate.parse()?,
                length: Duration::from_millis(length_ms.parse()?),
            };
            say(&load.run().await?.to_string())?;
            Ok(ExitCode::SUCCESS)
        }
        ["run", store, fault, seconds, rate, filled, seed] => {
            let store = Store::ALL.into_iter().find(|one| one.name() == *store).context("no such store")?;
            let mut faults: Vec<Fault> =
                Fault::ALL.into_iter().filter(|one| *fault == "all" || one.name() == *fault).collect();
            faults.extend((*fault == Fault::None.name()).then_some(Fault::None));
            let left_out: Vec<String> = faults.iter().filter_map(|fault| store.keeps_from(*fault)).collect();
            // What this machine lacks, and not what is no fault of the store.
            let is_short = faults.iter().any(|fault| store.faults().contains(fault) && fault.missing().is_some());
            faults.retain(|fault| store.keeps_from(*fault).is_none());
            ensure!(!faults.is_empty(), "not played: {}", left_out.join(" "));
            let run = run_of(store, seconds, rate, filled, seed.parse()?)?;
            let code = play(faults.into_iter().map(|fault| Run { fault, ..run.clone() })).await?;
            // Last, where it is read.
            for why in left_out {
                say(&format!("NOT PLAYED: {why}"))?;
            }
            Ok(if is_short { ExitCode::FAILURE } else { code })
        }
        ["backup", seconds, rate, filled] => {
            let run = run_of(Store::Sqlite, seconds, rate, filled, 1)?;
            // In turns, so that a machine that is busy for a while disturbs both.
            let faults = (0..ROUNDS).flat_map(|_| [Fault::None, Fault::Backup]).enumerate();
            play(faults.map(|(number, fault)| Run { fault, seed: number as u64, ..run.clone() })).await
        }
        _ => bail!("`cargo xtask soak` and `cargo xtask bench backup` start this program"),
    }
}

/// A run without its fault.
fn run_of(store: Store, seconds: &str, rate: &str, filled: &str, seed: u64) -> Result<Run> {
    Ok(Run {
        store,
        fault: Fault::None,
        seed,
        rate: rate.parse()?,
        length: Duration::from_secs(seconds.parse()?),
        filled: filled.parse()?,
        program: std::env::current_exe()?,
    })
}

/// Plays the runs one after the other; fails when one of them showed a breach.
async fn play(runs: impl Iterator<Item = Run>) -> Result<ExitCode> {
    let mut outcomes = Vec::new();
    for run in runs {
        say(&format!("{} …", run.again()))?;
        outcomes.push(run.play().await?);
    }
    say(&table(&outcomes))?;
    let is_sound = outcomes.iter().all(|outcome| outcome.breaches().is_empty());
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
