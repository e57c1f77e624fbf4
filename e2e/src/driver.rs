//! The browsers' drivers as child processes, which end with everything that they started.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::engine::Engine;
use crate::wait::until;

/// What Chromium's driver says where it found a free port of IPv6 and somebody has the same one of IPv4.
const TAKEN: &str = "port not available";
/// How often it then looks for another.
const PORTS: u32 = 5;

/// A running driver; its browser ends with it.
pub(crate) struct Driver {
    child: Child,
    /// What WebKit draws on.
    _screen: Option<Screen>,
    /// Where it takes commands.
    pub(crate) url: String,
}

impl Driver {
    /// Starts an engine's driver on a free port, with its scratch files in `folder`.
    pub(crate) async fn start(engine: Engine, folder: &Path) -> Result<Self> {
        let program = engine.driver();
        let mut command = Command::new(&program);
        command
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        let cannot = || format!("cannot start {program}; run `cargo xtask setup` or name it in the environment");
        let (child, screen, port) = match engine {
            Engine::Chromium => {
                command.arg("--port=0");
                let mut others = 0..PORTS;
                let (child, port) = loop {
                    let mut child = command.spawn().with_context(cannot)?;
                    let said =
                        said_port(&mut child, |line| line.strip_suffix('.')?.rsplit_once("successfully on port "))
                            .await;
                    match said {
                        Ok(port) => break (child, port),
                        Err(error) if error.to_string().contains(TAKEN) && others.next().is_some() => {}
                        Err(error) => return Err(error).with_context(cannot),
                    }
                };
                (child, None, port)
            }
            Engine::Firefox => {
                let mut child = command.args(["--port", "0"]).spawn().with_context(cannot)?;
                let port = said_port(&mut child, |line| line.rsplit_once("Listening on 127.0.0.1:"))
                    .await
                    .with_context(cannot)?;
                (child, None, port)
            }
            Engine::WebKit => {
                let screen = Screen::start(folder).await?;
                // It picks no port by itself. Another process may take this one first: then nothing answers below.
                let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
                let child = command
                    .arg(format!("--port={port}"))
                    .env("DISPLAY", &screen.display)
                    // There is no graphics card to ask, and no desktop to tell.
                    .envs([("WEBKIT_DISABLE_COMPOSITING_MODE", "1"), ("NO_AT_BRIDGE", "1"), ("LC_ALL", "C.UTF-8")])
                    .stdout(Stdio::null())
                    .spawn()
                    .with_context(cannot)?;
                until("WebKit's driver", async || {
                    Ok(Some(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.map(drop)?))
                })
                .await?;
                (child, Some(screen), port.to_string())
            }
        };
        Ok(Self { child, _screen: screen, url: format!("http://127.0.0.1:{port}") })
    }

    /// Kills the driver and its browser at once (SIGKILL), and waits until they are gone.
    pub(crate) async fn kill(mut self) -> Result<()> {
        let group = self.child.id().context("the driver runs")?;
        kill(group);
        self.child.wait().await?;
        until("the browser to be gone", async || {
            let alive = std::process::Command::new("sh").arg("-c").arg(format!("kill -0 -{group} 2>&1")).output()?;
            Ok((!alive.status.success()).then_some(()))
        })
        .await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // After a failed test the browser still runs: the driver's whole group has to go.
        if let Some(id) = self.child.id() {
            kill(id);
        }
    }
}

fn kill(group: u32) {
    let _ = std::process::Command::new("sh").arg("-c").arg(format!("kill -KILL -{group}")).status();
}

/// The port that a driver says it listens on: what `find` leaves behind a line's last words. What it says later is read
/// and dropped: a full pipe would stop it.
async fn said_port(child: &mut Child, find: fn(&str) -> Option<(&str, &str)>) -> Result<String> {
    let mut lines = BufReader::new(child.stdout.take().context("the driver's output is piped")?).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = find(&line) {
            let port = port.to_owned();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(port);
        }
        said.push(line);
    }
    let ending = child.wait().await?;
    anyhow::bail!("the driver ended before it was ready ({ending}), and said: {}", said.join(" / "))
}

/// An X server without a screen.
struct Screen {
    _child: Child,
    display: String,
}

impl Screen {
    /// Starts `XVFB`, else Debian's, on a display that it picks.
    async fn start(folder: &Path) -> Result<Self> {
        let program = std::env::var("XVFB").unwrap_or_else(|_| "/usr/bin/Xvfb".to_owned());
        let mut child = Command::new(&program)
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {program}; run `cargo xtask setup` or name it in XVFB"))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line).await?;
        ensure!(!line.trim().is_empty(), "{program} found no display");
        Ok(Self { _child: child, display: format!(":{}", line.trim()) })
    }
}
