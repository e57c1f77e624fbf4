//! The numbers of a board: a card each metric, and one of them in front with its trend and distribution.

use bearing_shared::api::reports::{ScoreReport, TrendReport};
use bearing_shared::metric::{Metric, State};
use js_sys::Date;
use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::about::About;
use super::head::head;
use super::remarks::remarks;
use super::wall::Wall;
use crate::browser;
use crate::fetch::{self, Loaded};
use crate::live::Live;
use crate::locale::{self, locale, words};
use crate::part::{Distribution, Empty, Part, ScoreCard, Trend, metric_name};
use crate::view::{Period, View};

/// What was read, and stays while nothing newer can be.
pub(super) type Kept<T> = ReadSignal<Loaded<T>, LocalStorage>;

/// What concerns every reading of a board.
#[derive(Clone, Copy)]
pub(super) struct Board {
    /// What happens while one looks.
    pub(super) live: Live,
    /// Whether the link has ended.
    pub(super) over: RwSignal<bool>,
    /// When something was last read, ms since 1970 UTC.
    pub(super) read_at: RwSignal<f64>,
    /// Whether the server could not be reached when something was last read.
    pub(super) away: RwSignal<bool>,
    /// The period that is asked for.
    pub(super) period: RwSignal<Period>,
}

impl Board {
    /// What an address has, read again by `again`. What was read of the same period stays while the server cannot be reached:
    /// the board says since when.
    pub(super) fn reading<T>(self, address: impl Fn() -> Option<String> + 'static, again: RwSignal<u32>) -> Kept<T>
    where
        T: DeserializeOwned + Clone + 'static,
    {
        let loaded = fetch::reading::<T>(address, move || again.get());
        let (kept, keep) = signal_local(Loaded::Idle);
        let of = StoredValue::new(None::<Period>);
        Effect::new(move || {
            let passes = loaded.with(|loaded| match loaded {
                Loaded::Ready(_) => {
                    self.read_at.set(Date::now());
                    self.away.set(false);
                    of.set_value(Some(self.period.get_untracked()));
                    false
                }
                Loaded::Failed(problem) if problem.status == 401 => {
                    self.over.set(true);
                    true
                }
                Loaded::Failed(problem) => {
                    let passes = problem.status == 0 || problem.status == 429 || problem.status >= 500;
                    if problem.status == 0 {
                        self.away.set(true);
                    }
                    passes && of.with_value(|of| self.period.with_untracked(|period| of.as_ref() == Some(period)))
                }
                Loaded::Waiting(_) | Loaded::Idle => false,
            });
            if !passes {
                keep.set(loaded.get_untracked());
            }
        });
        kept
    }
}

/// The board.
pub(super) fn board(about: About, live: Live, over: RwSignal<bool>) -> AnyView {
    let (words, locale) = (words(), locale());
    browser::set_title(&about.name);
    let period = RwSignal::new(about.view.period.clone());
    let board = Board { live, over, read_at: RwSignal::new(Date::now()), away: RwSignal::new(false), period };
    let (zone, site, filter) = (about.time_zone.clone(), about.site.clone(), about.filter.clone());
    let today = Memo::new(move |_| {
        // A day ends while a board hangs on a wall.
        live.scores.track();
        locale::today(&zone)
    });
    // A shared link's filter is the server's to add; what is sent here narrows the period alone.
    let pairs = StoredValue::new(move |more: &[(&str, &str)]| {
        let mut pairs: Vec<(String, String)> = Vec::new();
        if let Some(site) = &site {
            pairs.push(("site".into(), site.clone()));
            pairs.extend(filter.clone());
        }
        if let Some((from, to)) = period.with(|period| period.days(today.get())) {
            pairs.extend([("from".to_owned(), from.date()), ("to".to_owned(), to.date())]);
        }
        pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        pairs
    });
    let address = move |path: &str, more: &[(&str, &str)]| pairs.with_value(|pairs| fetch::address(path, &pairs(more)));
    let metrics = about.metrics.clone();
    let scores: Vec<Kept<ScoreReport>> = metrics
        .iter()
        .map(|metric| {
            let metric = *metric;
            board.reading(move || Some(address("/v1/reports/score", &[("metric", metric.name())])), live.scores)
        })
        .collect();
    let trends: Vec<Kept<TrendReport>> = metrics
        .iter()
        .map(|metric| {
            let metric = *metric;
            let address = move || {
                let bucket = period.with(Period::bucket);
                Some(address("/v1/reports/trend", &[("metric", metric.name()), ("bucket", bucket)]))
            };
            board.reading(address, live.scores)
        })
        .collect();
    let (count, shown) = (metrics.len(), StoredValue::new_local(scores.clone()));
    let answers = move |place: usize| {
        shown.with_value(|scores| scores[place].with(|score| score.ready().map_or(0, |report| report.n)))
    };
    // What has no answers steps aside where something else has some.
    let absent = move |place: usize| answers(place) == 0 && (0..count).any(|other| answers(other) > 0);
    let chosen = RwSignal::new(about.view.metric.and_then(|metric| metrics.iter().position(|other| *other == metric)));
    let front = Memo::new(move |_| {
        let most = (0..count).rev().max_by_key(|place| answers(*place)).unwrap_or_default();
        chosen.get().filter(|place| !absent(*place)).unwrap_or(most)
    });
    let wall = Wall::new(about.wall, move || {
        let now = front.try_get_untracked().unwrap_or_default();
        let next = (1..=count).map(|step| (now + step) % count.max(1)).find(|place| !untrack(|| absent(*place)));
        let _ = chosen.try_set(next);
    });
    let (asked, shared) = (about.view.clone(), about.site.is_none());
    Effect::new(move || {
        // So that a screen that is started again shows what hung there.
        let mut query = View { period: period.get(), ..asked.clone() }.write();
        if shared && wall.on.get() {
            query.push_str(if query.is_empty() { "?tv" } else { "&tv" });
        }
        browser::show_query(&query);
    });
    let against = Signal::derive(move || match period.get() {
        Period::Last(days) => locale.plural(&words.overview.against, u64::from(days)),
        _ => words.overview.against_before.to_owned(),
    });
    let cards: Vec<AnyView> = metrics
        .iter()
        .enumerate()
        .map(|(place, metric)| {
            let choose = Callback::new(move |()| chosen.set(Some(place)));
            let (score, trend) = (scores[place], trends[place]);
            view! {
                <div class="slot" hidden=move || absent(place)>
                    <ScoreCard metric=*metric score=score trend=trend against=against choose=choose
                        chosen=Signal::derive(move || count > 1 && front.get() == place) />
                </div>
            }
            .into_any()
        })
        .collect();
    let name = StoredValue::new(metrics);
    let heading = move |text: &'static str| {
        let metric = name.with_value(|metrics| metrics.get(front.get()).copied().unwrap_or(Metric::Nps));
        format!("{} · {text}", metric_name(metric))
    };
    let trends = StoredValue::new_local(trends);
    let in_front = move || {
        let trend = trends.with_value(|trends| trends.get(front.get()).copied());
        trend.map(|trend| view! { <Part loaded=trend draw=|report: &TrendReport| view! { <Trend report=report.clone() /> } /> })
    };
    let spread = move || {
        let score = shown.with_value(|scores| scores.get(front.get()).copied());
        score.map(|score| view! { <Part loaded=score draw=distribution /> })
    };
    let comments = about.comments.then(|| remarks(&about, board));
    view! {
        <main id="board" class="board" class:idle=move || wall.idle.get() && wall.on.get()>
            {head(&about, board, wall)}
            <div class="cards">{cards}</div>
            <div class="two">
                <section class="card"><h2>{move || heading(words.overview.trend)}</h2>{in_front}</section>
                <section class="card"><h2>{move || heading(words.overview.distribution)}</h2>{spread}</section>
            </div>
            {comments}
        </main>
    }
    .into_any()
}

/// The distribution, unless it is hidden: then there are no bars at all.
fn distribution(report: &ScoreReport) -> AnyView {
    if report.state == State::Hidden {
        let words = words();
        let text = if report.n == 0 { words.overview.no_answers } else { words.common.too_few };
        return view! { <Empty text=text.to_owned() /> }.into_any();
    }
    view! { <Distribution report=report.clone() /> }.into_any()
}
