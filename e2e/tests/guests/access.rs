//! axe-core finds nothing wrong, in every state, in both colour schemes, in each language.

use anyhow::Result;
use bearing_e2e::axe::{LANGUAGES, SCHEMES, bring, inspect};
use bearing_e2e::browser::Browser;
use bearing_e2e::calm::prefer;
use bearing_e2e::card::{Card, HOST};
use bearing_e2e::stage::Stage;
use bearing_e2e::survey::ask_everything;

use crate::looks;
use crate::walk::{STATES, View, walk};

async fn every_state(scheme: &str) -> Result<()> {
    let stage = Stage::set("nps").await?;
    ask_everything(&stage).await?;
    let browser = Browser::start().await?;
    prefer(&browser, scheme).await?;
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        let seen = walk(&browser, &stage, language, async |state, view| {
            if view == View::Frame {
                // The card's own turn comes next and looks into the frame.
                return bring(&browser).await;
            }
            let found = inspect(&browser, (view == View::Card).then_some(HOST)).await?;
            let rule = if view == View::Card { "aria-allowed-attr" } else { "html-has-lang" };
            assert!(found.passes.iter().any(|pass| pass == rule), "axe did not look: {found:?}");
            assert_eq!(found.framed > 0, state.starts_with("frame"), "axe looks into the frame where there is one");
            wrong.extend(found.violations.iter().map(|wrong| format!("{scheme} {language} {state}: {wrong}")));
            wrong.extend(found.undecided.iter().map(|open| format!("{scheme} {language} {state}: undecided {open}")));
            Ok(())
        })
        .await?;
        assert_eq!(seen, STATES);
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    browser.close().await
}

#[tokio::test]
async fn axe_finds_nothing_in_light_colours() -> Result<()> {
    every_state(SCHEMES[0]).await
}

#[tokio::test]
async fn axe_finds_nothing_in_dark_colours() -> Result<()> {
    every_state(SCHEMES[1]).await
}

/// The same in every look of a card.
#[tokio::test]
async fn axe_finds_nothing_in_any_look() -> Result<()> {
    let stage = Stage::set("nps").await?;
    looks::make(&stage).await?;
    let mut wrong = Vec::new();
    for scheme in SCHEMES {
        let browser = Browser::start().await?;
        prefer(&browser, scheme).await?;
        for language in LANGUAGES {
            looks::walk(&browser, &stage, language, &[], async |state| {
                let found = inspect(&browser, Some(HOST)).await?;
                let faults = found.violations.iter().chain(&found.undecided);
                wrong.extend(faults.map(|wrong| format!("{scheme} {language} {state}: {wrong}")));
                Ok(())
            })
            .await?;
        }
        browser.close().await?;
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// A test that finds nothing wrong has to be able to find something.
#[tokio::test]
async fn axe_sees_into_the_card() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    Card::shown(&browser).await?;
    let spoil =
        "document.querySelector('bearing-survey').shadowRoot.querySelector('.close').removeAttribute('aria-label')";
    browser.look(spoil, Vec::new()).await?;
    let pale = "document.querySelector('bearing-survey').shadowRoot.querySelector('legend').style.color = '#999'";
    browser.look(pale, Vec::new()).await?;
    let found = inspect(&browser, Some(HOST)).await?;
    for fault in ["button-name", "color-contrast", "\"contrast 2.8"] {
        assert!(found.violations.iter().any(|wrong| wrong.starts_with(fault)), "{fault}: {found:?}");
    }
    browser.close().await
}
