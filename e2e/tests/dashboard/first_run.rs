//! The first morning: from the printed link to an answer on the screen, without an engineer; and the way from a number to
//! the customer behind it.

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::engine::Engine;
use bearing_e2e::host::Host;
use bearing_e2e::server::Server;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

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

#[tokio::test]
async fn from_a_number_to_the_customer_behind_it() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for number in 0..20_u32 {
        let mut response = stage.response(number, if number % 2 == 0 { 2 } else { 10 });
        response["context"] = json!({ "device": if number % 2 == 0 { "mobile" } else { "desktop" } });
        response["respondent"] = json!({ "customer": format!("cust-{number}") });
        if number == 4 {
            response["answers"] =
                json!([{ "question": "score", "value": 2 }, { "question": "why", "text": "The lamp came broken" }]);
        }
        let reply = stage.api.post_from(&stage.host.origin(), &stage.intake(), &response).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    let site = &stage.site;
    team::open(&browser, &stage.server, &format!("/app/{site}/explore?metric=nps&by=device")).await?;
    browser.reads("worse by").await?;
    team::open(&browser, &stage.server, &format!("/app/{site}/responses?comment=true")).await?;
    team::press(&browser, "#inbox-list a", "The lamp came broken").await?;
    team::saying(&browser, "main", "cust-4").await?;
    // Reading it marked it read, and taking it out of the score can be undone.
    let address = format!("/v1/reports/score?site={site}&metric=nps");
    team::press(&browser, "button", "Exclude").await?;
    let n = async || -> Result<Option<u64>> {
        Ok(team::ask(&browser, "GET", &address, Value::Null).await?.1["n"].as_u64())
    };
    until("one answer less", async || Ok((n().await? == Some(19)).then_some(()))).await?;
    team::press(&browser, ".toast button", "Undo").await?;
    until("all of them again", async || Ok((n().await? == Some(20)).then_some(()))).await?;
    browser.close().await
}
