//! `cargo xtask bench login`: answers at a steady rate, and beside them a thousand tries to sign in each minute.
//!
//! Rounds with the tries and without take turns on one server; what is told of each kind is the median of its rounds. Prints
//! one JSON object, and fails when the limits refuse nobody, when a member with the right password is refused, or when
//! answers take too much longer.

#[path = "../bench_overload/load.rs"]
mod load;
#[expect(dead_code, reason = "`bench overload` has more to do with its server")]
#[path = "../bench_overload/target.rs"]
mod target;
mod tries;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use bearing::chance;
use bearing::clock::{Clock, SystemClock};
use bearing_shared::id::ResponseId;
use bearing_strangers::display::{self, Signer};
use serde_json::json;

use load::{Found, Load, Request, offer};
use target::Target;
use tries::{A_MINUTE, HONEST, Tried, VICTIM, guesses, join, members};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Answers a second: what a busy site has, and far from what the server can.
const RATE: f64 = 200.0;
/// Connections that the visitors share.
const CONNECTIONS: usize = 64;
/// How long visitors come before anything is measured, seconds.
const WARM_S: f64 = 3.0;
/// How much longer the slowest hundredth of answers may take beside the tries.
const SLOWER: f64 = 1.5;
/// How long before its answer a survey was shown, ms.
const READ_MS: i64 = 4_000;

/// A site, its survey, and what its display tokens are signed with.
struct Shop {
    id: String,
    key: String,
    secret: String,
    survey: String,
}

impl Shop {
    fn make(target: &Target) -> anyhow::Result<Self> {
        let names = ["id", "site_key", "identity_secret"];
        let made = target.printed(&["site", "create", "--name", "Shop"], &names)?;
        let [id, key, secret] = <[String; 3]>::try_from(made).map_err(|_| anyhow::anyhow!("not three"))?;
        let survey = ["survey", "create", "--site", &id, "--metric", "nps", "--publish"];
        let survey = target.printed(&survey, &["id"])?.concat();
        Ok(Self { id, key, secret, survey })
    }
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, default: f64| {
        let place = args.iter().position(|arg| arg == name);
        place.and_then(|place| args.get(place + 1)).and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(option("--seconds", 30.0), option("--rounds", 3.0).max(1.0) as usize))
}

async fn measure(seconds: f64, rounds: usize) -> anyhow::Result<()> {
    // All cores: a hash is made beside the threads that answer, not on them.
    let mut target = Target::on("0-1")?;
    let shop = Arc::new(Shop::make(&target)?);
    let link = |email: &&str| target.printed(&["user", "create", "--email", email], &["link"]);
    let links = [VICTIM].iter().chain(&HONEST).map(link).collect::<anyhow::Result<Vec<_>>>()?.concat();
    // Whoever is connected is the proxy, and says who is behind it.
    target.start(&["--rate-limits", "on", "--trusted-proxies", "127.0.0.1"])?;
    let server = target.address();
    for (number, link) in links.iter().enumerate() {
        join(server, number, link).await?;
    }
    let load = Load { address: server, connections: CONNECTIONS, request: request(shop) };
    offer(&load, Some(RATE), WARM_S).await?;

    let (mut quiet, mut tried_beside) = (Vec::new(), Vec::new());
    let (mut guessed, mut came) = (Tried::default(), Tried::default());
    let mut came_quietly = Tried::default();
    for round in 0..rounds {
        // By turns: what the machine has beside it changes with the time.
        let (answers, honest) = tokio::join!(offer(&load, Some(RATE), seconds), members(server, 2 * round, seconds));
        quiet.push(answers?);
        came_quietly.add(honest?);
        let first = (f64::from(A_MINUTE) / 60.0 * seconds) as u32 * round as u32;
        let (answers, guesses, honest) = tokio::join!(
            offer(&load, Some(RATE), seconds),
            guesses(server, first, seconds),
            members(server, 2 * round + 1, seconds)
        );
        tried_beside.push(answers?);
        guessed.add(guesses?);
        came.add(honest?);
    }
    target.stop().await?;

    let ratio = median(&tried_beside, 0.99) / median(&quiet, 0.99);
    let refused = |rounds: &[Found]| rounds.iter().map(|found| found.refused.len()).sum::<usize>();
    let offered: usize = tried_beside.iter().map(|found| found.accepted.len() + found.refused.len()).sum();
    let (refused_quietly, refused_beside) = (refused(&quiet), refused(&tried_beside));
    let broken: u64 = quiet.iter().chain(&tried_beside).map(|found| found.broken).sum();
    let outside = came.tries - came.inside + came_quietly.tries - came_quietly.inside;
    let mut missed = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            missed.push(what);
        }
    };
    check(guessed.refused > 0, "no limit was hit".into());
    check(guessed.without_retry_after == 0, format!("{} refusals do not say when", guessed.without_retry_after));
    check(guessed.inside == 0, format!("{} guesses were let in", guessed.inside));
    check(outside == 0, format!("{outside} times a member with the right password was not let in"));
    check(broken == 0, format!("{broken} connections of visitors broke"));
    // What is refused has no time: as many as p99 leaves out would hide behind it.
    let more = refused_beside.saturating_sub(refused_quietly);
    check(more * 100 <= offered, format!("{more} more answers were refused beside the tries than without"));
    check(ratio <= SLOWER, format!("answers take {ratio:.2} times as long at p99"));
    let report = json!({
        "answers_a_second": RATE, "rounds": rounds, "seconds_each": seconds, "tries_a_minute": A_MINUTE,
        "tries": guessed.tries, "refused_by_limit": guessed.refused, "hashed": guessed.hashed,
        "other_replies": guessed.other, "answers_refused": refused_quietly, "answers_refused_beside": refused_beside,
        "members_came": came.tries + came_quietly.tries, "members_let_in": came.inside + came_quietly.inside,
        "sign_in_ms_median": middle(&came_quietly), "sign_in_ms_median_beside": middle(&came),
        "p50_ms": round(median(&quiet, 0.5)), "p50_ms_beside": round(median(&tried_beside, 0.5)),
        "p99_ms": round(median(&quiet, 0.99)), "p99_ms_beside": round(median(&tried_beside, 0.99)),
        "p99_ms_rounds": each(&quiet), "p99_ms_rounds_beside": each(&tried_beside),
        "ratio": round(ratio), "limit": SLOWER, "missed": missed, "ok": missed.is_empty(),
    });
    writeln!(std::io::stdout(), "{report}")?;
    ensure!(missed.is_empty(), "{}", missed.join("; "));
    Ok(())
}

/// An answer as a browser sends it: from an address of its own, with the token of a survey that was shown.
fn request(shop: Arc<Shop>) -> Request {
    let text = move |id: ResponseId| {
        let signer = Signer { site: &shop.id, secret: &shop.secret, previous: None };
        let shown = SystemClock.now() - READ_MS;
        let issued = display::issue(&signer, &shop.survey, shown, 0, chance::bytes());
        let token = issued.map(|issued| issued.token).unwrap_or_default();
        let (path, survey, score) = (format!("/v1/embed/{}/responses", shop.key), &shop.survey, id.0[15] % 11);
        let [second, third, fourth] = [id.0[12] % 2, id.0[13], id.0[14]];
        let body = json!({
            "id": id.to_string(), "seq": 0, "survey": survey, "version": 1, "completed": true, "display": token,
            "answers": [{ "question": "score", "value": score }],
            "age_ms": { "shown": READ_MS, "answered": 20 },
        })
        .to_string();
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: text/plain\r\n\
             x-forwarded-for: 198.{}.{third}.{fourth}\r\ncontent-length: {length}\r\n\r\n{body}",
            18 + second
        )
    };
    Request { text: Arc::new(text), stored: 200 }
}

/// The median over rounds of the time below which this share of a round's answers lies, ms.
fn median(rounds: &[Found], share: f64) -> f64 {
    let mut times: Vec<f64> = rounds.iter().map(|found| percentile(&found.accepted, share)).collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn each(rounds: &[Found]) -> Vec<f64> {
    rounds.iter().map(|found| round(percentile(&found.accepted, 0.99))).collect()
}

/// How long coming in takes, ms.
fn middle(tried: &Tried) -> f64 {
    round(percentile(&tried.took, 0.5))
}

/// The value below which this share of times lies, ms.
fn percentile(times: &[Duration], share: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}

fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
