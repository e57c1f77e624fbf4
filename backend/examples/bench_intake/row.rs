//! A row of the table: a route, the load on it, and what was measured over the rounds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use bearing::app::App;

use crate::engine::{Engine, Target};
use crate::peer::Peer;
use crate::table::{durable_on, peer_is};
use crate::template::Asks;
use crate::times::Times;
use crate::visitors::{self, Heard};

/// How long the round lasts that warms up.
const WARM_S: f64 = 1.0;

/// A route, and its figures so far.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) connections: usize,
    /// The server of ours that is sent to; none of a peer's.
    engine: Option<Arc<Engine>>,
    address: SocketAddr,
    asks: Asks,
    stores: bool,
    acknowledged: u64,
    /// Answers a second, by round.
    rates: Vec<f64>,
    /// Answers a second until they were in the store, by round.
    settled: Vec<f64>,
    pub(crate) times: Times,
    pub(crate) flushes: Flushes,
    pub(crate) refused: u64,
    /// What this process held after the latest round; all engines are in it, and no peer is.
    pub(crate) resident_mib: Option<f64>,
}

impl Row {
    fn new(name: String, engine: Option<&Arc<Engine>>, address: SocketAddr, asks: Asks, connections: usize) -> Self {
        Self {
            name,
            connections,
            engine: engine.cloned(),
            address,
            asks,
            stores: true,
            acknowledged: 0,
            rates: Vec::new(),
            settled: Vec::new(),
            times: Times::default(),
            flushes: Flushes::default(),
            refused: 0,
            resident_mib: None,
        }
    }

    /// A server of ours, and answers for one of its sites.
    fn ours(name: String, engine: &Arc<Engine>, path: String, target: &Target, connections: usize) -> Self {
        let asks = Asks::Answer { path, survey: target.survey.to_string(), attributes: target.attributes };
        Self::new(name, Some(engine), engine.address, asks, connections)
    }

    /// A route that stores nothing.
    pub(crate) fn idle(name: &str, engine: &Arc<Engine>, path: &str, connections: usize) -> Self {
        let row = Self::ours(name.to_owned(), engine, path.to_owned(), &engine.plain, connections);
        Self { stores: false, ..row }
    }

    /// The intake.
    pub(crate) fn durable(engine: &Arc<Engine>, connections: usize) -> Self {
        let path = format!("/v1/embed/{}/responses", engine.plain.key);
        Self::ours(durable_on(engine.name), engine, path, &engine.plain, connections)
    }

    /// The intake of the site that counts by attributes.
    pub(crate) fn counted(engine: &Arc<Engine>, connections: usize) -> Self {
        let name = format!("{}, {} attributes", durable_on(engine.name), engine.counted.attributes);
        let path = format!("/v1/embed/{}/responses", engine.counted.key);
        Self::ours(name, engine, path, &engine.counted, connections)
    }

    /// The same work as the intake's, each request in a transaction of its own.
    pub(crate) fn unshared(engine: &Arc<Engine>, connections: usize) -> Self {
        let name = format!("one transaction a request, {}", engine.name);
        let path = format!("/measure/unshared/{}", engine.plain.key);
        Self::ours(name, engine, path, &engine.plain, connections)
    }

    /// Another product's server.
    pub(crate) fn peer(peer: &Peer, connections: usize) -> Self {
        Self::new(peer_is(&peer.name), None, peer.address, Asks::Peer(peer.template.clone()), connections)
    }

    /// How many attributes its answers have.
    pub(crate) fn attributes(&self) -> usize {
        match self.asks {
            Asks::Answer { attributes, .. } => attributes,
            Asks::Peer(_) => 0,
        }
    }

    /// The answers that this engine said it stored, in all rounds.
    pub(crate) fn acknowledged_on(&self, engine: &Arc<Engine>) -> u64 {
        let is_its = self.engine.as_ref().is_some_and(|own| Arc::ptr_eq(own, engine));
        if self.stores && is_its { self.acknowledged } else { 0 }
    }

    /// The answers that this peer said it stored, in all rounds.
    pub(crate) fn acknowledged_by(&self, peer: &Peer) -> u64 {
        if self.address == peer.address { self.acknowledged } else { 0 }
    }

    /// The median of the rounds' answers a second.
    pub(crate) fn rate(&self) -> f64 {
        median(&self.rates)
    }

    /// The same until they were in the store, which a log has them before.
    pub(crate) fn settled(&self) -> f64 {
        median(&self.settled)
    }

    async fn round(&mut self, seconds: f64, counts: bool) -> anyhow::Result<()> {
        let engine = self.engine.as_deref();
        let measured = || engine.map(|engine| Flushes::of(&engine.app)).unwrap_or_default();
        let before = measured();
        let heard = visitors::send(self.address, &self.asks, self.connections, seconds).await?;
        let flushes = measured();
        // The load ends early when nobody listens.
        ensure!(heard.accepted > 0, "{}: no answer was accepted", self.name);
        let settled = match engine {
            Some(engine) => {
                self.resident_mib = Some(resident_mib()?);
                engine.settle().await?
            }
            // What a peer has acknowledged it has stored.
            None => Duration::ZERO,
        };
        self.acknowledged += heard.accepted;
        if counts {
            self.add(&heard);
            self.flushes.add(&flushes, &before);
            // What reaches the store, as fast as it does: while it was sent, and after.
            self.settled.push(heard.accepted as f64 / (heard.seconds + settled.as_secs_f64()));
        }
        Ok(())
    }

    fn add(&mut self, heard: &Heard) {
        self.rates.push(heard.accepted as f64 / heard.seconds);
        self.times.merge(&heard.times);
        self.refused += heard.refused;
    }
}

fn median(rates: &[f64]) -> f64 {
    let mut rates = rates.to_vec();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

/// Plays all rows in turn, in each of the rounds, so that what slows the machine for a while slows them all.
pub(crate) async fn play(rows: &mut [Row], rounds: usize, seconds: f64) -> anyhow::Result<()> {
    for round in 0..=rounds {
        for row in rows.iter_mut() {
            // Round 0 warms up and is not counted.
            row.round(if round == 0 { WARM_S } else { seconds }, round > 0).await?;
        }
    }
    Ok(())
}

/// What an app has measured of its flushes.
#[derive(Default)]
pub(crate) struct Flushes {
    count: f64,
    rows: f64,
    seconds: f64,
}

impl Flushes {
    fn of(app: &App) -> Self {
        let text = app.measured();
        let read = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
            found.unwrap_or_default()
        };
        Self {
            count: read("bearing_flush_rows_count "),
            rows: read("bearing_flush_rows_sum "),
            seconds: read("bearing_flush_seconds_sum "),
        }
    }

    fn add(&mut self, after: &Self, before: &Self) {
        self.count += after.count - before.count;
        self.rows += after.rows - before.rows;
        self.seconds += after.seconds - before.seconds;
    }

    /// Rows and milliseconds a flush; none where nothing was flushed.
    pub(crate) fn each(&self) -> Option<(f64, f64)> {
        (self.count > 0.0).then(|| (self.rows / self.count, self.seconds * 1_000.0 / self.count))
    }
}

/// The memory that this process holds, MiB.
fn resident_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line.map(|line| line.trim().trim_end_matches(" kB")).unwrap_or_default().parse()?;
    Ok(kib / 1_024.0)
}
