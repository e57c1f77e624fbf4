//! Room: at a width of 320 pixels and at 200 % zoom nothing is cut off, and every target can be hit.

use anyhow::Result;
use bearing_e2e::axe::LANGUAGES;
use bearing_e2e::browser::Browser;
use bearing_e2e::calm::prefer;
use bearing_e2e::geometry::{WINDOWS, measure};
use bearing_e2e::stage::Stage;
use bearing_e2e::survey::ask_everything;

use crate::looks;
use crate::walk::{STATES, walk};

#[tokio::test]
async fn nothing_is_lost_in_a_narrow_or_zoomed_window() -> Result<()> {
    let stage = Stage::set("nps").await?;
    ask_everything(&stage).await?;
    let mut wrong = Vec::new();
    for window in WINDOWS {
        let browser = Browser::start().await?;
        prefer(&browser, "light").await?;
        window.set(&browser).await?;
        for language in LANGUAGES {
            let seen = walk(&browser, &stage, language, async |state, _| {
                let fit = measure(&browser).await?;
                wrong.extend(fit.faults.iter().map(|fault| format!("{} {language} {state}: {fault}", window.name)));
                Ok(())
            })
            .await?;
            assert_eq!(seen, STATES);
        }
        browser.close().await?;
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

/// The same in every look of a card. One that stands in the page's flow is as high as it likes.
#[tokio::test]
async fn every_look_fits_a_narrow_or_zoomed_window() -> Result<()> {
    let stage = Stage::set("nps").await?;
    looks::make(&stage).await?;
    let mut wrong = Vec::new();
    for window in WINDOWS {
        let browser = Browser::start().await?;
        prefer(&browser, "light").await?;
        window.set(&browser).await?;
        for language in LANGUAGES {
            looks::walk(&browser, &stage, language, &["inline"], async |state| {
                let fit = measure(&browser).await?;
                wrong.extend(fit.faults.iter().map(|fault| format!("{} {language} {state}: {fault}", window.name)));
                Ok(())
            })
            .await?;
        }
        browser.close().await?;
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}
