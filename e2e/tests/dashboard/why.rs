//! The way from a score that fell to the customer who says why, by what is on the screen.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::engine::Engine;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

/// So long ago that it falls in the 28 days before the last ones.
const BEFORE_MS: u64 = 40 * 24 * 3_600_000;

/// Thirty answers at two touchpoints forty days ago, all content, and thirty now, of which those at the checkout are not.
async fn fallen() -> Result<Stage> {
    let stage = Stage::set("nps").await?;
    let places = [
        ("delivery", stage.survey_at("delivery", "nps").await?, 10, "desktop"),
        ("checkout", stage.survey_at("checkout", "nps").await?, 2, "mobile"),
    ];
    let mut responses = Vec::new();
    for number in 0..60_u32 {
        let (touchpoint, survey, score, device) = &places[number as usize % 2];
        let mut response = stage.response(number, if number < 30 { 9 } else { *score });
        response["survey"] = json!(survey);
        response["touchpoint"] = json!(touchpoint);
        response["context"] = json!({ "device": device });
        response["respondent"] = json!({ "customer": format!("cust-{number}") });
        if number < 30 {
            response["age_ms"] = json!({ "shown": BEFORE_MS + 9_000, "answered": BEFORE_MS });
        }
        if number == 41 {
            let why = json!({ "question": "why", "text": "Paying failed twice" });
            response["answers"] = json!([{ "question": "score", "value": score }, why]);
        }
        responses.push(response);
    }
    stage.api.bring(&responses).await?;
    Ok(stage)
}

async fn from_a_fallen_score_to_the_customer(engine: Engine) -> Result<()> {
    let stage = fallen().await?;
    let browser = Browser::start_in(engine).await?;
    team::own(&browser, &stage.server).await?;
    let site = &stage.site;
    team::open(&browser, &stage.server, &format!("/app/{site}/explore?metric=nps&by=touchpoint")).await?;
    browser.reads("worse by").await?;
    // What the checkout did to the score comes first, and leads to its comments alone.
    team::press(&browser, "main td a", "Read the comments behind it").await?;
    team::saying(&browser, "h1", "Responses").await?;
    let address = "return location.search";
    until("the filter", async || {
        let query = browser.look(address, Vec::new()).await?;
        Ok(query.as_str().is_some_and(|query| query.contains("touchpoint=checkout")).then_some(()))
    })
    .await?;
    team::press(&browser, "#inbox-list a", "Paying failed twice").await?;
    team::saying(&browser, "main", "cust-41").await?;
    // Reading it marked it read, and taking it out of the score can be undone.
    let address = format!("/v1/reports/score?site={site}&metric=nps");
    let n = async || -> Result<Option<u64>> {
        Ok(team::ask(&browser, "GET", &address, Value::Null).await?.1["n"].as_u64())
    };
    team::press(&browser, "button", "Exclude").await?;
    until("one answer less", async || Ok((n().await? == Some(59)).then_some(()))).await?;
    team::press(&browser, ".toast button", "Undo").await?;
    until("all of them again", async || Ok((n().await? == Some(60)).then_some(()))).await?;
    browser.close().await
}

#[tokio::test]
async fn a_fallen_score_leads_to_the_customer_in_chromium() -> Result<()> {
    from_a_fallen_score_to_the_customer(Engine::Chromium).await
}

#[tokio::test]
async fn a_fallen_score_leads_to_the_customer_in_firefox() -> Result<()> {
    from_a_fallen_score_to_the_customer(Engine::Firefox).await
}

#[tokio::test]
async fn a_fallen_score_leads_to_the_customer_in_webkit() -> Result<()> {
    from_a_fallen_score_to_the_customer(Engine::WebKit).await
}
