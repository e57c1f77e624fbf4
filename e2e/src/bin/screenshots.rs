//! Takes pictures of what people see, to be looked at: `screenshots FOLDER` writes one PNG a view.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::proxy::Proxy;
use bearing_e2e::server::Server;
use bearing_e2e::stage::Stage;
use hyper::StatusCode;
use serde_json::json;

/// A screen: its name, width, height and whether it is a phone's.
const SCREENS: [(&str, u32, u32, bool); 2] = [("desktop", 1280, 812, false), ("phone", 375, 812, true)];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("usage: screenshots FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    let demo = Server::launch("demo", &[]).await?;
    let mut stage = Stage::set("nps").await?;
    stage.host.put_tag("");
    for (screen, width, height, phone) in SCREENS {
        for scheme in ["light", "dark"] {
            let camera =
                Camera { browser: Browser::start().await?, folder: &folder, name: format!("{screen}-{scheme}") };
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
            camera.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
            // Without motion nothing is caught half faded in.
            let features = json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] });
            camera.browser.devtools("Emulation.setEmulatedMedia", features).await?;
            shop(&camera, &demo.url()).await?;
            card(&camera, &mut stage).await?;
            hosted(&camera, &stage).await?;
            camera.browser.close().await?;
        }
    }
    Ok(())
}

/// One browser window with one screen and colour scheme.
struct Camera<'a> {
    browser: Browser,
    folder: &'a Path,
    name: String,
}

impl Camera<'_> {
    async fn take(&self, view: &str) -> Result<()> {
        let path = self.folder.join(format!("{view}-{}.png", self.name));
        std::fs::write(&path, self.browser.client.screenshot().await?).with_context(|| path.display().to_string())
    }
}

async fn shop(camera: &Camera<'_>, url: &str) -> Result<()> {
    for (view, path, asks) in [
        ("shop-home", "", false),
        ("shop-product", "product?lamp=arc", true),
        ("shop-checkout", "checkout?lamp=arc", true),
        ("shop-thank-you", "thank-you?lamp=arc", true),
    ] {
        camera.browser.open(&format!("{url}/demo/{path}")).await?;
        if asks {
            Card::shown(&camera.browser).await?;
        }
        camera.take(view).await?;
    }
    Ok(())
}

/// The card's states on a stranger's page, in English and from right to left, and the hosted rest in its frame.
async fn card(camera: &Camera<'_>, stage: &mut Stage) -> Result<()> {
    for (language, send) in [("en", "Send"), ("ar", "إرسال")] {
        stage.host.put_tag(&stage.tag(&stage.server.url(), &format!(r#"data-locale="{language}""#)));
        forget(camera, stage).await?;
        let card = Card::shown(&camera.browser).await?;
        camera.take(&format!("card-1-first-{language}")).await?;
        card.pick(9).await?;
        card.find("textarea").await?;
        camera.take(&format!("card-2-follow-up-{language}")).await?;
        card.write("Fast and friendly 🚀").await?;
        card.button(send).await?.click().await?;
        card.find(".thanks").await?;
        camera.take(&format!("card-3-thanks-{language}")).await?;
    }
    let proxy = Proxy::start(stage.server.address).await?;
    proxy.refuse("/w/", StatusCode::NOT_FOUND);
    stage.host.put_tag(&stage.tag(&proxy.url(), ""));
    forget(camera, stage).await?;
    let card = Card::shown(&camera.browser).await?;
    card.pick(3).await?;
    let frame = card.find("iframe").await?;
    frame.enter_frame().await?;
    camera.browser.find("textarea").await?;
    camera.browser.client.enter_parent_frame().await?;
    camera.take("card-4-no-wasm").await
}

/// Opens the stranger's page as a visitor who was never here.
async fn forget(camera: &Camera<'_>, stage: &Stage) -> Result<()> {
    let origin = json!({ "origin": stage.host.origin(), "storageTypes": "all" });
    camera.browser.open("about:blank").await?;
    camera.browser.devtools("Storage.clearDataForOrigin", origin).await?;
    camera.browser.open(&stage.host.page("plain.html")).await
}

async fn hosted(camera: &Camera<'_>, stage: &Stage) -> Result<()> {
    let form = format!("{}/s/{}", stage.server.url(), stage.survey);
    for (view, query) in [("hosted", ""), ("hosted-mailed", "?score=9"), ("hosted-ar", "?lang=ar")] {
        camera.browser.open(&format!("{form}{query}")).await?;
        camera.browser.find("form").await?;
        camera.take(view).await?;
    }
    camera.browser.find("label:has(input[value='8'])").await?.click().await?;
    camera.browser.find("form button").await?.click().await?;
    camera.browser.find(".thanks").await?;
    camera.take("hosted-thanks-ar").await
}
