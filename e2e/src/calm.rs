//! A page at rest: motion switched off for every picture alike, and waiting until two pictures in a row are the same.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use tokio::time::sleep;

use crate::browser::Browser;
use crate::image::{Area, Picture};
use crate::wait::until;

/// For the head of a page whose pictures are compared: nothing moves by style.
pub const STILL: &str = "*,*::before,*::after{animation:none!important;transition:none!important;\
caret-color:transparent!important;scroll-behavior:auto!important}";

/// How long a picture must stay as it is, between two looks.
const PAUSE: Duration = Duration::from_millis(400);

/// Sets the colour scheme, `light` or `dark`, and asks for less motion, as a visitor's system does.
///
/// # Errors
/// The session broke.
pub async fn prefer(browser: &Browser, scheme: &str) -> Result<()> {
    let features = json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "prefers-reduced-motion", "value": "reduce" },
    ] });
    browser.devtools("Emulation.setEmulatedMedia", features).await.map(drop)
}

/// The window's picture once it is the same twice in a row.
///
/// # Errors
/// It never rests.
pub async fn picture(browser: &Browser) -> Result<Picture> {
    let mut last = Vec::new();
    until("the page to come to rest", async || {
        let now = browser.client.screenshot().await?;
        if now == last {
            return Picture::read(&now).map(Some);
        }
        last = now;
        sleep(PAUSE).await;
        Ok(None)
    })
    .await
}

/// Where the card is, in the window's pixels, without its shadow.
///
/// # Errors
/// There is none.
pub async fn card_area(browser: &Browser) -> Result<Area> {
    let script = "var host = document.querySelector('bearing-survey');\
                  var at = host && host.shadowRoot.querySelector('section').getBoundingClientRect();\
                  return at ? [at.left, at.top, at.right, at.bottom] : []";
    let sides = browser.look(script, Vec::new()).await?;
    let sides: Vec<f64> = sides.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
    ensure!(sides.len() == 4, "no card on the page");
    Ok(Area { left: sides[0], top: sides[1], right: sides[2], bottom: sides[3] })
}
