//! axe-core in the page: what it finds wrong with what a visitor meets, and how much it looked at.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::template::packages;

/// The interface languages in which every state is looked at. A language joins when its texts are there.
pub const LANGUAGES: [&str; 4] = ["en", "de", "ar", "ja"];

/// The colour schemes in which every state is looked at.
pub const SCHEMES: [&str; 2] = ["light", "dark"];

/// All rules, those that are good practice included, in this document and in every frame that holds axe too. A place
/// of more than one part leads through a frame.
const RUN: &str = "var done = arguments[arguments.length - 1];\
axe.run(arguments[0] || document).then(function (found) {\
  var nodes = function (result) { return result.nodes.map(function (node) { return [result, node] }) };\
  var all = function (results) { return [].concat.apply([], results.map(nodes)) };\
  var tell = function (pair) {\
    var why = pair[1].any.concat(pair[1].all, pair[1].none).map(function (check) { return check.message }).join(' ');\
    return pair[0].id + ' at ' + pair[1].target.join(' > ') + ': ' + why };\
  done({ violations: all(found.violations).map(tell), undecided: all(found.incomplete).map(tell),\
    passes: found.passes.map(function (result) { return result.id }),\
    framed: all(found.passes).filter(function (pair) { return pair[1].target.length > 1 }).length })\
}, function (error) { done({ violations: ['axe itself: ' + error], undecided: [], passes: [], framed: 0 }) })";

/// Frames of other origins may answer axe's questions: it runs on pages of tests alone.
const OPEN: &str = "axe.configure({ allowedOrigins: ['<unsafe_all_origins>'] })";

/// Where axe gives up on a colour because something lies over a part of the text, the colours still have to do: text
/// against the surfaces behind it, 4.5 to 1, and 3 to 1 where it is large (WCAG 2.2, success criterion 1.4.3).
const CONTRAST: &str = "var host = arguments[0] && document.querySelector(arguments[0]);\
var root = host ? host.shadowRoot : document.body;\
var rgba = function (text) { var parts = /^rgba?\\(([^)]+)\\)$/.exec(text);\
  if (!parts) throw Error('what colour is ' + text);\
  var numbers = parts[1].split(/[ ,\\/]+/).map(Number); return numbers.length > 3 ? numbers : numbers.concat(1) };\
var over = function (top, below) { return [0, 1, 2].map(function (i) { return top[i] * top[3] + below[i] * (1 - top[3]) }).concat(1) };\
var parent = function (part) { return part.parentElement || (part.getRootNode().host || null) };\
var behind = function (part) { var above = [];\
  for (; part; part = parent(part)) { var colour = rgba(getComputedStyle(part).backgroundColor); above.push(colour); if (colour[3] === 1) break }\
  return above.reduceRight(function (below, colour) { return over(colour, below) }, [255, 255, 255, 1]) };\
var light = function (colour) { return [0.2126, 0.7152, 0.0722].reduce(function (sum, weight, i) { var c = colour[i] / 255;\
  return sum + weight * (c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4)) }, 0.05) };\
var found = { checked: 0, faults: [] };\
Array.from(root.querySelectorAll('*')).forEach(function (part) {\
  var text = Array.from(part.childNodes).some(function (node) { return node.nodeType === 3 && node.data.trim() });\
  if (!text || !part.checkVisibility({ visibilityProperty: true }) || part.closest('label') && part.closest('label').querySelector(':disabled')) return;\
  var style = getComputedStyle(part), size = parseFloat(style.fontSize), faint = 1;\
  if (!size) return;\
  for (var at = part; at; at = parent(at)) faint *= getComputedStyle(at).opacity;\
  var below = behind(part), ink = rgba(style.color); ink[3] *= faint;\
  var a = light(over(ink, below)), b = light(below), ratio = Math.max(a, b) / Math.min(a, b);\
  found.checked++;\
  if (ratio < (size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5))\
    found.faults.push('contrast ' + ratio.toFixed(2) + ' at ' + part.localName + ': ' + part.textContent.trim().slice(0, 40))\
});\
return found";

/// What axe found.
#[derive(Debug, Deserialize)]
pub struct Findings {
    /// What is wrong: the rule, the place and the reason.
    pub violations: Vec<String>,
    /// What a person has to decide.
    pub undecided: Vec<String>,
    /// The rules that something was held to and that hold.
    pub passes: Vec<String>,
    /// How many things inside frames were held to a rule and hold.
    pub framed: usize,
}

/// Puts axe into the document, or into the frame that the session is in: a run in the page then looks into it too.
///
/// # Errors
/// axe-core is not installed.
pub async fn bring(browser: &Browser) -> Result<()> {
    let file = packages().join("axe-core/axe.min.js");
    let source = std::fs::read_to_string(&file)
        .with_context(|| format!("there is no {}; run `cargo xtask setup` or set BEARING_NPM", file.display()))?;
    if browser.look("return typeof axe", Vec::new()).await? == "undefined" {
        browser.look(&source, Vec::new()).await?;
        browser.look(OPEN, Vec::new()).await?;
    }
    Ok(())
}

/// Runs axe over the element that `scope` selects, its shadow root and its frames included, or over the whole document;
/// what it cannot say about colours is worked out from the colours themselves.
///
/// # Errors
/// axe-core is not installed, the element is not there, or nothing was looked at.
pub async fn inspect(browser: &Browser, scope: Option<&str>) -> Result<Findings> {
    bring(browser).await?;
    let scope = scope.map_or(Value::Null, |css| json!(css));
    let mut found: Findings = serde_json::from_value(browser.client.execute_async(RUN, vec![scope.clone()]).await?)?;
    ensure!(!found.passes.is_empty() || !found.violations.is_empty(), "axe found nothing to look at");
    let contrast = browser.look(CONTRAST, vec![scope]).await?;
    ensure!(contrast["checked"].as_u64().is_some_and(|checked| checked > 0), "no text to look at");
    found.violations.extend(contrast["faults"].as_array().into_iter().flatten().map(ToString::to_string));
    found.undecided.retain(|open| !open.starts_with("color-contrast at"));
    Ok(found)
}
