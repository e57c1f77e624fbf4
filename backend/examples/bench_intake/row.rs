//! A row of the table: a route, the load on it, and what was measured over the rounds.

use std::sync::Arc;

use bearing::app::App;

use crate::engine::{Engine, Target};
use crate::table::durable_on;
use crate::times::Times;
use crate::visitors::{self, Heard};

/// How long the round lasts that warms up.
const WARM_S: f64 = 1.0;

/// Which of an engine's sites is sent to.
#[derive(Clone, Copy)]
enum Aim {
    Plain,
    Counted,
}

/// A route, and its figures so far.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) connections: usize,
    engine: Arc<Engine>,
    path: String,
    aim: Aim,
    stores: bool,
    acknowledged: u64,
    /// Answers a second, by round.
    rates: Vec<f64>,
    /// Answers a second until they were in the store, by round.
    settled: Vec<f64>,
    pub(crate) times: Times,
    pub(crate) flushes: Flushes,
    pub(crate) refused: u64,
    /// What this process held after the latest round; all engines are in it.
    pub(crate) resident_mib: f64,
}

impl Row {
    fn new(name: String, engine: &Arc<Engine>, path: String, aim: Aim, connections: usize) -> Self {
        Self {
            name,
            connections,
            engine: Arc::clone(engine),
            path,
            aim,
            stores: true,
            acknowledged: 0,
            rates: Vec::new(),
            settled: Vec::new(),
            times: Times::default(),
            flushes: Flushes::default(),
            refused: 0,
            resident_mib: 0.0,
        }
    }

    /// A route that stores nothing.
    pub(crate) fn idle(name: &str, engine: &Arc<Engine>, path: &str, connections: usize) -> Self {
        let row = Self::new(name.to_owned(), engine, path.to_owned(), Aim::Plain, connections);
        Self { stores: false, ..row }
    }

    /// The intake.
    pub(crate) fn durable(engine: &Arc<Engine>, connections: usize) -> Self {
        let path = format!("/v1/embed/{}/responses", engine.plain.key);
        Self::new(durable_on(engine.name), engine, path, Aim::Plain, connections)
    }

    /// The intake of the site that counts by attributes.
    pub(crate) fn counted(engine: &Arc<Engine>, connections: usize) -> Self {
        let name = format!("{}, {} attributes", durable_on(engine.name), engine.counted.attributes);
        let path = format!("/v1/embed/{}/responses", engine.counted.key);
        Self::new(name, engine, path, Aim::Counted, connections)
    }

    /// The same work as the intake's, each request in a transaction of its own.
    pub(crate) fn unshared(engine: &Arc<Engine>, connections: usize) -> Self {
        let name = format!("one transaction a request, {}", engine.name);
        let path = format!("/measure/unshared/{}", engine.plain.key);
        Self::new(name, engine, path, Aim::Plain, connections)
    }

    fn target(&self) -> &Target {
        match self.aim {
            Aim::Plain => &self.engine.plain,
            Aim::Counted => &self.engine.counted,
        }
    }

    /// How many attributes its answers have.
    pub(crate) fn attributes(&self) -> usize {
        self.target().attributes
    }

    /// The answers that this engine said it stored, in all rounds.
    pub(crate) fn acknowledged_on(&self, engine: &Arc<Engine>) -> u64 {
        if self.stores && Arc::ptr_eq(&self.engine, engine) { self.acknowledged } else { 0 }
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
        let before = Flushes::of(&self.engine.app);
        let heard = visitors::send(self.engine.address, &self.path, self.target(), self.connections, seconds).await?;
        let flushes = Flushes::of(&self.engine.app);
        self.acknowledged += heard.accepted;
        if counts {
            self.add(&heard);
            self.flushes.add(&flushes, &before);
        }
        self.resident_mib = resident_mib()?;
        let settled = self.engine.settle().await?.as_secs_f64();
        if counts {
            // What reaches the store, as fast as it does: while it was sent, and after.
            self.settled.push(heard.accepted as f64 / (heard.seconds + settled));
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
