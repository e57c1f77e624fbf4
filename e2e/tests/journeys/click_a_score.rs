//! The main journey: a stranger's page, one click, a reason, the thank-you, and the answer and the score from the API.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::stage::{Stage, answer};
use serde_json::json;

/// Letters of one to four bytes, a joined emoji, right-to-left letters and what a template or a database might stumble on.
const REASON: &str = "Fast 🚀👩‍👩‍👧 — 𠜎𝒳 naïve, 'quoted' \"twice\" <b>&amp;</b> سهل %00 ${x} {{y}} \\n;--";

async fn journey(metric: &str, score: u8, expected: f64) -> Result<()> {
    let stage = Stage::set(metric).await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;

    let card = Card::shown(&browser).await?;
    card.pick(score).await?;
    // The score is safe before anything else is done.
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], score, "{stored:?}");
    assert_eq!(stored[0]["completed"], false, "{stored:?}");

    card.write(REASON).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;

    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    let response = &stored[0];
    assert_eq!(
        response["answers"],
        json!([{ "question": "score", "value": score }, { "question": "why", "text": REASON }])
    );
    assert_eq!(response["survey"], json!(stage.survey));
    assert_eq!(response["version"], 1);
    assert_eq!(response["state"], "counted");
    assert_eq!(response["identity"], "anonymous");
    assert_eq!(response["context"]["url"], json!(stage.host.page("plain.html")));
    assert_eq!(response["context"]["title"], "Tide tables");
    let one = stage.api.read(&format!("/v1/responses/{}", response["id"].as_str().unwrap_or_default())).await?;
    assert_eq!(one, *response);

    let report = stage.api.score(metric).await?;
    assert_eq!(report["n"], 1, "{report}");
    assert_eq!(report["score"].as_f64(), Some(expected), "{report}");
    assert_eq!(report["distribution"][score.to_string()], 1, "{report}");
    assert_eq!(report["mean"].as_f64(), Some(f64::from(score)), "{report}");
    assert_eq!(report["direction"], "higher_is_better");
    assert_eq!(report["denominators"]["answered"], 1, "{report}");
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn a_nine_makes_an_nps_of_100() -> Result<()> {
    journey("nps", 9, 100.0).await
}

#[tokio::test]
async fn zero_counts_and_makes_an_nps_of_minus_100() -> Result<()> {
    journey("nps", 0, -100.0).await
}

#[tokio::test]
async fn a_five_makes_a_csat_of_100_percent() -> Result<()> {
    journey("csat", 5, 100.0).await
}

#[tokio::test]
async fn a_seven_makes_a_ces_of_100_percent() -> Result<()> {
    journey("ces", 7, 100.0).await
}

#[tokio::test]
async fn a_mis_tap_can_be_changed_and_the_reason_left_out() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("head.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(3).await?;
    stage.responses(1).await?;
    card.pick(10).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(stored[0]["answers"], json!([{ "question": "score", "value": 10 }]));
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(100.0)), "{report}");
    browser.close().await
}

#[tokio::test]
async fn showing_starting_and_finishing_are_counted() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    stage.responses_when(1, |response| response["completed"] == true).await?;
    let path = "/v1/reports/funnel?metric=nps";
    let funnel = bearing_e2e::wait::until("the funnel", async || {
        let funnel = stage.api.read(path).await?;
        Ok((funnel["shown"] == 1).then_some(funnel))
    })
    .await?;
    assert_eq!((funnel["answered"].as_u64(), funnel["completed"].as_u64()), (Some(1), Some(1)), "{funnel}");
    assert_eq!(funnel["dismissed"], 0, "{funnel}");
    browser.close().await
}
