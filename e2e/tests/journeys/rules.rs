//! Who is asked, when and how often: each rule as a visitor meets it, and the reasons that the page and the server give.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone, is_shown};
use bearing_e2e::page::{call, heard, heard_times, let_days_pass, memory, put_tag, reasons};
use bearing_e2e::stage::{Stage, text};
use bearing_e2e::survey::{publish, shown_when};
use bearing_e2e::wait::until;
use fantoccini::key::Key;
use hyper::Method;
use serde_json::{Value, json};

const NONE: [&str; 0] = [];

/// A page so long that it must be scrolled.
const LONG: &str = "<div style=\"height:3000px\"></div>";

/// A stage whose survey has these rules.
async fn ruled(rules: Value) -> Result<Stage> {
    let stage = Stage::set("nps").await?;
    publish(&stage, &stage.survey, &json!({ "rules": rules })).await?;
    put_tag(&stage, "", "");
    Ok(stage)
}

/// Opens a page, with nothing kept from the network: what the server says has changed.
async fn open(browser: &Browser, stage: &Stage, page: &str) -> Result<()> {
    browser.devtools("Network.enable", json!({})).await?;
    browser.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
    browser.open(&stage.host.page(page)).await
}

/// Holds the survey to these reasons, and the page to show nothing.
async fn stays_away(browser: &Browser, stage: &Stage, expected: &[&str]) -> Result<()> {
    assert_eq!(reasons(browser, &stage.survey).await?, expected);
    assert!(!is_shown(browser).await?, "shown in spite of {expected:?}");
    Ok(())
}

/// A stage with one trigger, its page open and nothing shown yet.
async fn waiting(trigger: Value, more: &str) -> Result<(Stage, Browser)> {
    let stage = ruled(json!({ "triggers": [trigger] })).await?;
    put_tag(&stage, "", more);
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["trigger"]).await?;
    Ok((stage, browser))
}

#[tokio::test]
async fn a_delay_is_waited() -> Result<()> {
    let stage = ruled(json!({ "triggers": [{ "on": "page_view", "delay_s": 2 }] })).await?;
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    let shown = heard_times(&browser, "shown", 1).await?;
    let ready = heard_times(&browser, "ready", 1).await?;
    let at = |event: &Value| event["at"].as_f64().unwrap_or_default();
    assert!(at(&shown[0]) - at(&ready[0]) >= 2_000.0, "{ready:?} {shown:?}");
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn a_tracked_name_calls_off_what_waits_until_the_next_page_view() -> Result<()> {
    let rules = json!({ "triggers": [{ "on": "page_view", "delay_s": 3 }], "cancel": ["bought"] });
    let stage = ruled(rules).await?;
    // Said before the loader is there: nothing can be faster.
    put_tag(
        &stage,
        "",
        "<script>window.bearing=function(){(bearing.q=bearing.q||[]).push(arguments)};bearing('track','bought')</script>",
    );
    let browser = Browser::start().await?;
    open(&browser, &stage, "routes.html").await?;
    until(
        "the delay to be over",
        async || Ok((reasons(&browser, &stage.survey).await? == ["cancelled"]).then_some(())),
    )
    .await?;
    stays_away(&browser, &stage, &["cancelled"]).await?;
    browser.look("route('/another')", Vec::new()).await?;
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn the_way_back_to_a_kept_page_is_a_page_view() -> Result<()> {
    let stage = ruled(json!({ "triggers": [{ "on": "page_view", "delay_s": 1 }], "cancel": ["bought"] })).await?;
    put_tag(
        &stage,
        "",
        "<script>window.bearing=function(){(bearing.q=bearing.q||[]).push(arguments)};bearing('track','bought')</script>",
    );
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("routes.html")).await?;
    until(
        "the delay to be over",
        async || Ok((reasons(&browser, &stage.survey).await? == ["cancelled"]).then_some(())),
    )
    .await?;
    browser.look("window.mark = 'kept'", Vec::new()).await?;
    stage.host.put_tag("");
    browser.click("#another").await?;
    until("the next page", async || Ok((browser.client.current_url().await?.path() == "/next.html").then_some(())))
        .await?;
    browser.client.back().await?;
    Card::shown(&browser).await?;
    assert_eq!(browser.look("return window.mark", Vec::new()).await?, "kept", "the browser kept the page as it was");
    browser.close().await
}

#[tokio::test]
async fn scrolling_half_the_way_starts_a_survey() -> Result<()> {
    let (stage, browser) = waiting(json!({ "on": "scroll", "percent": 50 }), LONG).await?;
    browser.press(Key::PageDown).await?;
    until("the page to move", async || Ok((browser.look("return scrollY", Vec::new()).await? != 0).then_some(())))
        .await?;
    stays_away(&browser, &stage, &["trigger"]).await?;
    browser.press(Key::End).await?;
    Card::shown(&browser).await?.pick(9).await?;
    stage.responses(1).await?;
    browser.close().await
}

#[tokio::test]
async fn a_click_on_what_fits_the_selector_starts_a_survey() -> Result<()> {
    let (stage, browser) = waiting(json!({ "on": "click", "selector": "form #look" }), "").await?;
    browser.click("#harbour").await?;
    stays_away(&browser, &stage, &["trigger"]).await?;
    browser.click("#look").await?;
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn stillness_starts_a_survey() -> Result<()> {
    let stage = ruled(json!({ "triggers": [{ "on": "inactivity", "seconds": 2 }] })).await?;
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    Card::shown(&browser).await?;
    let (ready, shown) = (heard(&browser, "ready").await?, heard(&browser, "shown").await?);
    let at = |events: &[Value]| events[0]["at"].as_f64().unwrap_or_default();
    assert!(at(&shown) - at(&ready) >= 2_000.0, "{ready:?} {shown:?}");
    browser.close().await
}

#[tokio::test]
async fn a_pointer_that_leaves_at_the_top_starts_a_survey() -> Result<()> {
    let (stage, browser) = waiting(json!({ "on": "exit_intent" }), "").await?;
    let mouse = async |kind: &str, y: i32| {
        browser.devtools("Input.dispatchMouseEvent", json!({ "type": kind, "x": 300, "y": y })).await
    };
    mouse("mouseMoved", 400).await?;
    mouse("mouseMoved", 20).await?;
    stays_away(&browser, &stage, &["trigger"]).await?;
    mouse("mouseMoved", -5).await?;
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn a_tracked_name_starts_a_survey_and_another_does_not() -> Result<()> {
    let (stage, browser) = waiting(json!({ "on": "track", "name": "ticket_closed" }), "").await?;
    call(&browser, json!(["track", "ticket_opened"])).await?;
    stays_away(&browser, &stage, &["trigger"]).await?;
    call(&browser, json!(["track", "ticket_closed"])).await?;
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn a_single_page_app_shows_and_takes_away_by_address() -> Result<()> {
    let stage = ruled(json!({ "urls": [{ "match": "prefix", "value": "/help/" }] })).await?;
    let browser = Browser::start().await?;
    open(&browser, &stage, "routes.html").await?;
    stays_away(&browser, &stage, &["url"]).await?;
    browser.look("route('/help/tides')", Vec::new()).await?;
    Card::shown(&browser).await?;

    // Nobody touched it: it goes, and is no dismissal.
    browser.look("route('/prices')", Vec::new()).await?;
    gone(&browser).await?;
    assert_eq!(heard(&browser, "dismissed").await?.len(), 0);
    browser.look("route('/help/moon')", Vec::new()).await?;
    let card = Card::shown(&browser).await?;

    // The visitor has begun: it stays.
    card.pick(6).await?;
    browser.look("route('/prices/all')", Vec::new()).await?;
    card.write("I was not done").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(stored[0]["context"]["url"], json!(stage.host.page("help/moon")), "where it was shown");
    browser.close().await
}

#[tokio::test]
async fn a_sample_is_drawn_once_and_as_the_server_draws_it() -> Result<()> {
    let stage = ruled(json!({ "sample_percent": 0 })).await?;
    let mut surveys = Vec::new();
    for priority in 1..=8 {
        let half = json!({ "metric": "csat", "priority": priority, "rules": {
            "sample_percent": 50, "triggers": [{ "on": "track", "name": "never" }] } });
        let made = stage.api.json(Method::POST, "/v1/surveys", &half).await?.json()?;
        let survey = text(&made, "id")?;
        publish(&stage, &survey, &json!({})).await?;
        surveys.push(survey);
    }
    shown_when(&stage, "", |config| config["surveys"].as_array().map(Vec::len) == Some(9)).await?;
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["sample"]).await?;
    let visitor = text(&memory(&browser, &stage).await?, "id")?;
    let mut drawn = Vec::new();
    for survey in &surveys {
        let here = reasons(&browser, survey).await?;
        let asked = format!("/v1/surveys/{survey}/explain?visitor={visitor}&happened=track:other");
        let there = stage.api.read(&asked).await?;
        assert_eq!(json!(here), codes(&there), "{there}");
        drawn.push(here);
    }
    open(&browser, &stage, "head.html").await?;
    for (survey, drawn) in surveys.iter().zip(&drawn) {
        assert_eq!(&reasons(&browser, survey).await?, drawn);
    }
    browser.close().await
}

/// The codes of an explanation's reasons.
fn codes(explained: &Value) -> Value {
    explained["reasons"].as_array().into_iter().flatten().map(|reason| reason["code"].clone()).collect()
}

#[tokio::test]
async fn a_survey_is_shown_so_often_and_rests() -> Result<()> {
    let stage = ruled(json!({ "shows": 2, "again_after_days": 3 })).await?;
    let browser = Browser::start().await?;
    for _ in 0..2 {
        open(&browser, &stage, "plain.html").await?;
        Card::shown(&browser).await?;
    }
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["shows"]).await?;
    let_days_pass(&browser, &stage, 4).await?;
    open(&browser, &stage, "plain.html").await?;
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn an_answer_rests_its_survey_and_its_metric() -> Result<()> {
    let stage = ruled(json!({ "again_after_days": 30 })).await?;
    let other = stage.survey_at("help", "nps").await?;
    stage.patch_site(&json!({ "rest": { "nps_days": 90 } })).await?;
    shown_when(&stage, "help", |config| config["rest"]["nps_days"] == 90).await?;
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    Card::shown(&browser).await?.pick(9).await?;
    stage.responses(1).await?;

    put_tag(&stage, "data-touchpoint=help", "");
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["answered", "rest_metric"]).await?;
    assert_eq!(reasons(&browser, &other).await?, ["rest_metric"]);
    let_days_pass(&browser, &stage, 31).await?;
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["rest_metric"]).await?;
    let_days_pass(&browser, &stage, 60).await?;
    open(&browser, &stage, "plain.html").await?;
    Card::shown(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn an_attribute_lets_a_survey_through_as_soon_as_the_page_says_it() -> Result<()> {
    let stage =
        ruled(json!({ "attributes": [{ "name": "plan", "is": ["pro"] }, { "name": "seats", "at_least": 10 }] }))
            .await?;
    put_tag(&stage, "data-attr-plan=free data-attr-seats=12", "");
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["attribute"]).await?;
    call(&browser, json!(["attributes", { "plan": "pro" }])).await?;
    Card::shown(&browser).await?.pick(7).await?;
    assert_eq!(stage.responses(1).await?[0]["attributes"], json!({ "plan": "pro", "seats": "12" }));
    browser.close().await
}

#[tokio::test]
async fn a_full_survey_and_one_whose_time_has_passed_are_not_shown() -> Result<()> {
    let stage = ruled(json!({ "answers": 1 })).await?;
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    Card::shown(&browser).await?.pick(9).await?;
    stage.responses(1).await?;
    let explain = format!("/v1/surveys/{}/explain", stage.survey);
    shown_when(&stage, "", |config| config["surveys"] == json!([])).await?;
    assert_eq!(codes(&stage.api.read(&explain).await?), json!(["full"]));
    // Somebody who was never asked.
    let another = Browser::start().await?;
    open(&another, &stage, "plain.html").await?;
    assert_eq!(call(&another, json!(["explain"])).await?, json!([]));
    assert!(!is_shown(&another).await?);

    publish(&stage, &stage.survey, &json!({ "rules": { "until": "2026-01-01T00:00:00Z" } })).await?;
    open(&another, &stage, "head.html").await?;
    assert_eq!(call(&another, json!(["explain"])).await?, json!([]));
    assert!(!is_shown(&another).await?);
    assert_eq!(codes(&stage.api.read(&explain).await?), json!(["schedule"]));

    publish(&stage, &stage.survey, &json!({ "rules": { "from": "2026-01-01T00:00:00Z" } })).await?;
    open(&another, &stage, "head.html").await?;
    Card::shown(&another).await?;
    another.close().await?;
    browser.close().await
}

#[tokio::test]
async fn the_page_and_the_server_give_the_same_reasons_in_the_same_words() -> Result<()> {
    let stage = ruled(json!({
        "urls": [{ "match": "glob", "value": "/shop/*/done" }], "devices": ["mobile"], "locales": ["nl", "pt-BR"],
        "attributes": [{ "name": "plan", "is_not": ["free"] }], "triggers": [{ "on": "scroll", "percent": 80 }],
        "from": "2999-01-01T00:00:00Z", "sample_percent": 0,
    }))
    .await?;
    put_tag(&stage, "data-attr-plan=free data-locale=pt", "");
    let browser = Browser::start().await?;
    open(&browser, &stage, "plain.html").await?;
    let here = call(&browser, json!(["explain"])).await?;
    let expected = ["schedule", "url", "device", "locale", "attribute", "trigger", "sample"];
    stays_away(&browser, &stage, &expected).await?;
    let url = stage.host.page("plain.html");
    let seen = format!("url={url}&device=desktop&locale=pt&attr.plan=free&visitor=v_1&happened=page_view");
    let there = stage.api.read(&format!("/v1/surveys/{}/explain?{seen}", stage.survey)).await?;
    assert_eq!(here[0]["reasons"], there["reasons"]);
    assert_eq!((&here[0]["due"], &there["due"]), (&json!(false), &json!(false)));
    assert_eq!(here[0]["version"], there["version"]);

    // Where everything holds, both say so.
    publish(
        &stage,
        &stage.survey,
        &json!({ "rules": {
        "urls": [{ "match": "contains", "value": "plain" }], "devices": ["desktop"], "locales": ["pt"],
        "attributes": [{ "name": "plan", "is": ["free"] }], "triggers": [{ "on": "scroll", "percent": 80 }],
    } }),
    )
    .await?;
    let there = stage
        .api
        .read(&format!("/v1/surveys/{}/explain?{}", stage.survey, seen.replace("page_view", "scroll:100")))
        .await?;
    assert_eq!(codes(&there), json!(NONE), "{there}");
    assert_eq!(there["due"], true);
    put_tag(&stage, "data-attr-plan=free data-locale=pt", LONG);
    open(&browser, &stage, "plain.html").await?;
    stays_away(&browser, &stage, &["trigger"]).await?;
    browser.press(Key::End).await?;
    Card::shown(&browser).await?;
    browser.close().await
}
