//! Faults under load, a few seconds each: every acknowledged answer is there, once, and the score counts each.
//!
//! `cargo xtask soak` plays the same for longer and holds the server to times, which a busy machine cannot keep.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Result;
use bearing_e2e::soak::fault::Fault;
use bearing_e2e::soak::{Run, Store};

/// Answers a second: a load that leaves room for the tests beside it.
const RATE: u32 = 400;
/// Fixed, so that a failure is met again; the long form draws others.
const SEED: u64 = 7;

async fn harms_no_answer(fault: Fault, seconds: u64) -> Result<()> {
    if let Some(missing) = fault.missing() {
        return Ok(writeln!(std::io::stderr(), "not played: {missing}")?);
    }
    let store = Store::chosen();
    if !store.faults().contains(&fault) {
        return Ok(writeln!(std::io::stderr(), "not played: {} is no fault of {}", fault.name(), store.name())?);
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
    let outcome = run.play().await?;
    assert_eq!(outcome.verdict.problems, Vec::<String>::new(), "{}", run.again());
    assert_eq!(outcome.verdict.stored, outcome.verdict.attempted, "in the end everything sent is stored");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_what_it_acknowledged() -> Result<()> {
    harms_no_answer(Fault::Kill, 6).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flush_that_fails_acknowledges_nothing() -> Result<()> {
    harms_no_answer(Fault::Flush, 4).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_and_heals() -> Result<()> {
    harms_no_answer(Fault::Full, 4).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_stopped_goes_on() -> Result<()> {
    harms_no_answer(Fault::Pause, 4).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_and_double_nothing() -> Result<()> {
    harms_no_answer(Fault::Cut, 3).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_what_was_acknowledged_before() -> Result<()> {
    harms_no_answer(Fault::Backup, 3).await
}
