//! The proof that the strings are sharp and that the watch has eyes: on a page that puts them into markup, they run.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use bearing_e2e::host::Host;
use bearing_e2e::wait::until;
use serde_json::{Value, json};

use crate::strings::groups;
use crate::watch::{look, watch};

/// The careless page of each group; `@` is where the string stands. Groups without one need a library to run.
const PLACES: [(&str, &str); 12] = [
    ("markup", "<!doctype html><body><p>@"),
    ("double", "<!doctype html><input value=\"@\">"),
    ("single", "<!doctype html><input value='@'>"),
    ("unquoted", "<!doctype html><input value=@>"),
    ("address", "<!doctype html><iframe src=\"@\"></iframe>"),
    ("textarea", "<!doctype html><textarea>@</textarea>"),
    ("title", "<!doctype html><title>@</title>"),
    ("style", "<!doctype html><style>p{color:@}</style>"),
    ("comment", "<!doctype html><!-- @ -->"),
    ("script double", "<!doctype html><script>var x=\"@\"</script>"),
    ("script single", "<!doctype html><script>var x='@'</script>"),
    ("script template", "<!doctype html><script>var x=`@`</script>"),
];

/// How many of them run by themselves or when somebody points at them, of those that can in a browser of today.
const SHARP: usize = 150;

/// Runs in every frame: what every string calls. Frames of other origins tell the window around them.
const RAN: &str = "self.__ran = function () {\
  try { top.note(self) } catch (_) { parent.postMessage('ran', '*') } return '' }";

/// Gives each page a frame of its own, and notes the numbers of those in which something ran.
const PLAY: &str = "self.ran = new Set(); self.frames_ = [];\
  var around = function (w) { frames_.forEach(function (frame, place) {\
    for (var at = w; at && at !== top; at = at.parent) if (frame.contentWindow === at) ran.add(place) }) };\
  addEventListener('message', function (e) { around(e.source) });\
  self.note = around;\
  arguments[0].forEach(function (page) { var frame = document.createElement('iframe');\
    frame.srcdoc = page; document.body.append(frame); frames_.push(frame) })";

/// Once each page has loaded, lets somebody point at everything in it, and click it; the numbers of those that ran so far.
const POINT: &str = "var all = frames_.map(function (frame) {\
    try { return frame.contentDocument } catch (_) { return null } });\
  if (!self.pointed && all.every(function (one) { return !one || one.readyState === 'complete' })) {\
    self.pointed = true;\
    all.forEach(function (one) { one && Array.from(one.querySelectorAll('*')).forEach(function (at) {\
      ['mouseover', 'mouseenter', 'pointerenter', 'wheel'].forEach(function (name) {\
        at.dispatchEvent(new Event(name, { bubbles: true })) });\
      try { at.focus(); at.click(); at.close() } catch (_) {} }) }) }\
  return Array.from(ran)";

#[tokio::test]
async fn the_strings_of_script_run_where_nobody_guards_against_them() -> Result<()> {
    let host = Host::start().await?;
    let browser = Browser::start().await?;
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": RAN })).await?;
    browser.open(&host.page("ordinary.html")).await?;
    let groups = groups()?;
    let mut pages = Vec::new();
    for (group, page) in PLACES {
        pages.extend(groups[group].iter().map(|string| (group, string, page.replace('@', string))));
    }
    let html: Vec<&String> = pages.iter().map(|(.., page)| page).collect();
    browser.look(PLAY, vec![json!(html)]).await?;
    until("the strings to run", async || {
        let ran = browser.look(POINT, Vec::new()).await?;
        let ran: BTreeSet<u64> = ran.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let (sharp, blunt): (Vec<_>, Vec<_>) = (0..).zip(&pages).partition(|(place, _)| ran.contains(place));
        let groups: BTreeSet<&str> = sharp.iter().map(|(_, (group, ..))| *group).collect();
        let blunt: Vec<&String> = blunt.iter().map(|(_, (_, string, _))| *string).collect();
        let is_enough = sharp.len() >= SHARP && groups.len() == PLACES.len();
        ensure!(is_enough, "{} of {} ran, of {groups:?}; these did not: {blunt:#?}", sharp.len(), pages.len());
        Ok(Some(()))
    })
    .await?;
    browser.close().await
}

#[tokio::test]
async fn the_watch_sees_what_runs_what_is_refused_and_what_became_an_element() -> Result<()> {
    let host = Host::start().await?;
    let browser = Browser::start().await?;
    watch(&browser).await?;
    let careless = "document.querySelector('p').innerHTML = arguments[0]";
    browser.open(&host.page("ordinary.html")).await?;
    assert_eq!(look(&browser).await?.faults, Vec::<String>::new());
    let bad = "<img src=x onerror=__ran()><a class=planted id=bearing></a><base href=javascript:x>";
    browser.look(careless, vec![json!(bad)]).await?;
    until("all of it", async || {
        let seen = look(&browser).await?.faults.join("\n");
        let wanted = ["\"ran", "attribute onerror of img", "element a", "element base", "href javascript:x"];
        Ok(wanted.iter().all(|fault| seen.contains(fault)).then_some(()))
    })
    .await?;

    // Where Trusted Types are enforced nothing comes of it, and that it was tried is seen too.
    host.put_headers(&[("content-security-policy", "require-trusted-types-for 'script'")])?;
    browser.open(&host.page("ordinary.html")).await?;
    assert!(browser.look(careless, vec![json!(bad)]).await.is_err(), "a string is refused");
    let seen = until("the violation", async || {
        let faults = look(&browser).await?.faults;
        Ok((!faults.is_empty()).then_some(faults))
    })
    .await?;
    assert!(seen.iter().any(|fault| fault.contains("require-trusted-types-for")), "{seen:?}");
    assert!(!seen.iter().any(|fault| fault.contains("\"ran")), "{seen:?}");
    browser.close().await
}
