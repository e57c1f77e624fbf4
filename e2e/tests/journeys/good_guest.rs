//! A good guest: nothing heavy before the first sign of interest, nothing in the console, one node, no cookie.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, HOST, gone};
use bearing_e2e::page::decided;
use bearing_e2e::stage::Stage;
use bearing_e2e::wait::until;
use serde_json::json;

#[tokio::test]
async fn webassembly_waits_for_the_first_sign_of_interest() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    let heavy = async || {
        let loaded = browser.loaded().await?;
        anyhow::Ok(loaded.into_iter().filter(|name| name.contains("/w/") || name.contains(".wasm")).collect::<Vec<_>>())
    };
    // The card is drawn and its events are sent: whatever comes by itself has come.
    until("the showing to be counted", async || {
        Ok((stage.api.read("/v1/reports/funnel?metric=nps").await?["shown"] == 1).then_some(()))
    })
    .await?;
    assert_eq!(heavy().await?, Vec::<String>::new());
    browser.hover(&card.score(5).await?).await?;
    until("the renderer", async || Ok((heavy().await?.len() >= 2).then_some(()))).await?;
    stage.responses(0).await?;
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn a_page_without_a_due_survey_gets_nothing_but_the_loader() -> Result<()> {
    let stage = Stage::set("nps").await?;
    // Answered before: nobody is asked again.
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.button("Close").await?.click().await?;
    gone(&browser).await?;
    browser.client.refresh().await?;
    decided(&browser).await?;
    let ours: Vec<_> =
        browser.loaded().await?.into_iter().filter(|name| name.starts_with(&stage.server.url())).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    gone(&browser).await?;
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn the_page_stays_the_pages_own() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    let names = "return Object.getOwnPropertyNames(window).filter(function (name) { return isNaN(name) }).sort()";
    stage.host.put_tag("");
    browser.open(&stage.host.page("plain.html")).await?;
    let before = browser.look(names, Vec::new()).await?;
    stage.host.put_tag(&stage.tag(&stage.server.url(), ""));
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let after = browser.look(names, Vec::new()).await?;
    let added: Vec<_> = after
        .as_array()
        .into_iter()
        .flatten()
        .filter(|name| !before.as_array().is_some_and(|before| before.contains(name)))
        // The driver's own, from looking into the card.
        .filter(|name| *name != "ret_nodes" && *name != "se_exportedFunctionSymbol")
        .cloned()
        .collect();
    assert_eq!(added, [json!("bearing")], "one name on window");
    let script = "return [document.querySelectorAll(arguments[0]).length, document.cookie, document.querySelectorAll('style, link').length]";
    assert_eq!(browser.look(script, vec![json!(HOST)]).await?, json!([1, "", 1]));
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn a_touchpoints_survey_is_shown_there_and_nowhere_else() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let made = ["survey", "create", "--site", &stage.site, "--metric", "csat", "--touchpoint", "checkout", "--publish"];
    let csat = stage.server.command(&made).await?;
    let pause = format!("/v1/surveys/{}/pause", stage.survey);
    let paused = stage.api.json(hyper::Method::POST, &pause, &json!({})).await?;
    assert!(paused.status.is_success(), "{}", paused.text());
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    decided(&browser).await?;
    gone(&browser).await?;
    stage.host.put_tag(&stage.tag(&stage.server.url(), r#"data-touchpoint="checkout""#));
    browser.client.refresh().await?;
    Card::shown(&browser).await?.pick(5).await?;
    let stored = stage.responses(1).await?;
    assert_eq!((&stored[0]["survey"], stored[0]["touchpoint"].as_str()), (&csat["id"], Some("checkout")));
    browser.close().await
}
