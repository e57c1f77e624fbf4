//! What is kept of people is set on the screen: what is taken out, for how long it stays, and what is held on one of them.

use anyhow::{Context, Result};
use bearing_e2e::axe;
use bearing_e2e::browser::Browser;
use bearing_e2e::server::Server;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::team;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

#[tokio::test]
async fn what_a_member_has_taken_out_is_never_stored() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    team::open(&browser, &stage.server, &format!("/app/{}/settings/privacy", stage.site)).await?;
    team::press(&browser, "label", "Mail addresses").await?;
    team::press(&browser, ".card:has(input[type=checkbox]) button", "Save").await?;
    team::saying(&browser, ".toast", "Saved").await?;
    team::fill(&browser, "#url_parameters", "utm_source").await?;
    team::press(&browser, ".card:has(#url_parameters) button", "Save").await?;
    until("both in the settings", async || {
        let site = stage.api.read(&format!("/v1/sites/{}", stage.site)).await?;
        Ok((site["redact"] == json!(["mail"]) && site["url_parameters"] == json!(["utm_source"])).then_some(()))
    })
    .await?;
    let mut sent = stage.response(1, 3);
    sent["answers"] = json!([
        { "question": "score", "value": 3 }, { "question": "why", "text": "Write to ann@shop.example at once" },
    ]);
    sent["context"] = json!({ "url": "https://shop.example/cart?utm_source=mail&token=secret#top" });
    stage.api.bring(&[sent]).await?;
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "why")["text"], "Write to [mail] at once");
    assert_eq!(stored[0]["context"]["url"], "https://shop.example/cart?utm_source=mail");
    browser.close().await
}

#[tokio::test]
async fn a_shorter_period_says_what_it_lets_go_before_it_does() -> Result<()> {
    let demo = Server::launch("demo", &[]).await?;
    let browser = Browser::start().await?;
    team::own(&browser, &demo).await?;
    let (_, session) = team::ask(&browser, "GET", "/v1/session", Value::Null).await?;
    let site = session["sites"][0]["id"].as_str().context("a site")?.to_owned();
    let kept = async || {
        let (_, reply) = team::ask(&browser, "GET", &format!("/v1/sites/{site}"), Value::Null).await?;
        anyhow::Ok(reply["retention"]["comments_days"].clone())
    };
    team::open(&browser, &demo, &format!("/app/{site}/settings/privacy")).await?;
    let card = ".card:has([id='retention.comments_days'])";
    team::fill(&browser, "[id='retention.comments_days']", "7").await?;
    team::press(&browser, &format!("{card} button"), "Save").await?;
    team::saying(&browser, "dialog[open]", "cannot be undone").await?;
    assert_eq!(axe::inspect(&browser, None).await?.violations, Vec::<String>::new());
    let (_, found) =
        team::ask(&browser, "GET", &format!("/v1/sites/{site}/retention?comments_days=7"), Value::Null).await?;
    let comments = found["comments"].as_u64().context("a number")?;
    assert!(comments > 0, "{found}");

    // Whoever thinks better of it has changed nothing.
    team::press(&browser, "dialog[open] button", "Cancel").await?;
    assert_eq!(kept().await?, Value::Null);
    team::press(&browser, &format!("{card} button"), "Save").await?;
    team::press(&browser, "dialog[open] button", "Save and let it go").await?;
    team::saying(&browser, ".toast", "Saved").await?;
    assert_eq!(kept().await?, 7);

    // A longer one lets nothing more go than the one before it: nobody is asked.
    team::fill(&browser, "[id='retention.comments_days']", "3000").await?;
    team::press(&browser, &format!("{card} button"), "Save").await?;
    until("the longer period", async || Ok((kept().await? == 3000).then_some(()))).await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn what_is_held_on_a_customer_is_exported_beside_what_erases_it() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let mut sent = stage.response(1, 3);
    sent["respondent"] = json!({ "customer": "cust-42" });
    sent["answers"] = json!([{ "question": "score", "value": 3 }, { "question": "why", "text": "too slow" }]);
    stage.api.bring(&[sent.clone(), stage.response(2, 9)]).await?;
    let folder = tempfile::tempdir()?;
    let browser = Browser::start().await?;
    let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
    browser.devtools("Page.setDownloadBehavior", allow).await?;
    team::own(&browser, &stage.server).await?;
    let id = sent["id"].as_str().context("an id")?;
    team::open(&browser, &stage.server, &format!("/app/{}/responses/{id}", stage.site)).await?;
    team::press(&browser, ".deeds button", "Export").await?;
    let file = folder.path().join("customer.json");
    let held =
        until("the file", async || Ok(std::fs::read_to_string(&file).ok().filter(|text| !text.is_empty()))).await?;
    let held: Value = serde_json::from_str(&held)?;
    assert!(held.to_string().contains("too slow") && held.to_string().contains(id), "{held}");

    team::press(&browser, ".deeds button", "Erase").await?;
    team::saying(&browser, "dialog[open]", "cust-42").await?;
    team::press(&browser, "dialog[open] button.danger", "").await?;
    let left = stage.responses(1).await?;
    assert!(left[0]["respondent"]["customer"].is_null(), "{left:?}");
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}
