//! A page that none of us wrote: a template from npm with the tag added works as before, and the survey works on it.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::host::template;
use bearing_e2e::stage::{Stage, answer};

const PAGE: &str = "creative/index.html";

/// The page's size and the place of its parts, as far as a visitor could notice a change.
const LAYOUT: &str = "return Array.from(document.querySelectorAll('nav, header, section, footer, h1, h2'))\
    .map(function (part) { var at = part.getBoundingClientRect(); return [part.localName, at.x, at.y, at.width, at.height] })";

#[tokio::test]
async fn the_template_stays_as_it_was_and_takes_an_answer() -> Result<()> {
    template()?;
    let stage = Stage::set("nps").await?;
    let tag = stage.tag(&stage.server.url(), r#"data-touchpoint="home""#);
    let browser = Browser::start().await?;
    browser.client.set_window_size(1280, 812).await?;

    // Before: what the page complains of by itself, since the network it wants is not there.
    stage.host.put_tag("");
    browser.open(&stage.host.page(PAGE)).await?;
    let layout = browser.look(LAYOUT, Vec::new()).await?;
    let before = browser.look("return seen", Vec::new()).await?;

    stage.host.put_tag(&tag);
    browser.open(&stage.host.page(PAGE)).await?;
    let card = Card::shown(&browser).await?;
    assert_eq!(browser.look(LAYOUT, Vec::new()).await?, layout, "nothing on the page moved");
    assert_eq!(browser.look("return seen", Vec::new()).await?, before);
    card.pick(9).await?;
    card.write("on a page of strangers").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "why")["text"], "on a page of strangers");
    assert_eq!(stored[0]["touchpoint"], "home");
    assert_eq!(browser.look("return seen", Vec::new()).await?, before);

    // The page's own links still work beside the card.
    browser.find("header a.btn").await?.click().await?;
    assert_eq!(browser.client.current_url().await?.fragment(), Some("about"));
    browser.close().await
}
