//! No list of an ad blocker stops us by our addresses or hides our page by its class names.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use adblock::lists::ParseOptions;
use adblock::request::Request;
use adblock::{Engine, FilterSet};
use anyhow::{Context, Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::recorder::Recorder;
use bearing_e2e::stage::Stage;

/// What a browser may fetch one of our addresses as.
const KINDS: [&str; 6] = ["script", "xmlhttprequest", "document", "sub_frame", "image", "other"];

/// Where a server of ours may stand, and a page that uses it: somebody else's, and the site's own.
const PLACES: [(&str, &str); 3] = [
    ("https://bearing.example.net", "https://shop.example.com/basket"),
    ("https://surveys.example.com", "https://shop.example.com/basket"),
    ("https://shop.example.com/bearing", "https://shop.example.com/basket"),
];

/// The lists as Debian's uBlock Origin ships them: `BEARING_LISTS`, else where `cargo xtask setup` puts them.
fn lists() -> Result<Vec<(String, String)>> {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/bearing/blocklists");
    let folder = std::env::var_os("BEARING_LISTS").map_or_else(home, PathBuf::from);
    let mut found = Vec::new();
    let entries = std::fs::read_dir(&folder)
        .with_context(|| format!("no lists in {}; run `cargo xtask setup` or set BEARING_LISTS", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            let name = path.file_name().context("a file has a name")?.to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path)?));
        }
    }
    for needed in ["easylist.txt", "easyprivacy.txt"] {
        let rules = found.iter().find(|(name, _)| name == needed).map_or(0, |(_, text)| text.lines().count());
        ensure!(rules > 10_000, "{needed} has {rules} lines in {}", folder.display());
    }
    Ok(found)
}

fn engine() -> Result<Engine> {
    let mut rules = FilterSet::new(true);
    for (_, text) in lists()? {
        rules.add_filter_list(text, ParseOptions::default());
    }
    Ok(Engine::new_with_filter_set(rules))
}

/// The rule that stops a request, if one does.
fn stopped(engine: &Engine, url: &str, page: &str, kind: &str) -> Result<Option<String>> {
    let request = Request::new(url, page, kind, "get").map_err(|error| anyhow::anyhow!("{url}: {error}"))?;
    let verdict = engine.check_network_request(&request);
    Ok(verdict.should_block().then(|| format!("{:?}", verdict.filter)))
}

/// Every path that a page or a visitor asks the server for: what the API's description names for embedding, and what a
/// browser was seen to fetch, first with WebAssembly, then as the hosted form.
async fn paths(stage: &Stage) -> Result<BTreeSet<String>> {
    let described = stage.api.read("/openapi.json").await?;
    let mut paths: BTreeSet<String> = described["paths"]
        .as_object()
        .context("the description lists paths")?
        .iter()
        .filter(|(_, methods)| methods.to_string().contains(r#""tags":["embed"]"#))
        .map(|(path, _)| {
            let path = path.replace("{site_key}", &stage.site_key).replace("{survey}", &stage.survey);
            path.replace("{version}", "1")
        })
        .collect();
    ensure!(paths.len() >= 5, "{paths:?}");

    let server = Recorder::start(stage.server.address).await?;
    stage.host.put_tag(&stage.tag(&server.url(), r#"data-touchpoint="checkout""#));
    let browser = Browser::start().await?;
    browser.open(&stage.host.page("plain.html")).await?;
    let card = Card::shown(&browser).await?;
    card.pick(9).await?;
    card.send().await?;
    card.reads("Thank you for your answer!").await?;
    let form = format!("{}/s/{}?score=9&lang=en&touchpoint=mail", server.url(), stage.survey);
    browser.open(&form).await?;
    browser.click("form button").await?;
    browser.reads("Thank you for your answer!").await?;
    browser.close().await?;
    paths.extend(server.asked().into_iter().map(|asked| asked.path).filter(|path| path != "/favicon.ico"));
    for needed in ["/bearing.js", "/w/", "/v1/embed/", "/s/"] {
        ensure!(paths.iter().any(|path| path.starts_with(needed)), "{needed} was not asked for: {paths:?}");
    }
    Ok(paths)
}

#[tokio::test]
async fn no_address_of_ours_is_blocked() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let paths = paths(&stage).await?;
    let engine = engine()?;
    let mut blocked = Vec::new();
    for (server, page) in PLACES {
        for path in &paths {
            ensure!(!path.contains('{'), "{path} has a part that this test does not fill in");
            for kind in KINDS {
                if let Some(rule) = stopped(&engine, &format!("{server}{path}"), page, kind)? {
                    blocked.push(format!("{server}{path} as {kind}: {rule}"));
                }
            }
        }
    }
    assert!(blocked.is_empty(), "{}", blocked.join("\n"));
    Ok(())
}

/// The lists are read and the engine works: what they are known to stop is stopped, what nobody minds is not.
#[test]
fn the_lists_stop_what_they_are_for() -> Result<()> {
    let engine = engine()?;
    let page = "https://shop.example.com/basket";
    for (url, kind) in [
        ("https://www.google-analytics.com/analytics.js", "script"),
        ("https://static.hotjar.com/c/hotjar-1.js", "script"),
        ("https://bearing.example.net/api/collect", "xmlhttprequest"),
        // Why the loader never sends a beacon.
        ("https://bearing.example.net/v1/embed/pk_1/responses", "ping"),
    ] {
        assert!(stopped(&engine, url, page, kind)?.is_some(), "{url} as {kind}");
    }
    assert_eq!(stopped(&engine, "https://cdn.example.net/jquery.js", page, "script")?, None);
    Ok(())
}

/// Rules that hide elements know nothing of shadow roots, but they do see the element on the page and the hosted form.
#[tokio::test]
async fn no_part_of_ours_is_hidden() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let form = stage.api.get(&format!("/s/{}?score=9", stage.survey)).await?.text();
    let engine = engine()?;
    let classes = attributes(&form, "class");
    let ids = attributes(&form, "id");
    ensure!(classes.contains("q") && !ids.is_empty(), "{classes:?} {ids:?}");
    let hidden = engine.hidden_class_id_selectors(&classes, &ids, &HashSet::new());
    assert_eq!(hidden, Vec::<String>::new());
    let everywhere = engine.url_cosmetic_resources("https://shop.example.com/basket");
    ensure!(everywhere.hide_selectors.len() > 100, "{} rules hide elements", everywhere.hide_selectors.len());
    assert!(!everywhere.hide_selectors.iter().any(|rule| rule.contains("bearing")), "the card's element is hidden");
    let known: Vec<String> = lists()?
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.strip_prefix("##."))
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .take(100)
        .map(str::to_owned)
        .collect();
    let hidden = engine.hidden_class_id_selectors(&known, [""], &HashSet::new());
    assert!(hidden.len() > 50, "of {} class names that are hidden everywhere, {} are", known.len(), hidden.len());
    Ok(())
}

/// The words in every attribute of this name.
fn attributes(page: &str, name: &str) -> BTreeSet<String> {
    page.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .flat_map(|(value, _)| value.split_whitespace().map(str::to_owned))
        .collect()
}
