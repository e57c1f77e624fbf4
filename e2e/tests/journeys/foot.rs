//! The card's foot: who reads the answer, being left alone, and taking an answer back.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone, is_shown};
use bearing_e2e::page::{call, heard, heard_times, put_tag, reasons};
use bearing_e2e::stage::{Stage, text};
use bearing_e2e::survey::{publish, shown_when};
use bearing_e2e::wait::until;
use serde_json::{Value, json};

/// A stage with its page open and the card's foot unfolded.
async fn unfolded(stage: &Stage, attributes: &str) -> Result<Browser> {
    put_tag(stage, attributes, "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Card::shown(&browser).await?.find("summary").await?.click().await?;
    Ok(browser)
}

#[tokio::test]
async fn it_says_who_reads_and_whether_they_know_the_visitor() -> Result<()> {
    let stage = Stage::set("nps").await?;
    stage.patch_site(&json!({ "privacy_url": "https://shop.example/privacy" })).await?;
    shown_when(&stage, "", |config| config["privacy"] == "https://shop.example/privacy").await?;
    for (attributes, words, other) in [
        ("", "It is anonymous.", "It is linked to your customer account."),
        ("data-customer=cust-42", "It is linked to your customer account.", "It is anonymous."),
    ] {
        let browser = unfolded(&stage, attributes).await?;
        let card = Card::shown(&browser).await?;
        card.reads("Your answer is read by Shop.").await?;
        card.reads(words).await?;
        until("one of the two sentences", async || Ok((!card.text().await?.contains(other)).then_some(()))).await?;
        let link = card.find(".foot a").await?;
        assert_eq!(
            (link.text().await?.as_str(), link.attr("href").await?.as_deref()),
            ("Privacy", Some("https://shop.example/privacy"))
        );
        assert_eq!(
            (link.attr("target").await?.as_deref(), link.attr("rel").await?.as_deref()),
            (Some("_blank"), Some("noopener noreferrer"))
        );
        assert!(!card.text().await?.contains("Withdraw"), "nothing to take back yet");
        browser.close().await?;
    }
    stage.responses(0).await?;
    Ok(())
}

#[tokio::test]
async fn who_wants_to_be_left_alone_is() -> Result<()> {
    let stage = Stage::set("nps").await?;
    publish(&stage, &stage.survey, &json!({ "rules": { "again_after_days": 1 } })).await?;
    let browser = unfolded(&stage, "").await?;
    let card = Card::shown(&browser).await?;
    card.button("Don’t ask me again").await?.click().await?;
    card.reads("You will not be asked again.").await?;
    assert_eq!(heard_times(&browser, "dismissed", 1).await?[0]["survey"], json!(stage.survey));
    gone(&browser).await?;
    until("the dismissal to be counted", async || {
        Ok((stage.api.read("/v1/reports/funnel?metric=nps").await?["dismissed"] == 1).then_some(()))
    })
    .await?;
    browser.open(&stage.host.page("head.html")).await?;
    let why = reasons(&browser, &stage.survey).await?;
    assert!(why.contains(&"declined".to_owned()), "{why:?}");
    assert!(!is_shown(&browser).await?);
    stage.responses(0).await?;
    // The one way back: the page forgets the visitor.
    call(&browser, json!(["reset"])).await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Card::shown(&browser).await?;
    browser.close().await
}

/// Waits until no answer is left, neither listed nor in the score, and the response itself is gone.
async fn nothing_left(stage: &Stage, id: &str) -> Result<()> {
    until("the answer to go", async || {
        let kept = stage.api.get(&format!("/v1/responses/{id}")).await?.status;
        Ok((kept == 404 && stage.api.score("nps").await?["n"] == 0).then_some(()))
    })
    .await?;
    stage.responses(0).await?;
    Ok(())
}

#[tokio::test]
async fn an_answer_can_be_taken_back() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = unfolded(&stage, "").await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.write("I should not have said that").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let id = text(&stage.responses_when(1, |response| response["completed"] == true).await?[0], "id")?;
    assert_eq!(stage.api.score("nps").await?["n"], 1);
    card.button("Withdraw my answer").await?.click().await?;
    card.reads("Your answer was withdrawn.").await?;
    let withdrawn = heard_times(&browser, "withdrawn", 1).await?;
    assert_eq!((&withdrawn[0]["id"], &withdrawn[0]["survey"]), (&json!(id), &json!(stage.survey)));
    nothing_left(&stage, &id).await?;
    // What was written is nowhere, and the visitor is not asked again at once.
    browser.open(&stage.host.page("head.html")).await?;
    assert_eq!(reasons(&browser, &stage.survey).await?, ["answered"]);
    nothing_left(&stage, &id).await?;
    browser.close().await
}

#[tokio::test]
async fn a_score_alone_can_be_taken_back_and_what_is_typed_goes_with_it() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = unfolded(&stage, "").await?;
    let card = Card::shown(&browser).await?;
    card.pick(2).await?;
    let id = text(&stage.responses(1).await?[0], "id")?;
    card.write("half a sente").await?;
    card.button("Withdraw my answer").await?.click().await?;
    card.reads("Your answer was withdrawn.").await?;
    // Leaving sends nothing any more.
    browser.open(&stage.host.page("head.html")).await?;
    reasons(&browser, &stage.survey).await?;
    nothing_left(&stage, &id).await?;
    browser.close().await
}

#[tokio::test]
async fn an_answer_that_never_arrived_can_be_taken_back() -> Result<()> {
    let mut stage = Stage::set("nps").await?;
    let browser = unfolded(&stage, "").await?;
    let card = Card::shown(&browser).await?;
    // What follows the first question is there before the server goes.
    card.pick(9).await?;
    card.find("textarea").await?;
    let first = text(&stage.responses(1).await?[0], "id")?;
    stage.server.stop().await?;
    card.pick(1).await?;
    card.button("Withdraw my answer").await?.click().await?;
    card.reads("Your answer was withdrawn.").await?;
    let withdrawn = heard(&browser, "withdrawn").await?;
    let id = withdrawn.first().and_then(|event| event["id"].as_str()).map(str::to_owned).context("an id")?;
    assert_eq!(id, first);
    stage.server.start_again().await?;
    // Where the page has given up waiting for the server, the next one brings it.
    browser.open(&stage.host.page("head.html")).await?;
    nothing_left(&stage, &id).await?;
    let delivered = until("the withdrawal to be confirmed", async || {
        Ok(heard(&browser, "delivered").await?.into_iter().find(|event| event["seq"].as_u64() > Some(999)))
    })
    .await?;
    assert_eq!(delivered["id"], Value::from(id));
    browser.close().await
}
