//! The built server in a folder of its own, for measurements: started on a free port, asked over plain HTTP, stopped.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{bench::binary, place::Place, process::output};

/// Longest wait for any part of a reply.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store in a folder, and the server over it once started, which goes when this is dropped.
pub(crate) struct Server {
    binary: PathBuf,
    folder: PathBuf,
    /// Whether the folder goes too.
    temporary: bool,
    running: Option<(Child, String)>,
}

impl Server {
    /// An empty store in a folder of its own; nothing runs yet.
    pub(crate) fn new(place: &Place) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("bearing-xtask-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(Self { binary: binary(place), folder, temporary: true, running: None })
    }

    /// The store in a folder that stays; nothing runs yet.
    pub(crate) fn over(place: &Place, folder: &Path) -> Self {
        Self { binary: binary(place), folder: folder.to_owned(), temporary: false, running: None }
    }

    /// Runs one command of the binary over this store and reads the JSON it prints.
    pub(crate) fn command(&self, args: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.binary);
        command.args(args).arg("--json").env("BEARING_DATA", &self.folder);
        let text = output(command, &format!("`bearing {}`", args.join(" ")))?;
        serde_json::from_str(&text).with_context(|| format!("`bearing {}` printed no JSON", args.join(" ")))
    }

    /// Serves the store on a free port of this machine.
    pub(crate) fn start(&mut self) -> Result<()> {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("BEARING_DATA", &self.folder);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start dist/bearing; run `cargo xtask build`")?;
        let stdout = child.stdout.take().context("the server has no standard output")?;
        let (child, _) = self.running.insert((child, String::new()));
        for line in BufReader::new(stdout).lines() {
            if let Some(address) = line?.strip_prefix("ready http://") {
                let address = address.trim().trim_end_matches('/').to_owned();
                self.running.as_mut().context("the server is gone")?.1 = address;
                return Ok(());
            }
        }
        bail!("dist/bearing ended before it was ready ({})", child.wait()?)
    }

    /// The memory that the server holds, in KiB, as Linux tells it.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        let (child, _) = self.running.as_ref().context("the server is not running")?;
        let status =
            fs::read_to_string(format!("/proc/{}/status", child.id())).context("this system tells no memory")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no memory is told")?;
        line.trim().trim_end_matches(" kB").parse().context("the memory told is no number")
    }

    /// The JSON at a path that needs no key.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        Ok(self.timed(path, None)?.0)
    }

    /// The JSON at a path, and how long it took from connecting to the last byte.
    pub(crate) fn timed(&self, path: &str, key: Option<&str>) -> Result<(Value, Duration)> {
        let (_, address) = self.running.as_ref().context("the server is not running")?;
        let authorization = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        // HTTP/1.0: the reply is neither chunked nor compressed, and ends with the connection.
        let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{authorization}Connection: close\r\n\r\n");
        let begun = Instant::now();
        let mut stream = TcpStream::connect(address).with_context(|| format!("cannot reach {address}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).with_context(|| format!("no whole reply for {path}"))?;
        let taken = begun.elapsed();
        let (head, body) = reply.split_once("\r\n\r\n").with_context(|| format!("no HTTP reply for {path}"))?;
        let status = head.lines().next().unwrap_or_default();
        ensure!(status.contains(" 200"), "GET {path} answered {status}: {body}");
        Ok((serde_json::from_str(body).with_context(|| format!("GET {path} answered no JSON"))?, taken))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
        if self.temporary {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
