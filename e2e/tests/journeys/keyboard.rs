//! The whole survey without a mouse: one tab stop, arrows, Enter, Escape, and the focus back where it was.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::page::decided;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::until;
use fantoccini::key::Key;

/// Presses Tab until the card has the focus, as someone would who cannot see how far it is.
async fn tab_to_a_score(browser: &Browser, card: &Card<'_>) -> Result<()> {
    until("the focus on a score", async || {
        if card.focus().await?.starts_with("input") {
            return Ok(Some(()));
        }
        browser.press(Key::Tab).await?;
        Ok(card.focus().await?.starts_with("input").then_some(()))
    })
    .await
}

#[tokio::test]
async fn arrows_choose_and_one_answer_arrives() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;

    tab_to_a_score(&browser, &card).await?;
    browser.press(Key::Space).await?;
    for _ in 0..8 {
        browser.press(Key::Right).await?;
    }
    assert_eq!(card.picked().await?.as_deref(), Some("8"));
    browser.press(Key::Left).await?;
    assert_eq!(card.picked().await?.as_deref(), Some("7"));
    assert_eq!(card.focus().await?, "input 7", "the group is one tab stop and the focus stays in it");
    browser.press(Key::Enter).await?;
    let stored = stage.responses_when(1, |response| answer(response, "score")["value"] == 7).await?;
    assert_eq!(stored[0]["completed"], false);

    // What follows is reached by Tab from the score, in the order of reading.
    card.find("textarea").await?;
    until("the focus in the box", async || {
        browser.press(Key::Tab).await?;
        Ok((card.focus().await? == "textarea").then_some(()))
    })
    .await?;
    browser.insert("no mouse").await?;
    until("the focus on a button", async || {
        browser.press(Key::Tab).await?;
        Ok((card.focus().await? == "button").then_some(()))
    })
    .await?;
    browser.press(Key::Enter).await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "why")["text"], "no mouse");
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["distribution"]["7"].as_u64()), (Some(1), Some(1)), "{report}");
    browser.close().await
}

#[tokio::test]
async fn escape_closes_and_the_focus_returns() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    browser.find("#harbour").await?.click().await?;
    let card = Card::shown(&browser).await?;
    let at = "return document.activeElement.id";
    assert_eq!(browser.look(at, Vec::new()).await?, "harbour", "the card takes no focus by itself");
    tab_to_a_score(&browser, &card).await?;
    browser.press(Key::Escape).await?;
    gone(&browser).await?;
    assert_eq!(browser.look(at, Vec::new()).await?, "another", "the focus is back where it came from");
    until("the dismissal to be counted", async || {
        Ok((stage.api.read("/v1/reports/funnel?metric=nps").await?["dismissed"] == 1).then_some(()))
    })
    .await?;
    stage.responses(0).await?;

    // A dismissed survey stays away.
    browser.open(&stage.host.page("head.html")).await?;
    browser.reads("Moon phases").await?;
    decided(&browser).await?;
    gone(&browser).await?;
    browser.close().await
}
