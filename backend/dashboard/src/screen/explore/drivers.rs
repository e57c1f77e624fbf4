//! What goes with the score: segments, reasons and touchpoints by what they do to the whole.

use bearing_shared::api::reports::{Driver, DriversReport};
use leptos::prelude::*;

use super::{about, dimension_name};
use crate::fetch;
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::{Empty, Icon, Part, touchpoint_name};
use crate::text::fill;

/// Drivers that are named.
const NAMED: usize = 8;

/// What goes with the score.
#[component]
pub(crate) fn Drivers() -> impl IntoView {
    let words = &words().explore;
    let (about, live) = (about(), live());
    let loaded = fetch::reading::<DriversReport>(move || Some(about.report("drivers", &[])), move || live.scores.get());
    view! {
        <section class="card">
            <h2>{words.drivers}</h2>
            <p class="quiet">{words.driver_hint}</p>
            <Part loaded=loaded draw=|report: &DriversReport| list(report) />
        </section>
    }
}

fn list(report: &DriversReport) -> AnyView {
    let real: Vec<&Driver> = report.drivers.iter().filter(|driver| driver.impact.significant).take(NAMED).collect();
    if real.is_empty() {
        return view! { <Empty text=words().explore.no_drivers.to_owned() /> }.into_any();
    }
    let most = real.iter().map(|driver| driver.impact.delta.abs()).fold(0.0, f64::max).max(0.1);
    let items = real.into_iter().map(|driver| item(driver, most));
    view! { <ul class="drivers">{items.collect_view()}</ul> }.into_any()
}

fn item(driver: &Driver, most: f64) -> AnyView {
    let (words, locale) = (&words().explore, locale());
    let better = driver.impact.delta > 0.0;
    let (class, icon) = if better { ("good", "better") } else { ("bad", "worse") };
    let size = format!("{:.1}%", driver.impact.delta.abs() * 100.0 / most);
    let share = fill(words.share, &[("share", &locale.percent(driver.prevalence))]);
    view! {
        <li class=class>
            <span class="what"><span class="quiet">{dimension_name(&driver.by)}</span>" "<bdi>{touchpoint_name(&driver.value)}</bdi></span>
            <span class="effect"><Icon name=icon /><b>{locale.signed(driver.impact.delta)}</b></span>
            <span class="size" aria-hidden="true"><i style:inline-size=size></i></span>
            <span class="quiet">{share}</span>
        </li>
    }
    .into_any()
}
