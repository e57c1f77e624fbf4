//! An answer given is an answer kept: the page is left right after the click, the server is away, the browser is killed.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::engine::Engine;
use bearing_e2e::host::Host;
use bearing_e2e::proxy::{Answer, Proxy};
use bearing_e2e::server::Server;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::{until, with_patience};
use serde_json::{Value, json};
use tokio::time::sleep;

/// How soon after the click the page is left, in milliseconds.
const LEFT_AFTER_MS: [u32; 4] = [0, 10, 50, 200];
/// How often each; `BEARING_DELIVERY_RUNS` says otherwise.
const RUNS: usize = 3;
/// How slow the server is.
const SLOW: Duration = Duration::from_millis(600);
/// How long the server is away.
const AWAY: Duration = Duration::from_secs(30);
/// How long the next try may take after that: the longest pause of the tries so far, and a busy machine.
const NEXT_TRY: Duration = Duration::from_secs(150);
/// How long after the click the browser dies.
const ALIVE: Duration = Duration::from_millis(250);
/// How long a second copy of an answer may take to show up.
const SETTLED: Duration = Duration::from_secs(2);

/// Leaves the page so many milliseconds after the first click on the card.
const LEAVE: &str = "var next = arguments[0], after = arguments[1], left;\
    addEventListener('click', function (event) {\
    if (left || event.target.localName != 'bearing-survey') return;\
    left = true; setTimeout(function () { location.href = next }, after) }, true)";

/// What became of the answers of pages that were left at one moment.
struct Left {
    engine: Engine,
    after_ms: u32,
    runs: usize,
    lost: usize,
    twice: usize,
    posts: usize,
}

/// A site whose answers come from any page, behind a proxy.
async fn behind_proxy() -> Result<(Stage, Proxy)> {
    let stage = Stage::set_on(Server::launch("serve", &["--rate-limits", "off"]).await?, "nps").await?;
    stage.patch_site(&json!({ "origins": [] })).await?;
    let proxy = Proxy::start(stage.server.address).await?;
    stage.host.put_tag(&stage.tag(&proxy.url(), ""));
    Ok((stage, proxy))
}

/// The responses that were given on a host's pages.
async fn from_host(stage: &Stage, host: &Host) -> Result<Vec<Value>> {
    let all = stage.api.responses("").await?;
    let from =
        |response: &Value| response["context"]["url"].as_str().is_some_and(|url| url.starts_with(&host.origin()));
    Ok(all.into_iter().filter(from).collect())
}

async fn pages_left(engine: Engine) -> Result<Vec<Left>> {
    let runs = match std::env::var("BEARING_DELIVERY_RUNS") {
        Ok(runs) => runs.parse().context("BEARING_DELIVERY_RUNS is a number")?,
        Err(_) => RUNS,
    };
    let (stage, proxy) = behind_proxy().await?;
    let browser = Browser::start_in(engine).await?;
    let post = format!("POST {}", stage.intake());
    let posts = || proxy.asked().iter().filter(|asked| **asked == post).count();
    let (mut rows, mut given, mut hosts) = (Vec::new(), 0_u8, Vec::new());
    for after_ms in LEFT_AFTER_MS {
        let mut row = Left { engine, after_ms, runs, lost: 0, twice: 0, posts: posts() };
        let first = hosts.len();
        for run in 0..runs {
            // Each visitor comes to pages of another origin, where nothing is remembered.
            let host = Host::start().await?;
            host.put_tag(&stage.tag(&proxy.url(), ""));
            // A slow server is slow before it stores, or after: the one may lose an answer, the other count it twice.
            let slow = if run % 2 == 0 { Answer::Later(SLOW) } else { Answer::LateReply(SLOW) };
            proxy.allow();
            proxy.answer(&stage.intake(), slow);
            browser.open(&host.page("ordinary.html")).await?;
            let card = Card::shown(&browser).await?;
            browser.look(LEAVE, vec![host.page("next.html").into(), after_ms.into()]).await?;
            let score = given % 11;
            given += 1;
            card.pick(score).await?;
            until("the next page", async || {
                Ok(browser.client.current_url().await?.path().ends_with("next.html").then_some(()))
            })
            .await?;
            let kept = until("the answer", async || {
                let found = from_host(&stage, &host).await?;
                Ok((!found.is_empty()).then_some(found))
            })
            .await;
            match kept {
                Ok(found) => ensure!(answer(&found[0], "score")["value"] == score, "another score: {found:?}"),
                Err(_) => row.lost += 1,
            }
            hosts.push(host);
        }
        sleep(SETTLED).await;
        for host in &hosts[first..] {
            row.twice += usize::from(from_host(&stage, host).await?.len() > 1);
        }
        row.posts = posts() - row.posts;
        rows.push(row);
    }
    let report = stage.api.score("nps").await?;
    let lost: usize = rows.iter().map(|row| row.lost).sum();
    ensure!(report["n"] == hosts.len() - lost, "{} answers given, {lost} lost: {report}", hosts.len());
    browser.close().await?;
    Ok(rows)
}

/// The rows of the engines of this run that are done.
static DONE: Mutex<Vec<Left>> = Mutex::new(Vec::new());

async fn nothing_is_lost_or_counted_twice(engine: Engine) -> Result<()> {
    let rows = pages_left(engine).await?;
    let bad: Vec<_> = rows.iter().filter(|row| row.lost + row.twice > 0).map(|row| line(row, " ")).collect();
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    done.extend(rows);
    done.sort_by_key(|row| (row.engine, row.after_ms));
    if let Some(path) = std::env::var_os("BEARING_DELIVERY_OUT") {
        let mut text =
            "| engine | page left after | answers | lost | stored twice | requests |\n|---|---|---|---|---|---|\n"
                .to_owned();
        for row in &*done {
            let _ = writeln!(text, "| {} |", line(row, " | "));
        }
        std::fs::write(path, text)?;
    }
    ensure!(bad.is_empty(), "engine, left after, answers, lost, stored twice, requests:\n{}", bad.join("\n"));
    Ok(())
}

fn line(row: &Left, between: &str) -> String {
    let Left { engine, after_ms, runs, lost, twice, posts } = row;
    let cells = [engine.name().to_owned(), format!("{after_ms} ms")]
        .into_iter()
        .chain([runs, lost, twice, posts].map(ToString::to_string));
    cells.collect::<Vec<_>>().join(between)
}

#[tokio::test]
async fn a_page_left_loses_no_answer_in_chromium() -> Result<()> {
    nothing_is_lost_or_counted_twice(Engine::Chromium).await
}

#[tokio::test]
async fn a_page_left_loses_no_answer_in_firefox() -> Result<()> {
    nothing_is_lost_or_counted_twice(Engine::Firefox).await
}

#[tokio::test]
async fn a_page_left_loses_no_answer_in_webkit() -> Result<()> {
    nothing_is_lost_or_counted_twice(Engine::WebKit).await
}

/// The server goes after the question is shown and comes back; the visitor does nothing but wait.
async fn away(engine: Engine) -> Result<()> {
    let (stage, proxy) = behind_proxy().await?;
    let browser = Browser::start_in(engine).await?;
    browser.open(&stage.host.page("ordinary.html")).await?;
    let card = Card::shown(&browser).await?;
    proxy.answer("/", Answer::HangUp);
    card.pick(9).await?;
    sleep(AWAY).await;
    stage.responses(0).await?;
    proxy.allow();
    let stored = with_patience(NEXT_TRY, stage.responses(1)).await?;
    ensure!(answer(&stored[0], "score")["value"] == 9, "{stored:?}");
    sleep(SETTLED).await;
    ensure!(stage.api.score("nps").await?["n"] == 1, "counted once");
    browser.close().await
}

#[tokio::test]
async fn an_answer_waits_while_the_server_is_away_in_chromium() -> Result<()> {
    away(Engine::Chromium).await
}

#[tokio::test]
async fn an_answer_waits_while_the_server_is_away_in_firefox() -> Result<()> {
    away(Engine::Firefox).await
}

#[tokio::test]
async fn an_answer_waits_while_the_server_is_away_in_webkit() -> Result<()> {
    away(Engine::WebKit).await
}

/// The network is cut, the visitor answers, the browser is killed, and another one opens the same profile.
async fn killed(engine: Engine) -> Result<()> {
    let (stage, proxy) = behind_proxy().await?;
    let browser = Browser::start_in(engine).await?;
    browser.open(&stage.host.page("ordinary.html")).await?;
    let card = Card::shown(&browser).await?;
    proxy.answer("/", Answer::HangUp);
    card.pick(9).await?;
    sleep(ALIVE).await;
    let profile = browser.kill().await?;
    stage.responses(0).await?;
    proxy.allow();
    let browser = Browser::with_profile(engine, profile).await?;
    browser.open(&stage.host.page("next.html")).await?;
    let stored = stage.responses(1).await?;
    ensure!(answer(&stored[0], "score")["value"] == 9, "{stored:?}");
    sleep(SETTLED).await;
    ensure!(stage.api.score("nps").await?["n"] == 1, "counted once");
    browser.close().await
}

// WebKit's driver keeps no profile: there is nothing to reopen.

#[tokio::test]
async fn an_answer_survives_a_killed_chromium() -> Result<()> {
    killed(Engine::Chromium).await
}

#[tokio::test]
async fn an_answer_survives_a_killed_firefox() -> Result<()> {
    killed(Engine::Firefox).await
}
