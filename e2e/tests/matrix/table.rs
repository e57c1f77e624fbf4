//! The matrix: one test an engine plays every situation in one browser and tells all that failed at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bearing_e2e::browser::Browser;
use bearing_e2e::engine::Engine;
use bearing_e2e::server::Server;
use bearing_e2e::stage::Stage;
use bearing_e2e::wait::with_patience;
use tokio::time::timeout;

use crate::faults::FAULTS;
use crate::pages::PAGES;
use crate::play::Play;
use crate::policies::POLICIES;
use crate::report::{Row, write};
use crate::situation::Situation;

/// How long one condition may take: enough for a busy machine and for what answers late on purpose.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long one situation may take; a driver that hangs costs no more.
const SITUATION: Duration = Duration::from_secs(100);

/// The situations in the order of the table; `BEARING_SITUATION` names a part of those that are wanted.
fn situations() -> Vec<&'static Situation> {
    let wanted = std::env::var("BEARING_SITUATION").unwrap_or_default();
    let all = [PAGES, POLICIES, FAULTS].into_iter().flatten();
    all.filter(|situation| situation.name.contains(&wanted)).collect()
}

async fn every_situation(engine: Engine) -> Result<()> {
    let begun = Instant::now();
    let mut stage = Stage::set_on(Server::launch("serve", &["--rate-limits", "off"]).await?, "nps").await?;
    let mut browser = Browser::start_in(engine).await?;
    let mut rows = Vec::new();
    let situations = situations();
    for (number, situation) in situations.iter().enumerate() {
        let score = (number % 11) as u8;
        let play = Play { browser: &browser, stage: &stage, situation, score };
        let started = Instant::now();
        let played = timeout(SITUATION, with_patience(PATIENCE, play.play())).await;
        let fault = match played {
            Ok(played) => played.err().map(|error| format!("{error:#}")),
            Err(_) => Some(format!("not done after {} s", SITUATION.as_secs())),
        };
        rows.push(Row { situation, engine, fault, seconds: started.elapsed().as_secs_f32() });
        let broken = rows.last().is_some_and(|row| row.fault.is_some());
        if broken || browser.open("about:blank").await.is_err() {
            // Whatever went wrong must not go on in the next situation.
            browser = Browser::start_in(engine).await?;
        }
        // Another site, and pages of another origin: nothing is remembered from one to the next.
        stage = Stage::set_on(stage.server, "nps").await.context("the next stage")?;
    }
    write(engine, &rows, begun.elapsed())?;
    let failed: Vec<_> = rows.iter().filter_map(Row::failure).collect();
    if !failed.is_empty() {
        bail!("{} of {} situations in {}:\n{}", failed.len(), rows.len(), engine.name(), failed.join("\n"));
    }
    Ok(())
}

#[tokio::test]
async fn every_situation_in_chromium() -> Result<()> {
    every_situation(Engine::Chromium).await
}

#[tokio::test]
async fn every_situation_in_firefox() -> Result<()> {
    every_situation(Engine::Firefox).await
}

#[tokio::test]
async fn every_situation_in_webkit() -> Result<()> {
    every_situation(Engine::WebKit).await
}
