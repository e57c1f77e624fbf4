//! The watch over a browser: whatever runs, whatever a policy refuses and whatever became an element is noted from the start
//! of every document on.

use anyhow::{Result, ensure};
use bearing_e2e::browser::Browser;
use serde_json::{Value, json};

use crate::strings::bare;

/// Runs in every document and frame before anything of it. `__ran` is what every string calls; frames of other origins
/// tell it to the window around them.
const EYES: &str = "(function () {\
  var note = function (what) { try { top.__found.push(what) } catch (_) { parent.postMessage('ran', '*') } };\
  if (self === top) {\
    Object.defineProperty(self, '__found', { value: [] });\
    addEventListener('message', function (e) { if (e.data === 'ran') note('a frame ran') });\
  }\
  var ran = function () { note('ran ' + (self === top ? '' : 'in ' + (frameElement && frameElement.id))); return '' };\
  ['__ran', 'alert', 'confirm', 'prompt', 'print'].forEach(function (name) {\
    Object.defineProperty(self, name, { value: ran, writable: false }) });\
  addEventListener('securitypolicyviolation', function (e) {\
    note('policy: ' + e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sample) }, true);\
})()";

/// Everything below a root, shadow roots and frames of the same origin included: what it reads, and what stands in it that
/// none of our pages holds.
const READ: &str = "var words = [], faults = [];\
  var address = function (text) { return /^(javascript|data:text|vbscript)/i.test(text.replace(/[\\u0000-\\u0020]/g, '')) };\
  var look = function (root) {\
    var walker = document.createTreeWalker(root, 5);\
    for (var node = root; node; node = walker.nextNode()) {\
      if (node.nodeType === 3) { words.push(node.data); continue }\
      if (node.nodeType !== 1) continue;\
      ['value', 'placeholder', 'title', 'label'].forEach(function (name) {\
        if (typeof node[name] === 'string') words.push(node[name]) });\
      Array.from(node.attributes).forEach(function (one) {\
        if (/^on/i.test(one.name)) faults.push('attribute ' + one.name + ' of ' + node.localName);\
        if (/^(href|src|action|formaction|data|srcdoc|xlink:href|background|poster)$/i.test(one.name) && address(one.value))\
          faults.push(one.name + ' ' + one.value);\
        if (one.name === 'aria-label') words.push(one.value) });\
      if (/^(object|embed|base|frame|frameset|marquee|math|applet|bgsound|x-y|keygen)$/.test(node.localName)\
        || node.classList.contains('planted')) faults.push('element ' + node.localName);\
      if (node.shadowRoot) look(node.shadowRoot);\
      if (node.localName === 'iframe' && node.contentDocument) look(node.contentDocument.documentElement);\
    }\
  };\
  look(document.documentElement);\
  return { words: words.join('\\n'), faults: faults, found: self.__found, at: location.href,\
    fetched: performance.getEntriesByType('resource').map(function (one) { return one.name })\
      .filter(function (name) { return /evil/.test(name) }) }";

/// What is looked for in the console: policies that refused, and scripts that failed.
const BAD: [&str; 5] = ["Content Security", "TrustedHTML", "TrustedScript", "evil.example", "Uncaught"];

/// Begins to watch a browser.
pub(crate) async fn watch(browser: &Browser) -> Result<()> {
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": EYES })).await?;
    ensure!(browser.console().await?.is_empty(), "the browser has complained before");
    Ok(())
}

/// What a page reads, and what went wrong on it.
pub(crate) struct Seen {
    /// Its texts without blanks.
    pub(crate) words: String,
    /// Executions, violations, and elements that are none of ours.
    pub(crate) faults: Vec<String>,
}

/// Looks at the page that is open.
pub(crate) async fn look(browser: &Browser) -> Result<Seen> {
    let seen = browser.look(READ, Vec::new()).await?;
    ensure!(seen["found"].is_array(), "nobody watched {}", seen["at"]);
    let texts = |name: &str| {
        let all: Vec<String> = seen[name].as_array().into_iter().flatten().map(Value::to_string).collect();
        all
    };
    let mut faults = [texts("found"), texts("faults"), texts("fetched")].concat();
    faults.extend(browser.console().await?.into_iter().filter(|line| BAD.iter().any(|bad| line.contains(bad))));
    let at = seen["at"].as_str().unwrap_or_default();
    Ok(Seen {
        words: bare(seen["words"].as_str().unwrap_or_default()),
        faults: faults.into_iter().map(|fault| format!("{at}: {fault}")).collect(),
    })
}
