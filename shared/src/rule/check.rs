//! What rules may be: sizes and ranges, each fault with the path of its field below `rules`.

use super::moment::moment;
use super::{AttributeRule, On, Rest, Rules, Trigger, UrlRule};
use crate::answer::{ATTRIBUTE_LIMIT, is_unseen};
use crate::fault::{Code, Fault};
use crate::question::is_name;
use crate::text::is_locale;

/// The most entries of each list.
const LIST_LIMIT: usize = 20;
/// The most characters of an address's part or a selector.
const TEXT_LIMIT: usize = 200;
/// The most characters of a tracked name.
const NAME_LIMIT: usize = 64;
/// The most seconds of a delay or of inactivity.
const SECONDS_LIMIT: u16 = 3_600;
/// The most days of a rest.
const DAYS_LIMIT: u16 = 3_650;
/// The most showings to one visitor.
const SHOWS_LIMIT: u16 = 100;
/// The largest number that JavaScript knows exactly.
const NUMBER_LIMIT: i64 = (1 << 53) - 1;

impl Rules {
    /// Checks sizes and ranges.
    ///
    /// # Errors
    /// `invalid_field` with the path below the rules (`triggers[1].percent`) and what the field takes.
    pub fn check(&self) -> Result<(), Fault> {
        let lists = [
            ("triggers", self.triggers.len()),
            ("cancel", self.cancel.len()),
            ("urls", self.urls.len()),
            ("devices", self.devices.len()),
            ("locales", self.locales.len()),
            ("attributes", self.attributes.len()),
        ];
        for (name, length) in lists {
            ensure(length <= LIST_LIMIT, name, || format!("At most {LIST_LIMIT} entries."))?;
        }
        each("triggers", &self.triggers, check_trigger)?;
        each("cancel", &self.cancel, |name| ensure(is_tracked(name), "", tracked_wanted))?;
        each("urls", &self.urls, check_url)?;
        each("locales", &self.locales, |locale| {
            ensure(is_locale(locale), "", || "A locale is a tag such as en or pt-BR.".into())
        })?;
        each("attributes", &self.attributes, check_attribute)?;
        let [from, until] = [("from", &self.from), ("until", &self.until)].map(|(name, text)| check_moment(name, text));
        let (from, until) = (from?, until?);
        ensure(from.zip(until).is_none_or(|(from, until)| from < until), "until", || {
            "`until` is after `from`.".into()
        })?;
        ensure(self.again_after_days.is_none_or(|days| (1..=DAYS_LIMIT).contains(&days)), "again_after_days", || {
            format!("1 to {DAYS_LIMIT} days; leave it out for never again.")
        })?;
        ensure(self.shows.is_none_or(|shows| (1..=SHOWS_LIMIT).contains(&shows)), "shows", || {
            format!("1 to {SHOWS_LIMIT} showings; leave it out for no limit.")
        })?;
        ensure(self.answers != Some(0), "answers", || "At least 1 answer; leave it out for no limit.".into())
    }
}

impl Rest {
    /// Checks the ranges.
    ///
    /// # Errors
    /// `invalid_field` with the name of the clock.
    pub fn check(&self) -> Result<(), Fault> {
        let clocks = [
            ("site_days", self.site_days),
            ("nps_days", self.nps_days),
            ("csat_days", self.csat_days),
            ("ces_days", self.ces_days),
        ];
        for (name, days) in clocks {
            ensure(days <= DAYS_LIMIT, name, || format!("0 (no rest) to {DAYS_LIMIT} days."))?;
        }
        Ok(())
    }
}

fn ensure(holds: bool, field: &str, message: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::at(Code::INVALID_FIELD, field, message())) }
}

/// Checks each entry of a list; a fault without a field of its own is the entry's.
fn each<T>(list: &str, entries: &[T], check: impl Fn(&T) -> Result<(), Fault>) -> Result<(), Fault> {
    for (place, entry) in entries.iter().enumerate() {
        let at = format!("{list}[{place}]");
        check(entry).map_err(|fault| match fault.field.as_deref() {
            Some("") => Fault { field: Some(at.clone()), ..fault },
            _ => fault.under(&at),
        })?;
    }
    Ok(())
}

/// Whether a text has 1 to `limit` characters that can all be seen.
fn is_text(text: &str, limit: usize) -> bool {
    (1..=limit).contains(&text.trim().chars().count())
        && text.chars().count() <= limit
        && !text.contains(char::is_control)
}

fn is_tracked(name: &str) -> bool {
    is_text(name, NAME_LIMIT)
}

fn tracked_wanted() -> String {
    format!("A tracked name has 1 to {NAME_LIMIT} characters.")
}

fn check_trigger(trigger: &Trigger) -> Result<(), Fault> {
    ensure(trigger.delay_s <= SECONDS_LIMIT, "delay_s", || format!("0 to {SECONDS_LIMIT} seconds."))?;
    match &trigger.on {
        On::PageView | On::ExitIntent => Ok(()),
        On::Scroll { percent } => ensure((1..=100).contains(percent), "percent", || "1 to 100 percent.".into()),
        On::Click { selector } => ensure(is_text(selector, TEXT_LIMIT), "selector", || {
            format!("A CSS selector of 1 to {TEXT_LIMIT} characters, such as #pay.")
        }),
        On::Inactivity { seconds } => {
            ensure((1..=SECONDS_LIMIT).contains(seconds), "seconds", || format!("1 to {SECONDS_LIMIT} seconds."))
        }
        On::Track { name } => ensure(is_tracked(name), "name", tracked_wanted),
    }
}

fn check_url(rule: &UrlRule) -> Result<(), Fault> {
    ensure(is_text(&rule.value, TEXT_LIMIT), "value", || {
        format!("A part of an address of 1 to {TEXT_LIMIT} characters, such as /checkout or https://shop.example/.")
    })
}

fn check_attribute(rule: &AttributeRule) -> Result<(), Fault> {
    ensure(is_name(&rule.name), "name", || "An attribute's name is 1 to 40 of a–z, 0–9 and _.".into())?;
    let given = [!rule.is.is_empty(), !rule.is_not.is_empty(), rule.at_least.is_some(), rule.at_most.is_some()];
    ensure(given.into_iter().filter(|given| *given).count() == 1, "", || {
        "Give exactly one of `is`, `is_not`, `at_least` and `at_most`.".into()
    })?;
    for (name, values) in [("is", &rule.is), ("is_not", &rule.is_not)] {
        let fits = values.len() <= LIST_LIMIT && values.iter().all(|value| value.chars().count() <= ATTRIBUTE_LIMIT);
        ensure(fits, name, || format!("At most {LIST_LIMIT} values of at most {ATTRIBUTE_LIMIT} characters."))?;
        let seen = !values.iter().any(|value| value.contains(is_unseen));
        ensure(seen, name, || "A value holds a control character; take it out.".into())?;
    }
    for (name, number) in [("at_least", rule.at_least), ("at_most", rule.at_most)] {
        let exact = number.is_none_or(|number| (-NUMBER_LIMIT..=NUMBER_LIMIT).contains(&number));
        ensure(exact, name, || "A whole number that JavaScript knows exactly.".into())?;
    }
    Ok(())
}

fn check_moment(name: &str, text: &Option<String>) -> Result<Option<i64>, Fault> {
    let Some(text) = text else { return Ok(None) };
    let wanted = "Write the moment as RFC 3339 from 1970 on, such as 2026-11-21T09:30:00+01:00.";
    moment(text).map(Some).ok_or_else(|| Fault::at(Code::INVALID_FIELD, name, wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn field(rules: Value) -> Option<String> {
        let rules: Rules = serde_json::from_value(rules).expect("has the form of rules");
        rules.check().err().and_then(|fault| fault.field)
    }

    #[test]
    fn what_rules_may_be_at_their_edges() {
        let rules = json!({
            "triggers": [
                {"on": "page_view", "delay_s": 3600}, {"on": "exit_intent"}, {"on": "scroll", "percent": 100},
                {"on": "click", "selector": "#".repeat(200)}, {"on": "inactivity", "seconds": 3600},
                {"on": "track", "name": "n".repeat(64)},
            ],
            "cancel": ["paid"],
            "urls": [{"match": "glob", "value": "/*", "not": true}],
            "devices": ["desktop", "mobile", "tablet"],
            "locales": ["pt-BR"],
            "attributes": [{"name": "seats", "at_least": NUMBER_LIMIT}, {"name": "plan", "is": vec!["é".repeat(200); 20]}],
            "from": "2026-11-21T09:30:00+01:00",
            "until": "2026-11-21T09:30:00Z",
            "sample_percent": 0.01,
            "again_after_days": 3650,
            "shows": 100,
            "answers": 1,
        });
        assert_eq!(field(rules.clone()), None);
        let read: Rules = serde_json::from_value(rules.clone()).expect("reads");
        assert_eq!(serde_json::to_value(&read).expect("writes"), rules);
        assert_eq!(serde_json::to_value(Rules::default()).expect("writes"), json!({}));
    }

    #[test]
    fn what_rules_may_not_be_names_its_field() {
        let long = "x".repeat(201);
        for (path, rules) in [
            ("triggers", json!({"triggers": vec![json!({"on": "page_view"}); 21]})),
            ("triggers[1].percent", json!({"triggers": [{"on": "page_view"}, {"on": "scroll", "percent": 0}]})),
            ("triggers[0].percent", json!({"triggers": [{"on": "scroll", "percent": 101}]})),
            ("triggers[0].delay_s", json!({"triggers": [{"on": "page_view", "delay_s": 3601}]})),
            ("triggers[0].selector", json!({"triggers": [{"on": "click", "selector": " "}]})),
            ("triggers[0].selector", json!({"triggers": [{"on": "click", "selector": long}]})),
            ("triggers[0].seconds", json!({"triggers": [{"on": "inactivity", "seconds": 0}]})),
            ("triggers[0].name", json!({"triggers": [{"on": "track", "name": ""}]})),
            ("cancel[0]", json!({"cancel": ["a\nb"]})),
            ("urls[0].value", json!({"urls": [{"match": "exact", "value": ""}]})),
            ("urls[0].value", json!({"urls": [{"match": "exact", "value": "/a\n"}]})),
            ("locales[1]", json!({"locales": ["en", "(.*)"]})),
            ("attributes[0].name", json!({"attributes": [{"name": "Plan", "is": ["x"]}]})),
            ("attributes[0]", json!({"attributes": [{"name": "plan"}]})),
            ("attributes[0]", json!({"attributes": [{"name": "plan", "is": ["x"], "at_least": 0}]})),
            ("attributes[0].is_not", json!({"attributes": [{"name": "plan", "is_not": [long]}]})),
            ("attributes[0].at_most", json!({"attributes": [{"name": "n", "at_most": i64::MIN}]})),
            ("from", json!({"from": "tomorrow"})),
            ("until", json!({"until": "2026-11-21"})),
            ("until", json!({"from": "2026-11-21T09:30:00Z", "until": "2026-11-21T09:30:00Z"})),
            ("again_after_days", json!({"again_after_days": 0})),
            ("again_after_days", json!({"again_after_days": 3651})),
            ("shows", json!({"shows": 0})),
            ("shows", json!({"shows": 101})),
            ("answers", json!({"answers": 0})),
        ] {
            assert_eq!(field(rules.clone()).as_deref(), Some(path), "{rules}");
        }
    }

    #[test]
    fn other_fields_and_values_are_refused_as_they_are_read() {
        for rules in [
            json!({"trigger": []}),
            json!({"triggers": [{"on": "scroll"}]}),
            json!({"triggers": [{"on": "page_view", "percent": 5}]}),
            json!({"triggers": [{"on": "page_view", "delay": 5}]}),
            json!({"triggers": [{"on": "hover"}]}),
            json!({"urls": [{"match": "regex", "value": "/"}]}),
            json!({"urls": [{"match": "exact", "value": "/", "case": true}]}),
            json!({"attributes": [{"name": "plan", "is": ["x"], "unless": 1}]}),
            json!({"devices": ["watch"]}),
            json!({"sample_percent": 100.01}),
            json!({"sample_percent": -1}),
            json!({"again_after_days": 1.5}),
        ] {
            serde_json::from_value::<Rules>(rules.clone()).expect_err(&rules.to_string());
        }
    }

    #[test]
    fn a_share_has_two_decimals() {
        let rules: Rules = serde_json::from_value(json!({"sample_percent": 33.333})).expect("reads");
        assert_eq!(serde_json::to_value(&rules).expect("writes"), json!({"sample_percent": 33.33}));
    }

    #[test]
    fn rests_last_ten_years_at_most() {
        assert_eq!(Rest { site_days: 3650, ces_days: 3650, ..Rest::default() }.check(), Ok(()));
        let fault = Rest { csat_days: 3651, ..Rest::default() }.check().expect_err("is refused");
        assert_eq!(fault.field.as_deref(), Some("csat_days"));
    }
}
