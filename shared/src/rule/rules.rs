//! Display rules as data: what starts a survey, on which pages, for whom, how often.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::address;
use crate::metric::Metric;

/// When a survey is shown, to whom, and how often. The default: on page view, to everybody, until answered or dismissed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What starts it: any one of these; empty: page view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// Names of tracked happenings that call off whatever waits on this page view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancel: Vec<String>,
    /// The pages it is shown on; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<UrlRule>,
    /// The kinds of device it is shown on; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
    /// The locales it is shown to, `pt` standing for `pt-BR` too; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locales: Vec<String>,
    /// What must hold of the respondent's attributes: all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeRule>,
    /// Not before this moment, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Not from this moment on, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The share of visitors who are asked, in percent, 0 to 100 with two decimals; the same visitor always gets the same answer.
    #[serde(default, skip_serializing_if = "Percent::is_all")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub sample_percent: Percent,
    /// Days after an answer or a dismissal from which it may be shown again, 1 to 3,650; absent: never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_after_days: Option<u16>,
    /// The most showings to one visitor who neither answers nor dismisses it, 1 to 100; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<u16>,
    /// Counted answers after which it is shown no more; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<u32>,
}

impl Rules {
    /// Whether nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The rules as browsers need them: addresses written as they write them, and nothing that the server alone keeps.
    #[must_use]
    pub fn for_browsers(&self) -> Self {
        let mut rules = Self { answers: None, ..self.clone() };
        for rule in &mut rules.urls {
            rule.value = address::as_browsers_write(&rule.value);
        }
        rules
    }
}

/// What happens on a page before a survey is due: `{"on": "scroll", "percent": 50, "delay_s": 5}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "Written")]
pub struct Trigger {
    /// What happens.
    #[serde(flatten)]
    pub on: On,
    /// Seconds waited after it has happened, 0 to 3,600.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_s: u16,
}

/// The kinds of happenings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum On {
    /// The page was opened.
    PageView,
    /// The pointer left the page through its upper edge; where there is no pointer, a fast scroll back up.
    ExitIntent,
    /// The page was scrolled this far.
    Scroll {
        /// Percent of the way to the page's end, 1 to 100.
        percent: u8,
    },
    /// Something was clicked.
    Click {
        /// The CSS selector that it, or an element around it, matches.
        selector: String,
    },
    /// Nothing was done for a while.
    Inactivity {
        /// Seconds without pointer, key or scroll, 1 to 3,600.
        seconds: u16,
    },
    /// The page's own code said so by `bearing('track', name)`.
    Track {
        /// The name.
        name: String,
    },
}

/// A trigger as it is written: serde cannot refuse unknown fields and take fields apart by `on` at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    on: Kind,
    percent: Option<u8>,
    selector: Option<String>,
    seconds: Option<u16>,
    name: Option<String>,
    #[serde(default)]
    delay_s: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    PageView,
    ExitIntent,
    Scroll,
    Click,
    Inactivity,
    Track,
}

impl TryFrom<Written> for Trigger {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { on, percent, selector, seconds, name, delay_s } = written;
        let on = match (on, percent, selector, seconds, name) {
            (Kind::PageView, None, None, None, None) => On::PageView,
            (Kind::ExitIntent, None, None, None, None) => On::ExitIntent,
            (Kind::Scroll, Some(percent), None, None, None) => On::Scroll { percent },
            (Kind::Click, None, Some(selector), None, None) => On::Click { selector },
            (Kind::Inactivity, None, None, Some(seconds), None) => On::Inactivity { seconds },
            (Kind::Track, None, None, None, Some(name)) => On::Track { name },
            (Kind::PageView | Kind::ExitIntent, ..) => return Err("this trigger takes no field but `delay_s`"),
            (Kind::Scroll, ..) => return Err("a scroll trigger takes `percent`, and no field else but `delay_s`"),
            (Kind::Click, ..) => return Err("a click trigger takes `selector`, and no field else but `delay_s`"),
            (Kind::Inactivity, ..) => {
                return Err("an inactivity trigger takes `seconds`, and no field else but `delay_s`");
            }
            (Kind::Track, ..) => return Err("a track trigger takes `name`, and no field else but `delay_s`"),
        };
        Ok(Self { on, delay_s })
    }
}

/// One condition on the page's address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UrlRule {
    /// How it is compared.
    #[serde(rename = "match")]
    pub how: UrlMatch,
    /// With what: from the path on where it starts with `/`, else with the whole address; without the fragment unless
    /// it holds a `#`.
    pub value: String,
    /// Whether a page that matches is left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
}

/// How an address is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UrlMatch {
    /// The same, with or without the query.
    Exact,
    /// Starts so.
    Prefix,
    /// Holds it.
    Contains,
    /// The same, `*` standing for any characters; with or without the query.
    Glob,
}

/// The kinds of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A window at least 600 px wide with a fine pointer.
    Desktop,
    /// A window less than 600 px wide.
    Mobile,
    /// A wider window without a fine pointer.
    Tablet,
}

/// One condition on an attribute; exactly one of the four tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AttributeRule {
    /// The attribute.
    pub name: String,
    /// It has one of these values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<String>,
    /// It has none of these values, or is absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is_not: Vec<String>,
    /// It is a number not below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    /// It is a number not above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
}

/// Rest clocks of a site, in days, 0 (none) to 3,650: nothing is shown within so long of the last showing, answer or
/// dismissal of any survey, or of any of one metric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// Between any two surveys.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub site_days: u16,
    /// Between two that measure NPS.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nps_days: u16,
    /// Between two that measure CSAT.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub csat_days: u16,
    /// Between two that measure CES.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ces_days: u16,
}

impl Rest {
    /// The days between two surveys of a metric, 0 for none.
    pub fn days_of(&self, metric: Metric) -> u16 {
        match metric {
            Metric::Nps => self.nps_days,
            Metric::Csat => self.csat_days,
            Metric::Ces => self.ces_days,
        }
    }

    /// Whether no clock is set.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A wish that a browser states for its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Do Not Track.
    Dnt,
    /// Global Privacy Control.
    Gpc,
}

/// A share in hundredths of a percent, 0 to 10,000; a number from 0 to 100 on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub u16);

impl Percent {
    /// Everybody.
    pub const ALL: Self = Self(10_000);

    /// Whether it is everybody.
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }
}

impl Default for Percent {
    fn default() -> Self {
        Self::ALL
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / 100.0)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let percent = f64::deserialize(deserializer)?;
        if !(0.0..=100.0).contains(&percent) {
            return Err(serde::de::Error::custom("a share is a number from 0 to 100"));
        }
        // In range, so that the rounded number fits.
        Ok(Self((percent * 100.0).round() as u16))
    }
}

fn is_zero(number: &u16) -> bool {
    *number == 0
}
