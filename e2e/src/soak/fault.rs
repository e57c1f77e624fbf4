//! The faults of a run and the blows of each: what is done to the server or to what it stands on, when by the seed, and
//! how it comes back.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use hyper::StatusCode;
use rand::{Rng, RngExt};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep, timeout};

use super::Store;
use super::ground::{BALLAST_KIB, Disk, Ground};
use super::journal::now;
use super::judge::Window;
use crate::api::Api;
use crate::server::{Server, signal};
use crate::stage::Stage;
use crate::wait::until;

/// What is done to the server, or to what it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is killed and started again.
    Kill,
    /// Its flushes fail.
    Flush,
    /// Its disk is full.
    Full,
    /// It is stopped for a while and goes on.
    Pause,
    /// Its connections are cut.
    Cut,
    /// Its store is backed up.
    Backup,
    /// Its PostgreSQL crashes and starts again.
    Restart,
    /// Its PostgreSQL is stopped for a while and goes on.
    Stall,
    /// The leader of its replicated log is killed, and started again.
    Leader,
    /// Nothing: what a run with a fault is held against.
    None,
}

impl Fault {
    /// Every fault; `None` is not one.
    pub const ALL: [Self; 9] = [
        Self::Kill,
        Self::Flush,
        Self::Full,
        Self::Pause,
        Self::Cut,
        Self::Backup,
        Self::Restart,
        Self::Stall,
        Self::Leader,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Flush => "flush",
            Self::Full => "full",
            Self::Pause => "pause",
            Self::Cut => "cut",
            Self::Backup => "backup",
            Self::Restart => "restart",
            Self::Stall => "stall",
            Self::Leader => "leader",
            Self::None => "none",
        }
    }

    /// What this machine lacks to deal it, one sentence.
    pub fn missing(self) -> Option<&'static str> {
        let is_root =
            || std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let has_strace = || {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join("strace").is_file())
        };
        match self {
            Self::Full if !is_root() => Some("`full` mounts a small disk; run it as root."),
            Self::Flush if !is_root() => Some("`flush` traces the server; run it as root."),
            Self::Flush if !has_strace() => Some("`flush` needs strace; install it (Debian: strace)."),
            _ => None,
        }
    }

    /// The times that it must keep over a store.
    pub fn limits(self, store: Store) -> Limits {
        let seconds = Duration::from_secs;
        match self {
            // What is acknowledged again after a kill waits for the connections, which try every few milliseconds.
            Self::Kill => Limits { ready: seconds(2), acknowledging: seconds(5), stall: None },
            // The nodes wait for seconds before they take a leader for dead.
            Self::Leader => Limits { ready: seconds(15), acknowledging: seconds(15), stall: Some(seconds(15)) },
            // Whatever the database does, the log goes on.
            Self::Restart | Self::Stall if store.has_log() => {
                Limits { ready: seconds(5), acknowledging: seconds(5), stall: Some(seconds(2)) }
            }
            _ => Limits { ready: seconds(5), acknowledging: seconds(5), stall: None },
        }
    }

    /// How many blows of it make a run, where more would show nothing more.
    pub(super) fn most_blows(self) -> usize {
        if self == Self::Leader { 2 } else { usize::MAX }
    }

    /// Whether it is dealt in blows: the proxy of `Cut` cuts all the time.
    pub(super) fn has_blows(self) -> bool {
        !matches!(self, Self::Cut | Self::None)
    }

    /// Whether the server must say that it is not ready, and refuse with `storage_unavailable`, during a blow.
    pub fn must_refuse(self) -> bool {
        matches!(self, Self::Flush | Self::Full)
    }
}

/// Times that a run by hand must keep.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How soon the server must be ready again after a blow.
    pub ready: Duration,
    /// How soon it must acknowledge again after a blow.
    pub acknowledging: Duration,
    /// How long nothing may be acknowledged at any time.
    pub stall: Option<Duration>,
}

/// One blow, over.
#[derive(Clone, Debug)]
pub struct Blow {
    /// When it was over, in µs since 1970.
    pub over: u64,
    /// From then until `/readyz` said yes.
    pub ready: Duration,
    /// Whether `/readyz` said no during the blow.
    pub said_no: bool,
    /// The time in which nothing could be flushed.
    pub window: Option<Window>,
    /// The backup that was taken.
    pub backup: Option<Taken>,
    /// How many messages the database was behind the replicated log when the blow was over.
    pub behind: u64,
}

/// A backup that was taken during a run.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its file.
    pub file: PathBuf,
    /// When it began, in µs since 1970: what was acknowledged before must be in it.
    pub from: u64,
    /// When it was done: what was sent later cannot be in it.
    pub to: u64,
}

impl Blow {
    /// A blow that only took time.
    fn plain(over: u64, ready: Duration) -> Self {
        Self { over, ready, said_no: false, window: None, backup: None, behind: 0 }
    }
}

/// How long PostgreSQL is stalled.
const STALL: Duration = Duration::from_secs(10);
/// How long a killed leader stays away: the others have elected another one by then, or not yet.
const AWAY_MS: std::ops::Range<u64> = 3_000..8_000;
/// How long a state of the server is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a page for people may take.
const LONG_REPLY: Duration = Duration::from_secs(5);
/// The time between two looks at `/readyz`.
const LOOK: Duration = Duration::from_millis(10);
/// Room that is left on the disk when it is made small, in KiB.
const ROOM_KIB: std::ops::Range<u64> = 200..3_000;

/// Deals one blow and waits until the server is ready again.
pub(super) async fn deal(fault: Fault, stage: &mut Stage, ground: &mut Ground, rng: &mut impl Rng) -> Result<Blow> {
    match fault {
        Fault::Kill => kill(stage).await,
        Fault::Pause => pause(stage, rng).await,
        Fault::Flush => flush(stage, rng).await,
        Fault::Full => full(stage, ground.disk.as_ref().context("the disk is mounted")?, rng).await,
        Fault::Backup => backup(stage).await,
        Fault::Restart => restart(stage, ground).await,
        Fault::Stall => stall(stage, ground).await,
        Fault::Leader => leader(stage, ground, rng).await,
        Fault::Cut | Fault::None => bail!("{} has no blows", fault.name()),
    }
}

/// The pause before the next blow: long enough that the load is under way again.
pub(super) fn rest(fault: Fault, length: Duration, rng: &mut impl Rng) -> Duration {
    Duration::from_millis(match fault {
        Fault::Kill => rng.random_range(1_500..2_500),
        Fault::Restart | Fault::Stall => rng.random_range(2_000..6_000),
        // The second one in another half than the first.
        Fault::Leader => (length / 4).as_millis() as u64,
        _ => rng.random_range(700..2_000),
    })
}

/// Kills the server and starts it again on its port; until it is ready counts from the new process' start.
pub(super) async fn kill(stage: &mut Stage) -> Result<Blow> {
    stage.server.kill().await?;
    let (over, begun) = (now(), Instant::now());
    stage.server.start_again().await?;
    ready(stage).await?;
    Ok(Blow::plain(over, begun.elapsed()))
}

async fn pause(stage: &Stage, rng: &mut impl Rng) -> Result<Blow> {
    let id = stage.server.id().context("the server runs")?;
    signal("STOP", id).await?;
    // Now and then longer than the load waits for a reply: what it sent is taken when the server goes on, and again.
    sleep(Duration::from_millis(rng.random_range(300..3_000))).await;
    let (over, begun) = (now(), Instant::now());
    signal("CONT", id).await?;
    ready(stage).await?;
    Ok(Blow::plain(over, begun.elapsed()))
}

/// Backs the store up, as a person would, beside the server.
async fn backup(stage: &Stage) -> Result<Blow> {
    let from = now();
    let file = stage.server.folder().join(format!("backup-{from}"));
    stage.server.output(&["backup", file.to_str().context("the folder's name is text")?]).await?;
    let (over, begun) = (now(), Instant::now());
    ready(stage).await?;
    let backup = Some(Taken { file, from, to: over });
    Ok(Blow { backup, ..Blow::plain(over, begun.elapsed()) })
}

/// Has PostgreSQL crash and start again.
async fn restart(stage: &Stage, ground: &Ground) -> Result<Blow> {
    block_in_place(|| ground.postgres()?.restart())?;
    let (over, begun) = (now(), Instant::now());
    ready(stage).await?;
    Ok(Blow::plain(over, begun.elapsed()))
}

/// Stops PostgreSQL for longer than the server and the load wait for anything.
async fn stall(stage: &Stage, ground: &Ground) -> Result<Blow> {
    block_in_place(|| ground.postgres()?.stall())?;
    sleep(STALL).await;
    let behind = behind(&stage.api).await;
    let (over, begun) = (now(), Instant::now());
    // Whatever came of the question.
    block_in_place(|| ground.postgres()?.go_on())?;
    ready(stage).await?;
    Ok(Blow { behind: behind?, ..Blow::plain(over, begun.elapsed()) })
}

/// Kills the leader of the replicated log; what is acknowledged again counts from then.
async fn leader(stage: &Stage, ground: &mut Ground, rng: &mut impl Rng) -> Result<Blow> {
    let node = ground.kill_leader()?;
    let (over, begun) = (now(), Instant::now());
    ready(stage).await?;
    let taken = begun.elapsed();
    let away = Duration::from_millis(rng.random_range(AWAY_MS));
    sleep(away.saturating_sub(begun.elapsed())).await;
    ground.start_again(node)?;
    ready(stage).await?;
    Ok(Blow::plain(over, taken))
}

/// How many messages the database is behind the replicated log; 0 without one.
pub(super) async fn behind(api: &Api) -> Result<u64> {
    let metrics = timeout(LONG_REPLY, api.get("/metrics")).await.context("the metrics do not come")??;
    let value = metrics.text().lines().find_map(|line| line.strip_prefix("bearing_intake_log_behind ")?.parse().ok());
    Ok(value.unwrap_or_default())
}

/// Makes flushes fail: all of them, or every so many.
async fn flush(stage: &mut Stage, rng: &mut impl Rng) -> Result<Blow> {
    let every: u32 = if rng.random_bool(0.6) { 1 } else { rng.random_range(2..=5) };
    let length = Duration::from_millis(rng.random_range(500..2_500));
    let spell = Spell::begin(&stage.server, every).await?;
    let from = now();
    sleep(length).await;
    let said_no = every > 1 || is_not_ready(stage).await?;
    let window = (every == 1).then(|| Window { from, to: now() });
    spell.end().await?;
    let (over, begun) = (now(), Instant::now());
    ready(stage).await?;
    Ok(Blow { said_no, window, ..Blow::plain(over, begun.elapsed()) })
}

/// Makes the disk small and large again, or lets another file fill it and removes that.
async fn full(stage: &Stage, disk: &Disk, rng: &mut impl Rng) -> Result<Blow> {
    let is_filled = rng.random_bool(0.5);
    disk.shrink(if is_filled { BALLAST_KIB } else { rng.random_range(ROOM_KIB) }).await?;
    let ballast = is_filled.then(|| disk.fill()).transpose()?;
    let said_no = is_not_ready(stage).await?;
    sleep(Duration::from_millis(rng.random_range(0..1_500))).await;
    match ballast {
        Some(ballast) => std::fs::remove_file(ballast)?,
        None => disk.grow().await?,
    }
    let (over, begun) = (now(), Instant::now());
    ready(stage).await?;
    let taken = begun.elapsed();
    disk.grow().await?;
    Ok(Blow { said_no, ..Blow::plain(over, taken) })
}

/// Waits until `/readyz` says that the store cannot be written.
async fn is_not_ready(stage: &Stage) -> Result<bool> {
    let asked = until("the server to say that it cannot write", async || {
        let reply = stage.api.get("/readyz").await?;
        Ok((reply.status == StatusCode::SERVICE_UNAVAILABLE && reply.code() == "storage_unavailable").then_some(()))
    });
    Ok(asked.await.is_ok())
}

/// Waits until `/readyz` says yes.
pub(super) async fn ready(stage: &Stage) -> Result<()> {
    let asked = async {
        loop {
            let reply = timeout(Duration::from_secs(1), stage.api.get("/readyz")).await;
            if matches!(reply, Ok(Ok(reply)) if reply.status == StatusCode::OK) {
                return;
            }
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, asked).await.context("the server is not ready again in a minute")
}

/// A spell of strace over the server in which flushes fail.
struct Spell(Child);

impl Spell {
    /// Attaches to every thread; from here on every so many flush fails, and with 1 each.
    async fn begin(server: &Server, every: u32) -> Result<Self> {
        let id = server.id().context("the server runs")?;
        let failing = format!("inject=fdatasync,fsync:error=EIO:when={every}+{every}");
        let mut strace = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", &failing, "-p", &id.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start strace")?;
        let mut told = BufReader::new(strace.stderr.take().context("its complaints are piped")?).lines();
        let attached = async {
            while let Some(line) = told.next_line().await? {
                if line.contains(" attached") {
                    return Ok(());
                }
                ensure!(!line.contains("attach:"), "{line}");
            }
            bail!("strace ended before it was attached")
        };
        timeout(PATIENCE, attached).await.context("strace does not attach")??;
        // It tells of every new thread: a full pipe would stop it, and the server with it.
        tokio::spawn(async move { while let Ok(Some(_)) = told.next_line().await {} });
        Ok(Self(strace))
    }

    /// Detaches.
    async fn end(mut self) -> Result<()> {
        signal("INT", self.0.id().context("strace runs")?).await?;
        timeout(PATIENCE, self.0.wait()).await.context("strace does not end")??;
        Ok(())
    }
}
