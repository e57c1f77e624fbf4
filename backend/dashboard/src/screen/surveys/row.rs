//! One survey of the list, with its score of the last 28 days.

use bearing_shared::api::reports::ScoreReport;
use bearing_shared::api::surveys::SurveyReply;
use bearing_shared::metric::{State, Unit};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::fetch::{self, Loaded};
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::{Waiting, metric_name, touchpoint_name};
use crate::screen::survey::state;
use crate::site::site;
use crate::text::fill;

/// One survey.
pub(super) fn row(survey: &SurveyReply) -> AnyView {
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
    view! {
        <li class="card survey">
            <div class="what">
                <h2 dir="auto"><A href=path>{name}</A></h2>
                <p class="facts">
                    {badge}
                    <span>{metric_name(metric)}</span>
                    <span>{version}{edited.then(|| format!(" · {}", words.edited))}</span>
                    <bdi>{touchpoints}</bdi>
                </p>
            </div>
            <div class="how">{move || score.with(numbers)}</div>
        </li>
    }
    .into_any()
}

fn numbers(score: &Loaded<ScoreReport>) -> AnyView {
    let (words, locale) = (words(), locale());
    match score {
        Loaded::Ready(report) if report.n == 0 => view! { <p class="soft">{words.surveys.no_answers}</p> }.into_any(),
        Loaded::Ready(report) => {
            let printed = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
            let (low, high) = (printed(&report.text.low), printed(&report.text.high));
            let interval = fill(words.common.interval, &[("low", &low), ("high", &high)]);
            let unit = if report.unit == Unit::Percent { "%" } else { "" };
            let number = match report.state {
                State::Hidden => words.common.too_few.to_owned(),
                _ => format!("{}{unit}", printed(&report.text.score)),
            };
            let class = if report.state == State::Hidden { "soft" } else { "number" };
            view! {
                <p class=class>{number}</p>
                <p class="quiet">
                    {(report.state != State::Hidden).then(|| view! { <span class="interval">{interval}</span>" · " })}
                    {locale.plural(&words.common.answers, report.n)}" · "
                    {locale.plural(&words.common.last_days, 28)}
                </p>
            }
            .into_any()
        }
        Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
        Loaded::Failed(_) => view! { <p class="soft">{words.common.failed}</p> }.into_any(),
        Loaded::Idle => ().into_any(),
    }
}
