//! `cargo xtask bench streams`: how soon a stored answer reaches a thousand live streams, and what they cost the real
//! server of memory; prints one JSON object and fails when a limit is missed.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bearing::chance;
use bearing::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

/// The limits that the figures are held to: MB that the server holds in all, and seconds until the last has heard.
const RESIDENT_MB: f64 = 100.0;
const REACHED_S: f64 = 2.0;
/// How long is waited for what never comes.
const PATIENCE: Duration = Duration::from_secs(20);
/// Streams that are opened at once: more would wait in the system's queue.
const AT_ONCE: usize = 64;

/// How often each answer was heard of, and when for the last time.
type Heard = Arc<Mutex<HashMap<String, (usize, Instant)>>>;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: usize| {
        let place = args.iter().position(|arg| arg == name);
        place.and_then(|place| args.get(place + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (streams, answers) = (option("--streams", 1_000), option("--answers", 40));
    bearing::server::allow_files(streams);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(streams, answers))
}

async fn measure(streams: usize, answers: usize) -> anyhow::Result<()> {
    let target = Target::start()?;
    let before = target.memory("VmRSS:")?;
    let (heard, (greeted, mut ready)) = (Heard::default(), watch::channel(0_usize));
    let greeted = Arc::new(greeted);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..streams {
        let (request, address) = (target.stream(), target.address);
        let (heard, greeted) = (Arc::clone(&heard), Arc::clone(&greeted));
        tasks.spawn(async move { listen(address, &request, &heard, &greeted).await });
        let opened = (number + 1).saturating_sub(AT_ONCE);
        timeout(PATIENCE, ready.wait_for(|greeted| *greeted >= opened)).await.context("streams do not open")??;
    }
    timeout(PATIENCE, ready.wait_for(|greeted| *greeted >= streams)).await.context("not all streams opened")??;
    let open = target.memory("VmRSS:")?;

    let mut delays = Vec::new();
    for _ in 0..answers {
        let id = chance::response_id(SystemClock.now()).to_string();
        let sent = Instant::now();
        target.answer(&id).await?;
        let last = loop {
            let found = heard.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
            match found {
                Some((count, last)) if count >= streams => break last,
                found => {
                    ensure!(sent.elapsed() < PATIENCE, "{} of {streams} heard", found.map_or(0, |(count, _)| count))
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        delays.push(last.duration_since(sent).as_secs_f64());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(tasks.try_join_next().is_none(), "a stream has ended");
    delays.sort_by(f64::total_cmp);
    let worst = delays.last().copied().unwrap_or(f64::MAX);
    let peak = target.memory("VmHWM:")?;
    let ok = worst <= REACHED_S && peak <= RESIDENT_MB;
    let round = |number: f64| (number * 1_000.0).round() / 1_000.0;
    let figures = json!({
        "streams": streams, "answers": answers,
        "all_reached_s_median": round(delays.get(delays.len() / 2).copied().unwrap_or(f64::MAX)),
        "all_reached_s_worst": round(worst), "limit_s": REACHED_S,
        "resident_mb_before": round(before), "resident_mb_open": round(open), "resident_mb_peak": round(peak),
        "limit_mb": RESIDENT_MB, "ok": ok,
    });
    writeln!(std::io::stdout(), "{figures}")?;
    ensure!(ok, "the last stream hears after {worst:.2} s, and the server holds {peak:.0} MB");
    Ok(())
}

/// Reads a stream for as long as it lasts, and notes the answers that it tells of.
async fn listen(
    address: SocketAddr,
    request: &str,
    heard: &Heard,
    greeted: &watch::Sender<usize>,
) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let (mut text, mut is_greeted) = (String::new(), false);
    let mut piece = vec![0; 2_048];
    loop {
        let count = stream.read(&mut piece).await?;
        ensure!(count > 0, "the stream ended: {text}");
        let now = Instant::now();
        text.push_str(std::str::from_utf8(&piece[..count])?);
        if !is_greeted && text.contains(": connected\n") {
            is_greeted = true;
            greeted.send_modify(|greeted| *greeted += 1);
        }
        while let Some((event, rest)) = text.split_once("\n\n") {
            if let Some((_, data)) = event.split_once("event: response.stored\ndata: ") {
                let data: Value = serde_json::from_str(data)?;
                let id = data["id"].as_str().context("no id")?.to_owned();
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                let (count, last) = heard.entry(id).or_insert((0, now));
                (*count, *last) = (*count + 1, now.max(*last));
            }
            text = rest.to_owned();
        }
    }
}

/// The server that is measured, over a folder of its own, with a site, its survey and a key.
struct Target {
    process: Child,
    address: SocketAddr,
    site_key: String,
    survey: String,
    key: String,
    _folder: TempDir,
}

impl Target {
    fn start() -> anyhow::Result<Self> {
        let binary = std::env::var_os("BEARING_BIN").context("BEARING_BIN names the binary that is measured")?;
        let folder = tempfile::tempdir()?;
        let run = |args: &[&str]| -> anyhow::Result<Value> {
            let output = Command::new(&binary).args(args).env("BEARING_DATA", folder.path()).output()?;
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice(&output.stdout).context("the command printed no JSON")
        };
        let text =
            |value: &Value, name: &str| value[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        let site = run(&["site", "create", "--name", "Bench", "--origin", "https://shop.example", "--json"])?;
        let id = text(&site, "id")?;
        let survey = run(&["survey", "create", "--site", &id, "--metric", "nps", "--publish", "--json"])?;
        let key = run(&["key", "create", "--site", &id, "--scope", "read", "--json"])?;
        let mut serve = Command::new(&binary);
        serve.args(["serve", "--listen", "127.0.0.1:0"]).env("BEARING_DATA", folder.path());
        let mut process = serve.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().context("its output is piped")?;
        for line in BufReader::new(stdout).lines() {
            if let Some(address) = line?.strip_prefix("ready http://") {
                let (site_key, survey, key) = (text(&site, "site_key")?, text(&survey, "id")?, text(&key, "key")?);
                return Ok(Self { address: address.trim().parse()?, process, site_key, survey, key, _folder: folder });
            }
        }
        anyhow::bail!("the server ended before it was ready ({})", process.wait()?)
    }

    /// The request that opens a stream.
    fn stream(&self) -> String {
        format!("GET /v1/stream HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\r\n", self.key)
    }

    /// Sends one answer and waits until it is acknowledged.
    async fn answer(&self, id: &str) -> anyhow::Result<()> {
        let answer = json!({
            "id": id, "seq": 0, "survey": self.survey, "version": 1, "completed": true,
            "answers": [{ "question": "score", "value": 9 }],
        });
        let (path, body) = (format!("/v1/embed/{}/responses", self.site_key), answer.to_string());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await?;
        ensure!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
        Ok(())
    }

    /// Memory by its name in the process's status, MB.
    fn memory(&self, name: &str) -> anyhow::Result<f64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).context("Linux tells it")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1_024.0 / 1e6)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
