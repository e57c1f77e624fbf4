//! Numbers, dates and plurals as the reader's locale writes them, by the browser's own `Intl`.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::day::Day;
use crate::text::{Language, Plural, Text, fill};

/// How the reader reads.
#[derive(Clone, Copy)]
pub(crate) struct Locale {
    /// The language of the words.
    pub(crate) language: Language,
    text: &'static Text,
    tag: StoredValue<String>,
}

/// The words in the reader's language.
pub(crate) fn words() -> &'static Text {
    locale().text
}

/// How the reader reads.
pub(crate) fn locale() -> Locale {
    expect_context()
}

impl Locale {
    /// The locale of a reader of a language, whose words these are and whose browser asks for `browser`, the best first.
    pub(crate) fn of(language: Language, text: &'static Text, browser: &[String]) -> Self {
        // The browser's tag of that language knows the country too, and with it how dates are written. Digits are those
        // of the API's printed numbers everywhere: a score must read the same on the screen as in an export.
        let tag = browser.iter().find(|tag| tag.split('-').next() == Some(language.tag));
        let tag = tag.map_or(language.tag, String::as_str);
        let tag = if language.tag == "ar" { "ar-u-nu-latn" } else { tag };
        Self { language, text, tag: StoredValue::new(tag.to_owned()) }
    }

    fn locales(&self) -> Array {
        Array::of1(&JsValue::from_str(&self.tag.get_value()))
    }

    /// A number with at most so many digits behind the point.
    pub(crate) fn number(&self, number: f64, digits: u32) -> String {
        let options = options(&[("maximumFractionDigits", JsValue::from(digits))]);
        // `-0` is never shown.
        let number = if number == 0.0 { 0.0 } else { number };
        call(&Intl::NumberFormat::new(&self.locales(), &options).format(), &JsValue::from(number))
    }

    /// A whole number.
    pub(crate) fn count(&self, number: u64) -> String {
        self.number(number as f64, 0)
    }

    /// A difference with its sign.
    pub(crate) fn signed(&self, number: f64) -> String {
        let shown = [("maximumFractionDigits", JsValue::from(1)), ("signDisplay", "exceptZero".into())];
        let text = call(&Intl::NumberFormat::new(&self.locales(), &options(&shown)).format(), &JsValue::from(number));
        // A sign stays before its number in a line that runs the other way (isolates of Unicode's UAX 9).
        if self.language.direction() == "rtl" { format!("\u{2066}{text}\u{2069}") } else { text }
    }

    /// A share, 0 to 1, in percent.
    pub(crate) fn percent(&self, share: f64) -> String {
        let shown = [("style", JsValue::from("percent")), ("maximumFractionDigits", JsValue::from(1))];
        call(&Intl::NumberFormat::new(&self.locales(), &options(&shown)).format(), &JsValue::from(share))
    }

    /// The form of a text for a number, with the number as `{n}`.
    pub(crate) fn plural(&self, text: &Plural, number: u64) -> String {
        let rules = Intl::PluralRules::new(&self.locales(), &Object::new());
        let category = rules.select(number as f64).as_string().unwrap_or_default();
        let category = if number == 0 && !text.zero.is_empty() { "zero".to_owned() } else { category };
        fill(text.form(&category), &[("n", &self.count(number))])
    }

    /// A date of the API, such as `2026-11-21`, as people write it, with the year.
    pub(crate) fn date(&self, date: &str) -> String {
        self.written(date, &[("day", "numeric"), ("month", "short"), ("year", "numeric")])
    }

    /// A date of the API without its year, for axes.
    pub(crate) fn short_date(&self, date: &str) -> String {
        self.written(date, &[("day", "numeric"), ("month", "short")])
    }

    /// A month of the API's date, for axes over years.
    pub(crate) fn month(&self, date: &str) -> String {
        self.written(date, &[("month", "short"), ("year", "2-digit")])
    }

    /// A moment of the API (RFC 3339), in the reader's own time zone.
    pub(crate) fn moment(&self, moment: &str) -> String {
        let shown = [("dateStyle", JsValue::from("medium")), ("timeStyle", JsValue::from("short"))];
        let date = Date::new(&JsValue::from_str(moment));
        call(&Intl::DateTimeFormat::new(&self.locales(), &options(&shown)).format(), &date)
    }

    /// The time of day of a moment (ms since 1970 UTC), in the reader's own time zone.
    pub(crate) fn time(&self, moment: f64) -> String {
        let date = Date::new(&JsValue::from(moment));
        call(&Intl::DateTimeFormat::new(&self.locales(), &options(&[("timeStyle", "medium".into())])).format(), &date)
    }

    /// How long ago a moment of the API was: "3 minutes ago".
    pub(crate) fn ago(&self, moment: &str) -> String {
        let seconds = (Date::new(&JsValue::from_str(moment)).get_time() - Date::now()) / 1_000.0;
        let units = [("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0)]
            .into_iter()
            .find(|(_, unit)| seconds.abs() >= *unit);
        let (unit, length) = units.unwrap_or(("second", 1.0));
        if unit == "day" && seconds.abs() > 30.0 * 86_400.0 {
            return self.moment(moment);
        }
        let format = Intl::RelativeTimeFormat::new(&self.locales(), &options(&[("numeric", JsValue::from("auto"))]));
        String::from(format.format((seconds / length).round(), unit))
    }

    /// A language's name in the reader's language; the tag itself where the browser knows none.
    pub(crate) fn language_name(&self, tag: &str) -> String {
        let names = Intl::DisplayNames::new(&self.locales(), &options(&[("type", JsValue::from("language"))]));
        // Called by hand: what is no tag is thrown, and must not stop the dashboard.
        let of = Reflect::get(&names, &JsValue::from("of")).ok().and_then(|of| of.dyn_into::<Function>().ok());
        let name = of.and_then(|of| of.call1(&names, &JsValue::from_str(tag)).ok()).and_then(|name| name.as_string());
        name.unwrap_or_else(|| tag.to_owned())
    }

    fn written(&self, date: &str, parts: &[(&str, &str)]) -> String {
        let Some(day) = date.get(..10).and_then(Day::parse) else { return date.to_owned() };
        let mut shown: Vec<(&str, JsValue)> =
            parts.iter().map(|(name, value)| (*name, JsValue::from(*value))).collect();
        // A date has no time zone: read and written in the same one, it stays the day that it is.
        shown.push(("timeZone", "UTC".into()));
        let moment = Date::new(&JsValue::from(f64::from(day.0) * 86_400_000.0));
        call(&Intl::DateTimeFormat::new(&self.locales(), &options(&shown)).format(), &moment)
    }
}

/// Today in a time zone.
pub(crate) fn today(time_zone: &str) -> Day {
    let zone = if time_zone.is_empty() { "UTC" } else { time_zone };
    let format = Intl::DateTimeFormat::new(&Array::of1(&"en-CA".into()), &options(&[("timeZone", zone.into())]));
    let utc = || Day((Date::now() / 86_400_000.0) as i32);
    Day::parse(&call(&format.format(), &Date::new_0())).unwrap_or_else(utc)
}

/// A moment of the API (RFC 3339) as an input of date and time holds it, in the reader's own time zone.
pub(crate) fn to_input(moment: &str) -> String {
    let date = Date::new(&JsValue::from_str(moment));
    let local = Date::new(&JsValue::from(date.get_time() - date.get_timezone_offset() * 60_000.0));
    let text = if local.get_time().is_nan() { String::new() } else { String::from(local.to_iso_string()) };
    text.get(..16).unwrap_or_default().to_owned()
}

/// The moment that an input of date and time holds, as the API writes it; `None` for none.
pub(crate) fn from_input(text: &str) -> Option<String> {
    let date = Date::new(&JsValue::from_str(text));
    (!date.get_time().is_nan()).then(|| String::from(date.to_iso_string()))
}

fn options(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

fn call(format: &Function, value: &JsValue) -> String {
    format
        .call1(&JsValue::NULL, value)
        .ok()
        .and_then(|text| text.dyn_into::<js_sys::JsString>().ok())
        .map_or_else(String::new, String::from)
}
