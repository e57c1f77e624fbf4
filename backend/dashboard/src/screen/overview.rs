//! The overview: how are we doing, is it real, and what do people say?

mod first_steps;

use bearing_shared::api::Page;
use bearing_shared::api::reports::{FunnelReport, ScoreReport, TrendReport};
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::metric::Metric;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser;
use crate::fetch;
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::{Comment, Distribution, Empty, Filters, Part, ScoreCard, Trend, metric_name, use_view};
use crate::screen::responses::{Asked, asked};
use crate::site::site;
use crate::text::fill;
use crate::view::{Period, View};

/// The overview of a site.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let (words, locale) = (words(), locale());
    let (site, live) = (site(), live());
    let (view, change) = use_view();
    browser::set_title(words.common.overview);
    let today = Memo::new(move |_| {
        // A day ends while a dashboard hangs on a wall.
        live.scores.track();
        site.today()
    });
    let pairs = move |more: &[(&str, &str)]| {
        let mut pairs = view.with(|view| view.parameters(&site.id.get(), today.get()));
        pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        pairs
    };
    let scores = Metric::ALL.map(|metric| {
        fetch::reading::<ScoreReport>(
            move || Some(fetch::address("/v1/reports/score", &pairs(&[("metric", metric.name())]))),
            move || live.scores.get(),
        )
    });
    let trends = Metric::ALL.map(|metric| {
        let address = move || {
            let bucket = view.with(|view| view.period.bucket());
            Some(fetch::address("/v1/reports/trend", &pairs(&[("metric", metric.name()), ("bucket", bucket)])))
        };
        fetch::reading::<TrendReport>(address, move || live.scores.get())
    });
    // The metric that was chosen; without a choice the one with the most answers.
    let front = Memo::new(move |_| {
        view.with(|view| view.metric).unwrap_or_else(|| {
            let n = |place: usize| scores[place].with(|score| score.ready().map_or(0, |report| report.n));
            let most = (0..Metric::ALL.len()).rev().max_by_key(|place| n(*place)).unwrap_or_default();
            Metric::ALL[most]
        })
    });
    let against = Signal::derive(move || match view.with(|view| view.period.clone()) {
        Period::Last(days) => locale.plural(&words.overview.against, u64::from(days)),
        _ => words.overview.against_before.to_owned(),
    });
    let cards = Metric::ALL.into_iter().enumerate().map(|(place, metric)| {
        let choose = Callback::new(move |()| change.run(View { metric: Some(metric), ..view.get_untracked() }));
        view! {
            <ScoreCard metric=metric score=scores[place] trend=trends[place] against=against choose=choose
                chosen=Signal::derive(move || front.get() == metric) />
        }
    });
    let place = move || Metric::ALL.iter().position(|metric| *metric == front.get()).unwrap_or_default();
    let funnel = fetch::reading::<FunnelReport>(
        move || Some(fetch::address("/v1/reports/funnel", &pairs(&[("metric", front.get().name())]))),
        move || live.scores.get(),
    );
    let comments = fetch::reading::<Page<ResponseReply>>(
        move || Some(fetch::address("/v1/responses", &pairs(&[("has_comment", "true"), ("limit", "8")]))),
        move || live.responses.get(),
    );
    let again = Callback::new(move |()| live.refresh());
    let asked = asked();
    let heading = move |text: &'static str| format!("{} · {text}", metric_name(front.get()));
    view! {
        <header class="head">
            <h1>{words.common.overview}</h1>
            {move || site.loaded.with(|site| site.ready().is_some_and(|site| site.settings.sample)
                .then(|| view! { <p class="note">{words.common.sample}</p> }))}
            <p class="actions"><A href=move || format!("{}{}", site.path("tv"), view.with(View::write))>{words.board.wall}</A></p>
        </header>
        <first_steps::FirstSteps />
        <Filters view=view change=change />
        <div class="cards">
            {cards.collect_view()}
            <section class="card metric rate">
                <header><h2>{words.overview.response_rate}</h2></header>
                <Part loaded=funnel draw=rate again=again />
            </section>
        </div>
        <div class="two">
            <section class="card">
                <h2>{move || heading(words.overview.trend)}</h2>
                {move || {
                    let trend = trends[place()];
                    view! { <Part loaded=trend draw=|report: &TrendReport| view! { <Trend report=report.clone() /> } again=again /> }
                }}
            </section>
            <section class="card">
                <h2>{move || heading(words.overview.distribution)}</h2>
                {move || {
                    let score = scores[place()];
                    view! { <Part loaded=score draw=|report: &ScoreReport| view! { <Distribution report=report.clone() /> } again=again /> }
                }}
            </section>
        </div>
        <section class="card">
            <header class="row">
                <h2>{words.overview.comments}</h2>
                <A href=move || format!("{}{}", site.path("responses"), view.with(View::write))>{words.overview.all_responses}</A>
            </header>
            <Part loaded=comments draw=move |page| newest(page, asked) again=again />
        </section>
    }
}

fn newest(page: &Page<ResponseReply>, asked: Asked) -> AnyView {
    if page.items.is_empty() {
        return view! { <Empty text=words().overview.no_comments.to_owned() /> }.into_any();
    }
    let items = page.items.iter().map(|response| {
        let asked = asked.with(|asked| asked.iter().find(|(id, ..)| *id == response.survey.0).map(|asked| asked.2));
        view! { <Comment response=response.clone() asked=asked /> }
    });
    view! { <ul class="comments">{items.collect_view()}</ul> }.into_any()
}

/// The share of shown surveys that were answered.
fn rate(report: &FunnelReport) -> AnyView {
    let (words, locale) = (&words().overview, locale());
    match report.rates.answered_of_shown {
        Some(rate) => {
            let (answered, shown) = (locale.count(report.answered), locale.count(report.shown));
            let text = fill(words.of_shown, &[("answered", &answered), ("shown", &shown)]);
            view! { <p class="big">{locale.percent(rate / 100.0)}</p><p class="sure"><span>{text}</span></p> }
                .into_any()
        }
        None => view! { <p class="big none">"–"</p><p class="soft">{words.rate_unknown}</p> }.into_any(),
    }
}
