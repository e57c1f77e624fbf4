//! Measures the dashboard over many answers: `desk [--answers COUNT] [--runs COUNT]`.
//!
//! One browser opens every view so many times. The clock is the page's own: a view's reads from the request to the end of
//! the reply, and the overview from the navigation until its three scores, its chart and its comments stand there and
//! nothing is on its way. The first visit, for which everything is fetched, is told apart.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::server::Server;
use bearing_e2e::team;
use bearing_e2e::wait::with_patience;
use serde_json::{Value, json};

/// How long the answers may take to be made.
const MAKING: Duration = Duration::from_secs(600);
/// How soon the overview must be there, ms.
const INTERACTIVE: f64 = 1_000.0;
/// How long half of a view's reads of one address may take, ms.
const READ: f64 = 100.0;

/// The views; `{survey}` and `{response}` stand for ids.
const VIEWS: [(&str, &str); 11] = [
    ("overview", ""),
    ("overview, a year", "?period=364d"),
    ("explore by touchpoint", "/explore?metric=nps&by=touchpoint"),
    ("explore by device", "/explore?metric=csat&by=device&period=364d"),
    ("inbox", "/responses"),
    ("inbox, all time", "/responses?period=all"),
    ("inbox, searched", "/responses?period=all&q=lamp"),
    ("inbox, unread and low", "/responses?period=all&read=false&score_max=2"),
    ("response", "/responses/{response}"),
    ("surveys", "/surveys"),
    ("editor", "/surveys/{survey}"),
];

/// Runs in the page before anything of it: notes when the overview last changed from unfinished to finished.
const WATCH: &str = "(function () {\
  var look = function () {\
    var done = document.querySelectorAll('.cards [data-n]').length >= 3 && document.querySelector('.trend svg, svg.trend')\
      && document.querySelector('.comments') && !document.querySelector('#opening, .waiting');\
    if (done && window.__ready === undefined) window.__ready = performance.now();\
    if (window.__ready === undefined) requestAnimationFrame(look);\
  };\
  look();\
})()";

/// The reads of a page: address without parameters, and ms.
const READS: &str = "return performance.getEntriesByType('resource')\
  .filter(function (entry) { return entry.name.indexOf('/v1/') > 0 && entry.name.indexOf('/v1/stream') < 0 })\
  .map(function (entry) { return [new URL(entry.name).pathname, entry.responseEnd - entry.requestStart] })";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str, usual: &str| {
        let at = given.iter().position(|given| given == name);
        at.and_then(|at| given.get(at + 1)).cloned().unwrap_or_else(|| usual.to_owned())
    };
    let (answers, runs) = (option("--answers", "1000000"), option("--runs", "10").parse::<usize>()?);
    ensure!(runs > 0, "`--runs` wants at least one");
    let server = with_patience(MAKING, Server::launch("demo", &["--answers", &answers])).await?;
    let browser = Browser::start().await?;
    team::own(&browser, &server).await?;
    let (_, session) = team::ask(&browser, "GET", "/v1/session", Value::Null).await?;
    let site = session["sites"][0]["id"].as_str().context("a site")?.to_owned();
    let id = async |path: &str| {
        let (_, page) = team::ask(&browser, "GET", &format!("/v1/{path}?site={site}&limit=1"), Value::Null).await?;
        anyhow::Ok(page["items"][0]["id"].as_str().context("an item")?.to_owned())
    };
    let (survey, response) = (id("surveys").await?, id("responses").await?);
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    let (mut reads, mut ready) = (BTreeMap::<(&str, String), Vec<f64>>::new(), Vec::new());
    for run in 0..=runs {
        if run == 0 {
            browser.devtools("Network.clearBrowserCache", json!({})).await?;
        }
        for (view, path) in VIEWS {
            let path = path.replace("{survey}", &survey).replace("{response}", &response);
            team::open(&browser, &server, &format!("/app/{site}{path}")).await?;
            if view == "overview" {
                let script = "return window.__ready";
                let at = bearing_e2e::wait::until("the overview", async || {
                    Ok(browser.look(script, Vec::new()).await?.as_f64())
                });
                ready.push(at.await?);
            }
            let found = browser.look(READS, Vec::new()).await?;
            for read in found.as_array().into_iter().flatten().filter(|_| run > 0) {
                let path = nameless(read[0].as_str().unwrap_or_default());
                reads.entry((view, path)).or_default().push(read[1].as_f64().unwrap_or_default());
            }
        }
    }
    browser.close().await?;
    let first = ready.remove(0);
    let ready = median(&mut ready);
    let mut out = std::io::stdout();
    writeln!(out, "| view | read | ms, median | ms, most |\n|---|---|---|---|")?;
    let mut slow = Vec::new();
    for ((view, path), times) in &mut reads {
        let most = times.iter().copied().fold(0.0, f64::max);
        let half = median(times);
        writeln!(out, "| {view} | {path} | {half:.1} | {most:.1} |")?;
        if half > READ {
            slow.push(format!("{view}: {path} took {half:.1} ms"));
        }
    }
    let figures = json!({
        "answers": answers, "runs": runs, "overview_first_visit_ms": first.round(), "overview_ms_median": ready.round(),
    });
    writeln!(out, "{figures}")?;
    if ready > INTERACTIVE {
        slow.push(format!("the overview could be used after {ready:.0} ms"));
    }
    ensure!(slow.is_empty(), "past the limits of {INTERACTIVE} ms and {READ} ms a read: {}", slow.join("; "));
    Ok(())
}

/// An address with `…` in the place of ids.
fn nameless(path: &str) -> String {
    let is_id = |part: &str| part.contains('_') || part.contains('-');
    path.split('/').map(|part| if is_id(part) { "…" } else { part }).collect::<Vec<_>>().join("/")
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
