//! A shared link shows its filter and nothing else, live, until it is taken back; and a board hangs on a wall.

use anyhow::{Context, Result};
use bearing_e2e::axe;
use bearing_e2e::browser::Browser;
use bearing_e2e::calm::prefer;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use fantoccini::key::Key;
use serde_json::{Value, json};

/// What a card prints: its score, its limits and its number of answers.
const CARD: &str = "const card = document.querySelector('.slot:not([hidden]) .card.metric');\
    const say = name => { const at = card && card.querySelector(`[data-${name}]`); return at && at.dataset[name]; };\
    return [say('score'), say('low'), say('high'), say('n')]";

async fn card(browser: &Browser) -> Result<Vec<Option<String>>> {
    let said = browser.look(CARD, Vec::new()).await?;
    Ok(said.as_array().context("four texts")?.iter().map(|text| text.as_str().map(str::to_owned)).collect())
}

async fn answers(browser: &Browser, n: &str) -> Result<()> {
    until("the number of answers", async || Ok((card(browser).await?[3].as_deref() == Some(n)).then_some(()))).await
}

/// Forty answers at the checkout, and as many bad ones at the delivery.
async fn shop() -> Result<Stage> {
    let stage = Stage::set("nps").await?;
    for number in 0..40 {
        send(&stage, number, (number % 11) as u8, "checkout").await?;
        send(&stage, number + 100, 0, "delivery").await?;
    }
    Ok(stage)
}

async fn send(stage: &Stage, number: u32, score: u8, touchpoint: &str) -> Result<()> {
    let mut answer = stage.response(number, score);
    answer["touchpoint"] = json!(touchpoint);
    if number % 20 == 3 {
        answer["answers"].as_array_mut().context("answers")?.push(json!({
            "question": "why", "text": format!("{touchpoint} says {number}")
        }));
        answer["respondent"] = json!({ "customer": "cust-42" });
    }
    let reply = stage.api.post_from(&stage.host.origin(), &stage.intake(), &answer).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    Ok(())
}

/// What axe and the console find.
async fn faults(browser: &Browser) -> Result<Vec<String>> {
    let mut found = axe::inspect(browser, None).await?.violations;
    found.extend(browser.console().await?);
    Ok(found)
}

#[tokio::test]
async fn a_shared_link_shows_only_its_filter_live_until_it_is_taken_back() -> Result<()> {
    let stage = shop().await?;
    let owner = Browser::start().await?;
    team::own(&owner, &stage.server).await?;
    // As a person does it: from what they look at.
    team::open(&owner, &stage.server, &format!("/app/{}/explore?metric=nps&touchpoint=checkout", stage.site)).await?;
    team::press(&owner, "main a", "Share this view").await?;
    team::saying(&owner, "h2", "Shared links").await?;
    let name = owner.find("form input[type=text]").await?;
    name.send_keys("Checkout team").await?;
    team::press(&owner, "form label", "Show comments too").await?;
    team::press(&owner, "form button", "Make a link").await?;
    let link = owner.find(".revealed code").await?.text().await?;
    assert!(link.contains("/app/shared#shr_"), "{link}");
    team::saying(&owner, ".entry", "Touchpoint: checkout").await?;

    let guest = Browser::start().await?;
    guest.open(&link).await?;
    team::arrived(&guest).await?;
    answers(&guest, "40").await?;
    let address = format!("/v1/reports/score?site={}&metric=nps&touchpoint=checkout", stage.site);
    let same = async |n: u64| -> Result<()> {
        let (status, report) = team::ask(&owner, "GET", &address, Value::Null).await?;
        assert_eq!((status, report["n"].as_u64()), (200, Some(n)));
        let text = |name: &str| report["text"][name].as_str().map(str::to_owned);
        assert_eq!(card(&guest).await?, [text("score"), text("low"), text("high"), Some(n.to_string())]);
        Ok(())
    };
    same(40).await?;
    guest.reads("checkout says 3").await?;
    let page = guest.look("return document.body.innerText", Vec::new()).await?;
    let page = page.as_str().context("text")?;
    assert!(page.contains("Checkout team") && !page.contains("delivery says") && !page.contains("cust-42"), "{page}");
    assert_eq!(faults(&guest).await?, Vec::<String>::new());
    // The secret is in no request's address.
    let loaded = guest.loaded().await?;
    assert!(!loaded.iter().any(|address| address.contains("shr_")), "{loaded:?}");

    // What is answered elsewhere moves nothing; what is answered here does, without a reload.
    guest.look("window.stayed = true", Vec::new()).await?;
    send(&stage, 501, 10, "delivery").await?;
    send(&stage, 502, 10, "checkout").await?;
    answers(&guest, "41").await?;
    same(41).await?;
    assert_eq!(guest.look("return window.stayed", Vec::new()).await?, true);

    // A screen on a wall that is started again shows what hung there; cut off, it says so, and mends by itself.
    team::press(&guest, ".board-acts button", "Wall display").await?;
    let tv = "return [location.search, document.documentElement.classList.contains('tv')]";
    until("the wall", async || Ok((guest.look(tv, Vec::new()).await? == json!(["?tv", true])).then_some(()))).await?;
    guest.client.refresh().await?;
    answers(&guest, "41").await?;
    assert_eq!(guest.look(tv, Vec::new()).await?, json!(["?tv", true]));
    let offline = |so: bool| json!({ "offline": so, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    guest.devtools("Network.enable", json!({})).await?;
    guest.devtools("Network.emulateNetworkConditions", offline(true)).await?;
    team::saying(&guest, ".live", "Connection lost since").await?;
    answers(&guest, "41").await?;
    guest.devtools("Network.emulateNetworkConditions", offline(false)).await?;
    until("the line", async || Ok((guest.find(".live").await?.text().await? == "Live").then_some(()))).await?;

    // Taken back, it ends on the screen that shows it, and opens nothing any more.
    team::press(&owner, ".entry button", "Take back").await?;
    team::press(&owner, "dialog button", "Take back").await?;
    team::saying(&owner, ".toast", "taken back").await?;
    send(&stage, 503, 10, "checkout").await?;
    guest.reads("This link shows nothing any more").await?;
    assert_eq!(guest.look("return document.querySelectorAll('[data-n]').length", Vec::new()).await?, 0);
    guest.open(&link).await?;
    guest.reads("This link shows nothing any more").await?;
    guest.open(&format!("{}/app/shared", stage.server.url())).await?;
    guest.reads("This link is not whole").await?;
    guest.close().await?;
    owner.close().await
}

#[tokio::test]
async fn a_board_fits_a_wall_and_its_controls_step_aside() -> Result<()> {
    let stage = shop().await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    prefer(&browser, "light").await?;
    browser.client.set_window_size(1920, 1080).await?;
    team::press(&browser, "main a", "Wall display").await?;
    answers(&browser, "80").await?;
    browser.reads("Live").await?;
    assert_eq!(faults(&browser).await?, Vec::<String>::new());
    let over = "const root = document.documentElement;\
        return [root.scrollWidth - root.clientWidth, root.scrollHeight - root.clientHeight]";
    assert_eq!(browser.look(over, Vec::new()).await?, json!([0, 0]), "nothing is beside or below the screen");
    let seen = "return getComputedStyle(document.querySelector('.board-acts')).visibility";
    until("the controls to step aside", async || Ok((browser.look(seen, Vec::new()).await? == "hidden").then_some(())))
        .await?;
    // Whoever wants less motion is asked first; a key brings the controls back.
    browser.press(Key::Shift).await?;
    team::saying(&browser, ".board-acts button", "Go round").await?;
    browser.press(Key::Space).await?;
    team::saying(&browser, ".board-acts button", "Stay here").await?;
    browser.press(Key::Shift).await?;
    team::press(&browser, ".board-acts a", "Leave the wall display").await?;
    team::saying(&browser, "h1", "Overview").await?;
    browser.close().await
}
