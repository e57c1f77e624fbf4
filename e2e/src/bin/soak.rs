//! `soak run STORE FAULT SECONDS RATE SEED` plays runs and prints their table; `soak load …` is the load that they start.
//! `cargo xtask soak` calls it.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bearing_e2e::soak::fault::Fault;
use bearing_e2e::soak::load::Load;
use bearing_e2e::soak::table::table;
use bearing_e2e::soak::{Run, Store};

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
        ["run", store, fault, seconds, rate, seed] => {
            let store = Store::ALL.into_iter().find(|one| one.name() == *store).context("no such store")?;
            let faults: Vec<Fault> =
                store.faults().iter().copied().filter(|one| *fault == "all" || one.name() == *fault).collect();
            if faults.is_empty() {
                bail!("{fault} is no fault of {}", store.name());
            }
            let length = Duration::from_secs(seconds.parse()?);
            let (rate, seed) = (rate.parse()?, seed.parse()?);
            play(faults.iter().map(|fault| Run {
                store,
                fault: *fault,
                seed,
                rate,
                length,
                program: std::env::current_exe().unwrap_or_default(),
            }))
            .await
        }
        _ => bail!("soak run STORE FAULT SECONDS RATE SEED; `cargo xtask soak` says it for you"),
    }
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
