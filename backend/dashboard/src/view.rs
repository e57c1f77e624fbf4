//! What a view shows, as its address says it: a view can be sent to somebody else.

use bearing_shared::metric::Metric;

use crate::day::Day;
use crate::query;

/// A stretch of time, by the site's days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Period {
    /// The last so many days, today included.
    Last(u16),
    /// From the first to the last day, both included.
    Between(Day, Day),
    /// Everything.
    All,
}

impl Period {
    /// The periods offered with one click, in days.
    pub const OFFERED: [u16; 4] = [7, 28, 91, 364];

    /// The first and the last day, when today is `today`.
    pub fn days(&self, today: Day) -> Option<(Day, Day)> {
        match self {
            Self::Last(days) => Some((today.plus(1 - i32::from(*days)), today)),
            Self::Between(from, to) => Some((*from, *to)),
            Self::All => None,
        }
    }

    /// The length of the buckets in which a trend over it can be read: about ten to sixty of them.
    pub fn bucket(&self) -> &'static str {
        let days = match self {
            Self::Last(days) => i32::from(*days),
            Self::Between(from, to) => to.0 - from.0 + 1,
            Self::All => i32::MAX,
        };
        match days {
            ..=45 => "day",
            46..=400 => "week",
            _ => "month",
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Last(days) => format!("{days}d"),
            Self::Between(from, to) => format!("{}..{}", from.date(), to.date()),
            Self::All => "all".into(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (Day::parse(from)?, Day::parse(to)?);
            return (from <= to).then_some(Self::Between(from, to));
        }
        text.strip_suffix('d')?.parse().ok().filter(|days| (1..=3_660).contains(days)).map(Self::Last)
    }
}

/// What a view shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The metric in front; the first with answers where none is named.
    pub metric: Option<Metric>,
    /// Only this survey.
    pub survey: Option<String>,
    /// Only this touchpoint; the empty one is that of answers without any.
    pub touchpoint: Option<String>,
    /// When.
    pub period: Period,
    /// Only answers with these attributes.
    pub attributes: Vec<(String, String)>,
    /// By what it is broken down: `touchpoint`, `device`, `attr.plan` and so on.
    pub by: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            metric: None,
            survey: None,
            touchpoint: None,
            period: Period::Last(28),
            attributes: Vec::new(),
            by: None,
        }
    }
}

impl View {
    /// The view that a query describes; what it does not understand it leaves out.
    pub fn read(query: &str) -> Self {
        let mut view = Self::default();
        for (name, value) in query::read(query) {
            match name.as_str() {
                "metric" => view.metric = Metric::named(&value),
                "survey" => view.survey = Some(value).filter(|value| !value.is_empty()),
                // A dash stands for answers without a touchpoint: an empty value would look like none named.
                "touchpoint" => view.touchpoint = Some(if value == "-" { String::new() } else { value }),
                "period" => view.period = Period::read(&value).unwrap_or(view.period),
                "by" => view.by = Some(value).filter(|value| !value.is_empty()),
                _ => {
                    if let Some(attribute) = name.strip_prefix("attr.") {
                        view.attributes.push((attribute.to_owned(), value));
                    }
                }
            }
        }
        view
    }

    /// The query that describes the view, with its question mark; empty for the usual view.
    pub fn write(&self) -> String {
        let usual = Self::default();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
        if let Some(metric) = self.metric {
            add("metric", metric.name().to_owned());
        }
        if let Some(survey) = &self.survey {
            add("survey", survey.clone());
        }
        if let Some(touchpoint) = &self.touchpoint {
            add("touchpoint", if touchpoint.is_empty() { "-".into() } else { touchpoint.clone() });
        }
        if self.period != usual.period {
            add("period", self.period.write());
        }
        for (name, value) in &self.attributes {
            add(&format!("attr.{name}"), value.clone());
        }
        if let Some(by) = &self.by {
            add("by", by.clone());
        }
        let query = query::write(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The parameters of a report of the API about this view: the filter, and nothing of what is in front.
    pub fn parameters(&self, site: &str, today: Day) -> Vec<(String, String)> {
        let mut pairs = vec![("site".to_owned(), site.to_owned())];
        pairs.extend(self.survey.iter().map(|survey| ("survey".to_owned(), survey.clone())));
        pairs.extend(self.touchpoint.iter().map(|touchpoint| ("touchpoint".to_owned(), touchpoint.clone())));
        if let Some((from, to)) = self.period.days(today) {
            pairs.push(("from".to_owned(), from.date()));
            pairs.push(("to".to_owned(), to.date()));
        }
        pairs.extend(self.attributes.iter().map(|(name, value)| (format!("attr.{name}"), value.clone())));
        pairs
    }

    /// Whether anything but the period narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.survey.is_some() || self.touchpoint.is_some() || !self.attributes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_its_address() {
        let view = View {
            metric: Some(Metric::Ces),
            survey: Some("sv_1".into()),
            touchpoint: Some("check & out".into()),
            period: Period::Between(Day(20_000), Day(20_030)),
            attributes: vec![("plan".into(), "pro".into()), ("country".into(), "N=L".into())],
            by: Some("attr.plan".into()),
        };
        assert_eq!(View::read(&view.write()), view);
        let without = View { touchpoint: Some(String::new()), ..View::default() };
        assert_eq!(View::read(&without.write()), without);
        assert_eq!(View::default().write(), "");
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let view = View::read("?metric=zzz&period=9999999d&touchpoint=a&new=1");
        assert_eq!(view, View { touchpoint: Some("a".into()), ..View::default() });
        assert_eq!(View::read("period=2026-11-21..2026-11-20").period, Period::Last(28));
    }

    #[test]
    fn a_period_ends_today_and_has_its_length() {
        let (from, to) = Period::Last(7).days(Day(20)).expect("it has days");
        assert_eq!((from, to), (Day(14), Day(20)));
        assert_eq!([7, 28, 91, 364].map(|days| Period::Last(days).bucket()), ["day", "day", "week", "week"]);
    }
}
