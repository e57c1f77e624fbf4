//! What the overview says is what the API says, and it says so while one looks.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::engine::Engine;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::Value;

/// What stands on the card of a metric: its printed score, its limits and its number of answers.
const CARD: &str = "const card = [...document.querySelectorAll('.card.metric')].find(card =>\
        card.querySelector('h2').innerText.trim() === arguments[0]);\
    const say = name => { const at = card && card.querySelector(`[data-${name}]`); return at && at.dataset[name]; };\
    return [say('score'), say('low'), say('high'), say('n')]";

async fn card(browser: &Browser, name: &str) -> Result<Vec<Option<String>>> {
    let said = browser.look(CARD, vec![Value::from(name)]).await?;
    Ok(said.as_array().context("four texts")?.iter().map(|text| text.as_str().map(str::to_owned)).collect())
}

/// An answer moves the card that it counts for, without a reload, in each engine.
async fn an_answer_moves_the_card(engine: Engine) -> Result<()> {
    let stage = Stage::set("nps").await?;
    let answers: Vec<Value> = (0..40).map(|number| stage.response(number, (number % 11) as u8)).collect();
    for answer in &answers {
        stage.api.post_from(&stage.host.origin(), &stage.intake(), answer).await?;
    }
    let browser = Browser::start_in(engine).await?;
    team::own(&browser, &stage.server).await?;
    until("the card", async || Ok((card(&browser, "NPS").await?[3].as_deref() == Some("40")).then_some(()))).await?;
    browser.reads("Live").await?;
    // A reload would forget this.
    browser.look("window.stayed = true", Vec::new()).await?;
    let reply = stage.api.post_from(&stage.host.origin(), &stage.intake(), &stage.response(99, 10)).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    until("the answer on the card", async || {
        Ok((card(&browser, "NPS").await?[3].as_deref() == Some("41")).then_some(()))
    })
    .await?;
    assert_eq!(browser.look("return window.stayed", Vec::new()).await?, true);

    // What the screen prints is the server's own text.
    let site = &stage.site;
    let (status, now) =
        team::ask(&browser, "GET", &format!("/v1/reports/score?site={site}&metric=nps"), Value::Null).await?;
    assert_eq!((status, now["n"].as_u64()), (200, Some(41)));
    let text = |name: &str| now["text"][name].as_str().map(str::to_owned);
    assert_eq!(card(&browser, "NPS").await?, [text("score"), text("low"), text("high"), Some("41".to_owned())]);
    browser.close().await
}

#[tokio::test]
async fn an_answer_moves_the_card_in_chromium() -> Result<()> {
    an_answer_moves_the_card(Engine::Chromium).await
}

#[tokio::test]
async fn an_answer_moves_the_card_in_firefox() -> Result<()> {
    an_answer_moves_the_card(Engine::Firefox).await
}

#[tokio::test]
async fn an_answer_moves_the_card_in_webkit() -> Result<()> {
    an_answer_moves_the_card(Engine::WebKit).await
}

#[tokio::test]
async fn a_test_answer_touches_no_score() -> Result<()> {
    let stage = Stage::set("csat").await?;
    let mut tried = stage.response(1, 1);
    tried["test"] = Value::Bool(true);
    stage.api.post_from(&stage.host.origin(), &stage.intake(), &tried).await?;
    stage.api.post_from(&stage.host.origin(), &stage.intake(), &stage.response(2, 5)).await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    until("the one that counts", async || Ok((card(&browser, "CSAT").await?[3].as_deref() == Some("1")).then_some(())))
        .await?;
    browser.close().await
}
