//! An owner's webhook under a receiver that fails and a server that is killed: every answer arrives, under one id each, and
//! the reference library of Standard Webhooks verifies what came, as the examples do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_e2e::http::{Listener, reply};
use bearing_e2e::server::Server;
use bearing_e2e::stage::{Stage, response_id, text};
use bearing_e2e::wait::{until, with_patience};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};

/// Longer than the lease of a server that died, with a retry behind it.
const PATIENCE: Duration = Duration::from_secs(150);
/// Answers before the kill, and in all.
const BEFORE: u32 = 60;
const ALL: u32 = 100;

/// A message as it came, and whether it was taken.
#[derive(Clone)]
struct Got {
    headers: BTreeMap<String, String>,
    body: Bytes,
    taken: bool,
}

impl Got {
    fn id(&self) -> &str {
        self.headers.get("webhook-id").map_or("", String::as_str)
    }

    fn response(&self) -> Result<String> {
        text(&serde_json::from_slice::<Value>(&self.body)?["data"]["response"], "id")
    }
}

type Log = Arc<Mutex<Vec<Got>>>;

/// A receiver that hangs up on every fifth new message, answers 500 to every seventh, and takes its time with all. What
/// comes again it takes: a message that failed twice would come after minutes.
async fn receiver() -> Result<(Listener, Log)> {
    let log = Log::default();
    let kept = Arc::clone(&log);
    let listener = Listener::start_unreliable(move |request: Request<Bytes>| {
        let kept = Arc::clone(&kept);
        async move {
            tokio::time::sleep(Duration::from_millis(30)).await;
            let headers = request.headers().iter();
            let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().into()));
            let headers = headers.collect();
            let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let mut got = Got { headers, body: request.into_body(), taken: true };
            let known: BTreeSet<&str> = log.iter().map(Got::id).collect();
            let number = if known.contains(got.id()) { 1 } else { known.len() + 1 };
            let (hangs_up, fails) = (number % 5 == 0, number % 7 == 0);
            got.taken = !hangs_up && !fails;
            log.push(got);
            let status = if fails { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
            (!hangs_up).then(|| reply(status, "text/plain", "thanks"))
        }
    })
    .await?;
    Ok((listener, log))
}

fn seen(log: &Log) -> Vec<Got> {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn send(stage: &Stage, numbers: std::ops::RangeInclusive<u32>) -> Result<()> {
    for number in numbers {
        let reply = stage.api.json(Method::POST, &stage.intake(), &stage.response(number, (number % 11) as u8)).await?;
        ensure!(reply.status == 200, "{number}: {} {}", reply.status, reply.text());
    }
    Ok(())
}

/// Waits until every response up to a number has arrived and was taken.
async fn arrived(log: &Log, last: u32) -> Result<()> {
    let arrived = until("the messages", async || {
        let taken: Result<BTreeSet<String>> = seen(log).iter().filter(|got| got.taken).map(Got::response).collect();
        let taken = taken?;
        let missing = (1..=last).filter(|number| !taken.contains(&response_id(*number))).count();
        ensure!(missing == 0, "{missing} of {last} have not arrived");
        Ok(Some(()))
    });
    with_patience(PATIENCE, arrived).await
}

/// How many messages the reference library takes.
fn verified(messages: &[(Got, &str)]) -> Result<Value> {
    let python = std::env::var_os("BEARING_PYTHON").context(
        "BEARING_PYTHON names no Python; run `cargo xtask setup`, and this test by `cargo xtask test --only e2e`",
    )?;
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/webhooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("its input is piped")?;
    for (got, secret) in messages {
        let body = base64(&got.body);
        writeln!(input, "{}", json!({ "secret": secret, "headers": got.headers, "body": body }))?;
    }
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "webhooks.py failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]);
            text.push(if place <= part.len() { letter } else { '=' });
        }
    }
    text
}

/// The same message with one letter of its body changed.
fn changed(got: &Got) -> Got {
    let body = String::from_utf8_lossy(&got.body).replacen("\"score\"", "\"scorf\"", 1);
    Got { body: body.into(), ..got.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_arrives_past_failures_and_a_kill_and_verifies() -> Result<()> {
    let server = Server::launch("serve", &["--allow-private-webhooks"]).await?;
    let mut stage = Stage::set_on(server, "nps").await?;
    let (listener, log) = receiver().await?;
    let wanted = json!({ "url": format!("http://{}/hook", listener.address), "events": ["response.stored"] });
    let made = stage.api.json(Method::POST, "/v1/webhooks", &wanted).await?;
    ensure!(made.status == 201, "{} {}", made.status, made.text());
    let (webhook, secret) = (text(&made.json()?, "id")?, text(&made.json()?, "secret")?);

    send(&stage, 1..=BEFORE).await?;
    // Some have arrived, some are under way, some wait for another attempt, some have not been tried.
    until("some messages", async || Ok((seen(&log).len() >= 10).then_some(()))).await?;
    stage.server.kill().await?;
    stage.server.start_again().await?;
    send(&stage, BEFORE + 1..=ALL).await?;
    arrived(&log, ALL).await?;

    let messages = seen(&log);
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for got in &messages {
        ids.entry(got.response()?).or_default().insert(got.id().to_owned());
    }
    assert_eq!(ids.len(), ALL as usize, "of each answer, and of no other");
    assert!(ids.values().all(|ids| ids.len() == 1), "attempts at one message have one id: {ids:?}");
    assert_eq!(ids.values().flatten().collect::<BTreeSet<_>>().len(), ALL as usize, "and no two share one");
    assert!(messages.len() > ALL as usize, "some came again");

    let whole: Vec<(Got, &str)> = messages.iter().map(|got| (got.clone(), secret.as_str())).collect();
    assert_eq!(verified(&whole)?, json!({ "taken": messages.len(), "refused": 0 }));
    let forged: Vec<(Got, &str)> = messages.iter().map(|got| (changed(got), secret.as_str())).collect();
    assert_eq!(verified(&forged)?, json!({ "taken": 0, "refused": messages.len() }));

    // Whoever knows either secret verifies for a day.
    let rotate = format!("/v1/webhooks/{webhook}/rotate");
    let rotated = text(&stage.api.json(Method::POST, &rotate, &json!({})).await?.json()?, "secret")?;
    send(&stage, ALL + 1..=ALL + 3).await?;
    arrived(&log, ALL + 3).await?;
    let after: Vec<Got> = seen(&log).split_off(messages.len());
    for secret in [&secret, &rotated] {
        let signed: Vec<(Got, &str)> = after.iter().map(|got| (got.clone(), secret.as_str())).collect();
        assert_eq!(verified(&signed)?, json!({ "taken": after.len(), "refused": 0 }));
    }
    examples_agree(after.last().context("something came")?, &[&secret, &rotated])
}

/// The examples take what the library takes, and the page shows them as they are.
fn examples_agree(got: &Got, secrets: &[&str]) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = std::fs::read_to_string(folder.join("WEBHOOKS.md"))?;
    let python = std::env::var_os("BEARING_PYTHON").unwrap_or_else(|| "python3".into());
    let examples = [
        (PathBuf::from(python), "verify.py", "\n# As a command"),
        ("node".into(), "verify.mjs", "\n// As a command"),
        ("php".into(), "verify.php", "\n// As a command"),
    ];
    for (program, name, command) in examples {
        let file = folder.join("examples/webhooks").join(name);
        let source = std::fs::read_to_string(&file)?;
        let shown = source.split(command).next().unwrap_or_default().trim();
        assert!(page.contains(shown), "docs/WEBHOOKS.md does not show {name} as it is");
        let takes = |got: &Got, secret: &str| -> Result<bool> {
            let header = |name: &str| got.headers.get(name).cloned().unwrap_or_default();
            let mut child = Command::new(&program)
                .arg(&file)
                .args([header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")])
                .env("WEBHOOK_SECRET", secret)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .stdin(Stdio::piped())
                .spawn()
                .with_context(|| format!("cannot start {}; run `cargo xtask setup`", program.display()))?;
            child.stdin.take().context("its input is piped")?.write_all(&got.body)?;
            Ok(child.wait()?.success())
        };
        for secret in secrets {
            assert!(takes(got, secret)?, "{name} takes what is whole");
            assert!(!takes(&changed(got), secret)?, "{name} refuses what was changed");
        }
        let mut old = got.clone();
        old.headers.insert("webhook-timestamp".into(), "1600000000".into());
        assert!(!takes(&old, secrets[0])?, "{name} refuses what is old");
        assert!(!takes(got, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")?, "{name} refuses another's");
    }
    Ok(())
}
