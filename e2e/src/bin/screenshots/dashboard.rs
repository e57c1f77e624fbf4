//! Pictures of what a product team sees: every screen full, empty and in error, on a desk and on a phone, light, dark and from
//! right to left.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use bearing_e2e::proxy::Proxy;
use bearing_e2e::server::Server;
use bearing_e2e::team;
use bearing_e2e::wait::until;
use hyper::StatusCode;
use serde_json::{Value, json};

use crate::camera::{Camera, DESKTOP, PHONE, Screen};

/// A site's screens: a name, and the address below the site's. `{survey}` and `{response}` stand for ids.
const SCREENS: [(&str, &str); 21] = [
    ("overview", ""),
    ("explore-nps", "/explore?metric=nps&by=touchpoint"),
    ("explore-csat", "/explore?metric=csat&by=device"),
    ("responses", "/responses"),
    ("response", "/responses/{response}"),
    ("surveys", "/surveys"),
    ("editor", "/surveys/{survey}"),
    ("settings-site", "/settings"),
    ("settings-tag", "/settings/tag"),
    ("settings-segments", "/settings/segments"),
    ("settings-rest", "/settings/rest"),
    ("settings-numbers", "/settings/numbers"),
    ("settings-look", "/settings/look"),
    ("settings-privacy", "/settings/privacy"),
    ("settings-keys", "/settings/keys"),
    ("settings-members", "/settings/members"),
    ("settings-shares", "/settings/shares"),
    ("settings-audit", "/settings/audit"),
    ("wall", "/tv"),
    ("account", "/../account"),
    ("nothing-here", "/nothing"),
];

/// The screens that an empty site has something to say on.
const EMPTY: [&str; 6] = ["overview", "explore-nps", "responses", "surveys", "settings-tag", "settings-members"];

/// The screens that read something which may fail.
const FAILING: [&str; 6] = ["overview", "explore-nps", "responses", "surveys", "editor", "settings-keys"];

/// Each view in its window, its colours and its language.
const VIEWS: [(Screen, &str, &str); 6] = [
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "en"),
    (PHONE, "light", "en"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "ar"),
    (PHONE, "dark", "ar"),
];

/// The best: what they are called in the docs, and which picture each is.
const BEST: [(&str, &str); 12] = [
    ("overview", "overview-full-en-desktop-light"),
    ("overview-dark", "overview-full-en-desktop-dark"),
    ("overview-phone", "overview-full-en-phone-light"),
    ("overview-arabic", "overview-full-ar-desktop-light"),
    ("explore", "explore-nps-full-en-desktop-light"),
    ("responses", "responses-full-en-desktop-light"),
    ("response", "response-full-en-desktop-dark"),
    ("surveys", "surveys-full-en-desktop-light"),
    ("editor", "editor-full-en-desktop-light"),
    ("settings-tag", "settings-tag-full-en-desktop-light"),
    ("first-steps", "overview-empty-en-desktop-light"),
    ("error", "overview-error-en-phone-dark"),
];

/// A site that is looked at.
struct Scene {
    /// Where the browser finds it.
    address: String,
    /// The site's id.
    site: String,
    /// A survey of it and a response, where it has some.
    ids: Option<(String, String)>,
}

impl Scene {
    fn url(&self, path: &str) -> String {
        let (survey, response) = self.ids.as_ref().map_or(("", ""), |(survey, response)| (survey, response));
        let path = path.replace("{survey}", survey).replace("{response}", response);
        match path.strip_prefix("/..") {
            Some(path) => format!("{}/app{path}", self.address),
            None => format!("{}/app/{}{path}", self.address, self.site),
        }
    }
}

/// Where a picture of the docs lies.
fn picture(docs: &Path, name: &str) -> PathBuf {
    docs.join(format!("{name}.png"))
}

/// Every screen in every view; what the window shows of the best goes into `docs` as well.
pub(crate) async fn all(folder: &Path, docs: &Path) -> Result<()> {
    let (demo, fresh) = (Server::launch("demo", &[]).await?, Server::start().await?);
    let proxy = Proxy::start(demo.address).await?;
    for path in ["/v1/reports", "/v1/responses", "/v1/surveys", "/v1/keys", "/v1/stream"] {
        proxy.refuse(path, StatusCode::SERVICE_UNAVAILABLE);
    }
    // A picture of an earlier run must not stand for one that is taken no more.
    for (name, _) in BEST {
        let old = picture(docs, name);
        if old.is_file() {
            fs::remove_file(&old).with_context(|| old.display().to_string())?;
        }
    }
    let mut scenes = None;
    for (number, (screen, scheme, language)) in VIEWS.into_iter().enumerate() {
        let mut camera = Camera::at(folder, screen, scheme).await?;
        camera.name = format!("{language}-{}", camera.name);
        forms(&camera, &demo, number == 0).await?;
        enter(&camera, &demo, language, number).await?;
        let full = match &mut scenes {
            Some(scene) => scene,
            none => none.insert(scene_of(&camera, &demo).await?),
        };
        shoot(&camera, docs, full, "full", SCREENS.map(|(name, _)| name).as_slice()).await?;
        let failing = Scene { address: proxy.url(), site: full.site.clone(), ids: full.ids.clone() };
        shoot(&camera, docs, &failing, "error", &FAILING).await?;
        enter(&camera, &fresh, language, number).await?;
        let site = first_site(&camera, &fresh, number == 0).await?;
        let empty = Scene { address: fresh.url(), site, ids: None };
        shoot(&camera, docs, &empty, "empty", &EMPTY).await?;
        camera.browser.close().await?;
    }
    let missing: Vec<&str> = BEST.iter().map(|(name, _)| *name).filter(|name| !picture(docs, name).is_file()).collect();
    ensure!(missing.is_empty(), "not taken for the docs: {}", missing.join(", "));
    Ok(())
}

/// The forms before one is in.
async fn forms(camera: &Camera, server: &Server, is_first: bool) -> Result<()> {
    if is_first {
        camera.browser.open(&team::first_link(server).await?).await?;
        camera.take_whole("join-full").await?;
    }
    camera.browser.open(&format!("{}/app", server.url())).await?;
    camera.browser.find("input[name=password]").await?;
    camera.take_whole("sign-in-full").await?;
    team::fill(&camera.browser, "input[name=email]", "nobody@shop.example").await?;
    team::fill(&camera.browser, "input[name=password]", "not the password").await?;
    camera.browser.click("form button").await?;
    camera.browser.find("[role=alert]").await?;
    camera.take_whole("sign-in-error").await.map(drop)
}

/// The first view's person makes the owner, the others sign in as the same one.
async fn enter(camera: &Camera, server: &Server, language: &str, number: usize) -> Result<()> {
    if number == 0 {
        team::own(&camera.browser, server).await?;
    } else {
        team::sign_in(&camera.browser, server, "ada@shop.example").await?;
    }
    // Again where the dashboard was just leaving for another of its programs, which ends what is under way.
    until("the language to be taken", async || {
        let (status, _) = team::ask(&camera.browser, "PATCH", "/v1/session", json!({ "locale": language })).await?;
        Ok((status == 200).then_some(()))
    })
    .await
}

/// The demo's site with a survey and the newest response that says something.
async fn scene_of(camera: &Camera, server: &Server) -> Result<Scene> {
    let (_, session) = team::ask(&camera.browser, "GET", "/v1/session", Value::Null).await?;
    let site = text(&session["sites"][0]["id"])?;
    let (_, surveys) = team::ask(&camera.browser, "GET", &format!("/v1/surveys?site={site}"), Value::Null).await?;
    let survey = text(&surveys["items"][0]["id"])?;
    let path = format!("/v1/responses?site={site}&has_comment=true&limit=1");
    let (_, responses) = team::ask(&camera.browser, "GET", &path, Value::Null).await?;
    let response = text(&responses["items"][0]["id"])?;
    Ok(Scene { address: server.url(), site, ids: Some((survey, response)) })
}

/// The fresh server's one site, which the first view makes on the screen.
async fn first_site(camera: &Camera, server: &Server, is_first: bool) -> Result<String> {
    if is_first {
        team::open(&camera.browser, server, "/app/new").await?;
        camera.take_whole("new-site-empty").await?;
        team::fill(&camera.browser, "#name", "Lamp shop").await?;
        team::press(&camera.browser, "form button", "Make the site").await?;
        camera.browser.reads("First steps").await?;
    }
    let (_, session) = team::ask(&camera.browser, "GET", "/v1/session", Value::Null).await?;
    text(&session["sites"][0]["id"])
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("no text: {value}"))?.to_owned())
}

/// Takes the named screens of a scene, in a state that the pictures are called after.
async fn shoot(camera: &Camera, docs: &Path, scene: &Scene, state: &str, names: &[&str]) -> Result<()> {
    for (name, path) in SCREENS.iter().filter(|(name, _)| names.contains(name)) {
        camera.browser.open(&scene.url(path)).await?;
        team::arrived(&camera.browser).await.with_context(|| format!("{name}, {state}"))?;
        let taken = camera.take_whole(&format!("{name}-{state}")).await?;
        let stem = taken.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if let Some((name, _)) = BEST.iter().find(|(_, best)| *best == stem) {
            fs::write(picture(docs, name), camera.browser.client.screenshot().await?)?;
        }
    }
    Ok(())
}
