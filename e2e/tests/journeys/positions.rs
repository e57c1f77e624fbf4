//! Where a card stands and how its scale is drawn: corner, bar, centre and inline, stars and faces, by mouse and by key.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, HOST, gone};
use bearing_e2e::page::{heard_times, put_tag, put_tag_from};
use bearing_e2e::proxy::Proxy;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::survey::publish;
use bearing_e2e::wait::until;
use fantoccini::key::Key;
use serde_json::{Value, json};

/// A stage whose survey stands there, its page open.
async fn standing(position: &str) -> Result<(Stage, Browser)> {
    let stage = Stage::set("nps").await?;
    publish(&stage, &stage.survey, &json!({ "look": { "position": position } })).await?;
    let element = format!("<bearing-survey survey=\"{}\"></bearing-survey>", stage.survey);
    put_tag(&stage, "", if position == "inline" { &element } else { "" });
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Ok((stage, browser))
}

/// The edges of the card's box and of the window: left, top, right, bottom; then the window's width and height.
type Edges = [f64; 6];

/// Waits until the card stands so: it may still be moving in.
async fn stands(browser: &Browser, so: impl Fn(Edges) -> bool) -> Result<()> {
    let script = "var box = document.querySelector(arguments[0]).shadowRoot.firstElementChild.getBoundingClientRect();\
                  return [box.left, box.top, box.right, box.bottom, innerWidth, innerHeight]";
    until("the card in its place", async || {
        let edges: Edges = serde_json::from_value(browser.look(script, vec![json!(HOST)]).await?)?;
        ensure!(so(edges), "it stands at {edges:?}");
        Ok(Some(()))
    })
    .await
}

async fn page_focus(browser: &Browser) -> Result<Value> {
    browser.look("return document.activeElement.id || document.activeElement.localName", Vec::new()).await
}

#[tokio::test]
async fn in_the_corner_it_stands_at_the_end_and_takes_no_focus() -> Result<()> {
    let (stage, browser) = standing("corner").await?;
    let card = Card::shown(&browser).await?;
    stands(&browser, |[left, top, right, bottom, width, height]| {
        left > width / 2.0 && right <= width && top > 0.0 && bottom <= height
    })
    .await?;
    assert_eq!(page_focus(&browser).await?, "body");
    card.pick(9).await?;
    stage.responses(1).await?;
    browser.close().await
}

#[tokio::test]
async fn a_bar_reaches_from_side_to_side_at_the_bottom() -> Result<()> {
    let (stage, browser) = standing("bar").await?;
    let card = Card::shown(&browser).await?;
    stands(&browser, |[left, top, right, bottom, width, height]| {
        right - left > 0.9 * width && top > height / 2.0 && bottom <= height
    })
    .await?;
    // The page under it can still be used.
    browser.click("#harbour").await?;
    assert_eq!(page_focus(&browser).await?, "harbour");
    card.pick(9).await?;
    card.write("in the bar").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    stage.responses_when(1, |response| response["completed"] == true).await?;
    card.button("Close").await?.click().await?;
    gone(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn in_the_centre_the_focus_moves_in_and_escape_brings_it_back() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let change = json!({ "look": { "position": "centre" }, "rules": {
        "triggers": [{ "on": "click", "selector": "#look" }], "again_after_days": 1 } });
    publish(&stage, &stage.survey, &change).await?;
    put_tag(&stage, "", "");
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    // The loader listens for the click by the time that it can explain itself.
    assert_eq!(bearing_e2e::page::reasons(&browser, &stage.survey).await?, ["trigger"]);
    browser.click("#look").await?;
    let card = Card::shown(&browser).await?;
    stands(&browser, |[left, top, right, bottom, width, height]| {
        (left + right - width).abs() <= 2.0 && (top + bottom - height).abs() <= 2.0
    })
    .await?;
    assert_eq!(page_focus(&browser).await?, HOST);
    assert_eq!(card.focus().await?, "dialog", "no score looks chosen");
    // Tab stays inside: what lies below is inert.
    for _ in 0..8 {
        browser.press(Key::Tab).await?;
        let at = page_focus(&browser).await?;
        assert!(at == HOST || at == "body", "the focus is on {at}");
    }
    browser.press(Key::Escape).await?;
    gone(&browser).await?;
    assert_eq!(page_focus(&browser).await?, "look", "the focus is back");
    assert_eq!(heard_times(&browser, "dismissed", 1).await?[0]["survey"], json!(stage.survey));
    browser.click("#harbour").await?;
    assert_eq!(page_focus(&browser).await?, "harbour");
    stage.responses(0).await?;
    browser.close().await
}

#[tokio::test]
async fn in_the_centre_a_score_can_be_given_and_the_card_closed() -> Result<()> {
    let (stage, browser) = standing("centre").await?;
    let card = Card::shown(&browser).await?;
    card.pick(10).await?;
    card.write("in the middle of everything").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    stage.responses_when(1, |response| response["completed"] == true).await?;
    card.button("Close").await?.click().await?;
    gone(&browser).await?;
    browser.click("#harbour").await?;
    browser.close().await
}

#[tokio::test]
async fn inline_it_stands_in_the_text_and_moves_nothing_else() -> Result<()> {
    let (stage, browser) = standing("inline").await?;
    let card = Card::shown(&browser).await?;
    let after = "var box = document.querySelector(arguments[0]).getBoundingClientRect();\
                 return [box.top - document.querySelector('#another').getBoundingClientRect().bottom, box.width, document.body.clientWidth]";
    let seen: [f64; 3] = serde_json::from_value(browser.look(after, vec![json!(HOST)]).await?)?;
    assert!(seen[0] >= 0.0 && seen[1] > 0.0 && seen[1] <= seen[2], "{seen:?}");
    assert_eq!(page_focus(&browser).await?, "body");
    // There is nothing to close: it is a part of the page.
    assert_eq!(
        browser
            .look(
                "return document.querySelector('bearing-survey').shadowRoot.querySelectorAll('.close').length",
                Vec::new()
            )
            .await?,
        0
    );
    card.pick(5).await?;
    browser.press(Key::Escape).await?;
    card.write("among the words").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    stage.responses_when(1, |response| response["completed"] == true).await?;
    browser.close().await
}

/// A satisfaction survey drawn so, behind a proxy that counts.
async fn drawn(style: &str) -> Result<(Stage, Proxy)> {
    let stage = Stage::set("csat").await?;
    let mut questions = stage.api.read(&format!("/v1/surveys/{}", stage.survey)).await?["questions"].take();
    questions[0]["style"] = json!(style);
    publish(&stage, &stage.survey, &json!({ "questions": questions })).await?;
    let proxy = Proxy::start(stage.server.address).await?;
    put_tag_from(&stage, &proxy.url(), "", "");
    Ok((stage, proxy))
}

/// Holds every timer of a second, which is how long a score rests before it is sent, until the test lets it go: a busy machine
/// may put more than that between two keys. Bound functions pass for the browser's own.
const HELD: &str = "(function () { var wait = setTimeout, stop = clearTimeout; window.held = []; \
    window.setTimeout = function (call, ms) { return ms === 1000 ? -held.push(call) : wait(call, ms) }.bind(window); \
    window.clearTimeout = function (id) { id < 0 ? delete held[-id - 1] : stop(id) }.bind(window) })()";

/// How many answers were posted.
fn posted(proxy: &Proxy) -> usize {
    proxy.asked().iter().filter(|asked| asked.starts_with("POST") && asked.ends_with("/responses")).count()
}

async fn by_mouse_and_by_key(style: &str) -> Result<()> {
    let (stage, proxy) = drawn(style).await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.find(&format!(".scale.{style}")).await?;
    card.pick(4).await?;
    assert_eq!(card.picked().await?.as_deref(), Some("4"));
    stage.responses_when(1, |response| answer(response, "score")["value"] == 4).await?;
    browser.close().await?;

    let before = posted(&proxy);
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    until("the focus on the scale", async || {
        browser.press(Key::Tab).await?;
        Ok(card.focus().await?.starts_with("input").then_some(()))
    })
    .await?;
    browser.press_all(&[Key::Space, Key::Right, Key::Right, Key::Enter]).await?;
    assert_eq!(card.picked().await?.as_deref(), Some("3"));
    let both = stage.responses(2).await?;
    assert!(both.iter().any(|response| answer(response, "score")["value"] == 3), "{both:?}");
    assert_eq!(posted(&proxy) - before, 1, "what the arrows passed over is nobody's answer");
    browser.close().await
}

#[tokio::test]
async fn stars_are_answered_by_mouse_and_by_key() -> Result<()> {
    by_mouse_and_by_key("stars").await
}

#[tokio::test]
async fn faces_are_answered_by_mouse_and_by_key() -> Result<()> {
    by_mouse_and_by_key("faces").await
}

#[tokio::test]
async fn arrows_that_rest_on_a_score_send_it_once() -> Result<()> {
    let (stage, proxy) = drawn("numbers").await?;
    put_tag_from(&stage, &proxy.url(), "", &format!("<script>{HELD}</script>"));
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    until("the focus on the scale", async || {
        browser.press(Key::Tab).await?;
        Ok(card.focus().await?.starts_with("input").then_some(()))
    })
    .await?;
    // What sends is here, so that only the rest after the last key decides.
    until("the renderer", async || Ok(browser.loaded().await?.iter().any(|name| name.contains(".wasm")).then_some(())))
        .await?;
    browser.press_all(&[Key::Space, Key::Right, Key::Right, Key::Right, Key::Right]).await?;
    until("the last score", async || Ok((card.picked().await?.as_deref() == Some("5")).then_some(()))).await?;
    assert_eq!(posted(&proxy), 0, "nothing is sent while keys pass over the scores");
    let rested = "return held.filter(Boolean).map(function (call) { call() }).length";
    assert_eq!(browser.look(rested, Vec::new()).await?, 1, "one rest is under way, the last");
    let stored = stage.responses(1).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 5);
    assert_eq!(posted(&proxy), 1);
    browser.close().await
}
