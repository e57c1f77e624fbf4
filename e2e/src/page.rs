//! The page's own code around a card: calls of `bearing()`, the events that it heard, and what is stored in the browser.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::browser::Browser;
use crate::stage::Stage;
use crate::wait::until;

/// Put before the tag: the page hears every event, and notes its name, its detail and the milliseconds since it opened.
const EARS: &str = "<script>window.heard=[];\
['ready','shown','answered','completed','dismissed','delivered','withdrawn','error'].forEach(function(name){\
addEventListener('bearing:'+name,function(e){heard.push(Object.assign({},e.detail,{name:name,at:performance.now()}))})})</script>";

/// Puts the tag on the host's pages with these attributes, behind ears for its events and `more` of the page's own.
pub fn put_tag(stage: &Stage, attributes: &str, more: &str) {
    put_tag_from(stage, &stage.server.url(), attributes, more);
}

/// The same, everything loaded from `url`.
pub fn put_tag_from(stage: &Stage, url: &str, attributes: &str, more: &str) {
    stage.host.put_tag(&format!("{EARS}{more}{}", stage.tag(url, attributes)));
}

/// Waits until the loader has decided and drawn what is due: it has started, and every timer it had set by then, and those
/// that these set, have run.
///
/// # Errors
/// The loader does not come.
pub async fn decided(browser: &Browser) -> Result<()> {
    started(browser).await?;
    let hops = "var done = arguments[0], hops = 20; (function hop() { hops-- ? setTimeout(hop, 5) : done(true) })()";
    browser.client.execute_async(hops, Vec::new()).await?;
    Ok(())
}

async fn started(browser: &Browser) -> Result<()> {
    until("the loader", async || {
        Ok((browser.look("return !!(window.bearing && bearing.site)", Vec::new()).await? == true).then_some(()))
    })
    .await
}

/// Waits for the loader and calls `bearing(…)` with these arguments; returns what the call resolves to.
///
/// # Errors
/// The loader does not come, or the call fails.
pub async fn call(browser: &Browser, arguments: Value) -> Result<Value> {
    started(browser).await?;
    // An unsubscribing function is no value that leaves the page.
    let script = "return Promise.resolve(bearing.apply(null, arguments[0])).then(function (value) {\
                  return typeof value == 'function' ? null : value })";
    browser.look(script, vec![arguments]).await
}

/// Why a survey is not shown on the page, as `bearing('explain')` has it once the loader has decided; empty: it is due.
///
/// # Errors
/// The page knows no such survey.
pub async fn reasons(browser: &Browser, survey: &str) -> Result<Vec<String>> {
    let told = call(browser, json!(["explain"])).await?;
    let mut surveys = told.as_array().into_iter().flatten();
    let found = surveys.find(|one| one["survey"] == survey).with_context(|| format!("no {survey} in {told}"))?;
    let codes = found["reasons"].as_array().into_iter().flatten();
    Ok(codes.filter_map(|reason| reason["code"].as_str().map(str::to_owned)).collect())
}

/// The events of one name that the page has heard so far.
///
/// # Errors
/// The session broke.
pub async fn heard(browser: &Browser, name: &str) -> Result<Vec<Value>> {
    let all = browser.look("return heard", Vec::new()).await?;
    Ok(all.as_array().into_iter().flatten().filter(|event| event["name"] == name).cloned().collect())
}

/// Waits until the page has heard so many events of one name, and returns them.
///
/// # Errors
/// It never does, or hears more.
pub async fn heard_times(browser: &Browser, name: &str, times: usize) -> Result<Vec<Value>> {
    until(name, async || {
        let events = heard(browser, name).await?;
        Ok((events.len() == times).then_some(events))
    })
    .await
}

/// What Bearing has stored for the page's origin: the texts of localStorage by key, and the names of databases.
///
/// # Errors
/// The session broke.
pub async fn stored(browser: &Browser) -> Result<Map<String, Value>> {
    let script = "return indexedDB.databases().then(function (bases) { var all = {};\
                  Object.keys(localStorage).forEach(function (key) { all[key] = localStorage[key] });\
                  bases.forEach(function (base) { all['database ' + base.name] = '' }); return all })";
    let all = browser.look(script, Vec::new()).await?;
    all.as_object().cloned().context("an object")
}

/// What the browser remembers of the visitor; null where nothing is stored.
///
/// # Errors
/// The session broke.
pub async fn memory(browser: &Browser, stage: &Stage) -> Result<Value> {
    let all = stored(browser).await?;
    let text = all.get(&format!("bearing:v:{}", stage.site_key)).and_then(Value::as_str);
    Ok(text.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// Lets so many days pass, as far as the browser remembers: every time in the visitor's record is that much earlier.
///
/// # Errors
/// Nothing is stored.
pub async fn let_days_pass(browser: &Browser, stage: &Stage, days: u32) -> Result<()> {
    let mut record = memory(browser, stage).await?;
    let by = f64::from(days) * 86_400_000.0;
    let past = |time: &mut Value| {
        if let Some(at) = time.as_f64() {
            *time = json!(at - by);
        }
    };
    past(&mut record["site"]);
    record["metrics"].as_object_mut().context("metrics")?.values_mut().for_each(past);
    for seen in record["surveys"].as_object_mut().context("surveys")?.values_mut() {
        for name in ["eligible", "shown", "answered", "dismissed"] {
            if let Some(time) = seen.get_mut(name) {
                past(time);
            }
        }
    }
    let key = format!("bearing:v:{}", stage.site_key);
    browser.look("localStorage[arguments[0]] = arguments[1]", vec![json!(key), json!(record.to_string())]).await?;
    Ok(())
}
