//! The browser's driver as a child process, and what Chromium is started with.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Chromium in a corner of its own: no network but loopback, no first-run talk, its own profile.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en-US",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/// A running driver; its browser ends with it.
pub(crate) struct Driver {
    child: Child,
    /// Where it takes commands.
    pub(crate) url: String,
}

impl Driver {
    /// Starts `CHROMEDRIVER`, else Debian's, on a port that it picks, with its scratch files in `folder`.
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "/usr/bin/chromedriver".to_owned());
        let mut child = Command::new(&program)
            .arg("--port=0")
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {program}; install Debian's chromium-driver or set CHROMEDRIVER"))?;
        let mut lines = BufReader::new(child.stdout.take().context("the driver's output is piped")?).lines();
        let mut port = None;
        while let Some(line) = lines.next_line().await? {
            port = line
                .strip_suffix('.')
                .and_then(|line| line.rsplit_once("successfully on port "))
                .map(|(_, port)| port.to_owned());
            if port.is_some() {
                break;
            }
        }
        let port = port.with_context(|| format!("{program} ended before it was ready"))?;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, url: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // After a failed test the browser still runs: the driver's whole group has to go.
        if let Some(id) = self.child.id() {
            let _ = std::process::Command::new("sh").arg("-c").arg(format!("kill -KILL -{id}")).status();
        }
    }
}

/// What a session is asked for: Chromium with its profile in `profile`.
pub(crate) fn capabilities(profile: &str) -> Result<Map<String, Value>> {
    let mut flags: Vec<String> = FLAGS.iter().map(|&flag| flag.to_owned()).collect();
    flags.push(format!("--user-data-dir={profile}"));
    flags.push("--window-size=1280,812".to_owned());
    let mut options = json!({ "args": flags });
    if let Ok(program) = std::env::var("CHROMIUM") {
        options["binary"] = program.into();
    }
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
        "timeouts": { "implicit": 0, "pageLoad": 60_000, "script": 30_000 },
    });
    wanted.as_object().cloned().context("capabilities are an object")
}
