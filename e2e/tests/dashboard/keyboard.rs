//! What is done by keys alone: the focus is never lost, and of many tabs the open one is in sight.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::stage::Stage;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use fantoccini::key::Key;
use serde_json::json;

/// What has the focus, by its element and what it says.
const FOCUSED: &str = "const at = document.activeElement;\
    return at.tagName + ' ' + (at.getAttribute('aria-label') || at.innerText).trim()";

async fn focused(browser: &Browser, begins: &str) -> Result<()> {
    until(begins, async || {
        let at = browser.look(FOCUSED, Vec::new()).await?;
        ensure!(at.as_str().is_some_and(|at| at.starts_with(begins)), "the focus is on {at}");
        Ok(Some(()))
    })
    .await
}

/// Brings the focus to the first of these, and presses Enter.
async fn enter(browser: &Browser, css: &str) -> Result<()> {
    browser.find(css).await?;
    browser.look("document.querySelector(arguments[0]).focus()", vec![json!(css)]).await?;
    browser.press(Key::Enter).await
}

#[tokio::test]
async fn the_focus_goes_on_where_what_had_it_is_gone() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;

    // Whoever opens an address has pressed nothing yet.
    for screen in ["", "/explore", "/surveys", "/settings"] {
        team::open(&browser, &stage.server, &format!("/app/{}{screen}", stage.site)).await?;
        until("the line", async || Ok((browser.find(".live").await?.text().await? == "Live").then_some(()))).await?;
        focused(&browser, "BODY").await?;
    }

    // What is shown once can be copied at once.
    team::open(&browser, &stage.server, &format!("/app/{}/settings/keys", stage.site)).await?;
    team::fill(&browser, "#name", "CRM").await?;
    browser.press(Key::Enter).await?;
    focused(&browser, "BUTTON Copy").await?;
    // A question goes back to what asked it; what was done to a row goes on at its list.
    enter(&browser, "[aria-label='Revoke: CRM']").await?;
    focused(&browser, "BUTTON Cancel").await?;
    browser.press(Key::Escape).await?;
    focused(&browser, "BUTTON Revoke: CRM").await?;
    let asks = "return document.querySelectorAll('dialog h2').length";
    until("nothing to be asked", async || Ok((browser.look(asks, Vec::new()).await? == 0).then_some(()))).await?;
    browser.press(Key::Enter).await?;
    focused(&browser, "BUTTON Cancel").await?;
    browser.press(Key::Tab).await?;
    browser.press(Key::Enter).await?;
    focused(&browser, "H2 Keys").await?;

    // A tab stays where it is; another screen begins at its heading.
    enter(&browser, ".tabs [href$='/settings/members']").await?;
    team::saying(&browser, "h2", "Open invitations").await?;
    focused(&browser, "A Members").await?;
    team::fill(&browser, "#email", "sam@shop.example").await?;
    browser.press(Key::Enter).await?;
    focused(&browser, "BUTTON Copy").await?;
    enter(&browser, "[aria-label='Take back: sam@shop.example']").await?;
    focused(&browser, "H2 Open invitations").await?;
    enter(&browser, ".places [href$='/surveys']").await?;
    focused(&browser, "H1 Surveys").await?;

    // A button that makes room for another, a message that is closed, and a copy in the place of what it was made of.
    enter(&browser, &format!("main [href$='{}']", stage.survey)).await?;
    focused(&browser, "H1 NPS survey").await?;
    enter(&browser, ".actions button:nth-of-type(2)").await?;
    focused(&browser, "H1 NPS survey (copy)").await?;
    team::open(&browser, &stage.server, &format!("/app/{}/surveys/{}", stage.site, stage.survey)).await?;
    team::press(&browser, ".actions button", "Pause").await?;
    team::saying(&browser, ".toast", "Paused").await?;
    focused(&browser, "H1").await?;
    enter(&browser, ".toast .button").await?;
    team::saying(&browser, ".actions button", "Pause").await?;
    focused(&browser, "H1").await?;
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn the_way_to_the_next_response_keeps_the_focus() -> Result<()> {
    let stage = Stage::set("nps").await?;
    for number in 0..3 {
        let reply = stage.api.post_from(&stage.host.origin(), &stage.intake(), &stage.response(number, 9)).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    team::open(&browser, &stage.server, &format!("/app/{}/responses", stage.site)).await?;
    enter(&browser, "main [href*='/responses/']").await?;
    focused(&browser, "H1 Response").await?;
    let mut shown = vec![browser.client.current_url().await?];
    browser.look("document.getElementById('next').focus()", Vec::new()).await?;
    for _ in 0..2 {
        browser.press(Key::Enter).await?;
        let last = shown.last().cloned();
        shown.push(
            until("the next", async || {
                Ok(Some(browser.client.current_url().await?).filter(|at| Some(at) != last.as_ref()))
            })
            .await?,
        );
        team::arrived(&browser).await?;
        focused(&browser, "A Next").await?;
    }
    assert_eq!(browser.console().await?, Vec::<String>::new());
    browser.close().await
}

/// Waits until the open tab of a row that is wider than the screen is seen whole, and the page stands where it stood.
async fn in_sight(browser: &Browser) -> Result<()> {
    let sight = "const tab = document.querySelector('.tabs [aria-current]'), row = tab.parentElement;\
        const [inner, outer] = [tab, row].map(element => element.getBoundingClientRect());\
        const whole = inner.left > outer.left - 1 && inner.right < outer.right + 1;\
        return [whole, row.scrollWidth > row.clientWidth, scrollY, tab.innerText]";
    until("the open tab", async || {
        let seen = browser.look(sight, Vec::new()).await?;
        ensure!(seen[0] == true && seen[1] == true && seen[2] == 0, "{seen}");
        Ok(Some(()))
    })
    .await
}

#[tokio::test]
async fn of_many_tabs_the_open_one_is_in_sight() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    team::own(&browser, &stage.server).await?;
    browser.client.set_window_size(500, 800).await?;
    for language in ["en", "ar"] {
        team::ask(&browser, "PATCH", "/v1/session", json!({ "locale": language })).await?;
        for part in ["", "/keys", "/audit", "/tag"] {
            team::open(&browser, &stage.server, &format!("/app/{}/settings{part}", stage.site)).await?;
            in_sight(&browser).await?;
        }
    }
    // The last of them, chosen from the first.
    enter(&browser, ".tabs [href$='/settings/audit']").await?;
    in_sight(&browser).await?;
    browser.close().await
}
