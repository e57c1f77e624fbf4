//! The process that the load comes from, and what it tells the one that is measured.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::load::{Load, offer};
use crate::template::Asks;
use crate::times::Times;

/// What became of a load.
#[derive(Deserialize, Serialize)]
pub(crate) struct Heard {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) seconds: f64,
    /// Of the accepted.
    pub(crate) times: Times,
}

/// Sends answers from a process of its own, over each connection the next one when the reply to the last is in.
pub(crate) async fn send(address: SocketAddr, asks: &Asks, connections: usize, seconds: f64) -> anyhow::Result<Heard> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["load", &address.to_string(), &serde_json::to_string(asks)?]);
    command.args([connections.to_string(), seconds.to_string()]);
    let output = tokio::task::spawn_blocking(move || command.stderr(Stdio::inherit()).output()).await??;
    ensure!(output.status.success(), "the load on {address} failed");
    serde_json::from_slice(&output.stdout).context("the load told nothing")
}

/// That process: sends what the arguments say, and prints what became of it.
pub(crate) async fn play(args: &[String]) -> anyhow::Result<()> {
    let [address, asks, connections, seconds] = args else { bail!("load takes four arguments") };
    let asks: Asks = serde_json::from_str(asks)?;
    let load = Load { address: address.parse()?, connections: connections.parse()?, request: asks.request() };
    let found = offer(&load, None, seconds.parse()?).await?;
    // An answer without a reply may be stored or not, and the count could not be checked.
    ensure!(found.broken == 0, "{} connections broke", found.broken);
    ensure!(found.without_retry_after == 0, "{} were refused without Retry-After", found.without_retry_after);
    let mut times = Times::default();
    found.accepted.iter().for_each(|time| times.add(*time));
    let heard = Heard {
        accepted: found.accepted.len() as u64,
        refused: found.refused.len() as u64,
        seconds: found.seconds,
        times,
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&heard)?)?;
    Ok(())
}
