//! Two periods against each other, and which segments moved the score.

use bearing_shared::api::reports::{CompareReport, MixSegment};
use leptos::prelude::*;
use leptos_router::components::A;

use super::{About, about, dimension_name};
use crate::day::Day;
use crate::fetch;
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::{Delta, Part, touchpoint_name};
use crate::site::site;
use crate::text::fill;
use crate::view::{Period, View};

/// Segments that are named; what is left moved little.
const NAMED: usize = 5;

/// What changed since the period before, or since a year before.
#[component]
pub(crate) fn Changed() -> impl IntoView {
    let words = &words().explore;
    let (about, live) = (about(), live());
    let year = RwSignal::new(false);
    let all = move || about.view.with(|view| view.period == Period::All);
    let loaded = fetch::reading::<CompareReport>(
        move || {
            let (from, to) = about.view.with(|view| view.period.days(about.today.get()))?;
            let mut more = Vec::new();
            // A change is taken apart by segments of which an answer has one.
            let by = about.by.get();
            if matches!(by.as_str(), "touchpoint" | "device") || by.starts_with("attr.") {
                more.push(("by", by));
            }
            if year.get() {
                // Whole weeks, so that weekdays meet their like.
                more.push(("against_from", Day::plus(from, -364).date()));
                more.push(("against_to", Day::plus(to, -364).date()));
            }
            Some(about.report("compare", &more))
        },
        move || live.scores.get(),
    );
    view! {
        <section class="card">
            <header class="row">
                <h2>{words.changed}</h2>
                <label class="inline-label"><span>{words.compare_with}</span>
                    <select on:change=move |event| year.set(event_target_value(&event) == "year")>
                        <option value="before">{words.period_before}</option>
                        <option value="year">{words.year_before}</option>
                    </select>
                </label>
            </header>
            {move || all().then(|| view! { <p class="soft">{words.choose_period}</p> })}
            <Part loaded=loaded draw=move |report: &CompareReport| changed(about, report) />
        </section>
    }
}

fn changed(about: About, report: &CompareReport) -> AnyView {
    let (words, locale) = (words(), locale());
    let side = |name: &'static str, side: &bearing_shared::api::reports::Side| {
        let days = match (&side.from, &side.to) {
            (Some(from), Some(to)) => {
                fill(words.common.interval, &[("low", &locale.date(from)), ("high", &locale.date(to))])
            }
            _ => String::new(),
        };
        let estimate = &side.estimate;
        view! {
            <div class="side">
                <span class="quiet">{name}" · "{days}</span>
                <b class="big">{estimate.text.score.clone().unwrap_or_else(|| "–".into())}</b>
                <span class="soft">{locale.plural(&words.common.answers, estimate.n.unwrap_or_default())}</span>
            </div>
        }
    };
    let apart = report.mix_rate.as_ref().map(|apart| {
        let values = [("mix", locale.signed(apart.mix)), ("rate", locale.signed(apart.rate))];
        let text = fill(words.explore.mix, &values.each_ref().map(|(name, value)| (*name, value.as_str())));
        let rows = apart.segments.iter().take(NAMED).map(|segment| part(about, &apart.by, segment));
        view! {
            <p class="soft">{text}</p>
            <div class="scroll" tabindex="0" role="region" aria-label=words.explore.changed>
                <table class="data">
                    <thead><tr>
                        <th scope="col">{dimension_name(&apart.by)}</th><th scope="col">{words.explore.part}</th>
                        <th scope="col">{words.explore.before}</th><th scope="col">{words.explore.now}</th><td></td>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <div class="sides">
            {side(words.explore.before, &report.b)}
            {side(words.explore.now, &report.a)}
            <Delta difference=report.difference.clone() missing=words.overview.no_previous.to_owned() />
        </div>
        {apart}
    }
    .into_any()
}

/// One segment's part in the change, and the way to what its customers said.
fn part(about: About, by: &str, segment: &MixSegment) -> AnyView {
    let (words, locale, site) = (words(), locale(), site());
    let score = |score: Option<f64>, n: u64| {
        let score = score.map_or_else(|| "–".to_owned(), |score| locale.number(score, 0));
        format!("{score} (n = {})", locale.count(n))
    };
    let name = segment.value.as_deref().map_or_else(|| words.common.no_touchpoint.to_owned(), touchpoint_name);
    let comments = segment.value.as_deref().and_then(|value| about.narrowed(by, value)).map(|next: View| {
        let query = next.write();
        let path = format!("{}{query}{}comment=true", site.path("responses"), if query.is_empty() { "?" } else { "&" });
        view! { <A href=path>{words.explore.read_comments}</A> }
    });
    view! {
        <tr>
            <th scope="row"><bdi>{name}</bdi></th>
            <td class="strong">{locale.signed(segment.mix + segment.rate)}</td>
            <td>{score(segment.score_b, segment.n_b)}</td>
            <td>{score(segment.score_a, segment.n_a)}</td>
            <td>{comments}</td>
        </tr>
    }
    .into_any()
}
