//! Templates that none of us wrote: with the tag each looks, works and complains as without it, and takes an answer.

use anyhow::Result;
use bearing_e2e::browser::Browser;
use bearing_e2e::calm::{STILL, card_area, picture, prefer};
use bearing_e2e::card::Card;
use bearing_e2e::image::Picture;
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::template::{TEMPLATES, Template, TemplateHost};
use serde_json::json;

/// How far the card's shadow reaches beyond it, in pixels: 40 of blur, moved down by 16, and the ring of a focus.
const SHADOW: f64 = 60.0;

/// Where the page is looked at: its beginning and its end.
const PLACES: [&str; 2] = ["scrollTo(0, 0)", "scrollTo(0, document.documentElement.scrollHeight)"];

async fn pictures(browser: &Browser) -> Result<Vec<Picture>> {
    let mut taken = Vec::new();
    for place in PLACES {
        browser.look(place, Vec::new()).await?;
        taken.push(picture(browser).await?);
    }
    Ok(taken)
}

/// What an owner finds in the console and in the page's error handlers, without the order in which it came and how often: a
/// template may ask for a picture that is not there again while it moves.
async fn complaints(browser: &Browser) -> Result<Vec<String>> {
    let mut all = browser.complaints().await?;
    all.sort();
    all.dedup();
    Ok(all)
}

async fn stays_as_it_was(name: &str) -> Result<()> {
    let template = Template::named(name)?;
    let host = TemplateHost::start(template, STILL).await?;
    let stage = Stage::set("nps").await?;
    stage.patch_site(&json!({ "origins": [host.origin()] })).await?;
    let browser = Browser::start().await?;
    prefer(&browser, "light").await?;

    browser.open(&host.page()).await?;
    let before = pictures(&browser).await?;
    let complained = complaints(&browser).await?;
    let seen = browser.look("return seen.sort()", Vec::new()).await?;

    host.put_tag(&stage.tag(&stage.server.url(), r#"data-locale="en" data-touchpoint="home""#));
    browser.open(&host.page()).await?;
    let card = Card::shown(&browser).await?;
    for (place, (before, after)) in PLACES.iter().zip(before.iter().zip(&pictures(&browser).await?)) {
        let area = card_area(&browser).await?;
        let (changed, first) = before.changes(after, Some(area.with_margin(SHADOW)))?;
        assert_eq!(changed, 0, "{name} at {place}: {changed} pixels changed, the first at {first:?}");
        let (drawn, _) = before.changes(after, None)?;
        assert!(drawn > 1_000, "{name}: the card can be seen, in {drawn} pixels");
    }
    assert_eq!(complaints(&browser).await?, complained, "{name}");

    card.pick(9).await?;
    card.write("on a page of strangers").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 9);
    assert_eq!(answer(&stored[0], "why")["text"], "on a page of strangers");
    assert_eq!(json!(complaints(&browser).await?), seen, "{name}: answering adds nothing to the console");
    browser.close().await
}

/// One test a template, so that each fails by its own name.
macro_rules! templates {
    ($($name:ident)+) => {
        $(#[tokio::test]
        async fn $name() -> Result<()> {
            stays_as_it_was(stringify!($name)).await
        })+

        #[test]
        fn every_template_has_its_test() {
            let mut tested = [$(stringify!($name)),+];
            let mut named = TEMPLATES.map(|template| template.name);
            tested.sort_unstable();
            named.sort_unstable();
            assert_eq!(tested, named);
        }
    };
}

templates! { boilerplate bulma_start creative fomantic gentelella impress landing_page milligram notus reveal sb_admin_2 skeleton }
