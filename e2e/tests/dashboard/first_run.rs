//! The first morning: from the printed link to an answer on the screen, without an engineer.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::engine::Engine;
use bearing_e2e::host::Host;
use bearing_e2e::server::Server;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::Value;

/// From the link to the first answer, all of it on the screen.
async fn the_first_run(engine: Engine) -> Result<()> {
    let server = Server::start().await?;
    let host = Host::start().await?;
    let browser = Browser::start_in(engine).await?;
    team::own(&browser, &server).await?;

    // A site.
    team::fill(&browser, "#name", "Lamp shop").await?;
    team::fill(&browser, "#origins", &host.origin()).await?;
    team::press(&browser, "form button", "Make the site").await?;
    browser.reads("First steps").await?;
    browser.reads("Four steps to the first answer.").await?;

    // A survey, published.
    team::press(&browser, ".first-steps a", "Make a survey").await?;
    team::arrived(&browser).await?;
    team::press(&browser, "button", "New survey").await?;
    team::fill(&browser, "dialog[open] #new-name", "After an order").await?;
    team::press(&browser, "dialog[open] button.primary", "").await?;
    team::saying(&browser, "h1", "After an order").await?;
    // What visitors will see is the widget itself.
    let question = "const page = document.querySelector('.preview iframe')?.contentDocument;\
        return !!page?.querySelector('bearing-survey')?.shadowRoot?.textContent.includes('recommend')";
    until("the preview", async || Ok((browser.look(question, Vec::new()).await? == true).then_some(()))).await?;
    team::press(&browser, ".actions button.primary", "Publish").await?;
    team::press(&browser, "dialog[open] button.primary", "Publish").await?;
    browser.reads("60 seconds").await?;

    // The tag on a page, and a visitor who clicks.
    let (_, session) = team::ask(&browser, "GET", "/v1/session", Value::Null).await?;
    let key = session["sites"][0]["site_key"].as_str().context("a site key")?;
    host.put_tag(&format!(r#"<script async src="{}/bearing.js?site={key}"></script>"#, server.url()));
    let visitor = Browser::start().await?;
    visitor.open(&host.page("plain.html")).await?;
    let card = Card::shown(&visitor).await?;
    let site = session["sites"][0]["id"].as_str().context("a site")?;
    team::open(&browser, &server, &format!("/app/{site}")).await?;
    card.pick(9).await?;
    until("the first answer on the screen", async || {
        let n =
            browser.look("const n = document.querySelector('[data-n]'); return n && n.dataset.n", Vec::new()).await?;
        Ok((n == "1").then_some(()))
    })
    .await?;
    visitor.close().await?;
    browser.close().await
}

#[tokio::test]
async fn the_first_run_ends_in_a_live_answer_in_chromium() -> Result<()> {
    the_first_run(Engine::Chromium).await
}

#[tokio::test]
async fn the_first_run_ends_in_a_live_answer_in_firefox() -> Result<()> {
    the_first_run(Engine::Firefox).await
}

#[tokio::test]
async fn the_first_run_ends_in_a_live_answer_in_webkit() -> Result<()> {
    the_first_run(Engine::WebKit).await
}
