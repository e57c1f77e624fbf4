//! Every state of the widget in one language, one after the other, each held out to whoever looks at it.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::proxy::Proxy;
use bearing_e2e::stage::Stage;
use fantoccini::Locator;
use hyper::StatusCode;
use serde_json::json;

/// A state that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// The card on a stranger's page.
    Card,
    /// What a frame in the card shows.
    Frame,
    /// A page of ours: the hosted form.
    Page,
}

/// The states, by name.
pub(crate) const STATES: [&str; 9] = [
    "first question",
    "score and follow-ups",
    "fault",
    "second step",
    "thanks",
    "frame instead of WebAssembly",
    "hosted form",
    "hosted fault",
    "hosted thanks",
];

/// Walks through every state and calls `look` in each; returns the names of the states.
pub(crate) async fn walk(
    browser: &Browser,
    stage: &Stage,
    language: &str,
    mut look: impl AsyncFnMut(&'static str, View) -> Result<()>,
) -> Result<Vec<&'static str>> {
    let mut seen = Vec::new();
    let mut look = async |state: &'static str, view: View| {
        seen.push(state);
        look(state, view).await
    };
    let locale = format!(r#"data-locale="{language}""#);
    stage.host.put_tag(&stage.tag(&stage.server.url(), &locale));
    let card = open(browser, stage).await?;
    let spoken = browser
        .look("return document.querySelector('bearing-survey').shadowRoot.querySelector('section').lang", Vec::new())
        .await?;
    assert_eq!(spoken, language, "the server speaks the language that is looked at");
    look("first question", View::Card).await?;
    card.pick(5).await?;
    let several = card.find("label.choice:has([type=checkbox])").await?;
    look("score and follow-ups", View::Card).await?;
    card.find("button.send").await?.click().await?;
    card.find(".fault").await?;
    look("fault", View::Card).await?;
    several.click().await?;
    card.find("button.send").await?.click().await?;
    card.find("label.choice:has([type=radio])").await?.click().await?;
    look("second step", View::Card).await?;
    card.find("button.send").await?.click().await?;
    card.find("textarea").await?.click().await?;
    browser.insert("all of it").await?;
    card.find("button.send").await?.click().await?;
    card.find(".thanks").await?;
    look("thanks", View::Card).await?;

    let proxy = Proxy::start(stage.server.address).await?;
    proxy.refuse("/w/", StatusCode::NOT_FOUND);
    stage.host.put_tag(&stage.tag(&proxy.url(), &locale));
    let card = open(browser, stage).await?;
    card.pick(5).await?;
    let frame = card.find("iframe").await?;
    frame.clone().enter_frame().await?;
    browser.find("textarea").await?;
    look("frame instead of WebAssembly", View::Frame).await?;
    browser.client.enter_parent_frame().await?;
    look("frame instead of WebAssembly", View::Card).await?;

    browser.open(&format!("{}/s/{}?lang={language}", stage.server.url(), stage.survey)).await?;
    browser.find("form").await?;
    look("hosted form", View::Page).await?;
    browser.click("label:has(input[value='5'])").await?;
    browser.click("form button").await?;
    browser.find(".summary").await?;
    look("hosted fault", View::Page).await?;
    browser.click("label.choice:has([type=checkbox])").await?;
    browser.click("label.choice:has([type=radio])").await?;
    browser.click("textarea").await?;
    browser.insert("all of it").await?;
    browser.click("form button").await?;
    browser.find(".thanks").await?;
    look("hosted thanks", View::Page).await?;
    seen.dedup();
    Ok(seen)
}

/// Opens the stranger's page as a visitor who was never here.
pub(crate) async fn open<'a>(browser: &'a Browser, stage: &Stage) -> Result<Card<'a>> {
    browser.open("about:blank").await?;
    let everything = json!({ "origin": stage.host.origin(), "storageTypes": "all" });
    browser.devtools("Storage.clearDataForOrigin", everything).await?;
    browser.open(&stage.host.page("plain.html")).await?;
    browser.client.find(Locator::Css("h1")).await?;
    Card::shown(browser).await
}
