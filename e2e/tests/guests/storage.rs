//! No trace: in strict mode nothing is stored before the visitor acts, and nobody but the page and the server is asked.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::recorder::Recorder;
use bearing_e2e::stage::Stage;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

/// Everything a page can keep in the browser, by where it is kept.
const KEPT: &str = "var done = arguments[arguments.length - 1];\
Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()]).then(function (found) {\
  done({ local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookies: document.cookie,\
    databases: found[0].map(function (base) { return base.name }), caches: found[1], workers: found[2].length })\
}, function (error) { done(String(error)) })";

async fn kept(browser: &Browser) -> Result<Value> {
    Ok(browser.client.execute_async(KEPT, Vec::new()).await?)
}

#[tokio::test]
async fn strict_mode_stores_nothing_before_the_visitor_acts() -> Result<()> {
    let nothing = json!({ "local": [], "session": [], "cookies": "", "databases": [], "caches": [], "workers": 0 });
    let stage = Stage::set("nps").await?;
    stage.host.put_tag(&stage.tag(&stage.server.url(), r#"data-storage="strict""#));
    let browser = Browser::start().await?;
    for _ in 0..2 {
        browser.open(&stage.host.page("plain.html")).await?;
        let card = Card::shown(&browser).await?;
        // Interest is no act: the renderer comes, and still nothing is kept.
        browser.hover(&card.score(5).await?).await?;
        until("the renderer", async || {
            Ok(browser.loaded().await?.iter().any(|name| name.contains("/w/")).then_some(()))
        })
        .await?;
        assert_eq!(kept(&browser).await?, nothing);
        let cookies = browser.client.get_all_cookies().await?;
        assert!(cookies.is_empty(), "{cookies:?}");
    }
    // An answer is kept until it is delivered, and that it was given is remembered.
    Card::shown(&browser).await?.pick(9).await?;
    stage.responses(1).await?;
    let after = kept(&browser).await?;
    assert_ne!(after["local"], json!([]), "an answer leaves one record: {after}");
    assert_eq!((&after["session"], &after["cookies"], &after["caches"]), (&json!([]), &json!(""), &json!([])));
    browser.close().await
}

#[tokio::test]
async fn nobody_but_the_page_and_the_server_is_asked() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let server = Recorder::start(stage.server.address).await?;
    stage.host.put_tag(&stage.tag(&server.url(), ""));
    let browser = Browser::start().await?;
    browser.open(&format!("{}?order=4711#secret", stage.host.page("plain.html"))).await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.write("private").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    let loaded = browser.loaded().await?;
    let strangers: Vec<_> = loaded
        .iter()
        .filter(|name| !name.starts_with(&server.url()) && !name.starts_with(&stage.host.origin()))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
    let asked = server.asked();
    assert!(asked.iter().any(|asked| asked.method == "POST"), "{asked:?}");
    for asked in asked {
        // The browser names the page's origin by itself; a path would say what the visitor reads.
        let own = format!("{}/", stage.host.origin());
        let quiet = asked.referrer.is_empty() || asked.referrer == own || asked.referrer.starts_with(&server.url());
        assert!(quiet && asked.cookie.is_empty(), "{asked:?}");
    }
    // What stands behind the path of a page's address may name a person.
    assert_eq!(stored[0]["context"]["url"], json!(stage.host.page("plain.html")));
    browser.close().await
}
