//! Measures how soon the first question and the follow-up can be seen, on a slow line and a fast one: `paint [RUNS]`.
//!
//! Every visit is a browser of its own, so that nothing is known and nothing is cached. It comes from another page of the
//! shop, one without a tag, as customers do; a row of its own tells what the first page of a browser that has just been
//! started is like. The clock is the page's own: from navigation to the frame after the one in which the question has a
//! place on the screen; from the first touch of the
//! card to the frame after the follow-up has one. Beside it stands when the page itself showed its first text: sooner than
//! that no tag's question can be seen. Motion is reduced, so that what has a place can be read. Chromium's slow line
//! delays each reply by a round trip; it does not act the handshakes of a connection.

use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::calm::prefer;
use bearing_e2e::posthog::Posthog;
use bearing_e2e::stage::Stage;
use bearing_e2e::throttle::{FAST, Line, SLOW};
use bearing_e2e::wait::until;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use serde_json::{Value, json};

/// Visits on each line.
const RUNS: usize = 10;

/// How long the page before is looked at: a browser that has just been started is busy with itself for a while.
const READING: Duration = Duration::from_millis(2_500);

/// Runs in the page before anything of it, and looks once a frame.
const WATCH: &str = "(function () {\
var seen = window.__seen = {};\
var roots = function () { return Array.from(document.querySelectorAll('bearing-survey, div[class*=PostHogSurvey]'))\
  .map(function (host) { return host.shadowRoot }).filter(Boolean) };\
var shown = function (css) { return roots().map(function (root) { return root.querySelector(css) })\
  .find(function (part) { return part && part.checkVisibility() && part.getBoundingClientRect().height > 0 }) };\
var mark = function (name, css) {\
  if (seen[name] !== undefined || !shown(css)) return;\
  seen[name] = null;\
  requestAnimationFrame(function () { seen[name] = performance.now() }) };\
var look = function () { mark('first', 'fieldset, .ratings-number'); mark('more', 'textarea'); requestAnimationFrame(look) };\
look();\
addEventListener('pointerover', function (event) {\
  if (seen.touch === undefined && event.composedPath().some(function (part) { return roots().indexOf(part) >= 0 })) seen.touch = event.timeStamp }, true);\
})()";

/// The middle of a score to click: the ninth button or label of the row.
const PLACE: &str = "var root = Array.from(document.querySelectorAll('bearing-survey, div[class*=PostHogSurvey]'))\
  .map(function (host) { return host.shadowRoot }).filter(Boolean)[0];\
var at = root.querySelectorAll('.scale label, .ratings-number')[8].getBoundingClientRect();\
return [Math.round((at.left + at.right) / 2), Math.round((at.top + at.bottom) / 2)]";

/// When the page itself showed something.
const PAINTED: &str = "return performance.getEntriesByName('first-contentful-paint')[0].startTime";

/// What one visit saw, in milliseconds.
struct Visit {
    page: f64,
    first: f64,
    more: f64,
}

/// One visit by a browser that never saw the tag; `within` the shop it has shown another page before.
async fn visit(stage: &Stage, tag: &str, within: bool, line: Line) -> Result<Visit> {
    let page = stage.host.page("plain.html");
    let browser = Browser::start().await?;
    prefer(&browser, "light").await?;
    if within {
        stage.host.put_tag("");
        browser.open(&page).await?;
        tokio::time::sleep(READING).await;
    }
    stage.host.put_tag(tag);
    line.set(&browser).await?;
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    browser.open(&page).await?;
    let time = async |name: &str| {
        until(name, async || Ok(browser.look("return __seen[arguments[0]]", vec![json!(name)]).await?.as_f64())).await
    };
    let first = time("first").await?;
    let page = browser.look(PAINTED, Vec::new()).await?.as_f64().context("the page has painted")?;
    let place = browser.look(PLACE, Vec::new()).await?;
    let side = |number: usize| place[number].as_f64().context("the score has a place");
    let over = PointerAction::MoveTo { duration: None, x: side(0)?, y: side(1)? };
    let click = MouseActions::new("mouse".to_owned())
        .then(over)
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    browser.client.perform_actions(click).await?;
    let more = time("more").await? - time("touch").await?;
    browser.close().await?;
    Ok(Visit { page, first, more })
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let runs = std::env::args().nth(1).map_or(Ok(RUNS), |text| text.parse()).context("usage: paint [RUNS]")?;
    ensure!(runs > 0, "usage: paint [RUNS]");
    let mut out = std::io::stdout();
    let stage = Stage::set("nps").await?;
    let peer = Posthog::start().await?;
    let tag = stage.tag(&stage.server.url(), "");
    let guests =
        [("bearing", tag.clone(), true), ("bearing, first page", tag, false), ("posthog-js", peer.tag(), true)];
    writeln!(
        out,
        "{:<22}{:<28}{:>16}{:>16}{:>16}",
        format!("median of {runs}"),
        "",
        "the page itself",
        "first question",
        "follow-up"
    )?;
    let mut told = Vec::new();
    for line in [SLOW, FAST] {
        for (name, tag, within) in &guests {
            let (mut own, mut first, mut more) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..runs {
                let seen = visit(&stage, tag, *within, line)
                    .await
                    .with_context(|| format!("{name} on the line {}", line.name))?;
                own.push(seen.page);
                first.push(seen.first);
                more.push(seen.more);
            }
            let (own, first, more) = (median(own), median(first), median(more));
            writeln!(out, "{name:<22}{:<28}{own:>13.0} ms{first:>13.0} ms{more:>13.0} ms", line.name)?;
            told.push(json!({
                "name": name, "line": line.name, "page_ms": own.round(),
                "first_ms": first.round(), "follow_up_ms": more.round(),
            }));
        }
    }
    writeln!(out, "{}", Value::from(told))?;
    Ok(())
}
