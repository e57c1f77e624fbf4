//! From being asked to being done, a bar a step.

use bearing_shared::api::reports::FunnelReport;
use leptos::prelude::*;

use super::about;
use crate::fetch;
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::Part;

/// From being asked to being done.
#[component]
pub(crate) fn Funnel() -> impl IntoView {
    let words = &words().explore;
    let (about, live) = (about(), live());
    let loaded = fetch::reading::<FunnelReport>(move || Some(about.report("funnel", &[])), move || live.scores.get());
    view! {
        <section class="card">
            <h2>{words.funnel}</h2>
            <Part loaded=loaded draw=|report: &FunnelReport| steps(report) />
        </section>
    }
}

fn steps(report: &FunnelReport) -> AnyView {
    let (words, locale) = (&words().explore, locale());
    let rates = &report.rates;
    let steps = [
        (words.eligible, report.eligible, None),
        (words.shown, report.shown, rates.shown_of_eligible),
        (words.started, report.started, rates.started_of_shown),
        (words.answered, report.answered, rates.answered_of_shown),
        (words.completed, report.completed, rates.completed_of_answered),
        (words.dismissed, report.dismissed, rates.dismissed_of_shown),
    ];
    let most = steps.iter().map(|(_, count, _)| *count).max().unwrap_or_default().max(1);
    let rows = steps.into_iter().map(|(name, count, rate)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="bar"><span style:inline-size=format!("{:.1}%", count as f64 * 100.0 / most as f64)></span></td>
                <td class="count">{locale.count(count)}</td>
                <td class="share quiet">{rate.map(|rate| locale.percent(rate / 100.0))}</td>
            </tr>
        }
    });
    view! { <table class="bars steps"><caption class="visually-hidden">{words.funnel}</caption><tbody>{rows.collect_view()}</tbody></table> }.into_any()
}
