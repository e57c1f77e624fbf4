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

/// A touchpoint's name; the empty one is that of answers without any.
pub(crate) fn touchpoint_name(touchpoint: &str) -> String {
    match touchpoint {
        "" => words().common.no_touchpoint.to_owned(),
        "(other)" => words().common.other_values.to_owned(),
        other => other.to_owned(),
    }
}
