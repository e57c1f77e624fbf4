//! One metric in one look: its score, how sure it is, from how many answers, and whether it has changed.

use bearing_shared::api::reports::{ScoreReport, TrendReport};
use bearing_shared::metric::{Metric, State, Unit};
use leptos::prelude::*;

use crate::fetch::Loaded;
use crate::locale::{locale, words};
use crate::part::{Delta, Spark, Waiting, metric_long, metric_name};
use crate::text::fill;

/// What a score can be.
pub(crate) fn limits(unit: Unit) -> (f64, f64) {
    match unit {
        Unit::Points => (-100.0, 100.0),
        Unit::Percent => (0.0, 100.0),
    }
}

/// A metric's card; pressing it puts the metric in front.
#[component]
pub(crate) fn ScoreCard(
    metric: Metric,
    score: ReadSignal<Loaded<ScoreReport>, LocalStorage>,
    trend: ReadSignal<Loaded<TrendReport>, LocalStorage>,
    #[prop(into)] chosen: Signal<bool>,
    against: Signal<String>,
    choose: Callback<()>,
) -> impl IntoView {
    let words = words();
    let body = move || {
        score.with(|score| match score {
            Loaded::Ready(report) if report.n == 0 => {
                view! { <p class="big none">"–"</p><p class="soft">{words.overview.no_answers}</p> }.into_any()
            }
            Loaded::Ready(report) => view! { <Numbers report=report.clone() against=against /> }.into_any(),
            Loaded::Failed(problem) if problem.code == "mixed_instruments" => {
                view! { <p class="soft">{words.overview.mixed}" "{words.overview.choose_survey}</p> }.into_any()
            }
            Loaded::Failed(problem) => {
                let text =
                    if problem.message.is_empty() { words.common.failed.to_owned() } else { problem.message.clone() };
                view! { <p class="bad">{text}</p> }.into_any()
            }
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    };
    let spark = move || {
        trend.with(|trend| {
            trend.ready().map(|trend| view! { <Spark points=trend.points.clone() limits=limits(trend.unit) /> })
        })
    };
    view! {
        <section class="card metric" class:chosen=chosen>
            <header>
                <h2>
                    <button class="choose" aria-pressed=move || chosen.get().to_string() on:click=move |_| choose.run(())>
                        {metric_name(metric)}
                    </button>
                </h2>
                {spark}
            </header>
            {body}
            <p class="explain">{metric_long(metric)}</p>
        </section>
    }
}

/// The numbers of a card with answers, as the server printed them.
#[component]
fn Numbers(report: ScoreReport, against: Signal<String>) -> impl IntoView {
    let (words, locale) = (words(), locale());
    let printed = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".into());
    let unit = if report.unit == Unit::Percent { "%" } else { "" };
    let interval =
        fill(words.common.interval, &[("low", &printed(&report.text.low)), ("high", &printed(&report.text.high))]);
    let hidden = report.state == State::Hidden;
    let wide = report.state == State::Wide;
    let note = match report.state {
        State::Hidden => Some(words.common.too_few),
        State::Wide => Some(words.common.wide),
        State::Indicative => Some(words.common.indicative),
        State::Plain => None,
    };
    let big = match (hidden, wide) {
        (true, _) => "–".to_owned(),
        (_, true) => format!("{interval}{unit}"),
        _ => format!("{}{unit}", printed(&report.text.score)),
    };
    let below = (!hidden && !wide).then(|| format!("{interval}{unit}"));
    let difference = report.previous.as_ref().and_then(|previous| previous.difference.clone()).filter(|_| !hidden);
    let compared = difference.is_some();
    view! {
        <p class="big" class:range=wide data-score=report.text.score.clone()>{big}</p>
        <p class="sure">
            {below.map(|text| view! { <span class="interval" data-low=report.text.low.clone() data-high=report.text.high.clone()>{text}</span> })}
            <span class="n" data-n=report.n.to_string()>{locale.plural(&words.common.answers, report.n)}</span>
            {note.map(|note| view! { <span class="note">{note}</span> })}
        </p>
        <Delta difference=difference missing=words.overview.no_previous.to_owned() />
        {compared.then(|| view! { <p class="quiet">{move || against.get()}</p> })}
    }
}
