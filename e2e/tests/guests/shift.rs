//! No shift: what a page's own measure of moved parts (CLS) says while the card comes, answers and goes is zero.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::stage::Stage;
use serde_json::json;

/// What moved without the visitor having done anything, or at all; the entries of before are told too.
const SHIFTS: &str = "var done = arguments[arguments.length - 1];\
var found = [];\
new PerformanceObserver(function (list) { found = found.concat(list.getEntries().map(function (entry) { return entry.value })) })\
.observe({ type: 'layout-shift', buffered: true });\
setTimeout(function () { done(found) }, 200)";

async fn shifts(browser: &Browser) -> Result<serde_json::Value> {
    Ok(browser.client.execute_async(SHIFTS, Vec::new()).await?)
}

#[tokio::test]
async fn the_card_shifts_nothing_while_it_comes_grows_and_goes() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for page in ["plain.html", "head.html"] {
        let browser = Browser::start().await?;
        browser.open(&stage.host.page(page)).await?;
        let card = Card::shown(&browser).await?;
        card.pick(9).await?;
        card.write("it stays where it is").await?;
        card.send().await?;
        card.reads("Thank you for your answer!").await?;
        card.button("Close").await?.click().await?;
        gone(&browser).await?;
        assert_eq!(shifts(&browser).await?, json!([]), "{page}");
        // The measure measures: something that does push the page down is told.
        let push = "var bar = document.createElement('p'); bar.style.height = '200px'; document.body.prepend(bar)";
        browser.look(push, Vec::new()).await?;
        assert_ne!(shifts(&browser).await?, json!([]), "{page}");
        browser.close().await?;
    }
    Ok(())
}
