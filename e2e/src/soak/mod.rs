//! A soak: the real server, a load in another process that journals everything, blows on a seed, and a judge.
//!
//! **To add a store:** a variant of [`Store`], what it stands on in `ground.rs`, and in [`Store::faults`] the faults that
//! can be dealt there; load, journal and judge stay as they are, since they know the server's API alone. **To add a
//! fault:** a variant of [`Fault`] and its blow in `fault.rs`.

mod cutter;
pub mod fault;
mod ground;
pub mod journal;
pub mod judge;
pub mod load;
pub mod plan;
pub mod table;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::api::Api;
use crate::server::Server;
use crate::stage::{Stage, number_of};
use crate::wait::until;
use cutter::Cutter;
use fault::{Blow, Fault, Taken};
use ground::Ground;
use journal::{Line, What};
use judge::{SCORES, Stored, Verdict};

/// How long the load may take beyond its plan.
const PATIENCE: Duration = Duration::from_secs(120);

/// Answers made at once before they are brought.
const FILL: u32 = 5_000;
/// Backups of a run that are restored and judged: the first ones, taken while most is going on.
const RESTORED: usize = 3;

/// What the server stores in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// The embedded database.
    Sqlite,
    /// A PostgreSQL of the run's own.
    Postgres,
    /// The same, with a replicated log of three NATS nodes before it.
    Nats,
}

impl Store {
    /// Every store.
    pub const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Nats];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Nats => "nats",
        }
    }

    /// The store of the engine that the journeys take.
    pub fn chosen() -> Self {
        if bearing_fresh::postgres_is_chosen() { Self::Postgres } else { Self::Sqlite }
    }

    /// Whether what it acknowledges is in a log first, and in the database later.
    pub fn has_log(self) -> bool {
        self == Self::Nats
    }

    /// What can be done to it. The server's own disk is where SQLite's file is: with another store, flushes and room
    /// belong to another process.
    pub fn faults(self) -> &'static [Fault] {
        match self {
            Self::Sqlite => &[Fault::Kill, Fault::Flush, Fault::Full, Fault::Pause, Fault::Cut, Fault::Backup],
            Self::Postgres => &[Fault::Kill, Fault::Pause, Fault::Cut, Fault::Restart, Fault::Stall],
            Self::Nats => &[Fault::Kill, Fault::Pause, Fault::Cut, Fault::Restart, Fault::Stall, Fault::Leader],
        }
    }

    /// Why a fault is not played with it here, one sentence; `None` where it can be.
    pub fn keeps_from(self, fault: Fault) -> Option<String> {
        if fault != Fault::None && !self.faults().contains(&fault) {
            return Some(format!("`{}` is no fault of {}.", fault.name(), self.name()));
        }
        fault.missing().map(str::to_owned)
    }
}

/// One run: a store, a fault, and how long and how much.
#[derive(Clone, Debug)]
pub struct Run {
    /// Where the answers go.
    pub store: Store,
    /// What is done.
    pub fault: Fault,
    /// What is sent and when the blows fall.
    pub seed: u64,
    /// Answers a second.
    pub rate: u32,
    /// How long they are sent.
    pub length: Duration,
    /// Answers that are in the store before, to another survey: a backup and a start take longer over a large store.
    pub filled: u32,
    /// The program that sends them: `soak`, as which it is called with `load`.
    pub program: PathBuf,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The run.
    pub run: Run,
    /// The judgement.
    pub verdict: Verdict,
    /// How many blows fell.
    pub blows: u64,
    /// The longest time until the server was ready after a blow.
    pub ready: Duration,
    /// The longest time until it acknowledged again what was sent after a blow.
    pub heals: Duration,
    /// What the load says of itself.
    pub load: Value,
}

impl Run {
    /// Plays it and judges it. What is in the store is read after a last kill and restart.
    ///
    /// # Errors
    /// Something could not be started, or does not come back; a breach is no error but a problem of the verdict.
    pub async fn play(&self) -> Result<Outcome> {
        let mut folder = tempfile::Builder::new().prefix("bearing-soak-").tempdir()?;
        let mut ground = Ground::lay(self.store)?;
        let mut server = ground.server(self.fault).await?;
        server.start_again().await?;
        let mut stage = Stage::set_on(server, "nps").await?;
        self.fill(&stage).await?;
        let played = self.play_on(&mut stage, &mut ground, &folder).await;
        if !matches!(&played, Ok(outcome) if outcome.verdict.problems.is_empty()) {
            folder.disable_cleanup(true);
            stage.server.keep_folder();
        }
        // Before the ground goes.
        stage.server.kill().await?;
        played.with_context(|| format!("{}; the journal is in {}", self.again(), folder.path().display()))
    }

    /// The command that plays this run once more.
    pub fn again(&self) -> String {
        format!(
            "cargo xtask soak --store {} --fault {} --seconds {} --rate {} --filled {} --seed {}",
            self.store.name(),
            self.fault.name(),
            self.length.as_secs(),
            self.rate,
            self.filled,
            self.seed
        )
    }

    /// Brings answers as a site's own server does.
    async fn fill(&self, stage: &Stage) -> Result<()> {
        if self.filled == 0 {
            return Ok(());
        }
        let survey = stage.survey_at("earlier", "nps").await?;
        // The load's own numbers begin at 0.
        let first = u32::MAX - self.filled;
        for begin in (0..self.filled).step_by(FILL as usize) {
            let numbers = begin..self.filled.min(begin + FILL);
            let answers = numbers.map(|number| {
                let mut answer = stage.response(first + number, (number % 11) as u8);
                answer["survey"] = survey.as_str().into();
                answer
            });
            stage.api.bring(&answers.collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    async fn play_on(&self, stage: &mut Stage, ground: &mut Ground, folder: &TempDir) -> Result<Outcome> {
        let journal = folder.path().join("journal");
        let cutter = match self.fault {
            Fault::Cut => Some(Cutter::start(stage.server.address, self.seed).await?),
            _ => None,
        };
        let mut load = self.load(stage, cutter.as_ref(), &journal)?;
        let dealt = self.blows(stage, ground).await;
        let report = report(&mut load, self.length + PATIENCE).await;
        let (blows, report) = (dealt?, report?);
        let last = fault::kill(stage).await?;
        until("everything to be in the database", async || Ok((fault::behind(&stage.api).await? == 0).then_some(())))
            .await?;

        let lines = journal::read(&journal)?;
        let (stored, counted) = read_back(&stage.api, &stage.survey).await?;
        let windows: Vec<_> = blows.iter().filter_map(|blow| blow.window).collect();
        let mut verdict = judge::judge(&lines, &stored, &counted, &windows);
        check_store(&stage.server, &mut verdict).await;
        for (number, taken) in blows.iter().filter_map(|blow| blow.backup.as_ref()).take(RESTORED).enumerate() {
            let problems = restored(stage, taken, &lines).await?.problems;
            verdict.problems.extend(problems.into_iter().map(|problem| format!("backup {}: {problem}", number + 1)));
        }
        let heals = blows.iter().filter_map(|blow| judge::first_ack_after(&lines, blow.over)).max().unwrap_or_default();
        let ready = blows.iter().chain([&last]).map(|blow| blow.ready).max().unwrap_or_default();
        let count = cutter.map_or(blows.len() as u64, |cutter| cutter.cuts());
        self.bites(&blows, count, &report, &mut verdict);
        Ok(Outcome { run: self.clone(), verdict, blows: count, ready, heals, load: report })
    }

    /// Starts the load in a process of its own.
    fn load(&self, stage: &Stage, cutter: Option<&Cutter>, journal: &Path) -> Result<Child> {
        let address = cutter.map_or(stage.server.address, |cutter| cutter.address);
        Command::new(&self.program)
            .args(["load", &address.to_string(), &stage.intake(), &stage.survey])
            .arg(journal)
            .args([self.seed.to_string(), self.rate.to_string(), self.length.as_millis().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))
    }

    /// Deals blows until the load's time is over.
    async fn blows(&self, stage: &mut Stage, ground: &mut Ground) -> Result<Vec<Blow>> {
        let end = Instant::now() + self.length;
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ u64::from(u32::MAX));
        let mut blows = Vec::new();
        loop {
            let rest = fault::rest(self.fault, self.length, &mut rng);
            let is_enough = !self.fault.has_blows() || blows.len() >= self.fault.most_blows();
            if is_enough || Instant::now() + rest >= end {
                tokio::time::sleep_until(end).await;
                return Ok(blows);
            }
            sleep(rest).await;
            blows.push(fault::deal(self.fault, stage, ground, &mut rng).await?);
        }
    }

    /// Adds a problem where the fault was not felt, since such a run proves nothing.
    fn bites(&self, blows: &[Blow], count: u64, report: &Value, verdict: &mut Verdict) {
        let problems = &mut verdict.problems;
        if report["open"] != 0 {
            problems.push(format!("{} sendings were not acknowledged a minute after the end", report["open"]));
        }
        if count == 0 && self.fault != Fault::None {
            problems.push("no blow fell: give it more seconds".into());
        }
        if self.fault.must_refuse() {
            if !blows.iter().all(|blow| blow.said_no) {
                problems.push("/readyz said yes although nothing could be written".into());
            }
            if !verdict.refused.contains_key("503:storage_unavailable") {
                problems.push("nothing was refused with storage_unavailable".into());
            }
        }
        if self.fault == Fault::Cut && verdict.unanswered == 0 {
            problems.push("no request was cut off: the cuts were not felt".into());
        }
        if self.fault == Fault::Stall {
            let is_felt = if self.store.has_log() {
                blows.iter().all(|blow| blow.behind > 0)
            } else {
                verdict.unanswered > 0 || !verdict.refused.is_empty()
            };
            if !is_felt {
                problems.push("everything went on while the database was stalled: the stall was not felt".into());
            }
        }
    }
}

impl Outcome {
    /// What is wrong, the times that a run by hand holds the server to included.
    pub fn breaches(&self) -> Vec<String> {
        let mut breaches = self.verdict.problems.clone();
        let limits = self.run.fault.limits(self.run.store);
        let times = [
            ("ready again", self.ready, Some(limits.ready)),
            ("acknowledging again", self.heals, Some(limits.acknowledging)),
            ("nothing was acknowledged; on again", self.verdict.stall, limits.stall),
        ];
        for (what, taken, limit) in times {
            if let Some(limit) = limit.filter(|limit| taken > *limit) {
                breaches.push(format!("{what} after {taken:.1?}; the limit is {limit:.0?}"));
            }
        }
        breaches
    }
}

/// Waits for the load's end and its report.
async fn report(load: &mut Child, patience: Duration) -> Result<Value> {
    use tokio::io::AsyncReadExt as _;
    let mut stdout = load.stdout.take().context("the load's output is piped")?;
    let mut text = String::new();
    timeout(patience, stdout.read_to_string(&mut text)).await.context("the load does not end")??;
    let status = load.wait().await?;
    ensure!(status.success(), "the load failed");
    serde_json::from_str(&text).with_context(|| format!("the load said {text}"))
}

/// Restores a backup into a folder of its own, serves it, and judges it by what was acknowledged before it began and sent
/// before it was done.
async fn restored(stage: &Stage, taken: &Taken, lines: &[Line]) -> Result<Verdict> {
    let mut server = Server::prepare(None, "serve", &["--rate-limits", "off"])?;
    server.output(&["restore", taken.file.to_str().context("the folder's name is text")?]).await?;
    // No backup holds the key of the sealed secrets; PostgreSQL's stand there in plain.
    let key = stage.server.data().join("secret.key");
    if key.exists() {
        std::fs::copy(key, server.data().join("secret.key"))?;
    }
    server.start_again().await?;
    let api = Api { address: server.address, key: stage.api.key.clone() };
    let (stored, counted) = read_back(&api, &stage.survey).await?;
    let told = |line: &&Line| line.at <= if matches!(line.what, What::Sent(_)) { taken.to } else { taken.from };
    let lines: Vec<Line> = lines.iter().filter(told).cloned().collect();
    let mut verdict = judge::judge(&lines, &stored, &counted, &[]);
    check_store(&server, &mut verdict).await;
    Ok(verdict)
}

/// Every stored answer to a survey by the export, and how many the score counts by score.
pub async fn read_back(api: &Api, survey: &str) -> Result<(Vec<Stored>, [u64; SCORES])> {
    let export = api.get(&format!("/v1/exports/responses.jsonl?survey={survey}")).await?;
    ensure!(export.status.is_success(), "the export: {} {}", export.status, export.text());
    let mut stored = Vec::new();
    for line in export.text().lines() {
        let response: Value = serde_json::from_str(line).with_context(|| format!("no line of an export: {line}"))?;
        let number = response["id"].as_str().and_then(number_of).with_context(|| format!("a strange id: {line}"))?;
        let seq = response["seq"].as_u64().and_then(|seq| u32::try_from(seq).ok()).context("a seq")?;
        let score = response["answers"][0]["value"].as_u64().and_then(|score| u8::try_from(score).ok());
        stored.push(Stored { number, seq, score: score.context("a score")? });
    }
    let report = api.read(&format!("/v1/reports/score?metric=nps&survey={survey}")).await?;
    let mut counted = [0; SCORES];
    for (score, count) in counted.iter_mut().enumerate() {
        *count = report["distribution"][score.to_string()].as_u64().with_context(|| format!("no {score}: {report}"))?;
    }
    ensure!(report["n"].as_u64() == Some(counted.iter().sum()), "n is not the sum of the scores: {report}");
    Ok((stored, counted))
}

/// Runs `bearing check` beside the server.
async fn check_store(server: &Server, verdict: &mut Verdict) {
    if let Err(problem) = server.output(&["check"]).await {
        verdict.problems.push(problem.to_string());
    }
}
