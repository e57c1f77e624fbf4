//! `nats`: three NATS nodes for a command, or until Ctrl-C; and how the server comes onto this machine.

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
};

use anyhow::Result;
pub(crate) use bearing_clusters::nats::URLS;
use bearing_clusters::nats::{Cluster, PROGRAM};

use crate::{data, place::Place, postgres};

/// The package that brings the server, its files by digest.
const LOCK: &str = "xtask/python/nats.txt";

/// What the environment's folder is called.
const ENVIRONMENT: &str = "nats";

/// Makes sure that the server's program is there.
pub(crate) fn ensure(place: &Place) -> Result<()> {
    data::ensure_environment(place, ENVIRONMENT, LOCK)
}

/// The program of the server.
pub(crate) fn program(place: &Place) -> Result<PathBuf> {
    Ok(data::environment_of(place, ENVIRONMENT, LOCK)?.join("bin/nats-server"))
}

/// Tells a command where the server's program is.
pub(crate) fn tell(place: &Place, command: &mut Command) -> Result<()> {
    command.env(PROGRAM, program(place)?);
    Ok(())
}

/// Starts a cluster, the server's program fetched before when it is missing.
pub(crate) fn start(place: &Place) -> Result<Cluster> {
    ensure(place)?;
    Cluster::start(&program(place)?)
}

/// `nats`: a cluster for a command, which is told its addresses, or until somebody ends this process.
pub(crate) fn nats(place: &Place, command: &[String]) -> Result<ExitCode> {
    let cluster = start(place)?;
    postgres::beside(&[(URLS, cluster.urls()), (PROGRAM, program(place)?.display().to_string())], command)
}
