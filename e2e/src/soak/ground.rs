//! What a run stands on: a database, a replicated log and a disk of its own, since blows are dealt to them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use bearing_clusters::{nats, postgres};
use tokio::process::Command;
use tokio::task::block_in_place;

use super::Store;
use super::fault::Fault;
use crate::server::Server;

/// The stream that the servers make in the log.
const STREAM: &str = "BEARING_INTAKE";
/// The database's name in its cluster.
const DATABASE: &str = "soak";
/// How large a file fills the disk when it is not made small, in KiB.
pub(super) const BALLAST_KIB: u64 = 256 * 1_024;
/// The disk's size while there is room, in MiB.
const DISK_MIB: u64 = 2_048;

/// What a run stands on, as far as its store and its fault have it.
pub(super) struct Ground {
    pub(super) disk: Option<Disk>,
    postgres: Option<(postgres::Cluster, String)>,
    log: Option<nats::Cluster>,
}

impl Ground {
    /// Starts what the store needs.
    pub(super) fn lay(store: Store) -> Result<Self> {
        block_in_place(|| {
            let postgres = match store {
                Store::Sqlite => None,
                Store::Postgres | Store::Nats => {
                    let cluster = postgres::Cluster::start(postgres::Profile::Durable)?;
                    let url = cluster.database(DATABASE)?;
                    Some((cluster, url))
                }
            };
            let log = store.has_log().then(|| nats::Cluster::start(&nats::program()?)).transpose()?;
            Ok(Self { disk: None, postgres, log })
        })
    }

    /// The server, not yet started.
    pub(super) async fn server(&mut self, fault: Fault) -> Result<Server> {
        let urls = self.log.as_ref().map(nats::Cluster::urls);
        let mut options = vec!["--rate-limits", "off"];
        options.extend(urls.iter().flat_map(|urls| ["--intake-log", urls.as_str()]));
        let place = self.postgres.as_ref().map(|(_, url)| bearing_fresh::elsewhere(url));
        let server = Server::prepare(place, "serve", &options)?;
        if fault == Fault::Full {
            self.disk = Some(Disk::mount(&server.data()).await?);
        }
        Ok(server)
    }

    /// The PostgreSQL.
    pub(super) fn postgres(&self) -> Result<&postgres::Cluster> {
        self.postgres.as_ref().map(|(cluster, _)| cluster).context("this store has no PostgreSQL")
    }

    /// Kills the node that leads the stream; which one it was.
    pub(super) fn kill_leader(&mut self) -> Result<usize> {
        let log = self.log.as_mut().context("this store has no log")?;
        block_in_place(|| {
            let leader = log.leader(STREAM)?;
            log.kill(leader)?;
            Ok(leader)
        })
    }

    /// Starts a killed node again, and waits until it has caught up.
    pub(super) fn start_again(&mut self, node: usize) -> Result<()> {
        let log = self.log.as_mut().context("this store has no log")?;
        block_in_place(|| log.start_again(node))
    }
}

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
    pub(super) async fn shrink(&self, room_kib: u64) -> Result<()> {
        let text = Command::new("df").args(["-k", "--output=used"]).arg(&self.0).output().await?.stdout;
        let text = String::from_utf8(text)?;
        let used: u64 = text.lines().nth(1).context("df tells nothing")?.trim().parse()?;
        self.resize(&format!("size={}k", used + room_kib)).await
    }

    pub(super) async fn grow(&self) -> Result<()> {
        self.resize(&format!("size={DISK_MIB}m")).await
    }

    async fn resize(&self, size: &str) -> Result<()> {
        let path = self.0.to_str().context("the folder's name is text")?;
        shell("mount", &["-o", &format!("remount,{size}"), path]).await
    }

    /// Fills what room is left with a file; returns its name.
    pub(super) fn fill(&self) -> Result<PathBuf> {
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
