//! The server is away while the visitor answers: the answer waits in the browser and arrives, once.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::page::decided;
use bearing_e2e::stage::{Stage, answer};

#[tokio::test]
async fn an_answer_given_meanwhile_arrives_on_the_same_page() -> Result<()> {
    let mut stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    stage.server.stop().await?;
    card.pick(9).await?;
    stage.server.start_again().await?;
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 9);
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(100.0)), "{report}");

    browser.client.refresh().await?;
    decided(&browser).await?;
    assert_eq!(stage.responses(1).await?.len(), 1);
    browser.close().await
}

#[tokio::test]
async fn an_answer_given_meanwhile_arrives_from_the_next_page() -> Result<()> {
    let mut stage = Stage::set("csat").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    // The follow-up is drawn before the server goes, so that the reason has to wait as well.
    card.pick(2).await?;
    card.write("the line went dead 📵").await?;
    stage.responses(1).await?;
    stage.server.kill().await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    browser.open("about:blank").await?;
    stage.server.start_again().await?;
    browser.open(&stage.host.page("head.html")).await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 2);
    assert_eq!(answer(&stored[0], "why")["text"], "the line went dead 📵");
    let report = stage.api.score("csat").await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(0.0)), "{report}");
    browser.close().await
}
