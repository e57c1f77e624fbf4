//! Plays one situation in one engine: the page without the tag, then with it, and everything that must hold afterwards.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::{self, Card};
use bearing_e2e::engine::Engine;
use bearing_e2e::http::{Connection, ask};
use bearing_e2e::proxy::{Answer, Proxy};
use bearing_e2e::stage::{Stage, answer};
use bearing_e2e::wait::{until, with_patience};
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::situation::{Broken, Expected, Fault, Situation, Twist};
use crate::trap::trapping;

/// Requests with answers that fail before one is let through.
const FAILURES: u32 = 2;
/// What the visitor writes.
const REASON: &str = "calm water 🌊 سهل";
/// How long the line in the console may take that says what to add.
const SAYS: Duration = Duration::from_secs(5);
/// How long a page on which nothing is to be seen is watched.
const WATCHED: Duration = Duration::from_millis(1_500);

/// What one play needs.
pub(crate) struct Play<'a> {
    pub(crate) browser: &'a Browser,
    pub(crate) stage: &'a Stage,
    pub(crate) situation: &'a Situation,
    /// The score that is given.
    pub(crate) score: u8,
}

/// What a page and its scripts complained of.
#[derive(Debug, PartialEq, Eq)]
struct Complaints {
    /// Errors, rejections and reports of policies.
    seen: Vec<String>,
    /// Lines that scripts wrote to the console.
    said: Vec<String>,
}

impl Play<'_> {
    /// Plays it.
    ///
    /// # Errors
    /// What does not hold.
    pub(crate) async fn play(&self) -> Result<()> {
        let Self { browser, stage, situation, .. } = self;
        let expected = situation.expected_in(browser.engine);
        let proxy = Proxy::start(stage.server.address).await?;
        let put_in = |text: &str| text.replace("{server}", &proxy.url());
        let headers: Vec<_> = situation.headers.iter().map(|(name, value)| (*name, put_in(value))).collect();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        stage.host.put_headers(&headers)?;
        if situation.no_origin {
            stage.patch_site(&json!({ "allow_null_origin": true })).await?;
        }

        // What the page complains of by itself.
        stage.host.put_tag("");
        self.open().await?;
        let before = self.complaints().await?;
        let console = browser.console().await?;

        self.break_things(&proxy).await?;
        let tag = if situation.by_attribute { Stage::tag_by_attribute } else { Stage::tag };
        stage.host.put_tag(&tag(stage, &proxy.url(), situation.tag));
        browser.point_aside().await?;
        self.open().await?;
        match expected {
            Expected::Nothing => self.see_nothing().await?,
            _ => self.answer(&proxy, expected).await?,
        }
        let clean =
            expected == Expected::Full && matches!(situation.fault, Fault::None) && situation.reports.is_empty();
        if clean {
            let now = browser.console().await?;
            let new: Vec<_> = now.iter().filter(|line| !console.contains(line)).collect();
            ensure!(new.is_empty(), "the browser's console says: {new:?}");
        }
        self.page_is_well(&before).await.context("the page")
    }

    async fn open(&self) -> Result<()> {
        self.browser.open(&self.stage.host.page(self.situation.page)).await?;
        self.enter().await
    }

    /// Goes into the frame that the page stands in.
    async fn enter(&self) -> Result<()> {
        if self.situation.framed {
            self.browser.find("#stage").await?.enter_frame().await?;
            self.browser.find("#own").await?;
        }
        Ok(())
    }

    async fn complaints(&self) -> Result<Complaints> {
        let lists = self.browser.look("return [window.seen.slice(), window.said.slice()]", Vec::new()).await?;
        let list = |at: usize| -> Result<Vec<String>> {
            let items = lists[at].as_array().context("the witness did not come")?;
            Ok(items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect())
        };
        Ok(Complaints { seen: list(0)?, said: list(1)? })
    }

    async fn break_things(&self, proxy: &Proxy) -> Result<()> {
        let (config, intake) = (format!("/v1/embed/{}", self.stage.site_key), self.stage.intake());
        let failing = |answer: Answer| proxy.answer_times(&intake, answer, FAILURES);
        // The rules for answers come first: they are below the config's address.
        let only_config = |answer: Answer| {
            proxy.answer(&format!("{config}/"), Answer::Later(Duration::ZERO));
            proxy.answer(&config, answer);
        };
        match self.situation.fault {
            Fault::None | Fault::Offline | Fault::OfflineAtOnce => {}
            Fault::Down => proxy.answer("/", Answer::HangUp),
            Fault::Slow(time) => proxy.answer("/", Answer::Later(time)),
            Fault::Moved => {
                proxy.answer("/moved/", Answer::Later(Duration::ZERO));
                proxy.answer("/", Answer::Moved);
            }
            Fault::Config(status) => only_config(Answer::Status(status)),
            Fault::ConfigIsPage => only_config(Answer::Page),
            Fault::Intake(status) => failing(Answer::Status(status)),
            Fault::IntakeIsPage => failing(Answer::Page),
            Fault::IntakeAway => failing(Answer::HangUp),
            Fault::Renderer { glue, how } => {
                let config = self.stage.api.read(&config).await?;
                let file = config["build"][if glue { "js" } else { "wasm" }].as_str().context("a renderer is built")?;
                let file = format!("/{file}");
                let answer = match how {
                    Broken::Missing => Answer::Status(StatusCode::NOT_FOUND),
                    Broken::Typed(kind) => Answer::Typed(kind),
                    Broken::Truncated => Answer::Half,
                    Broken::Slow(time) => Answer::Later(time),
                    Broken::TrapsAtOnce => Answer::Body(trapping(&self.fetch(&file).await?, 0)?.into()),
                    Broken::TrapsLater => Answer::Body(trapping(&self.fetch(&file).await?, 4)?.into()),
                };
                proxy.answer(&file, answer);
            }
        }
        Ok(())
    }

    async fn fetch(&self, path: &str) -> Result<Vec<u8>> {
        let mut connection = Connection::open(self.stage.server.address).await?;
        let reply = connection.send(ask(Method::GET, path, "", "")?).await?;
        ensure!(reply.status == StatusCode::OK, "{path}: {}", reply.status);
        Ok(reply.body.to_vec())
    }

    async fn see_nothing(&self) -> Result<()> {
        tokio::time::sleep(WATCHED).await;
        let added = self.browser.look("return document.querySelectorAll('bearing-survey').length", Vec::new()).await?;
        ensure!(added == 0, "the page has {added} cards");
        self.stage.responses(0).await.map(drop)
    }

    async fn answer(&self, proxy: &Proxy, expected: Expected) -> Result<()> {
        let Self { browser, stage, situation, score } = self;
        Card::shown(browser).await?;
        let events = format!("POST /v1/embed/{}/events", stage.site_key);
        until("the showing to be counted", async || {
            Ok(proxy.asked().iter().any(|path| path.ends_with(&events[5..])).then_some(()))
        })
        .await?;
        let heavy: Vec<_> = proxy.asked().into_iter().filter(|path| path.contains("/w/")).collect();
        ensure!(heavy.is_empty(), "before the first sign of interest: {heavy:?}");
        ensure!(
            browser.look("return document.querySelectorAll('bearing-survey').length", Vec::new()).await? == 1,
            "more than one card"
        );
        self.twist().await?;
        // It may be another one now.
        let card = Card::shown(browser).await?;

        self.network_goes(proxy, &card).await?;
        card.pick(*score).await?;
        if !matches!(situation.fault, Fault::Offline) {
            self.score_is_kept(proxy).await?;
        }
        match expected {
            Expected::Full => {
                card.find("textarea").await.context("the rest by WebAssembly")?;
                card.write(REASON).await?;
                card.find("form.rest button.send, form.rest button:not([type=button])").await?.click().await?;
                card.find(".thanks").await.context("the thanks")?;
                // What was under way is back before the test is over.
                proxy.allow();
                if matches!(situation.fault, Fault::Offline) {
                    // A browser says so when its network comes back; the proxy only stands for one.
                    browser.look("dispatchEvent(new Event('online'))", Vec::new()).await?;
                }
            }
            Expected::Hosted => {
                card.find("iframe").await.context("the rest in a frame")?.enter_frame().await?;
                self.answer_hosted().await?;
                browser.client.enter_parent_frame().await?;
            }
            Expected::Link => self.follow_link(&card).await?,
            Expected::ScoreOnly => return self.counted_once().await,
            Expected::Nothing => {}
        }
        let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
        ensure!(answer(&stored[0], "score")["value"] == *score, "the score: {stored:?}");
        ensure!(answer(&stored[0], "why")["text"] == REASON, "the reason: {stored:?}");
        self.counted_once().await
    }

    /// Takes the network away where the situation says so.
    async fn network_goes(&self, proxy: &Proxy, card: &Card<'_>) -> Result<()> {
        if matches!(self.situation.fault, Fault::Offline) {
            self.browser.hover(&card.score(self.score).await?).await?;
            until("the renderer", async || {
                let files = self.browser.loaded().await?;
                Ok((files.iter().filter(|name| name.contains("/w/")).count() >= 2).then_some(()))
            })
            .await?;
            proxy.answer("/", Answer::HangUp);
        }
        if matches!(self.situation.fault, Fault::OfflineAtOnce) {
            proxy.answer("/", Answer::HangUp);
        }
        Ok(())
    }

    /// The score is stored before anything else is done.
    async fn score_is_kept(&self, proxy: &Proxy) -> Result<()> {
        if matches!(self.situation.fault, Fault::OfflineAtOnce) {
            let tried = format!("POST {}", self.stage.intake());
            // What sends may itself be out of reach: then that is what is tried.
            let is_try = |path: &String| *path == tried || path.starts_with("GET /rest.js");
            until("a try while offline", async || Ok(proxy.asked().iter().any(is_try).then_some(()))).await?;
            proxy.allow();
        }
        let given = |response: &Value| answer(response, "score")["value"] == self.score;
        let first = self.stage.responses_when(1, given).await?;
        ensure!(first[0]["completed"] == false, "complete before the rest: {first:?}");
        Ok(())
    }

    async fn counted_once(&self) -> Result<()> {
        let report = self.stage.api.score("nps").await?;
        let counted = &report["distribution"][self.score.to_string()];
        ensure!(report["n"] == 1 && *counted == 1, "counted otherwise: {report}");
        Ok(())
    }

    async fn answer_hosted(&self) -> Result<()> {
        let area = self.browser.find("textarea").await.context("the hosted form")?;
        until("the scripted form", async || Ok(area.is_displayed().await?.then_some(()))).await?;
        // The frame takes its height while the hand is on its way: a click that it moved from under is made again.
        until("the text box to take the focus", async || {
            area.click().await?;
            let focused =
                self.browser.look("return document.activeElement === arguments[0]", vec![json!(area)]).await?;
            Ok((focused == true).then_some(()))
        })
        .await?;
        self.browser.insert(REASON).await?;
        self.browser.find("form button").await?.click().await?;
        self.browser.find("main [role=status]").await.context("the hosted thanks").map(drop)
    }

    async fn follow_link(&self, card: &Card<'_>) -> Result<()> {
        let client = &self.browser.client;
        let own = client.window().await?;
        card.find(".more a[target=_blank]").await.context("the rest behind a link")?.click().await?;
        let other =
            until("the new window", async || Ok(client.windows().await?.into_iter().find(|window| *window != own)))
                .await?;
        client.switch_to_window(other).await?;
        let answered = self.answer_hosted().await;
        client.close_window().await?;
        client.switch_to_window(own).await?;
        answered
    }

    /// Lets happen what happens meanwhile.
    async fn twist(&self) -> Result<()> {
        let browser = self.browser;
        match self.situation.twist {
            Twist::None => {}
            Twist::Routes => {
                for name in ["harbours", "harbours/north", "moons", "harbours"] {
                    browser.look("window.route(arguments[0])", vec![json!(name)]).await?;
                    browser.reads(name).await?;
                }
            }
            Twist::ComeBack => {
                browser.open(&self.stage.host.page("next.html")).await?;
                browser.client.back().await?;
            }
            Twist::Printed => {
                // Only Chromium can be told to look as if it printed; the others are asked for the rule.
                let rule = "return document.querySelector('bearing-survey').shadowRoot.adoptedStyleSheets.some(function (sheet) {\
                            return Array.from(sheet.cssRules).some(function (rule) {\
                            return rule.media && rule.media.mediaText == 'print' && /:host[^}]*display: none !important/.test(rule.cssText) }) })";
                ensure!(browser.look(rule, Vec::new()).await? == true, "no rule hides the card on paper");
                if browser.engine == Engine::Chromium {
                    browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await?;
                    let shown = card::is_shown(browser).await?;
                    browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await?;
                    ensure!(!shown, "the card is printed");
                }
            }
        }
        Ok(())
    }

    /// The page is as it was: no complaint that it does not have by itself, and its own button works.
    async fn page_is_well(&self, before: &Complaints) -> Result<()> {
        let after = self.complaints().await?;
        let reported = |line: &&String| !self.situation.reports.iter().any(|start| line.starts_with(start));
        let added = |now: &[String], then: &[String]| -> Vec<String> {
            let mut then = then.to_vec();
            let new = |line: &&String| match then.iter().position(|old| old == *line) {
                Some(at) => {
                    then.swap_remove(at);
                    false
                }
                None => true,
            };
            now.iter().filter(new).cloned().collect()
        };
        let seen = added(&after.seen, &before.seen);
        let seen: Vec<_> = seen.iter().filter(reported).collect();
        ensure!(seen.is_empty(), "complains: {seen:?}");
        if self.situation.says.is_empty() {
            let said = added(&after.said, &before.said);
            ensure!(said.is_empty(), "the console says: {said:?}");
        } else {
            let line = until("a line in the console that says what to add", async || {
                let said = added(&self.complaints().await?.said, &before.said);
                Ok((!said.is_empty()).then_some(said))
            });
            let said = with_patience(SAYS, line).await?;
            let once = said.len() == 1 && said[0].contains(self.situation.says);
            ensure!(once, "the console does not say once what to add ({}): {said:?}", self.situation.says);
        }
        let own = self.browser.find("#own").await?;
        own.click().await.context("its own button")?;
        let text: Value = self.browser.look("return document.querySelector('#own').textContent", Vec::new()).await?;
        ensure!(text == "Done", "its own button does nothing: {text}");
        Ok(())
    }
}
