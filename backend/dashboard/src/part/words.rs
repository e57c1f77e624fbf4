//! Names of things in the reader's language.

use bearing_shared::metric::Metric;

use crate::locale::words;

/// A metric's short name.
pub(crate) fn metric_name(metric: Metric) -> &'static str {
    let words = &words().common;
    match metric {
        Metric::Nps => words.nps,
        Metric::Csat => words.csat,
        Metric::Ces => words.ces,
    }
}

/// What a metric tells.
pub(crate) fn metric_long(metric: Metric) -> &'static str {
    let words = &words().common;
    match metric {
        Metric::Nps => words.nps_long,
        Metric::Csat => words.csat_long,
        Metric::Ces => words.ces_long,
    }
}

/// A group's name.
pub(crate) fn group_name(group: &str) -> String {
    let words = &words().common;
    match group {
        "promoters" => words.promoters,
        "passives" => words.passives,
        "detractors" => words.detractors,
        "satisfied" => words.satisfied,
        "neutral" => words.neutral,
        "dissatisfied" => words.dissatisfied,
        "easy" => words.easy,
        "difficult" => words.difficult,
        other => return other.to_owned(),
    }
    .to_owned()
}

/// What a filter is narrowed to, part by part, by the names that reports take; `survey` is the name of its survey.
pub(crate) fn filter_words(filter: &[(String, String)], survey: Option<&str>) -> Vec<String> {
    let words = words();
    let part = |(name, value): &(String, String)| {
        let (name, value) = match name.as_str() {
            "metric" => {
                let metric = Metric::named(value).map(metric_name);
                (words.board.metric, metric.unwrap_or(value).to_owned())
            }
            "survey" => (words.common.survey, survey.unwrap_or(value).to_owned()),
            "touchpoint" => (words.common.touchpoint, touchpoint_name(value)),
            "version" => (words.explore.version, value.clone()),
            "device" => (words.explore.device, value.clone()),
            "locale" => (words.explore.locale, value.clone()),
            other => (other.strip_prefix("attr.").unwrap_or(other), value.clone()),
        };
        format!("{name}: {value}")
    };
    filter.iter().map(part).collect()
}

/// A touchpoint's name; the empty one is that of answers without any.
pub(crate) fn touchpoint_name(touchpoint: &str) -> String {
    match touchpoint {
        "" => words().common.no_touchpoint.to_owned(),
        "(other)" => words().common.other_values.to_owned(),
        other => other.to_owned(),
    }
}
