//! The fastest visitor there is: one click on the card the moment that it is drawn, and away. The score arrives.

use std::time::Duration;

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::page::put_tag_from;
use bearing_e2e::proxy::{Answer, Proxy};
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::until;
use serde_json::json;

/// Longer than anybody waits here.
const NEVER: Duration = Duration::from_secs(600);

/// Clicks a score while what sends answers is still on its way, and leaves in the same moment for a page without the tag.
async fn click_and_go(stage: &Stage, proxy: &Proxy, score: u8) -> Result<()> {
    put_tag_from(
        stage,
        &proxy.url(),
        "",
        "<script>addEventListener('click',function(){setTimeout(function(){location='next.html'},0)})</script>",
    );
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    stage.host.put_tag("");
    card.pick(score).await?;
    until("the next page", async || Ok((browser.client.current_url().await?.path() == "/next.html").then_some(())))
        .await?;
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], score);
    assert_eq!(stored[0]["completed"], false);
    assert_eq!(stored[0]["context"]["url"], json!(stage.host.page("plain.html")));
    // Back with the tag, what the browser still keeps is the same answer.
    proxy.allow();
    stage.host.put_tag(&stage.tag(&proxy.url(), ""));
    browser.open(&stage.host.page("head.html")).await?;
    until("nothing to be kept any more", async || {
        let kept =
            "return Object.keys(localStorage).filter(function (key) { return key.startsWith('bearing:q:') }).length";
        Ok((browser.look(kept, Vec::new()).await? == 0).then_some(()))
    })
    .await?;
    assert_eq!(stage.responses(1).await?[0]["id"], stored[0]["id"]);
    let report = stage.api.score("nps").await?;
    assert_eq!(
        (report["n"].as_u64(), report["distribution"][score.to_string()].as_u64()),
        (Some(1), Some(1)),
        "{report}"
    );
    browser.close().await
}

#[tokio::test]
async fn a_click_that_leaves_before_the_queue_is_here_counts() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let proxy = Proxy::start(stage.server.address).await?;
    proxy.answer("/rest.js", Answer::Later(NEVER));
    click_and_go(&stage, &proxy, 0).await
}

#[tokio::test]
async fn a_click_that_leaves_where_the_queue_cannot_be_fetched_counts() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let proxy = Proxy::start(stage.server.address).await?;
    proxy.answer("/rest.js", Answer::HangUp);
    click_and_go(&stage, &proxy, 10).await
}
