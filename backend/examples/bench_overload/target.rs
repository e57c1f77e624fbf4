//! The server that is measured: the real binary, on the cores that are given to it, over a folder of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bearing::chance;
use bearing_shared::id::SiteId;
use bearing_storage::Keyring;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::Request;

/// The longest that it may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A site and its survey.
pub(crate) struct Site {
    pub(crate) id: SiteId,
    pub(crate) key: String,
    pub(crate) survey: String,
}

impl Site {
    /// Where pages send responses.
    pub(crate) fn path(&self) -> String {
        format!("/v1/embed/{}/responses", self.key)
    }

    /// What pages send there.
    pub(crate) fn request(&self) -> Request {
        Request::answer(&self.path(), &self.survey, 0)
    }
}

/// The binary, its folder, and the process while it runs.
pub(crate) struct Target {
    binary: PathBuf,
    /// As `taskset` names them.
    cores: &'static str,
    folder: TempDir,
    running: Option<(Child, SocketAddr)>,
}

/// Keeps this process and what it starts from here on to one core, but for what is told otherwise.
pub(crate) fn pin_this(core: usize) -> anyhow::Result<()> {
    let mut command = Command::new("taskset");
    command.args(["-a", "-c", "-p", &core.to_string(), &std::process::id().to_string()]).stdout(Stdio::null());
    let ended = command.status().context("there is no taskset (util-linux)")?;
    ensure!(ended.success(), "this machine has no core {core}: two are needed");
    Ok(())
}

/// Checks that the server is on a core of its own.
pub(crate) fn check_pinned(target: &Target) -> anyhow::Result<()> {
    let cores = target.status("Cpus_allowed_list:")?;
    ensure!(cores == "0", "the server may run on {cores} and should on core 0 alone");
    Ok(())
}

impl Target {
    /// An empty folder for `BEARING_BIN`, which runs on these cores.
    pub(crate) fn on(cores: &'static str) -> anyhow::Result<Self> {
        let binary = std::env::var_os("BEARING_BIN").context("BEARING_BIN names the binary that is measured")?;
        Ok(Self { binary: binary.into(), cores, folder: tempfile::tempdir()?, running: None })
    }

    /// The address of its store.
    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("bearing.db").display())
    }

    /// The key that the server made for its store.
    pub(crate) fn keyring(&self) -> anyhow::Result<Keyring> {
        let text = std::fs::read_to_string(self.folder.path().join("secret.key"))?;
        Keyring::read(text.trim(), chance::bytes).map_err(anyhow::Error::msg)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", self.cores]).arg(&self.binary).args(args).env("BEARING_DATA", self.folder.path());
        command
    }

    /// What a command of the binary prints under a name, when it is asked for JSON.
    pub(crate) fn printed(&self, args: &[&str], names: &[&str]) -> anyhow::Result<Vec<String>> {
        let output = self.command(args).arg("--json").output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).context("the command printed no JSON")?;
        let text = |name: &&str| told[*name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        names.iter().map(text).collect()
    }

    /// Makes a site with a published survey.
    pub(crate) fn site(&self) -> anyhow::Result<Site> {
        let made = self.printed(&["site", "create", "--name", "Bench"], &["id", "site_key"])?;
        let [id, key] = <[String; 2]>::try_from(made).map_err(|_| anyhow::anyhow!("not two"))?;
        let survey = ["survey", "create", "--site", &id, "--metric", "nps", "--publish"];
        let survey = self.printed(&survey, &["id"])?.concat();
        Ok(Site { id: SiteId(id), key, survey })
    }

    /// Starts it on a free port with more options, and waits until it is ready.
    pub(crate) fn start(&mut self, options: &[&str]) -> anyhow::Result<()> {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.args(options).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("its output is piped")?;
        for line in BufReader::new(stdout).lines() {
            if let Some(address) = line?.strip_prefix("ready http://") {
                self.running = Some((child, address.trim().parse()?));
                return Ok(());
            }
        }
        anyhow::bail!("the server ended before it was ready ({})", child.wait()?)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.as_ref().map_or(SocketAddr::from(([127, 0, 0, 1], 0)), |(_, address)| *address)
    }

    /// Its process.
    pub(crate) fn process(&self) -> anyhow::Result<u32> {
        Ok(self.running.as_ref().context("the server is not running")?.0.id())
    }

    fn status(&self, name: &str) -> anyhow::Result<String> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process()?)).context("Linux tells it")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
        Ok(line.trim().to_owned())
    }

    /// Refused requests by reason, as `/metrics` tells them.
    pub(crate) async fn refused(&self) -> anyhow::Result<serde_json::Value> {
        let mut stream = TcpStream::connect(self.address()).await?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        let counts = text.lines().filter_map(|line| {
            let (kind, count) = line.strip_prefix("bearing_http_refused_total{kind=\"")?.split_once("\"} ")?;
            Some((kind.to_owned(), count.parse::<u64>().ok()?.into()))
        });
        Ok(serde_json::Value::Object(counts.collect()))
    }

    /// The most memory that it has held since its start, MiB.
    pub(crate) fn peak_mib(&self) -> anyhow::Result<f64> {
        let peak: f64 = self.status("VmHWM:")?.trim_end_matches(" kB").parse()?;
        Ok(peak / 1_024.0)
    }

    /// Sends SIGTERM: the exit code, and the seconds until it was there.
    pub(crate) async fn terminate(&mut self) -> anyhow::Result<(Option<i32>, f64)> {
        let (mut child, _) = self.running.take().context("the server is not running")?;
        let begun = Instant::now();
        // The standard library sends no other signal than KILL.
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status()?;
        ensure!(sent.success(), "the signal was not sent");
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok((status.code(), begun.elapsed().as_secs_f64()));
            }
            if begun.elapsed() > PATIENCE {
                child.kill()?;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops it in order.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        let (code, _) = self.terminate().await?;
        ensure!(code == Some(0), "the server ended with {code:?}");
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
