//! The npm package as its tarball brings it: in apps built with React and Vue, without a bundler, and the tags of examples.

mod load;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::http::{Listener, reply};
use bearing_e2e::stage::{Stage, answer};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

/// A page with the package and nothing else; it notes rejections that nobody waits for.
const BLANK: &str = r#"<!doctype html><meta charset="utf-8"><title>Blank</title>
<script>window.seen = []; addEventListener('unhandledrejection', (event) => seen.push('' + event.reason));</script>
<script type="importmap">{ "imports": { "@bearing/widget": "/esm/node_modules/@bearing/widget/dist/index.js" } }</script>
TAG"#;

/// Asks for the package's promise while the page is still being read.
const EARLY: &str = r#"<script type="module">
import { load } from '@bearing/widget';
const early = load({ src: 'https://HOST/bearing.js', site: 'pk_YOUR_KEY' });
window.early = early.then(() => 'loaded', (error) => error.message);
</script>"#;

/// What Google Tag Manager does with a Custom HTML tag: scripts are made anew with their address and their text alone.
const TAG_MANAGER: &str = r#"<!doctype html><meta charset="utf-8"><title>Tag manager</title><body><script>
fetch('/examples/gtm/tag.html').then((reply) => reply.text()).then((html) => {
  for (const written of new DOMParser().parseFromString(html, 'text/html').scripts) {
    const script = document.createElement('script');
    if (written.src) script.src = written.src;
    script.text = written.text;
    document.body.append(script);
  }
});
</script>"#;

/// The stranger's web server: built projects and examples, with the server's address and the site's key filled in.
struct Pages {
    listener: Listener,
}

impl Pages {
    /// Starts it as the site's only origin.
    async fn of(stage: &Stage) -> Result<Self> {
        let (server, key) = (stage.server.url(), stage.site_key.clone());
        let listener = Listener::start(move |request| {
            let fill = [("https://HOST", server.clone()), ("pk_YOUR_KEY", key.clone())];
            let path = request.uri().path().to_owned();
            async move { serve(&path, &fill) }
        })
        .await?;
        let pages = Self { listener };
        stage.patch_site(&json!({ "origins": [format!("http://{}", pages.listener.address)] })).await?;
        Ok(pages)
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}/{path}", self.listener.address)
    }
}

/// Where `cargo xtask package --check` built the projects: `BEARING_PACKAGE`, else below `dist`.
fn built() -> PathBuf {
    std::env::var_os("BEARING_PACKAGE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/.build/package"), PathBuf::from)
}

/// Pages that enforce Trusted Types: any policy may be made, ours may, ours may not.
const ENFORCED: [(&str, &str); 3] = [
    ("any.html", "require-trusted-types-for 'script'"),
    ("ours.html", "require-trusted-types-for 'script'; trusted-types bearing"),
    ("other.html", "require-trusted-types-for 'script'; trusted-types other"),
];

/// A page or a file, with the words in `fill` replaced.
fn serve(path: &str, fill: &[(&str, String)]) -> Response<Full<Bytes>> {
    let path = path.trim_start_matches('/');
    let tag = r#"<script async src="https://HOST/bearing.js" data-site="pk_YOUR_KEY"></script>"#;
    let body = match path {
        "blank.html" | "any.html" | "ours.html" | "other.html" => Some(BLANK.replace("TAG", "")),
        "tagged.html" => Some(BLANK.replace("TAG", tag)),
        "queried.html" => {
            Some(BLANK.replace("TAG", r#"<script src="https://HOST/bearing.js?site=pk_YOUR_KEY"></script>"#))
        }
        "broken.html" => Some(BLANK.replace("TAG", &tag.replace("https://HOST", "")) + EARLY),
        "gtm.html" => Some(TAG_MANAGER.to_owned()),
        "other.js" => Some("window.other = true".to_owned()),
        "favicon.ico" => Some(String::new()),
        _ => file(path).and_then(|file| std::fs::read_to_string(file).ok()),
    };
    let Some(mut body) = body else { return reply(StatusCode::NOT_FOUND, "text/plain", "not here") };
    for (word, value) in fill {
        body = body.replace(word, value);
    }
    let kind = if path.ends_with(".js") { "text/javascript" } else { "text/html; charset=utf-8" };
    let mut response = reply(StatusCode::OK, kind, body);
    if let Some((_, policy)) = ENFORCED.iter().find(|(name, _)| *name == path) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    response
}

fn file(path: &str) -> Option<PathBuf> {
    let (first, rest) = path.split_once('/')?;
    let folder = match first {
        "react" | "vue" => built().join("frameworks").join(first).join("dist"),
        "esm" => built().join("esm"),
        "examples" => Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples"),
        _ => return None,
    };
    rest.split('/').all(|part| part != "..").then(|| folder.join(rest))
}

/// Answers the survey on a page and sees the answer kept.
async fn answered<'a>(stage: &Stage, browser: &'a Browser, page: &str) -> Result<Card<'a>> {
    browser.open(page).await.context("run `cargo xtask package --check` first")?;
    let card = Card::shown(browser).await?;
    card.pick(9).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let stored = stage.responses_when(1, |response| response["completed"] == true).await?;
    assert_eq!(answer(&stored[0], "score")["value"], 9);
    assert_eq!(stored[0]["state"], "counted");
    Ok(card)
}

/// What the page shows as the last score once another one was told, and drawn if anybody heard it.
async fn shows_after(browser: &Browser, score: u8) -> Result<String> {
    let script = "const detail = { survey: 'sv_1', id: '1', score: arguments[0] };\
        dispatchEvent(new CustomEvent('bearing:answered', { detail }));\
        return new Promise((done) => requestAnimationFrame(() => setTimeout(done)))\
            .then(() => document.querySelector('output').value)";
    let shown = browser.look(script, vec![json!(score)]).await?;
    Ok(shown.as_str().unwrap_or_default().to_owned())
}

async fn framework(name: &str) -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    let browser = Browser::start().await?;
    answered(&stage, &browser, &pages.at(&format!("{name}/index.html"))).await?;
    assert_eq!(stage.responses(1).await?[0]["touchpoint"], "home");
    browser.reads("Last score: 9").await?;
    assert_eq!(shows_after(&browser, 8).await?, "8");
    browser.click("#listen").await?;
    assert_eq!(shows_after(&browser, 3).await?, "8", "the component is gone and hears nothing");
    browser.click("#listen").await?;
    assert_eq!(shows_after(&browser, 4).await?, "4", "the component is back");
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn a_react_app_asks_hears_and_stops_listening() -> Result<()> {
    framework("react").await
}

#[tokio::test]
async fn a_vue_app_asks_hears_and_stops_listening() -> Result<()> {
    framework("vue").await
}

#[tokio::test]
async fn a_page_without_a_bundler_asks_and_hears() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    let browser = Browser::start().await?;
    answered(&stage, &browser, &pages.at("esm/index.html")).await?;
    browser.reads("Last score: 9").await?;
    browser.click("#stop").await?;
    assert_eq!(shows_after(&browser, 3).await?, "9");
    assert_eq!(browser.complaints().await?, Vec::<String>::new());
    browser.close().await
}

#[tokio::test]
async fn the_tag_in_plain_html_and_through_a_tag_manager_asks() -> Result<()> {
    for page in ["examples/html/index.html", "gtm.html"] {
        let stage = Stage::set("nps").await?;
        let pages = Pages::of(&stage).await?;
        let browser = Browser::start().await?;
        answered(&stage, &browser, &pages.at(page)).await?;
        assert_eq!(browser.complaints().await?, Vec::<String>::new(), "{page}");
        browser.close().await?;
    }
    Ok(())
}
