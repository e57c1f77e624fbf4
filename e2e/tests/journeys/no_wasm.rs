//! WebAssembly does not come: the score is stored all the same, and the rest opens hosted as the same response.

use std::time::Duration;

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, HOST, gone};
use bearing_e2e::page::{heard, heard_times, put_tag};
use bearing_e2e::proxy::{Answer, Proxy};
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::until;
use fantoccini::Locator;
use hyper::StatusCode;
use serde_json::json;

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

/// The hosted page goes on with the token that the answer has, or the answer with the page's: then the card knows it too.
#[tokio::test]
async fn what_the_hosted_page_went_on_with_is_taken_back_on_the_card() -> Result<()> {
    for is_told in [true, false] {
        let stage = Stage::set("nps").await?;
        let proxy = Proxy::start(stage.server.address).await?;
        proxy.refuse("/w/", StatusCode::NOT_FOUND);
        if !is_told {
            let events = format!("/v1/embed/{}/events", stage.site_key);
            proxy.answer(&events, Answer::LateReply(Duration::from_secs(600)));
        }
        stage.host.put_tag(&stage.tag(&proxy.url(), ""));
        let browser = Browser::start().await?;
        browser.open(&stage.host.page("plain.html")).await?;
        let card = Card::shown(&browser).await?;
        card.find("summary").await?.click().await?;
        card.pick(6).await?;
        card.find("iframe").await?.enter_frame().await?;
        browser.click("textarea").await?;
        browser.insert("said too much").await?;
        browser.client.find(Locator::Css("form button")).await?.click().await?;
        browser.reads("Thank you for your answer!").await?;
        let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
        let signs = stored[0]["suspicion"].as_array().context("its signs")?;
        assert!(!signs.contains(&json!("no_token")), "told: {is_told}, {signs:?}");
        browser.client.enter_parent_frame().await?;
        Card::shown(&browser).await?.button("Withdraw my answer").await?.click().await?;
        stage.responses(0).await?;
        browser.close().await?;
    }
    Ok(())
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

/// `data-mode="iframe"`: the whole survey in a frame that is as high as it needs to be, and an answer that is no dismissal.
#[tokio::test]
async fn the_hosted_page_in_the_card_is_the_whole_survey_where_the_tag_says_so() -> Result<()> {
    let stage = Stage::set("nps").await?;
    put_tag(&stage, r#"data-mode="iframe" data-touchpoint="checkout""#, "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let root =
        until("the card", async || Ok(Some(browser.client.find(Locator::Css(HOST)).await?.shadow_root().await?)));
    let root = root.await?;
    let frame = until("the frame", async || Ok(Some(root.find(Locator::Css("iframe")).await?))).await?;
    let fits = "var frame = arguments[0]; return frame.style.height && frame.getBoundingClientRect().height > 100";
    until("the frame's own height", async || Ok((browser.look(fits, vec![json!(frame)]).await? == true).then_some(())))
        .await?;
    frame.enter_frame().await?;
    browser.click("label:has(input[value='9'])").await?;
    browser.click("textarea").await?;
    browser.insert("all of it in a frame").await?;
    browser.click("form button").await?;
    browser.reads("Thank you for your answer!").await?;
    browser.client.enter_parent_frame().await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(
        (&stored[0]["touchpoint"], answer(&stored[0], "score")["value"].as_u64()),
        (&json!("checkout"), Some(9))
    );
    assert_eq!(heard_times(&browser, "completed", 1).await?.len(), 1);
    root.find(Locator::Css("button.close")).await?.click().await?;
    gone(&browser).await?;
    assert_eq!(heard(&browser, "dismissed").await?.len(), 0, "who has answered has not declined");
    browser.close().await
}

/// Whoever goes back in the browser and sends the hosted form again has changed their mind.
#[tokio::test]
async fn a_hosted_form_that_is_sent_again_after_back_counts_once_as_it_was_last() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/s/{}?lang=en", stage.server.url(), stage.survey)).await?;
    for score in [2, 9] {
        browser.click(&format!("label:has(input[value='{score}'])")).await?;
        browser.click("form button").await?;
        browser.reads("Thank you for your answer!").await?;
        stage.responses_when(1, |response| answer(response, "score")["value"] == score).await?;
        // The form's editions are told apart by seconds.
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        browser.client.back().await?;
        browser.find("form").await?;
    }
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(100.0)), "{report}");
    browser.close().await
}
