//! `bench intake`: the server's own program, with all that it measures beside it: PostgreSQL, NATS, and other products.

use std::process::Command;

use anyhow::Result;

use super::example_program;
use crate::{
    data, nats,
    place::Place,
    postgres::{self, Cluster, Profile},
    process::{complain, run},
};

/// A product that is measured beside ours.
struct Peer {
    /// What its environment's folder is called.
    environment: &'static str,
    /// Its packages, and their files by digest.
    lock: &'static str,
    /// Tells the program where the product's programs are; with `_MISSING` behind, why they are not.
    variable: &'static str,
}

const PEERS: [Peer; 2] = [
    Peer { environment: "peer-survey", lock: "xtask/python/peer-survey.txt", variable: "BEARING_PEER_SURVEY" },
    Peer { environment: "peer-bugsink", lock: "xtask/python/peer-bugsink.txt", variable: "BEARING_PEER_BUGSINK" },
];

/// Runs the benchmark with its own arguments.
pub(super) fn intake(place: &Place, args: &[String]) -> Result<()> {
    postgres::ensure()?;
    // Not one that the environment names: what it has committed may not be on the disk.
    let cluster = Cluster::start(Profile::Durable)?;
    let log = nats::start(place)?;
    let mut program = example_program(place, "bench_intake", args)?;
    program.env(postgres::TEST_URL, cluster.url()).env(nats::URLS, log.urls());
    PEERS.iter().try_for_each(|peer| peer.tell(place, &mut program))?;
    run(program, "the benchmark")
}

impl Peer {
    /// Installs it when it is missing. Our own figures need no peer: what cannot be installed has a row that says why.
    fn tell(&self, place: &Place, program: &mut Command) -> Result<()> {
        let missing = format!("{}_MISSING", self.variable);
        match data::ensure_environment(place, self.environment, self.lock) {
            Ok(()) => {
                let programs = data::environment_of(place, self.environment, self.lock)?.join("bin");
                program.env(self.variable, programs).env_remove(missing);
            }
            Err(error) => {
                complain(&format!("{} cannot be installed: {error:#}", self.lock));
                program.env_remove(self.variable).env(missing, format!("{error:#}"));
            }
        }
        Ok(())
    }
}
