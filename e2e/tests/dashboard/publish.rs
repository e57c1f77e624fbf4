//! Publishing that was refused: it is said beside the button with what to do, and the draft is kept.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use hyper::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn whoever_was_overtaken_sees_what_differs_and_publishes_again() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let survey = format!("/v1/surveys/{}", stage.survey);
    let edit = async |name: &str| stage.api.json(Method::PATCH, &survey, &json!({ "name": name })).await;
    edit("Mine").await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    let editor = format!("/app/{}/surveys/{}", stage.site, stage.survey);
    team::open(&browser, &stage.server, &editor).await?;
    team::press(&browser, ".actions button.primary", "Publish").await?;
    team::saying(&browser, "dialog[open]", "Live on pages within 60 seconds").await?;

    // Somebody else publishes, and edits on.
    let published = stage.api.json(Method::POST, &format!("{survey}/publish"), &Value::Null).await?;
    assert_eq!(published.status, 200, "{}", published.text());
    edit("Theirs").await?;
    team::press(&browser, "dialog[open] button.primary", "Publish").await?;
    team::saying(&browser, "dialog[open] .fault", "Somebody else has published meanwhile").await?;
    team::saying(&browser, "dialog[open]", "Theirs").await?;
    assert_eq!(stage.api.read(&survey).await?["version"], 2, "nothing was published over it");

    // Cut off, the dialog stays and says so.
    let offline = |so: bool| json!({ "offline": so, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.enable", json!({})).await?;
    browser.devtools("Network.emulateNetworkConditions", offline(true)).await?;
    team::press(&browser, "dialog[open] button.primary", "Publish").await?;
    team::saying(&browser, "dialog[open] .fault", "cannot be reached").await?;
    browser.devtools("Network.emulateNetworkConditions", offline(false)).await?;
    team::press(&browser, "dialog[open] button.primary", "Publish").await?;
    team::saying(&browser, ".live-by", "On every page by").await?;
    let stored = stage.api.read(&survey).await?;
    assert_eq!((&stored["version"], &stored["name"]), (&json!(3), &json!("Theirs")));
    browser.close().await
}
