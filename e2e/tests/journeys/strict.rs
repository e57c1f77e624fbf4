//! A strict tag: nothing is stored before the visitor acts, and one record without an id after it.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::page::{call, heard_times, memory, put_tag, reasons, stored};
use bearing_e2e::stage::Stage;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

#[tokio::test]
async fn an_answer_leaves_one_record_and_no_id() -> Result<()> {
    let stage = Stage::set("nps").await?;
    put_tag(&stage, "data-storage=strict", "");
    let browser = Browser::start().await?;
    for page in ["plain.html", "head.html"] {
        browser.open(&stage.host.page(page)).await?;
        Card::shown(&browser).await?;
        // All that comes by itself has come: the showing is counted.
        call(&browser, json!(["explain"])).await?;
        assert!(stored(&browser).await?.is_empty(), "{:?}", stored(&browser).await?);
    }
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let answers = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answers[0]["respondent"]["visitor"], Value::Null, "{answers:?}");
    let key = format!("bearing:v:{}", stage.site_key);
    until("the one record", async || Ok((stored(&browser).await?.keys().eq([&key])).then_some(()))).await?;
    let record = memory(&browser, &stage).await?;
    assert_eq!(record.get("id"), None, "{record}");
    assert!(record["surveys"][&stage.survey]["answered"].is_u64(), "{record}");
    browser.open(&stage.host.page("plain.html")).await?;
    assert_eq!(reasons(&browser, &stage.survey).await?, ["answered"]);
    browser.close().await
}

#[tokio::test]
async fn a_closed_card_is_remembered_and_nothing_else() -> Result<()> {
    let stage = Stage::set("nps").await?;
    put_tag(&stage, "data-storage=strict", "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Card::shown(&browser).await?.button("Close").await?.click().await?;
    gone(&browser).await?;
    heard_times(&browser, "dismissed", 1).await?;
    let record = memory(&browser, &stage).await?;
    assert_eq!(stored(&browser).await?.len(), 1);
    assert_eq!(record.get("id"), None, "{record}");
    browser.open(&stage.host.page("head.html")).await?;
    assert_eq!(reasons(&browser, &stage.survey).await?, ["dismissed"]);
    browser.close().await
}
