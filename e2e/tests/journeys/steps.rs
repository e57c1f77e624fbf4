//! Several follow-ups, one a step: on and back, where one is, what is kept on the way, and how each group is thanked.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::page::{heard, put_tag};
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::survey::{ask_everything, publish};
use bearing_e2e::wait::until;
use serde_json::{Value, json};

/// Whether the first question can be seen.
async fn first_is_seen(browser: &Browser) -> Result<bool> {
    let script = "return document.querySelector('bearing-survey').shadowRoot.querySelector('.first').checkVisibility()";
    Ok(browser.look(script, Vec::new()).await? == true)
}

/// A stage with three required follow-ups, its page open, a score given and the first follow-up there.
async fn begun(score: u8) -> Result<(Stage, Browser)> {
    let stage = Stage::set("nps").await?;
    ask_everything(&stage).await?;
    put_tag(&stage, "", "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(score).await?;
    card.button("Next").await?;
    Ok((stage, browser))
}

/// Clicks a choice by its words.
async fn choose(card: &Card<'_>, words: &str) -> Result<()> {
    let label = until(words, async || {
        let label = card.find(&format!(".rest div:not([hidden]) label:has(input[value='{words}'])")).await?;
        Ok(Some(label))
    })
    .await?;
    Ok(label.click().await?)
}

#[tokio::test]
async fn questions_are_asked_one_by_one_with_a_way_back() -> Result<()> {
    let (stage, browser) = begun(9).await?;
    let card = Card::shown(&browser).await?;
    assert!(first_is_seen(&browser).await?);
    card.reads("What was it about?").await?;
    assert!(!card.text().await?.contains("What matters most?"), "one at a time");

    // A required question that is skipped says so, and takes it back once it is answered.
    card.button("Next").await?.click().await?;
    card.reads("Please answer this question.").await?;
    choose(&card, "speed").await?;
    until("the fault to go", async || Ok((!card.text().await?.contains("Please answer")).then_some(()))).await?;
    card.button("Next").await?.click().await?;
    card.reads("What matters most?").await?;
    card.reads("3 / 4").await?;
    assert!(!first_is_seen(&browser).await?);
    assert_eq!(card.focus().await?, "input speed", "the focus goes along");

    choose(&card, "price").await?;
    card.button("Next").await?.click().await?;
    card.reads("4 / 4").await?;
    card.write("because of the rain").await?;
    // All the way back: nothing is lost, and the score can be changed.
    card.button("Back").await?.click().await?;
    card.reads("3 / 4").await?;
    card.button("Back").await?.click().await?;
    until("the first question", async || Ok(first_is_seen(&browser).await?.then_some(()))).await?;
    assert_eq!(card.picked().await?.as_deref(), Some("9"));
    card.pick(4).await?;
    stage.responses_when(1, |response| answer(response, "score")["value"] == 4).await?;
    choose(&card, "price").await?;
    for place in ["3 / 4", "4 / 4"] {
        card.button("Next").await?.click().await?;
        card.reads(place).await?;
    }
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    assert!(!first_is_seen(&browser).await?);
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(
        stored[0]["answers"],
        json!([
            { "question": "score", "value": 4 },
            { "question": "topics", "choices": ["speed", "price"] },
            { "question": "first", "choices": ["price"] },
            { "question": "why", "text": "because of the rain" },
        ])
    );
    assert_eq!(heard(&browser, "completed").await?.len(), 1);
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn what_was_answered_is_kept_when_the_visitor_leaves_half_way() -> Result<()> {
    let (stage, browser) = begun(2).await?;
    let card = Card::shown(&browser).await?;
    choose(&card, "price").await?;
    card.button("Next").await?.click().await?;
    card.reads("3 / 4").await?;
    // The step is on its way by now, before anybody leaves.
    let stored = stage.responses_when(1, |response| answer(response, "topics")["choices"] == json!(["price"])).await?;
    assert_eq!(stored[0]["completed"], false);
    // Chosen but not handed in by a press of Next: kept on leaving.
    choose(&card, "speed").await?;
    browser.open(&stage.host.page("head.html")).await?;
    let stored = stage.responses_when(1, |response| answer(response, "first")["choices"] == json!(["speed"])).await?;
    assert_eq!((&stored[0]["completed"], &answer(&stored[0], "score")["value"]), (&json!(false), &json!(2)));
    browser.close().await
}

#[tokio::test]
async fn a_follow_up_of_one_group_comes_and_goes_with_the_score() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let mut questions = stage.api.read(&format!("/v1/surveys/{}", stage.survey)).await?["questions"].take();
    questions[1]["groups"] = json!(["detractors"]);
    publish(&stage, &stage.survey, &json!({ "questions": questions })).await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(3).await?;
    card.write("too wet").await?;
    card.pick(9).await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| answer(response, "score")["value"] == 9).await?;
    assert_eq!(answer(&stored[0], "why"), &Value::Null);
    card.pick(4).await?;
    let box_again = card.find("textarea").await?;
    assert_eq!(box_again.prop("value").await?.as_deref(), Some("too wet"), "what was typed is still there");
    browser.close().await
}

/// The endings of a survey that sends its promoters to a place for reviews.
fn endings() -> Value {
    json!([
        {
            "groups": ["promoters"], "text": { "en": "Wonderful, thank you!" },
            "link": { "url": "https://reviews.example/shop", "text": { "en": "Tell others" } },
        },
        { "groups": ["detractors"], "text": { "en": "We are sorry." } },
    ])
}

#[tokio::test]
async fn each_group_has_its_own_goodbye_in_the_card() -> Result<()> {
    let stage = Stage::set("nps").await?;
    publish(&stage, &stage.survey, &json!({ "endings": endings() })).await?;
    for (score, words, link) in
        [(10, "Wonderful, thank you!", true), (0, "We are sorry.", false), (8, "Thank you for your answer!", false)]
    {
        let browser = Browser::start().await?;
        browser.open(&stage.host.page("plain.html")).await?;
        let card = Card::shown(&browser).await?;
        card.pick(score).await?;
        card.send().await?;
        card.reads(words).await?;
        assert_eq!(card.text().await?.contains("Tell others"), link, "{score}");
        if link {
            let link = card.find("a.link").await?;
            let attributes = (link.attr("href").await?, link.attr("target").await?, link.attr("rel").await?);
            let expected =
                ["https://reviews.example/shop", "_blank", "noopener noreferrer"].map(|text| Some(text.to_owned()));
            assert_eq!(<[Option<String>; 3]>::from(attributes), expected);
        }
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_a_follow_up_the_goodbye_comes_at_once() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let mut questions = stage.api.read(&format!("/v1/surveys/{}", stage.survey)).await?["questions"].take();
    questions.as_array_mut().context("questions")?.truncate(1);
    publish(&stage, &stage.survey, &json!({ "questions": questions, "endings": endings() })).await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.reads("Wonderful, thank you!").await?;
    assert_eq!(card.find("a.link").await?.attr("href").await?.as_deref(), Some("https://reviews.example/shop"));
    stage.responses_when(1, |response| response["completed"] == true).await?;
    let loaded = browser.loaded().await?;
    assert!(!loaded.iter().any(|name| name.contains(".wasm")), "nothing to draw: {loaded:?}");
    // The other way: a mis-tap is mended, and so is the goodbye.
    card.pick(1).await?;
    card.reads("We are sorry.").await?;
    assert!(!card.text().await?.contains("Tell others"));
    stage.responses_when(1, |response| answer(response, "score")["value"] == 1).await?;
    browser.close().await
}

#[tokio::test]
async fn the_hosted_page_says_the_same_goodbye() -> Result<()> {
    let stage = Stage::set("nps").await?;
    publish(&stage, &stage.survey, &json!({ "endings": endings() })).await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/s/{}", stage.server.url(), stage.survey)).await?;
    browser.find("label:has(input[value='9'])").await?.click().await?;
    browser.find("form button").await?.click().await?;
    browser.reads("Wonderful, thank you!").await?;
    assert_eq!(browser.find("a.link").await?.attr("href").await?.as_deref(), Some("https://reviews.example/shop"));
    stage.responses_when(1, |response| response["completed"] == true).await?;
    browser.close().await
}
