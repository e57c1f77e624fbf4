//! What fits: nothing cut off, nothing beside the window, targets that are large enough and can be hit.

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::browser::Browser;

/// The least width and height of a target in CSS pixels (WCAG 2.2, success criterion 2.5.8).
const TARGET: u32 = 24;

/// Looks at the card, or at a page of ours where there is none. What is one pixel large is there to be heard alone, and the
/// trap for programs is to be seen nowhere.
const MEASURE: &str = "var least = arguments[0];\
var host = document.querySelector('bearing-survey');\
var root = host ? host.shadowRoot : document;\
var box = root.querySelector('section, dialog, main');\
var faults = [], width = document.documentElement.clientWidth, height = innerHeight;\
var name = function (part) { return (part.localName + ' ' + (part.className || part.value || '') + ' ' + part.textContent.trim().slice(0, 20)).trim() };\
var seen = function (part) { var at = part.getBoundingClientRect();\
  return !part.closest('.trap') && part.checkVisibility({ visibilityProperty: true }) && at.width > 1 && at.height > 1 };\
var outer = box.getBoundingClientRect();\
if (outer.left < -0.5 || outer.right > width + 0.5) faults.push('the card lies beside the window: ' + outer.left + ' to ' + outer.right);\
if (host && (outer.top < -0.5 || outer.bottom > height + 0.5)) faults.push('the card is higher than the window: ' + outer.top + ' to ' + outer.bottom);\
if (box.scrollWidth > box.clientWidth) faults.push('the card scrolls sideways: ' + box.scrollWidth + ' in ' + box.clientWidth);\
if (!host && document.documentElement.scrollWidth > width) faults.push('the page scrolls sideways');\
var trap = box.querySelector('.trap'), hidden = trap && trap.getBoundingClientRect();\
if (trap && (hidden.width > 1 || hidden.height > 1 || getComputedStyle(trap).overflow != 'hidden')) faults.push('the trap can be seen');\
var parts = Array.from(box.querySelectorAll('*')).filter(seen);\
parts.forEach(function (part) {\
  var at = part.getBoundingClientRect();\
  if (at.left < outer.left - 0.5 || at.right > outer.right + 0.5) faults.push(name(part) + ' lies outside the card');\
  Array.from(part.childNodes).forEach(function (node) {\
    if (node.nodeType != 3 || !node.data.trim()) return;\
    var range = document.createRange(); range.selectNodeContents(node);\
    var words = range.getBoundingClientRect();\
    if (words.left < at.left - 1 || words.right > at.right + 1 || words.top < at.top - 1 || words.bottom > at.bottom + 1)\
      faults.push('the words of ' + name(part) + ' are cut off');\
  });\
});\
var targets = parts.filter(function (part) { return part.matches('button, a[href], textarea, input, iframe') })\
  .map(function (part) { return part.labels && /radio|checkbox/.test(part.type) ? part.labels[0] : part });\
var areas = targets.map(function (part) { return part.getBoundingClientRect() });\
targets.forEach(function (part, i) {\
  if (areas[i].width < least || areas[i].height < least) faults.push(name(part) + ' is ' + areas[i].width + ' by ' + areas[i].height);\
  for (var j = 0; j < i; j++) {\
    var a = areas[i], b = areas[j];\
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5)\
      faults.push(name(part) + ' lies over ' + name(targets[j]));\
  }\
});\
targets.forEach(function (part) {\
  part.scrollIntoView({ block: 'nearest', behavior: 'instant' });\
  var at = part.getBoundingClientRect();\
  var top = Math.max(at.top, 0), bottom = Math.min(at.bottom, innerHeight);\
  for (var over = part.parentElement; over; over = over.parentElement) if (getComputedStyle(over).overflowY == 'auto') {\
    top = Math.max(top, over.getBoundingClientRect().top); bottom = Math.min(bottom, over.getBoundingClientRect().bottom) }\
  if (bottom - top < Math.min(least, at.height) - 0.5) faults.push(name(part) + ' is out of sight');\
  var hit = root.elementFromPoint((at.left + at.right) / 2, (top + bottom) / 2);\
  if (!hit || !(part.contains(hit) || hit.contains(part) && hit.localName == 'label')) faults.push(name(part) + ' cannot be hit');\
});\
return { faults: faults, targets: targets.length }";

/// What does not fit.
#[derive(Debug, Deserialize)]
pub struct Fit {
    /// What is wrong and where.
    pub faults: Vec<String>,
    /// How many targets were looked at.
    pub targets: usize,
}

/// Measures the card on the page, or the page of ours that is open.
///
/// # Errors
/// There is neither.
pub async fn measure(browser: &Browser) -> Result<Fit> {
    let fit: Fit = serde_json::from_value(browser.look(MEASURE, vec![json!(TARGET)]).await?)?;
    ensure!(fit.targets > 0 || !fit.faults.is_empty() || is_thanks(browser).await?, "there was nothing to measure");
    Ok(fit)
}

/// The thanks of a hosted form leave nothing to click.
async fn is_thanks(browser: &Browser) -> Result<bool> {
    Ok(browser.look("return !!document.querySelector('main .thanks')", Vec::new()).await? == true)
}

/// A window: its width and height in CSS pixels, and the device's pixels to one of them.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Its name in a complaint.
    pub name: &'static str,
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// 2 where the visitor has zoomed to 200 %.
    pub scale: u32,
}

/// The windows in which nothing may be lost: the narrowest that WCAG asks for, on a phone and on a desktop at 400 %; and
/// an ordinary desktop at 200 %.
pub const WINDOWS: [Window; 3] = [
    Window { name: "320 wide", width: 320, height: 640, scale: 1 },
    Window { name: "1280 by 1024 at 400 %", width: 320, height: 256, scale: 4 },
    Window { name: "1280 by 800 at 200 %", width: 640, height: 400, scale: 2 },
];

impl Window {
    /// Gives the browser this window.
    ///
    /// # Errors
    /// The session broke.
    pub async fn set(self, browser: &Browser) -> Result<()> {
        let metrics =
            json!({ "width": self.width, "height": self.height, "deviceScaleFactor": self.scale, "mobile": false });
        browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
    }
}
