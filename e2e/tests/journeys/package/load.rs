//! `load` of the npm package on pages of every temper: one tag, one site, failures told, Trusted Types.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::card::Card;
use bearing_e2e::stage::Stage;
use serde_json::{Value, json};

use super::{ENFORCED, Pages};

/// Runs the package's calls in a page; `options` holds the address and the key, `said` turns a promise into a sentence.
async fn calls(browser: &Browser, page: &str, stage: &Stage, script: &str) -> Result<Value> {
    browser.open(page).await?;
    let script = format!(
        "const options = {{ src: arguments[0], site: arguments[1] }};\
         const said = (promise) =>\
           promise.then((it) => it === window.bearing ? 'loaded' : 'something', (error) => error.message);\
         return import('@bearing/widget').then(async ({{ load, bearing, onBearing }}) => {{ {script} }})"
    );
    browser.look(&script, vec![json!(format!("{}/bearing.js", stage.server.url())), json!(stage.site_key)]).await
}

#[tokio::test]
async fn a_page_gets_one_tag_and_one_site() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    let browser = Browser::start().await?;
    let twice = "const same = load(options) === load({ ...options, locale: 'nl' });\
        const tags = document.querySelectorAll('script[data-site]').length;\
        return [same, await said(load(options)), tags, await said(load({ ...options, site: 'pk_other' }))]";
    let message =
        format!("This page shows the surveys of {}, so not those of pk_other: one page, one site.", stage.site_key);
    assert_eq!(calls(&browser, &pages.at("blank.html"), &stage, twice).await?, json!([true, "loaded", 1, message]));
    // The owner's own tag counts as well.
    let once = "return [await said(load(options)), document.querySelectorAll('script[data-site]').length,\
        await said(load({ ...options, site: 'pk_other' }))]";
    let said = calls(&browser, &pages.at("tagged.html"), &stage, once).await?;
    assert_eq!(said, json!(["loaded", 1, message]));
    // And so does one that names the site in its address, as tag managers need it.
    let said = calls(&browser, &pages.at("queried.html"), &stage, once).await?;
    assert_eq!(said, json!(["loaded", 0, message]));
    // Once it is destroyed, the page may begin anew.
    let again = "const script = await load(options); await script('destroy');\
        const anew = await load(options);\
        return [anew !== script, anew === window.bearing, document.querySelectorAll('script[data-site]').length]";
    assert_eq!(calls(&browser, &pages.at("blank.html"), &stage, again).await?, json!([true, true, 1]));
    browser.close().await
}

#[tokio::test]
async fn the_tag_says_what_the_options_say() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    let browser = Browser::start().await?;
    let all = "load({ ...options, src: '/other.js', touchpoint: 'home', locale: 'nl', customer: 'cust 42', signature: '00', \
          storage: 'strict', mode: 'iframe', consent: 'wait', auto: false, test: true, nonce: 'n', \
          attributes: { plan: 'pro', seats: 3, trial: false } });\
        const tag = document.querySelector('script[data-site]');\
        return [tag.src, tag.nonce, tag.async, Object.fromEntries(Object.entries({ ...tag.dataset }).sort())]";
    let data = json!({
        "site": stage.site_key, "touchpoint": "home", "locale": "nl", "customer": "cust 42", "signature": "00",
        "storage": "strict", "mode": "iframe", "consent": "wait", "auto": "off", "test": "",
        "attrPlan": "pro", "attrSeats": "3", "attrTrial": "false",
    });
    assert_eq!(
        calls(&browser, &pages.at("blank.html"), &stage, all).await?,
        json!([format!("{}?site={}&touchpoint=home&locale=nl", pages.at("other.js"), stage.site_key), "n", true, data])
    );
    let least = "load(options); return Object.keys({ ...document.querySelector('script[data-site]').dataset })";
    assert_eq!(calls(&browser, &pages.at("blank.html"), &stage, least).await?, json!(["site"]));

    let wrong = "return [await said(load({ ...options, site: 'sk_1' })), await said(load({ ...options, src: 'data:,' })),\
        await said(load({ ...options, attributes: { Plan: 'pro' } })), document.querySelector('script[data-site]')]";
    let refused = calls(&browser, &pages.at("blank.html"), &stage, wrong).await?;
    for (at, word) in ["pk_", "https or http", "Plan"].into_iter().enumerate() {
        ensure!(refused[at].as_str().is_some_and(|message| message.contains(word)), "{refused}");
    }
    assert_eq!(refused[3], Value::Null, "a refused call leaves nothing on the page");
    browser.close().await
}

#[tokio::test]
async fn a_script_that_does_not_come_is_told_quietly_and_tried_again() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    let browser = Browser::start().await?;
    let script = "load({ ...options, src: '/missing.js' });\
        const missing = await said(load(options)); const other = await said(load({ ...options, src: '/other.js' }));\
        return [missing, other, await said(load(options)), seen]";
    let said = calls(&browser, &pages.at("blank.html"), &stage, script).await?;
    let address = |name: &str| format!("{}?site={}", pages.at(name), stage.site_key);
    let missing = format!("{} did not load", address("missing.js"));
    ensure!(said[0].as_str().is_some_and(|message| message.starts_with(&missing)), "{said}");
    assert_eq!(said[1], json!(format!("{} is there, but no script of Bearing.", address("other.js"))));
    assert_eq!((&said[2], &said[3]), (&json!("loaded"), &json!([])));
    // The owner's own tag fails: who waits for it is told, and the next call brings another.
    let said =
        calls(&browser, &pages.at("broken.html"), &stage, "return [await early, await said(load(options))]").await?;
    ensure!(said[0].as_str().is_some_and(|message| message.contains("did not load")), "{said}");
    assert_eq!(said[1], "loaded");
    browser.close().await
}

#[tokio::test]
async fn calls_before_the_script_wait_for_it() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    let browser = Browser::start().await?;
    let early = "const shown = new Promise((done) => onBearing('shown', done)); bearing('show');\
        load({ ...options, auto: false }); return (await shown).survey";
    assert_eq!(calls(&browser, &pages.at("blank.html"), &stage, early).await?, json!(stage.survey));
    browser.close().await
}

#[tokio::test]
async fn trusted_types_are_kept_or_the_call_says_what_to_allow() -> Result<()> {
    let stage = Stage::set("nps").await?;
    let pages = Pages::of(&stage).await?;
    for (name, _) in ENFORCED {
        let browser = Browser::start().await?;
        let said = calls(&browser, &pages.at(name), &stage, "return said(load(options))").await?;
        if name == "other.html" {
            ensure!(said.as_str().is_some_and(|message| message.contains("trusted-types")), "{said}");
        } else {
            assert_eq!(said, "loaded", "{name}");
            Card::shown(&browser).await?;
            assert_eq!(browser.complaints().await?, Vec::<String>::new(), "{name}");
            let plain = "try { document.createElement('script').src = '/other.js' } catch (error) { return 'refused' }";
            assert_eq!(browser.look(plain, Vec::new()).await?, "refused", "{name} enforces nothing");
        }
        browser.close().await?;
    }
    Ok(())
}
