//! WebAssembly does not come: the score is stored all the same, and the rest opens hosted as the same response.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::proxy::Proxy;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::until;
use fantoccini::Locator;
use hyper::StatusCode;

#[tokio::test]
async fn the_rest_opens_hosted_when_the_renderer_is_missing() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let proxy = Proxy::start(stage.server.address).await?;
    proxy.refuse("/w/", StatusCode::NOT_FOUND);
    stage.host.put_tag(&stage.tag(&proxy.url(), ""));
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(6).await?;
    let first = stage.responses(1).await?;
    assert_eq!(answer(&first[0], "score")["value"], 6);

    let frame = card.find("iframe").await?;
    frame.enter_frame().await?;
    let area = browser.find("textarea").await?;
    until("the scripted form", async || Ok(area.is_displayed().await?.then_some(()))).await?;
    area.click().await?;
    browser.insert("no wasm here 🧱").await?;
    browser.client.find(Locator::Css("form button")).await?.click().await?;
    browser.reads("Thank you for your answer!").await?;

    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(stored[0]["id"], first[0]["id"], "the same response goes on");
    assert_eq!(answer(&stored[0], "score")["value"], 6);
    assert_eq!(answer(&stored[0], "why")["text"], "no wasm here 🧱");
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(-100.0)), "{report}");
    assert!(proxy.asked().iter().any(|path| path.starts_with("GET /w/")), "{:?}", proxy.asked());
    browser.close().await
}

#[tokio::test]
async fn a_server_that_fails_for_a_while_gets_the_answer_later() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let proxy = Proxy::start(stage.server.address).await?;
    stage.host.put_tag(&stage.tag(&proxy.url(), ""));
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    proxy.refuse(&stage.intake(), StatusCode::INTERNAL_SERVER_ERROR);
    card.pick(10).await?;
    let tried = format!("POST {}", stage.intake());
    until("a first try", async || Ok(proxy.asked().contains(&tried).then_some(()))).await?;
    stage.responses(0).await?;
    proxy.allow();
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 10);
    browser.close().await
}
