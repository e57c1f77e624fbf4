//! One browser window with one screen and one colour scheme, and the pictures that are taken of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::calm;
use serde_json::json;

/// A screen.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    /// What its pictures are called after.
    pub(crate) name: &'static str,
    /// In CSS pixels.
    pub(crate) width: u32,
    /// In CSS pixels.
    pub(crate) height: u32,
    /// Whether it is a phone's.
    pub(crate) is_phone: bool,
}

/// The two that everything is looked at on.
pub(crate) const SCREENS: [Screen; 2] = [DESKTOP, PHONE];

/// A window on a desk.
pub(crate) const DESKTOP: Screen = Screen { name: "desktop", width: 1280, height: 812, is_phone: false };

/// A phone, upright.
pub(crate) const PHONE: Screen = Screen { name: "phone", width: 375, height: 812, is_phone: true };

/// No picture is higher than this, in CSS pixels.
const HIGHEST: u32 = 6_000;

/// A window that pictures are taken of.
pub(crate) struct Camera {
    /// The browser.
    pub(crate) browser: Browser,
    /// What every picture's name ends with.
    pub(crate) name: String,
    folder: PathBuf,
    screen: Screen,
}

impl Camera {
    /// A window of this size, in this colour scheme and without motion, so that nothing is caught half faded in.
    pub(crate) async fn at(folder: &Path, screen: Screen, scheme: &str) -> Result<Self> {
        let browser = Browser::start().await?;
        calm::prefer(&browser, scheme).await?;
        let camera = Self { browser, name: format!("{}-{scheme}", screen.name), folder: folder.into(), screen };
        camera.resize(screen.height).await?;
        Ok(camera)
    }

    /// Takes what is in the window; the picture's path.
    pub(crate) async fn take(&self, view: &str) -> Result<PathBuf> {
        let path = self.folder.join(format!("{view}-{}.png", self.name));
        std::fs::write(&path, self.browser.client.screenshot().await?).with_context(|| path.display().to_string())?;
        Ok(path)
    }

    /// Takes the whole page, as if the window were as high.
    pub(crate) async fn take_whole(&self, view: &str) -> Result<PathBuf> {
        let height = self.browser.look("return document.documentElement.scrollHeight", Vec::new()).await?;
        let height = height.as_u64().and_then(|height| u32::try_from(height).ok()).unwrap_or_default();
        self.resize(height.clamp(self.screen.height, HIGHEST)).await?;
        calm::picture(&self.browser).await?;
        let path = self.take(view).await?;
        self.resize(self.screen.height).await?;
        Ok(path)
    }

    async fn resize(&self, height: u32) -> Result<()> {
        let Screen { width, is_phone, .. } = self.screen;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
        self.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
    }
}
