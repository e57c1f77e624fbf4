//! Faults under load, a few seconds each: every acknowledged answer is there, once, and the score counts each.
//!
//! `cargo xtask soak` plays the same for longer and holds the server to times, which a busy machine cannot keep. What
//! cannot be played on this machine, or with the store that is asked for, is told as such and does not count as passed:
//! that is why these tests have a harness of their own.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use bearing_e2e::soak::fault::Fault;
use bearing_e2e::soak::{Run, Store};
use libtest_mimic::{Arguments, Failed, Trial};

/// Answers a second: a load that leaves room for the tests beside it.
const RATE: u32 = 400;
/// Fixed, so that a failure is met again; the long form draws others.
const SEED: u64 = 7;

/// The faults, what is shown, and for how many seconds each is played.
const CASES: [(Fault, &str, u64); 9] = [
    (Fault::Kill, "a_killed_server_keeps_what_it_acknowledged", 6),
    (Fault::Flush, "a_flush_that_fails_acknowledges_nothing", 4),
    (Fault::Full, "a_full_disk_refuses_and_heals", 4),
    (Fault::Pause, "a_server_that_was_stopped_goes_on", 4),
    (Fault::Cut, "cut_connections_lose_and_double_nothing", 3),
    (Fault::Backup, "a_backup_under_load_holds_what_was_acknowledged_before", 3),
    (Fault::Restart, "a_database_that_crashes_takes_no_answer_with_it", 6),
    (Fault::Stall, "a_database_that_stands_still_loses_and_doubles_nothing", 14),
    (Fault::Leader, "a_log_whose_leader_dies_keeps_what_it_acknowledged", 10),
];

fn main() -> ExitCode {
    let trial = |(fault, name, seconds)| {
        let store = match Store::chosen() {
            // A log stands before PostgreSQL.
            Store::Postgres if fault == Fault::Leader => Store::Nats,
            store => store,
        };
        let trial = Trial::test(name, move || harms_no_answer(store, fault, seconds).map_err(Failed::from));
        match store.keeps_from(fault) {
            Some(why) => trial.with_kind(format!("not played: {why}")).with_ignored_flag(true),
            None => trial,
        }
    };
    libtest_mimic::run(&Arguments::from_args(), CASES.into_iter().map(trial).collect()).exit_code()
}

fn harms_no_answer(store: Store, fault: Fault, seconds: u64) -> Result<()> {
    // `--ignored` asks for those that cannot be played, too.
    if let Some(why) = store.keeps_from(fault) {
        anyhow::bail!("not played: {why}");
    }
    let run = Run {
        store,
        fault,
        seed: SEED,
        rate: RATE,
        length: Duration::from_secs(seconds),
        filled: 0,
        program: env!("CARGO_BIN_EXE_soak").into(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let verdict = runtime.block_on(run.play())?.verdict;
    ensure!(verdict.problems.is_empty(), "{:?}; play it again: {}", verdict.problems, run.again());
    let (stored, sent) = (verdict.stored, verdict.attempted);
    ensure!(stored == sent, "in the end everything sent is stored, and {stored} of {sent} are; {}", run.again());
    Ok(())
}
