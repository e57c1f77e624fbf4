//! Exploring: where a score comes from, what moved it, and what goes with it.

mod changed;
mod drivers;
mod funnel;
mod segments;

use bearing_shared::api::reports::ScoreReport;
use bearing_shared::metric::Metric;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser;
use crate::day::Day;
use crate::fetch::{self, Loaded};
use crate::live::live;
use crate::locale::words;
use crate::part::{Filters, metric_name, use_view};
use crate::site::site;
use crate::view::View;

/// What the parts of the screen are about.
#[derive(Clone, Copy)]
pub(crate) struct About {
    /// What is looked at.
    pub(crate) view: Memo<View>,
    /// Looks at something else.
    pub(crate) change: Callback<View>,
    /// The metric in front.
    pub(crate) metric: Memo<Metric>,
    /// By what it is broken down.
    pub(crate) by: Memo<String>,
    /// Today, where the site is.
    pub(crate) today: Memo<Day>,
}

impl About {
    /// The address of a report about it.
    pub(crate) fn report(&self, name: &str, more: &[(&str, String)]) -> String {
        let mut pairs = self.view.with(|view| view.parameters(&site().id.get(), self.today.get()));
        pairs.push(("metric".into(), self.metric.get().name().into()));
        pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        fetch::address(&format!("/v1/reports/{name}"), &pairs)
    }

    /// The view narrowed to a segment; as it is where the dimension cannot be filtered by.
    pub(crate) fn narrowed(&self, by: &str, value: &str) -> Option<View> {
        let mut view = self.view.get();
        match by {
            "touchpoint" if value != "(other)" => view.touchpoint = Some(value.to_owned()),
            "survey" => view.survey = Some(value.to_owned()),
            _ => {
                let name = by.strip_prefix("attr.")?;
                view.attributes.retain(|(known, _)| known != name);
                view.attributes.push((name.to_owned(), value.to_owned()));
            }
        }
        Some(view)
    }
}

/// Exploring a site's answers.
#[component]
pub(crate) fn Explore() -> impl IntoView {
    let words = words();
    let (site, live) = (site(), live());
    let (view, change) = use_view();
    browser::set_title(words.common.explore);
    let today = Memo::new(move |_| {
        live.scores.track();
        site.today()
    });
    // Without a choice the first metric that has answers.
    let counts = Metric::ALL.map(|metric| {
        let address = move || {
            let mut pairs = view.with(|view| view.parameters(&site.id.get(), today.get()));
            pairs.push(("metric".into(), metric.name().into()));
            view.with(|view| view.metric.is_none()).then(|| fetch::address("/v1/reports/score", &pairs))
        };
        fetch::reading::<ScoreReport>(address, || 0)
    });
    let metric = Memo::new(move |_| {
        let answered =
            |place: &usize| counts[*place].with(|score| matches!(score, Loaded::Ready(report) if report.n > 0));
        view.with(|view| view.metric)
            .unwrap_or_else(|| Metric::ALL[(0..Metric::ALL.len()).find(answered).unwrap_or_default()])
    });
    let by = Memo::new(move |_| view.with(|view| view.by.clone()).unwrap_or_else(|| "touchpoint".into()));
    provide_context(About { view, change, metric, by, today });
    let tabs = Metric::ALL.map(|each| {
        let choose = move |_| change.run(View { metric: Some(each), ..view.get_untracked() });
        view! { <button aria-current=move || (metric.get() == each).then_some("page") on:click=choose>{metric_name(each)}</button> }
    });
    view! {
        <header class="head"><h1>{words.common.explore}</h1><p class="soft">{words.explore.lead}</p>
            <p class="actions">
                <A href=move || format!("{}{}", site.path("settings/shares"), view.with(View::write))>{words.board.share_view}</A>
            </p>
        </header>
        <Filters view=view change=change />
        <nav class="tabs" aria-label=words.common.score>{tabs.collect_view()}</nav>
        <changed::Changed />
        <segments::Segments />
        <div class="two">
            <drivers::Drivers />
            <funnel::Funnel />
        </div>
    }
}

/// What this part of the screen is about.
pub(crate) fn about() -> About {
    expect_context()
}

/// The name of a dimension.
pub(crate) fn dimension_name(by: &str) -> String {
    let words = words();
    match by {
        "touchpoint" => words.common.touchpoint,
        "survey" => words.common.survey,
        "device" => words.explore.device,
        "locale" => words.explore.locale,
        "version" => words.explore.version,
        other => return other.split_once('.').map_or(other, |(_, name)| name).to_owned(),
    }
    .to_owned()
}
