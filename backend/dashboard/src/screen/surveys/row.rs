//! One survey of the list, with its score of the last 28 days.

use bearing_shared::api::reports::ScoreReport;
use bearing_shared::api::surveys::SurveyReply;
use bearing_shared::metric::{State, Unit};
use leptos::prelude::*;

use crate::fetch::{self, Loaded};
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::plain::{Piece, all, element, is, node, said, watched};
use crate::part::{metric_name, touchpoint_name};
use crate::screen::survey::state;
use crate::site::site;
use crate::text::fill;

/// One survey.
pub(super) fn row(survey: &SurveyReply) -> Piece {
    let text = words();
    let (words, site, live) = (&text.surveys, site(), live());
    let (id, metric) = (survey.id.0.clone(), survey.survey.metric);
    let (name, badge) = (survey.survey.name.clone(), state(survey.state.name()));
    let path = site.path(&format!("surveys/{id}"));
    let address = move || {
        let today = site.today();
        let pairs = [
            site.parameter(),
            ("survey".to_owned(), id.clone()),
            ("metric".to_owned(), metric.name().to_owned()),
            ("from".to_owned(), today.plus(-27).date()),
            ("to".to_owned(), today.date()),
        ];
        Some(fetch::address("/v1/reports/score", &pairs))
    };
    let score = fetch::reading::<ScoreReport>(address, move || live.scores.get());
    let version = survey.version.map(|version| fill(words.version, &[("n", &locale().count(version.into()))]));
    let edited = survey.edited && survey.version.is_some();
    let touchpoints: Vec<String> = survey.survey.touchpoints.iter().map(|name| touchpoint_name(name)).collect();
    let touchpoints = if touchpoints.is_empty() { words.everywhere.to_owned() } else { touchpoints.join(", ") };
    let heading = node("h2", "", vec![element("a", vec![is("href", path)], vec![said("bdi", "", &name)])]);
    let mut told = version.unwrap_or_default();
    if edited {
        told = format!("{told} · {}", words.edited);
    }
    let facts =
        vec![badge, said("span", "", metric_name(metric)), said("span", "", &told), said("bdi", "", &touchpoints)];
    let what = node("div", "what", vec![heading, node("p", "facts", facts)]);
    let how = node("div", "how", vec![watched(move || score.with(numbers))]);
    node("li", "card survey", vec![what, how])
}

fn numbers(score: &Loaded<ScoreReport>) -> Piece {
    let (words, locale) = (words(), locale());
    let report = match score {
        Loaded::Ready(report) if report.n == 0 => return said("p", "soft", words.surveys.no_answers),
        Loaded::Ready(report) => report,
        Loaded::Failed(_) => return said("p", "soft", words.common.failed),
        _ => return said("p", "quiet", words.common.reading),
    };
    let printed = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
    let (answers, period) =
        (locale.plural(&words.common.answers, report.n), locale.plural(&words.common.last_days, 28));
    if report.state == State::Hidden {
        let told = format!("{answers} · {period}");
        return all(vec![said("p", "soft", words.common.too_few), said("p", "quiet", &told)]);
    }
    let (low, high) = (printed(&report.text.low), printed(&report.text.high));
    let interval = fill(words.common.interval, &[("low", &low), ("high", &high)]);
    let unit = if report.unit == Unit::Percent { "%" } else { "" };
    let number = format!("{}{unit}", printed(&report.text.score));
    all(vec![said("p", "number", &number), said("p", "quiet", &format!("{interval} · {answers} · {period}"))])
}
