//! One answer counts once: double clicks, double submits, reloads, and the same request sent again.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::page::decided;
use bearing_e2e::stage::{Stage, answer, response_id};
use hyper::Method;
use serde_json::json;

#[tokio::test]
async fn double_clicks_and_reloads_count_once() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    browser.double_click(&card.score(9).await?).await?;
    card.write("twice").await?;
    browser.double_click(&card.button("Send").await?).await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "why")["text"], "twice");

    for _ in 0..2 {
        browser.client.refresh().await?;
        decided(&browser).await?;
        gone(&browser).await?;
    }
    assert_eq!(stage.responses(1).await?, stored);
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["score"].as_f64()), (Some(1), Some(100.0)), "{report}");
    browser.close().await
}

#[tokio::test]
async fn a_reload_right_after_the_click_loses_and_doubles_nothing() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Card::shown(&browser).await?.pick(4).await?;
    browser.client.refresh().await?;
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 4);
    browser.open(&stage.host.page("head.html")).await?;
    browser.client.refresh().await?;
    stage.responses(1).await?;
    let report = stage.api.score("nps").await?;
    assert_eq!((report["n"].as_u64(), report["distribution"]["4"].as_u64()), (Some(1), Some(1)), "{report}");
    browser.close().await
}

#[tokio::test]
async fn only_a_higher_seq_changes_a_response() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let edition = |seq: u32, score: u8| {
        let mut response = stage.response(1, score);
        response["seq"] = json!(seq);
        response
    };
    let steps = [
        (edition(0, 9), "stored", 9),
        (edition(0, 2), "duplicate", 9),
        (edition(2, 3), "updated", 3),
        (edition(1, 10), "duplicate", 3),
        (edition(2, 10), "duplicate", 3),
        (edition(0, 10), "duplicate", 3),
        (edition(7, 0), "updated", 0),
    ];
    for (body, status, kept) in steps {
        let reply = stage.api.json(Method::POST, &stage.intake(), &body).await?;
        assert_eq!(reply.json()?, json!({ "results": [{ "id": response_id(1), "status": status }] }), "{body}");
        let stored = stage.api.read(&format!("/v1/responses/{}", response_id(1))).await?;
        assert_eq!(answer(&stored, "score")["value"], kept, "{body}");
        let report = stage.api.score("nps").await?;
        assert_eq!(
            (report["n"].as_u64(), report["mean"].as_f64()),
            (Some(1), Some(f64::from(kept))),
            "{body}: {report}"
        );
    }
    // The same id twice in one request is one response too.
    let reply =
        stage.api.json(Method::POST, &stage.intake(), &json!([stage.response(2, 9), stage.response(2, 9)])).await?;
    let statuses: Vec<_> =
        reply.json()?["results"].as_array().into_iter().flatten().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["stored", "duplicate"]);
    stage.responses(2).await?;
    Ok(())
}
