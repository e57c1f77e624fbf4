//! How many gave each score, as bars with their numbers, and the groups that the score is made of.

use bearing_shared::api::reports::ScoreReport;
use leptos::prelude::*;

use crate::locale::{locale, words};
use crate::part::group_name;

/// Which group a score belongs to, as a class of the bar: the instrument's cut points, as /docs/scoring has them.
fn tone(report: &ScoreReport, score: u8) -> &'static str {
    use bearing_shared::instrument::Orientation::LowerIsBetter;
    let top = report.distribution.keys().max().copied().unwrap_or_default();
    let (good, bad) = match top {
        10 => (9..=10, 0..=6),
        7 => (5..=7, 1..=3),
        _ if report.scale_direction == LowerIsBetter => (1..=2, 4..=5),
        _ => (4..=5, 1..=2),
    };
    if good.contains(&score) {
        "good"
    } else if bad.contains(&score) {
        "bad"
    } else {
        "middle"
    }
}

/// The distribution of a score.
#[component]
pub(crate) fn Distribution(report: ScoreReport) -> impl IntoView {
    let (words, locale) = (words(), locale());
    let most = report.distribution.values().max().copied().unwrap_or_default().max(1);
    let share = |count: u64| if report.n == 0 { 0.0 } else { count as f64 / report.n as f64 };
    let bars = report.distribution.iter().map(|(score, count)| {
        let height = format!("{:.1}%", *count as f64 * 100.0 / most as f64);
        view! {
            <tr class=tone(&report, *score)>
                <th scope="row">{score.to_string()}</th>
                <td class="bar"><span style:inline-size=height></span></td>
                <td class="count">{locale.count(*count)}</td>
                <td class="share quiet">{locale.percent(share(*count))}</td>
            </tr>
        }
    });
    // The best group first, as people read a score.
    let order = ["promoters", "satisfied", "easy", "passives", "neutral", "detractors", "dissatisfied", "difficult"];
    let groups = order.into_iter().filter_map(|name| {
        let count =
            report.groups.iter().find(|(group, _)| AsRef::<str>::as_ref(*group) == name).map(|(_, count)| *count)?;
        let class = match name {
            "promoters" | "satisfied" | "easy" => "good",
            "passives" | "neutral" => "middle",
            _ => "bad",
        };
        Some(view! {
            <li class=class>
                <b>{locale.percent(share(count))}</b>
                <span>{group_name(name)}</span>
            </li>
        })
    });
    view! {
        <ul class="groups">{groups.collect_view()}</ul>
        <table class="bars">
            <caption class="visually-hidden">{words.overview.distribution}</caption>
            <thead class="visually-hidden">
                <tr><th scope="col">{words.common.score}</th><td></td><th scope="col">{words.common.number}</th><td></td></tr>
            </thead>
            <tbody>{bars.collect_view()}</tbody>
        </table>
    }
}
