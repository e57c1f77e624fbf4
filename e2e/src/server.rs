//! The product under test: the real binary as a child process, and its command line.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bearing_fresh::Place;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long the server may take to say that it is ready, or to stop.
const PATIENCE: Duration = Duration::from_secs(180);

/// The binary under test: `BEARING_BIN`, else `dist/bearing` of this repository.
pub fn binary() -> PathBuf {
    std::env::var_os("BEARING_BIN")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/bearing"), PathBuf::from)
}

/// How a command ended.
#[derive(Debug)]
pub struct Ending {
    /// The exit code; −1 after a signal.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained.
    pub stderr: String,
}

/// Runs the binary to its end.
///
/// # Errors
/// It cannot be started, or does not end in a minute.
pub async fn run(args: &[&str]) -> Result<Ending> {
    run_with(args, None).await
}

async fn run_with(args: &[&str], place: Option<&Place>) -> Result<Ending> {
    let mut command = Command::new(binary());
    let output = command.args(args).envs(environment(place)).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = timeout(PATIENCE, output)
        .await
        .with_context(|| format!("bearing {} does not end", args.join(" ")))?
        .with_context(|| {
        format!("cannot start {}; run `cargo xtask build` or set BEARING_BIN", binary().display())
    })?;
    Ok(Ending {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// What tells the binary of a database elsewhere than in the folder that it is given.
fn environment(place: Option<&Place>) -> Option<(&'static str, &str)> {
    place.map(|place| ("BEARING_DATABASE_URL", place.url.as_str()))
}

/// A running server, or a stopped one with its folder and its port.
pub struct Server {
    /// Where it listens; the same after a restart.
    pub address: SocketAddr,
    folder: TempDir,
    verb: &'static str,
    options: Vec<String>,
    child: Option<Child>,
    printed: Arc<Mutex<Vec<String>>>,
    /// Its database, unless that is the file in its folder; the last field, so that the server goes first.
    place: Option<Place>,
}

impl Server {
    /// Starts `bearing serve` with an empty store, on the engine that `BEARING_TEST_STORE` names, and a free port.
    ///
    /// # Errors
    /// It does not become ready.
    pub async fn start() -> Result<Self> {
        Self::launch("serve", &[]).await
    }

    /// Starts `bearing serve` on a database file in its folder, whatever engine the other journeys take: for what is
    /// done to the file.
    ///
    /// # Errors
    /// It does not become ready.
    pub async fn start_on_file() -> Result<Self> {
        Self::launch_on(None, "serve", &[]).await
    }

    /// Starts `bearing VERB` with more options.
    ///
    /// # Errors
    /// It does not become ready.
    pub async fn launch(verb: &'static str, options: &[&str]) -> Result<Self> {
        Self::launch_on(bearing_fresh::postgres_is_chosen().then(bearing_fresh::postgres), verb, options).await
    }

    async fn launch_on(place: Option<Place>, verb: &'static str, options: &[&str]) -> Result<Self> {
        let mut server = Self::prepare(place, verb, options)?;
        server.start_again().await?;
        Ok(server)
    }

    /// A folder for `bearing VERB` with more options, which [`Server::start_again`] starts for the first time: on the
    /// file in its folder, or on a database elsewhere.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn prepare(place: Option<Place>, verb: &'static str, options: &[&str]) -> Result<Self> {
        Ok(Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            folder: tempfile::Builder::new().prefix("bearing-e2e-").tempdir()?,
            verb,
            options: options.iter().map(|&option| option.to_owned()).collect(),
            child: None,
            printed: Arc::default(),
            place,
        })
    }

    /// Gives it more options for its next start.
    pub fn add_options(&mut self, options: &[&str]) {
        self.options.extend(options.iter().map(|&option| option.to_owned()));
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of its store.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Keeps its folder when it is dropped, for whoever looks into what went wrong.
    pub fn keep_folder(&mut self) {
        self.folder.disable_cleanup(true);
    }

    /// Its address for a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has printed so far, line by line.
    pub fn printed(&self) -> Vec<String> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts it on its folder and its port, and waits until it is ready.
    ///
    /// # Errors
    /// It ends, or says nothing for a minute.
    pub async fn start_again(&mut self) -> Result<()> {
        let complaints = self.folder.path().join("stderr.log");
        let mut child = Command::new(binary())
            .arg(self.verb)
            .args(["--listen", &self.address.to_string(), "--data"])
            .arg(self.data())
            .args(&self.options)
            .envs(environment(self.place.as_ref()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::OpenOptions::new().create(true).append(true).open(&complaints)?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!("cannot start {}; run `cargo xtask build` or set BEARING_BIN", binary().display())
            })?;
        let stdout = child.stdout.take().context("the server's output is piped")?;
        self.child = Some(child);
        let mut lines = BufReader::new(stdout).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await? {
                self.printed.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
                if let Some(address) = line.strip_prefix("ready http://") {
                    return Ok(address.trim().parse()?);
                }
            }
            bail!("the server ended before it was ready")
        };
        self.address = match timeout(PATIENCE, ready).await {
            Ok(Ok(address)) => address,
            failed => bail!("{failed:?}; standard error: {}", std::fs::read_to_string(&complaints).unwrap_or_default()),
        };
        let printed = Arc::clone(&self.printed);
        // A full pipe would stop the server.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                printed.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Ok(())
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// It runs on, or ends with another code than 0.
    pub async fn stop(&mut self) -> Result<()> {
        let mut child = self.child.take().context("the server is running")?;
        signal("TERM", child.id().context("the server has not ended")?).await?;
        let status = timeout(PATIENCE, child.wait()).await.context("the server does not stop")??;
        ensure!(status.success(), "the server stopped with {status}");
        Ok(())
    }

    /// Kills it (SIGKILL) and waits until it is dead.
    ///
    /// # Errors
    /// It was not running.
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.child.take().context("the server is running")?.kill().await?)
    }

    /// Runs a command beside the server on the same store, to its end.
    ///
    /// # Errors
    /// As [`run`].
    pub async fn run(&self, args: &[&str]) -> Result<Ending> {
        let data = self.data();
        let data = data.to_str().context("the folder's name is text")?;
        run_with(&[args, &["--data", data]].concat(), self.place.as_ref()).await
    }

    /// Runs a command as [`Self::run`] does, with `--json`, and reads what it prints.
    ///
    /// # Errors
    /// It fails; its complaint is shown.
    pub async fn command(&self, args: &[&str]) -> Result<Value> {
        let printed = self.output(&[args, &["--json"]].concat()).await?;
        serde_json::from_str(&printed).with_context(|| format!("not JSON: {printed}"))
    }

    /// Runs a command as [`Self::run`] does, and returns what it prints.
    ///
    /// # Errors
    /// It fails; its complaint is shown.
    pub async fn output(&self, args: &[&str]) -> Result<String> {
        let ending = self.run(args).await?;
        let said = || format!("bearing {}: {} {} {}", args.join(" "), ending.code, ending.stdout, ending.stderr);
        ensure!(ending.code == 0, said());
        Ok(ending.stdout)
    }

    /// The resident memory and more is asked of the process by its id.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }
}

/// Sends a signal to a process.
///
/// # Errors
/// There is no such process.
pub async fn signal(name: &str, id: u32) -> Result<()> {
    // The standard library sends no signals, and a crate that does needs unsafe code or a dependency.
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {id}")).status().await?;
    ensure!(sent.success(), "the signal was not sent");
    Ok(())
}
