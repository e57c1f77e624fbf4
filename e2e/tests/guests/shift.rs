//! No shift: what a page's own measure of moved parts (CLS) says while the card comes, answers and goes is zero.

use anyhow::Result;
use bearing_e2e::axe::LANGUAGES;
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{Card, gone};
use bearing_e2e::geometry::Window;
use bearing_e2e::stage::Stage;
use bearing_e2e::survey::ask_everything;
use bearing_e2e::throttle::{FAST, Line};
use bearing_e2e::wait::until;
use fantoccini::key::Key;
use serde_json::{Value, json};

/// A line on which the renderer takes two or three seconds, and so comes within the four that the card waits for it.
const CRAWL: Line = Line { name: "crawl", bits: 128_000, round_trip: 0, cpu: 1 };

/// What counts towards CLS: moves that no act of the visitor, at most half a second before, explains.
const SHIFTS: &str = "var done = arguments[arguments.length - 1];\
var found = [];\
new PerformanceObserver(function (list) { list.getEntries().forEach(function (entry) {\
  if (!entry.hadRecentInput) found.push(entry.value) }) }).observe({ type: 'layout-shift', buffered: true });\
setTimeout(function () { done(found) }, 200)";

async fn shifts(browser: &Browser) -> Result<Value> {
    Ok(browser.client.execute_async(SHIFTS, Vec::new()).await?)
}

/// Asks, answers and closes on a page; what counted as a shift, before and after something does push the page down.
async fn journey(line: Line, page: &str) -> Result<(Value, Value)> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    line.set(&browser).await?;
    browser.open(&stage.host.page(page)).await?;
    let card = Card::shown(&browser).await?;
    // The pointer comes before the click, and with it the file that makes the room.
    browser.hover(&card.score(9).await?).await?;
    loaded(&browser, "/rest.js").await?;
    card.pick(9).await?;
    card.write("it stays where it is").await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    card.button("Close").await?.click().await?;
    gone(&browser).await?;
    let found = shifts(&browser).await?;
    let push = "setTimeout(function () { var bar = document.createElement('p'); bar.style.height = '200px';\
                document.body.prepend(bar); document.title = 'pushed' }, 1000)";
    browser.look(push, Vec::new()).await?;
    until("the page to be pushed", async || Ok((browser.client.title().await? == "pushed").then_some(()))).await?;
    let pushed = shifts(&browser).await?;
    browser.close().await?;
    Ok((found, pushed))
}

#[tokio::test]
async fn the_card_shifts_nothing_while_it_comes_grows_and_goes() -> Result<()> {
    for page in ["plain.html", "head.html"] {
        let (found, pushed) = journey(FAST, page).await?;
        assert_eq!(found, json!([]), "{page}");
        assert_ne!(pushed, json!([]), "{page}: the measure measures");
    }
    Ok(())
}

/// Where the first question stands, how high the card is, what follows it, and what has the focus.
const PLACE: &str = "var root = document.querySelector('bearing-survey').shadowRoot;\
var box = root.firstChild.getBoundingClientRect(), first = root.querySelector('.first').getBoundingClientRect();\
return { first: [first.left, first.top, first.right, first.bottom], card: [box.left, box.top, box.right, box.bottom],\
  focus: root.activeElement && root.activeElement.value, waits: !!root.querySelector('.room') }";

/// The renderer comes later than half a second after the click: what it draws is no longer the visitor's own doing.
#[tokio::test]
async fn a_late_renderer_shifts_nothing_either() -> Result<()> {
    let (found, _) = journey(CRAWL, "plain.html").await?;
    assert_eq!(found, json!([]));
    Ok(())
}

/// The room that is made for a follow-up is as high as the follow-up: of choices, of a text, in narrow windows and in
/// languages with long words, by the mouse and by the keyboard.
#[tokio::test]
async fn the_renderer_moves_no_pixel_of_the_first_question_and_no_focus() -> Result<()> {
    for asks_everything in [false, true] {
        let stage = Stage::set("nps").await?;
        if asks_everything {
            ask_everything(&stage).await?;
        }
        for language in LANGUAGES {
            stage.host.put_tag(&stage.tag(&stage.server.url(), &format!(r#"data-locale="{language}""#)));
            for (width, by_keys) in [(1280, false), (320, true)] {
                let browser = Browser::start().await?;
                let window = Window { name: "", width, height: 760, scale: 1 };
                window.set(&browser).await?;
                browser.open(&stage.host.page("plain.html")).await?;
                let card = Card::shown(&browser).await?;
                CRAWL.set(&browser).await?;
                if by_keys {
                    browser.look(FOCUS, Vec::new()).await?;
                } else {
                    browser.hover(&card.score(9).await?).await?;
                }
                loaded(&browser, "/rest.js").await?;
                if by_keys {
                    browser.press(Key::Right).await?;
                } else {
                    card.pick(9).await?;
                }
                card.find(".room").await?;
                let before = browser.look(PLACE, Vec::new()).await?;
                assert_eq!(before["waits"], true, "{language} {width}: the renderer is still on its way");
                card.find(".rest:not(.room)").await?;
                let mut after = browser.look(PLACE, Vec::new()).await?;
                assert_eq!(after["waits"], false, "{language} {width}: it has come");
                after["waits"] = json!(true);
                assert_eq!(before, after, "{language} {width}");
                browser.close().await?;
            }
        }
    }
    Ok(())
}

/// Puts the focus on the first score, as Tab would from wherever the page has it.
const FOCUS: &str = "document.querySelector('bearing-survey').shadowRoot.querySelector('.first input').focus()";

/// Waits until the page has fetched a file of ours.
async fn loaded(browser: &Browser, file: &str) -> Result<()> {
    until(file, async || Ok(browser.loaded().await?.iter().any(|name| name.contains(file)).then_some(()))).await
}
