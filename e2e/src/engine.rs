//! The three browser engines: what each is started with, so that it talks to nobody but the test.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// A browser engine that tests drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// Debian's chromium, without a window.
    Chromium,
    /// Debian's firefox-esr, without a window.
    Firefox,
    /// The browser that WebKitGTK brings for its tests, on a screen that nobody sees.
    WebKit,
}

/// Chromium in a corner of its own: no network but loopback, no first-run talk, its own profile.
const CHROMIUM: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en-US",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
];

/// What keeps Firefox from calling its makers, and from asking before it closes.
const FIREFOX_OFF: [&str; 9] = [
    "app.normandy.enabled",
    "browser.region.update.enabled",
    "browser.safebrowsing.downloads.enabled",
    "browser.search.update",
    "datareporting.policy.dataSubmissionEnabled",
    "extensions.getAddons.cache.enabled",
    "media.gmp-manager.updateEnabled",
    "network.captive-portal-service.enabled",
    "network.connectivity-service.enabled",
];

impl Engine {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// Its driver's program: what the environment names, else Debian's place or the name that a shell finds.
    pub(crate) fn driver(self) -> String {
        let (variable, usual) = match self {
            Self::Chromium => ("CHROMEDRIVER", "/usr/bin/chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
            Self::WebKit => ("WEBKITDRIVER", "/usr/bin/WebKitWebDriver"),
        };
        std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
    }

    /// What a session is asked for; `profile` is the browser's folder, which WebKit does not have: it forgets all.
    pub(crate) fn capabilities(self, profile: &Path) -> Result<Map<String, Value>> {
        let profile = profile.to_str().context("the profile's name is text")?;
        let mut wanted = match self {
            Self::Chromium => chromium(profile),
            Self::Firefox => firefox(profile),
            Self::WebKit => json!({}),
        };
        wanted["timeouts"] = json!({ "implicit": 0, "pageLoad": 60_000, "script": 30_000 });
        wanted.as_object().cloned().context("capabilities are an object")
    }
}

fn chromium(profile: &str) -> Value {
    let mut flags: Vec<String> = CHROMIUM.iter().map(|&flag| flag.to_owned()).collect();
    flags.push(format!("--user-data-dir={profile}"));
    flags.push("--window-size=1280,812".to_owned());
    let mut options = json!({ "args": flags });
    if let Ok(program) = std::env::var("CHROMIUM") {
        options["binary"] = program.into();
    }
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

fn firefox(profile: &str) -> Value {
    let mut prefs: Map<String, Value> = FIREFOX_OFF.iter().map(|&name| (name.to_owned(), false.into())).collect();
    prefs.insert("services.settings.server".to_owned(), "data:,".into());
    prefs.insert("intl.accept_languages".to_owned(), "en-US".into());
    let args = ["-headless", "-profile", profile, "-width", "1280", "-height", "812"];
    let mut options = json!({ "args": args, "prefs": prefs });
    if let Ok(program) = std::env::var("FIREFOX") {
        options["binary"] = program.into();
    }
    json!({ "browserName": "firefox", "moz:firefoxOptions": options })
}
