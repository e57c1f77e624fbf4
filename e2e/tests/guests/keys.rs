//! The keyboard alone completes every kind of survey: Tab, arrows, Space, Enter, Escape, and letters.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::survey::ask_everything;
use bearing_e2e::wait::until;
use fantoccini::key::Key;
use serde_json::json;

/// More stops than a page with a card has.
const STOPS: usize = 30;

/// Presses Tab until the focus in the card is at `wanted`.
async fn tab_to(browser: &Browser, card: &Card<'_>, wanted: &str) -> Result<()> {
    let mut passed = Vec::new();
    for _ in 0..STOPS {
        browser.press(Key::Tab).await?;
        let focus = card.focus().await?;
        if focus.starts_with(wanted) {
            return Ok(());
        }
        passed.push(focus);
    }
    ensure!(false, "Tab never came to {wanted}: {passed:?}");
    Ok(())
}

async fn complete(metric: &str, first: &str, steps: usize, score: u8) -> Result<()> {
    let stage = Stage::set(metric).await?;
    ask_everything(&stage).await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    browser.find("#harbour").await?.click().await?;
    let card = Card::shown(&browser).await?;
    tab_to(&browser, &card, "input").await?;
    assert_eq!(card.focus().await?, format!("input {first}"), "the scale is entered at its beginning");
    browser.press(Key::Space).await?;
    for _ in 0..steps {
        browser.press(Key::Right).await?;
    }
    assert_eq!(card.picked().await?, Some(score.to_string()));
    browser.press(Key::Enter).await?;
    card.find("form.rest [type=checkbox]").await?;
    assert_eq!(card.focus().await?, format!("input {score}"), "the focus stays where it was");

    // Sent too early: the fault is shown, and nothing that was given is lost.
    tab_to(&browser, &card, "button").await?;
    browser.press(Key::Enter).await?;
    card.find(".fault").await?;
    browser.find("#harbour").await?.click().await?;
    tab_to(&browser, &card, "input speed").await?;
    browser.press(Key::Space).await?;
    browser.press(Key::Tab).await?;
    browser.press(Key::Space).await?;
    assert_eq!(card.focus().await?, "input price", "each box of a list is a stop of its own");
    tab_to(&browser, &card, "button").await?;
    browser.press(Key::Space).await?;
    // The next step has the focus: it was asked for.
    card.find("form.rest [type=radio]").await?;
    until("the focus at the next step", async || Ok((card.focus().await? == "input speed").then_some(()))).await?;
    browser.press(Key::Down).await?;
    assert_eq!(card.focus().await?, "input price", "one of a list is a single stop, and arrows choose");
    browser.press(Key::Enter).await?;
    card.find("textarea").await?;
    until("the focus at the last step", async || Ok((card.focus().await? == "textarea").then_some(()))).await?;
    for letter in "by key".chars() {
        browser.client.perform_actions(letters(letter)).await?;
    }
    // Back comes first, then what sends.
    tab_to(&browser, &card, "button").await?;
    browser.press(Key::Tab).await?;
    browser.press(Key::Space).await?;
    card.reads("Thank you for your answer!").await?;

    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "score")["value"], score);
    assert_eq!(answer(&stored[0], "topics")["choices"], json!(["speed", "price"]));
    assert_eq!(answer(&stored[0], "first")["choices"], json!(["price"]));
    assert_eq!(answer(&stored[0], "why")["text"], "by key");

    // Escape works in the card; the cross does it for those who are in the page.
    until("the focus in the card", async || {
        browser.press(Key::Tab).await?;
        Ok((!card.focus().await?.is_empty()).then_some(()))
    })
    .await?;
    browser.press(Key::Escape).await?;
    gone(&browser).await?;
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

fn letters(letter: char) -> fantoccini::actions::KeyActions {
    use fantoccini::actions::{InputSource, KeyAction, KeyActions};
    KeyActions::new("keyboard".to_owned()).then(KeyAction::Down { value: letter }).then(KeyAction::Up { value: letter })
}

#[tokio::test]
async fn an_nps_survey_by_key() -> Result<()> {
    complete("nps", "0", 4, 4).await
}

#[tokio::test]
async fn a_csat_survey_by_key() -> Result<()> {
    complete("csat", "1", 4, 5).await
}

#[tokio::test]
async fn a_ces_survey_by_key() -> Result<()> {
    complete("ces", "1", 2, 3).await
}
