//! axe-core in the page: what it finds wrong with what a visitor meets, and how much it looked at.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::template::packages;

/// The interface languages in which every state is looked at. A language joins when its texts are there.
pub const LANGUAGES: [&str; 3] = ["en", "de", "ar"];

/// The colour schemes in which every state is looked at.
pub const SCHEMES: [&str; 2] = ["light", "dark"];

/// All rules, those that are good practice included. What axe cannot decide about colours is told with both colours.
const RUN: &str = "var done = arguments[arguments.length - 1];\
axe.run(arguments[0] || document).then(function (found) {\
  var tell = function (result) { return result.nodes.map(function (node) {\
    var why = node.any.concat(node.all, node.none).map(function (check) { return check.message }).join(' ');\
    return result.id + ' at ' + node.target.join(' ') + ': ' + why }) };\
  var all = function (results) { return [].concat.apply([], results.map(tell)) };\
  done({ violations: all(found.violations), undecided: all(found.incomplete),\
    passes: found.passes.map(function (result) { return result.id }) });\
}, function (error) { done({ violations: ['axe itself: ' + error], undecided: [], passes: [] }) })";

/// What axe found.
#[derive(Debug, Deserialize)]
pub struct Findings {
    /// What is wrong: the rule, the place and the reason.
    pub violations: Vec<String>,
    /// What a person has to decide.
    pub undecided: Vec<String>,
    /// The rules that something was held to and that hold.
    pub passes: Vec<String>,
}

/// Runs axe over the element that `scope` selects, its shadow root included, or over the whole document.
///
/// # Errors
/// axe-core is not installed, the element is not there, or nothing was looked at.
pub async fn inspect(browser: &Browser, scope: Option<&str>) -> Result<Findings> {
    let file = packages().join("axe-core/axe.min.js");
    let source = std::fs::read_to_string(&file)
        .with_context(|| format!("there is no {}; run `cargo xtask setup` or set BEARING_NPM", file.display()))?;
    if browser.look("return typeof axe", Vec::new()).await? == "undefined" {
        browser.look(&source, Vec::new()).await?;
    }
    let scope = scope.map_or(Value::Null, |css| json!(css));
    let found: Findings = serde_json::from_value(browser.client.execute_async(RUN, vec![scope]).await?)?;
    ensure!(!found.passes.is_empty() || !found.violations.is_empty(), "axe found nothing to look at");
    Ok(found)
}
