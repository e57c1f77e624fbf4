//! The numbers of a board: a card each metric, one of them in front with its trend and distribution, and the newest comments.

use bearing_shared::api::Page;
use bearing_shared::api::reports::{ScoreReport, TrendReport};
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::api::shares::SharedComment;
use bearing_shared::metric::Metric;
use gloo::timers::callback::Interval;
use js_sys::Date;
use leptos::prelude::*;
use serde::de::DeserializeOwned;

use super::about::About;
use super::wall::{Wall, fill_screen};
use crate::browser;
use crate::fetch::{self, Loaded};
use crate::live::Live;
use crate::locale::{self, locale, words};
use crate::part::{
    Distribution, Empty, Icon, Part, ScoreCard, Trend, filter_words, metric_name, score_of, text_of, touchpoint_name,
};
use crate::text::fill;
use crate::view::Period;

/// How often it is looked whether the line still holds.
const LOOK_MS: u32 = 5_000;
/// After how many looks everything is read again: while the line is down, and in any case.
const LOST_LOOKS: u32 = 12;
const ANY_LOOKS: u32 = 60;

type Kept<T> = ReadSignal<Loaded<T>, LocalStorage>;

/// What concerns every reading of a board.
#[derive(Clone, Copy)]
struct Board {
    live: Live,
    /// Whether the link has ended.
    over: RwSignal<bool>,
    /// When something was last read, ms since 1970 UTC.
    read_at: RwSignal<f64>,
}

impl Board {
    /// What an address has, read again by `again`. What was read stays while the server cannot be reached: the board says
    /// since when.
    fn reading<T>(self, address: impl Fn() -> Option<String> + 'static, again: RwSignal<u32>) -> Kept<T>
    where
        T: DeserializeOwned + Clone + 'static,
    {
        let loaded = fetch::reading::<T>(address, move || again.get());
        let (kept, keep) = signal_local(Loaded::Idle);
        Effect::new(move || {
            let passes = loaded.with(|loaded| match loaded {
                Loaded::Ready(_) => {
                    self.read_at.set(Date::now());
                    false
                }
                Loaded::Failed(problem) if problem.status == 401 => {
                    self.over.set(true);
                    true
                }
                Loaded::Failed(problem) => {
                    let passes = problem.status == 0 || problem.status == 429 || problem.status >= 500;
                    passes && kept.with_untracked(|kept| kept.ready().is_some())
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
    let board = Board { live, over, read_at: RwSignal::new(Date::now()) };
    let period = RwSignal::new(about.view.period.clone());
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
    let comments = about.comments.then(|| said(&about, board));
    view! {
        <main id="board" class="board" class:idle=move || wall.idle.get() && wall.on.get()>
            {head(&about, board, wall, period)}
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
    if report.state == bearing_shared::metric::State::Hidden {
        let words = words();
        let text = if report.n == 0 { words.overview.no_answers } else { words.common.too_few };
        return view! { <Empty text=text.to_owned() /> }.into_any();
    }
    view! { <Distribution report=report.clone() /> }.into_any()
}

/// The board's name, what it is narrowed to, whether it is live, and its controls.
fn head(about: &About, board: Board, wall: Wall, period: RwSignal<Period>) -> AnyView {
    let (words, locale) = (words(), locale());
    let lost = lost_since(board);
    let state = move || match lost.get() {
        Some(since) => fill(words.board.lost, &[("time", &locale.time(since))]),
        None => words.overview.live.to_owned(),
    };
    let as_of = move || fill(words.board.as_of, &[("time", &locale.time(board.read_at.get()))]);
    let span = move || match period.get() {
        Period::Last(days) => locale.plural(&words.common.last_days, u64::from(days)),
        Period::Between(from, to) => {
            let (low, high) = (locale.date(&from.date()), locale.date(&to.date()));
            fill(words.common.interval, &[("low", &low), ("high", &high)])
        }
        Period::All => words.common.all_time.to_owned(),
    };
    let filter = filter_words(&about.filter, about.survey.as_deref());
    let filter = if filter.is_empty() { vec![words.board.everything.to_owned()] } else { filter };
    let chips: Vec<AnyView> =
        filter.into_iter().map(|text| view! { <li class="bit" dir="auto">{text}</li> }.into_any()).collect();
    let of = (!about.of.is_empty()).then(|| view! { <bdi class="soft">{about.of.clone()}</bdi> });
    let sample = about.sample.then(|| view! { <p class="note">{words.common.sample}</p> });
    let options: Vec<AnyView> = Period::OFFERED
        .iter()
        .map(|days| (days.to_string(), locale.plural(&words.common.last_days, u64::from(*days)), Period::Last(*days)))
        .chain([("all".to_owned(), words.common.all_time.to_owned(), Period::All)])
        .map(|(value, text, own)| {
            view! { <option value=value selected=move || period.get() == own>{text}</option> }.into_any()
        })
        .collect();
    let pick = move |event: web_sys::Event| {
        period.set(event_target_value(&event).parse().map_or(Period::All, Period::Last));
    };
    let overview = about.site.as_ref().map(|site| format!("/app/{site}{}", about.view.write()));
    let leave = match overview {
        Some(path) => {
            view! { <a class="button" href=path><Icon name="close" />{words.board.leave_wall}</a> }.into_any()
        }
        None => view! {
            <button class="button" on:click=move |_| wall.on.update(|on| *on = !*on)>
                {move || if wall.on.get() { words.board.leave_wall } else { words.board.wall }}
            </button>
        }
        .into_any(),
    };
    let holds = move || {
        wall.on.get().then(|| {
            let (icon, text) =
                if wall.held.get() { ("play", words.board.go_round) } else { ("pause", words.board.hold) };
            let hold = move |_| wall.held.update(|held| *held = !*held);
            view! {
                <button class="button" on:click=hold><Icon name=icon />{text}</button>
                <button class="button" on:click=move |_| fill_screen()><Icon name="desktop" />{words.board.full}</button>
            }
        })
    };
    view! {
        <header class="board-head">
            <div class="what">
                <h1 dir="auto">{about.name.clone()}</h1>
                {of}
                <ul class="bits">{chips}</ul>
                {sample}
            </div>
            <div class="when">
                <span class="live" class:off=move || lost.get().is_some() role="status">
                    <span class="dot" aria-hidden="true"></span><span>{state}</span>
                </span>
                <span class="quiet as-of"><span class="span">{span}" · "</span>{as_of}</span>
            </div>
            <div class="board-acts">
                <label><span class="visually-hidden">{words.common.period}</span><select on:change=pick>{options}</select></label>
                {holds}
                {leave}
            </div>
        </header>
    }
    .into_any()
}

/// Since when nothing is heard, ms since 1970 UTC; looks now and then, and has everything read again where it is time.
fn lost_since(board: Board) -> RwSignal<Option<f64>> {
    let lost = RwSignal::new(None);
    Effect::new(move || {
        if board.live.open.get() {
            lost.set(None);
        }
    });
    let (held, looks) = (std::cell::Cell::new(Date::now()), std::cell::Cell::new(0_u32));
    let interval = Interval::new(LOOK_MS, move || {
        looks.set(looks.get().wrapping_add(1));
        // The board may be gone: its link has ended.
        let Some(open) = board.live.open.try_get_untracked() else { return };
        if open {
            held.set(Date::now());
        } else {
            let _ = lost.try_update(|lost| *lost = lost.or(Some(held.get())));
        }
        if looks.get() % if open { ANY_LOOKS } else { LOST_LOOKS } == 0 {
            board.live.refresh();
        }
    });
    let interval = send_wrapper::SendWrapper::new(interval);
    on_cleanup(move || drop(interval));
    lost
}

/// One comment, as the board shows it.
fn remark(score: Option<u8>, text: String, from: Vec<String>) -> AnyView {
    // Each has a direction of its own: a date among names would be torn apart.
    let from: Vec<AnyView> = from
        .into_iter()
        .enumerate()
        .map(|(place, part)| view! { {(place > 0).then_some(" · ")}<bdi>{part}</bdi> }.into_any())
        .collect();
    view! {
        <li class="remark">
            <b class="score-chip">{score.map(|score| score.to_string())}</b>
            <p class="said" dir="auto">{text}</p>
            <p class="quiet">{from}</p>
        </li>
    }
    .into_any()
}

/// The newest comments: of a member's site as its lists have them, of a shared link without whose they are.
fn said(about: &About, board: Board) -> AnyView {
    let (words, locale) = (words(), locale());
    let again = board.live.responses;
    let list = |items: Vec<AnyView>| {
        if items.is_empty() {
            return view! { <Empty text=words.overview.no_comments.to_owned() /> }.into_any();
        }
        view! { <ul class="remarks">{items}</ul> }.into_any()
    };
    let drawn = match about.site.clone() {
        Some(site) => {
            let filter = about.filter.clone();
            let pairs: Vec<(String, String)> = [("site", site.as_str()), ("has_comment", "true"), ("limit", "8")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into_iter()
                .chain(filter)
                .collect();
            let page =
                board.reading::<Page<ResponseReply>>(move || Some(fetch::address("/v1/responses", &pairs)), again);
            let draw = move |page: &Page<ResponseReply>| {
                let one = |response: &ResponseReply| {
                    let from = vec![touchpoint_name(&response.touchpoint), locale.ago(&response.received_at)];
                    remark(score_of(response), text_of(response), from)
                };
                list(page.items.iter().map(one).collect())
            };
            view! { <Part loaded=page draw=draw /> }.into_any()
        }
        None => {
            let page = board.reading::<Page<SharedComment>>(|| Some("/v1/shared/comments".to_owned()), again);
            let draw = move |page: &Page<SharedComment>| {
                let one = |comment: &SharedComment| {
                    let from =
                        vec![touchpoint_name(&comment.touchpoint), comment.survey.clone(), locale.date(&comment.day)];
                    remark(Some(comment.score), comment.comment.clone(), from)
                };
                list(page.items.iter().map(one).collect())
            };
            view! { <Part loaded=page draw=draw /> }.into_any()
        }
    };
    view! { <section class="card said-lately"><h2>{words.overview.comments}</h2>{drawn}</section> }.into_any()
}
