//! Cells: the keys under which an answer is counted, and nothing else; the counts themselves are storage's.
//!
//! A cell is (site, survey, instrument, touchpoint, grain, period, dimension, value) → a histogram. Dimensions are
//! marginals, never products: an answer is counted once under each of its own values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::text::is_locale;

/// The dimension that every answer is counted under, with the empty value.
pub const ALL: &str = "all";
/// The value for everything that is not on a declared list: strangers invent values, and none is ever refused for it.
pub const OTHER: &str = "(other)";
/// The dimension of the survey's version.
pub const VERSION: &str = "version";
/// The dimension of the device.
pub const DEVICE: &str = "device";
/// The dimension of the language.
pub const LOCALE: &str = "locale";
/// What the dimension of an attribute begins with.
pub const ATTRIBUTE: &str = "attr.";
/// What the dimension of a choice question begins with.
pub const CHOICE: &str = "choice.";

/// The most values that a dimension tells apart, listed and learned together.
pub const VALUES_LIMIT: usize = 50;

/// A declared attribute: a segment that reports can be asked for, with the values that are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The attribute's name: 1 to 40 of a–z, 0–9 and _.
    pub name: String,
    /// The values that are counted by themselves, at most 50; the rest count as `(other)`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// What of a response decides where it is counted.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The survey's version.
    pub version: u32,
    /// The device as sent.
    pub device: Option<&'a str>,
    /// The locale as sent.
    pub locale: Option<&'a str>,
    /// The attributes when the answer was given.
    pub attributes: &'a BTreeMap<String, String>,
    /// The answers; picked choices are dimensions.
    pub answers: &'a [Answer],
}

/// The (dimension, value) pairs under which a response is counted, each once.
///
/// Lists that strangers could grow without end are closed: devices, languages and declared values, else `(other)`.
pub fn dimensions<'a>(facts: Facts<'a>, declared: &[Dimension]) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    let mut pairs = vec![
        (ALL.into(), "".into()),
        (VERSION.into(), facts.version.to_string().into()),
        (DEVICE.into(), device(facts.device).into()),
        (LOCALE.into(), language(facts.locale)),
    ];
    for dimension in declared {
        if let Some(value) = facts.attributes.get(&dimension.name) {
            pairs.push((attribute(&dimension.name).into(), told_apart(value, &dimension.values).into()));
        }
    }
    for answer in facts.answers {
        for choice in answer.choices.iter().flatten() {
            pairs.push((format!("{CHOICE}{}", answer.question).into(), choice.into()));
        }
    }
    pairs
}

/// The dimension of an attribute.
pub fn attribute(name: &str) -> String {
    format!("{ATTRIBUTE}{name}")
}

/// The value of a cell: one that the dimension lists, else `(other)`.
pub fn told_apart<'a>(sent: &'a str, listed: &[String]) -> &'a str {
    if listed.iter().any(|value| value == sent) { sent } else { OTHER }
}

/// The device of a cell: one of three, else `(other)`.
pub fn device(sent: Option<&str>) -> &'static str {
    match sent {
        Some("desktop") => "desktop",
        Some("mobile") => "mobile",
        Some("tablet") => "tablet",
        _ => OTHER,
    }
}

/// The language of a cell: the locale's first part in lower case, else `(other)`.
pub fn language(locale: Option<&str>) -> Cow<'_, str> {
    // Two letters only: 676 values at the most, whatever strangers send.
    match locale.filter(|tag| is_locale(tag)).and_then(|tag| tag.split('-').next()) {
        Some(tag) if tag.len() != 2 => OTHER.into(),
        Some(tag) if tag.bytes().all(|byte| byte.is_ascii_lowercase()) => tag.into(),
        Some(tag) => tag.to_ascii_lowercase().into(),
        None => OTHER.into(),
    }
}

/// The touchpoint of a cell: one that a survey of the site names, none (empty), else `(other)`.
pub fn touchpoint<'a>(sent: &'a str, named: impl IntoIterator<Item = &'a str>) -> &'a str {
    if sent.is_empty() || named.into_iter().any(|name| name == sent) { sent } else { OTHER }
}

/// The Monday of the ISO week that a day lies in; both in days since 1970-01-01, which was a Thursday.
pub fn week_of(day: i32) -> i32 {
    day - (day + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        // 1970-01-05 was a Monday, 2026-11-16 is one (day 20,773).
        for (day, monday) in
            [(4, 4), (10, 4), (11, 11), (3, -3), (-3, -3), (-4, -10), (20_779, 20_773), (20_773, 20_773)]
        {
            assert_eq!(week_of(day), monday, "{day}");
        }
    }

    #[test]
    fn a_response_is_counted_once_under_each_of_its_values() {
        let attributes = BTreeMap::from([
            ("plan".to_owned(), "pro".to_owned()),
            ("country".to_owned(), "Atlantis".to_owned()),
            ("undeclared".to_owned(), "x".to_owned()),
        ]);
        let declared = [
            Dimension { name: "plan".into(), values: vec!["pro".into()] },
            Dimension { name: "country".into(), values: vec!["NL".into()] },
            Dimension { name: "absent".into(), values: vec![] },
        ];
        let answers = [Answer {
            question: "topics".into(),
            value: None,
            text: None,
            choices: Some(vec!["speed".into(), "price".into()]),
        }];
        let facts = Facts {
            version: 3,
            device: Some("mobile"),
            locale: Some("nl-NL"),
            attributes: &attributes,
            answers: &answers,
        };
        let pairs = dimensions(facts, &declared);
        let shown: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            shown,
            [
                "all=",
                "version=3",
                "device=mobile",
                "locale=nl",
                "attr.plan=pro",
                "attr.country=(other)",
                "choice.topics=speed",
                "choice.topics=price"
            ]
        );
    }

    #[test]
    fn invented_devices_locales_and_touchpoints_make_no_new_cells() {
        assert_eq!(device(Some("toaster")), OTHER);
        assert_eq!(language(Some("klingon-!")), OTHER);
        assert_eq!(language(Some("PT-br")), "pt");
        assert_eq!(touchpoint("checkout", ["checkout"]), "checkout");
        assert_eq!(touchpoint("invented", ["checkout"]), OTHER);
        assert_eq!(touchpoint("", ["checkout"]), "");
    }
}
