//! A real browser: pages, real clicks and keys by WebDriver, screenshots, and what went wrong in a page.

use anyhow::{Context, Result, ensure};
use fantoccini::actions::{InputSource, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::driver::Driver;
use crate::engine::Engine;
use crate::wait::until;

/// One browser with one profile.
pub struct Browser {
    /// The WebDriver session.
    pub client: Client,
    /// Whose it is.
    pub engine: Engine,
    driver: Driver,
    profile: TempDir,
}

impl Browser {
    /// Starts Chromium with a fresh profile.
    ///
    /// # Errors
    /// The driver or the browser does not start.
    pub async fn start() -> Result<Self> {
        Self::start_in(Engine::Chromium).await
    }

    /// Starts an engine's browser with a fresh profile.
    ///
    /// # Errors
    /// The driver or the browser does not start.
    pub async fn start_in(engine: Engine) -> Result<Self> {
        Self::with_profile(engine, tempfile::Builder::new().prefix("bearing-e2e-profile-").tempdir()?).await
    }

    /// Starts an engine's browser with a profile that an earlier one left. WebKit keeps nothing in it.
    ///
    /// # Errors
    /// The driver or the browser does not start.
    pub async fn with_profile(engine: Engine, profile: TempDir) -> Result<Self> {
        let driver = Driver::start(engine, profile.path()).await?;
        let wanted = engine.capabilities(profile.path())?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&driver.url)
            .await
            .with_context(|| format!("{} does not start", engine.name()))?;
        let browser = Self { client, engine, driver, profile };
        if engine == Engine::Chromium {
            // A visitor looks at the window that they opened. Chromium's own has the focus of nobody, and then a page that
            // moves its focus hears nothing of it.
            browser.devtools("Page.bringToFront", json!({})).await?;
        }
        Ok(browser)
    }

    /// Kills the browser as a crash would, and leaves its profile.
    ///
    /// # Errors
    /// It was dead already.
    pub async fn kill(self) -> Result<TempDir> {
        self.driver.kill().await?;
        Ok(self.profile)
    }

    /// Starts Chromium for a visitor who has switched scripts off.
    ///
    /// # Errors
    /// The driver or the browser does not start.
    pub async fn start_without_script() -> Result<Self> {
        let browser = Self::start().await?;
        // The visitor's own setting would stop the driver's looks too; this stops the page's scripts alone.
        browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await?;
        Ok(browser)
    }

    /// Opens a page, and waits until its `load` event has been.
    ///
    /// # Errors
    /// It does not load.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.client.goto(url).await.with_context(|| format!("cannot open {url}"))?;
        if self.engine == Engine::Chromium {
            self.has_loaded(url).await?;
        }
        Ok(())
    }

    /// Waits until Chromium has loaded a page that its driver was told to open. That should wait by itself, but where it
    /// first looks between two documents, as it does on a busy machine, it finds none that loads and goes on at once.
    async fn has_loaded(&self, url: &str) -> Result<()> {
        let nothing = "about:blank";
        until(&format!("{url} to be loaded"), async || {
            let look = json!({ "expression": "[document.readyState, document.URL]", "returnByValue": true });
            let said = self.devtools("Runtime.evaluate", look).await?;
            let seen = &said["result"]["value"];
            ensure!(seen[0] == "complete" && (seen[1] == nothing) == (url == nothing), "so far: {said}");
            Ok(Some(()))
        })
        .await
    }

    /// Waits for an element.
    ///
    /// # Errors
    /// It does not come.
    pub async fn find(&self, css: &str) -> Result<Element> {
        until(css, async || Ok(self.client.find(Locator::Css(css)).await.map(Some)?)).await
    }

    /// Waits until the page's text holds this.
    ///
    /// # Errors
    /// It never does.
    pub async fn reads(&self, text: &str) -> Result<()> {
        until(text, async || {
            // The driver's own way to read a text never returns where scripts are off.
            let body = self.client.find(Locator::Css("body")).await?.prop("innerText").await?;
            Ok(body.is_some_and(|body| body.contains(text)).then_some(()))
        })
        .await
    }

    /// Runs a script in the page to look at something; never to click.
    ///
    /// # Errors
    /// It throws.
    pub async fn look(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, args).await?)
    }

    /// Presses and releases one key, wherever the focus is.
    ///
    /// # Errors
    /// The session broke.
    pub async fn press(&self, key: Key) -> Result<()> {
        self.press_all(&[key]).await
    }

    /// Presses and releases keys one after the other, as fast as a hand can: the driver is asked once, so that a busy
    /// machine puts no rest between them.
    ///
    /// # Errors
    /// The session broke.
    pub async fn press_all(&self, keys: &[Key]) -> Result<()> {
        let press = |actions: KeyActions, &key: &Key| {
            let value = char::from(key);
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        };
        let actions = keys.iter().fold(KeyActions::new("keyboard".to_owned()), press);
        Ok(self.client.perform_actions(actions).await?)
    }

    /// Types letters wherever the focus is, as one insertion: not every driver's own keys know letters beyond U+FFFF.
    ///
    /// # Errors
    /// The session broke, or nothing that takes letters has the focus.
    pub async fn insert(&self, text: &str) -> Result<()> {
        if self.engine == Engine::Chromium {
            return self.devtools("Input.insertText", json!({ "text": text })).await.map(drop);
        }
        let typed =
            self.look("return document.execCommand('insertText', false, arguments[0])", vec![json!(text)]).await?;
        ensure!(typed == true, "nothing takes the text");
        Ok(())
    }

    /// Brings an element to the middle of the window at once, on pages that like to scroll slowly, and clicks it.
    ///
    /// # Errors
    /// The element is gone, or something lies over it.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        self.look("arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })", vec![json!(element)])
            .await?;
        Ok(element.click().await?)
    }

    /// Clicks an element twice, as fast as a hand can.
    ///
    /// # Errors
    /// The element is gone.
    pub async fn double_click(&self, element: &Element) -> Result<()> {
        let button = MOUSE_BUTTON_LEFT;
        let over = PointerAction::MoveToElement { element: element.clone(), duration: None, x: 0.0, y: 0.0 };
        let mouse = MouseActions::new("mouse".to_owned())
            .then(over)
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button })
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        Ok(self.client.perform_actions(mouse).await?)
    }

    /// Moves the pointer to the window's upper left corner: where an earlier click left it, a card may appear.
    ///
    /// # Errors
    /// The session broke.
    pub async fn point_aside(&self) -> Result<()> {
        let aside = PointerAction::MoveTo { duration: None, x: 1.0, y: 1.0 };
        Ok(self.client.perform_actions(MouseActions::new("mouse".to_owned()).then(aside)).await?)
    }

    /// Moves the pointer over an element.
    ///
    /// # Errors
    /// The element is gone.
    pub async fn hover(&self, element: &Element) -> Result<()> {
        let over = PointerAction::MoveToElement { element: element.clone(), duration: None, x: 0.0, y: 0.0 };
        Ok(self.client.perform_actions(MouseActions::new("mouse".to_owned()).then(over)).await?)
    }

    /// What an owner would find in the page's error handlers and, in Chromium, at level warning or worse in the console.
    ///
    /// # Errors
    /// The session broke.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let seen = self.look("return window.seen || []", Vec::new()).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut all: Vec<String> = seen.as_array().into_iter().flatten().map(text).collect();
        all.extend(self.console().await?);
        Ok(all)
    }

    /// What Chromium's console says at level warning or worse since the last look; the other drivers keep no such log.
    ///
    /// # Errors
    /// The session broke.
    pub async fn console(&self) -> Result<Vec<String>> {
        if self.engine != Engine::Chromium {
            return Ok(Vec::new());
        }
        let log = self.command("se/log", json!({ "type": "browser" })).await?;
        let lines = log.as_array().into_iter().flatten();
        let bad = lines.filter(|line| line["level"] != "INFO" && line["level"] != "DEBUG");
        Ok(bad.filter_map(|line| line["message"].as_str().map(str::to_owned)).collect())
    }

    /// The addresses of everything that the page has loaded.
    ///
    /// # Errors
    /// The session broke.
    pub async fn loaded(&self) -> Result<Vec<String>> {
        let script = "return performance.getEntriesByType('resource').map(function (entry) { return entry.name })";
        let names = self.look(script, Vec::new()).await?;
        Ok(names.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// Sends a command of the DevTools protocol, which Chromium alone has.
    ///
    /// # Errors
    /// Chromium refuses it, or the browser is another.
    pub async fn devtools(&self, name: &str, params: Value) -> Result<Value> {
        ensure!(self.engine == Engine::Chromium, "{} has no DevTools protocol", self.engine.name());
        self.command("goog/cdp/execute", json!({ "cmd": name, "params": params })).await
    }

    async fn command(&self, path: &'static str, body: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(Extension { path, body }).await?)
    }

    /// Closes the browser; a dropped one is killed.
    ///
    /// # Errors
    /// The session broke before.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }
}

/// A command that is Chromium's own.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
