//! The faults of a run and the blows of each: what is done to the server, when by the seed, and how it comes back.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use hyper::StatusCode;
use rand::{Rng, RngExt};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use super::journal::now;
use super::judge::Window;
use crate::server::{Server, signal};
use crate::stage::Stage;
use crate::wait::until;

/// What is done to the server.
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
    /// Nothing: what a run with a fault is held against.
    None,
}

impl Fault {
    /// Every fault; `None` is not one.
    pub const ALL: [Self; 6] = [Self::Kill, Self::Flush, Self::Full, Self::Pause, Self::Cut, Self::Backup];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Flush => "flush",
            Self::Full => "full",
            Self::Pause => "pause",
            Self::Cut => "cut",
            Self::Backup => "backup",
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

    /// How soon the server must be ready again after a blow.
    pub fn limit(self) -> Duration {
        Duration::from_secs(if self == Self::Kill { 2 } else { 5 })
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
        Self { over, ready, said_no: false, window: None, backup: None }
    }
}

/// How long a state of the server is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time between two looks at `/readyz`.
const LOOK: Duration = Duration::from_millis(10);
/// Room that is left on the disk when it is made small, in KiB.
const ROOM_KIB: std::ops::Range<u64> = 200..3_000;
/// How large a file fills it otherwise, in KiB.
const BALLAST_KIB: u64 = 256 * 1_024;
/// The disk's size while there is room, in MiB.
const DISK_MIB: u64 = 2_048;

/// A disk of its own for the store: memory, so that it can be made small and large; gone when this is dropped.
pub(super) struct Disk(PathBuf);

impl Disk {
    /// Mounts it on a new folder.
    pub(super) async fn mount(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.to_str().context("the folder's name is text")?;
        let size = format!("size={DISK_MIB}m");
        shell("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", path])
            .await
            .context("the small disk cannot be mounted")?;
        Ok(Self(folder.to_owned()))
    }

    /// Leaves only so much room on it.
    async fn shrink(&self, room_kib: u64) -> Result<()> {
        let text = Command::new("df").args(["-k", "--output=used"]).arg(&self.0).output().await?.stdout;
        let text = String::from_utf8(text)?;
        let used: u64 = text.lines().nth(1).context("df tells nothing")?.trim().parse()?;
        self.resize(&format!("size={}k", used + room_kib)).await
    }

    async fn grow(&self) -> Result<()> {
        self.resize(&format!("size={DISK_MIB}m")).await
    }

    async fn resize(&self, size: &str) -> Result<()> {
        let path = self.0.to_str().context("the folder's name is text")?;
        shell("mount", &["-o", &format!("remount,{size}"), path]).await
    }

    /// Fills what room is left with a file; returns its name.
    fn fill(&self) -> Result<PathBuf> {
        use std::io::Write as _;
        let ballast = self.0.join("ballast");
        let mut file = File::create(&ballast)?;
        let zeros = vec![0; 1 << 16];
        // Until the disk is full, which is what this is for.
        while file.write_all(&zeros).is_ok() {}
        Ok(ballast)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that still runs must not keep it.
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn shell(program: &str, args: &[&str]) -> Result<()> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().await;
    let output = output.with_context(|| format!("cannot start {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// Deals one blow and waits until the server is ready again.
pub(super) async fn deal(fault: Fault, stage: &mut Stage, disk: Option<&Disk>, rng: &mut impl Rng) -> Result<Blow> {
    match fault {
        Fault::Kill => kill(stage).await,
        Fault::Pause => pause(stage, rng).await,
        Fault::Flush => flush(stage, rng).await,
        Fault::Full => full(stage, disk.context("the disk is mounted")?, rng).await,
        Fault::Backup => backup(stage).await,
        Fault::Cut | Fault::None => bail!("{} has no blows", fault.name()),
    }
}

/// The pause before the next blow: long enough that the load is under way again.
pub(super) fn rest(fault: Fault, rng: &mut impl Rng) -> Duration {
    Duration::from_millis(match fault {
        Fault::Kill => rng.random_range(1_500..2_500),
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
