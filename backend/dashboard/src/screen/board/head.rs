//! The head of a board: its name, what it is narrowed to, whether it is live, and its controls.

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use js_sys::Date;
use leptos::prelude::*;

use super::about::About;
use super::numbers::Board;
use super::wall::{Wall, fill_screen};
use crate::browser;
use crate::locale::{locale, words};
use crate::part::{Icon, filter_words};
use crate::text::fill;
use crate::view::{Period, View};

/// How often it is looked whether the line still holds.
const LOOK_MS: u32 = 5_000;
/// After how many looks everything is read again: while the line is down, and in any case.
const LOST_LOOKS: u32 = 12;
const ANY_LOOKS: u32 = 60;

/// A period in words.
fn said_period(period: &Period) -> String {
    let (words, locale) = (&words().common, locale());
    match period {
        Period::Last(days) => locale.plural(&words.last_days, u64::from(*days)),
        Period::Between(from, to) => {
            let (low, high) = (locale.date(&from.date()), locale.date(&to.date()));
            fill(words.interval, &[("low", &low), ("high", &high)])
        }
        Period::All => words.all_time.to_owned(),
    }
}

/// The board's name, what it is narrowed to, whether it is live, and its controls.
pub(super) fn head(about: &About, board: Board, wall: Wall) -> AnyView {
    let (words, locale, period) = (words(), locale(), board.period);
    let lost = lost_since(board);
    let state = move || match lost.get() {
        Some(since) => fill(words.board.lost, &[("time", &locale.time(since))]),
        None => words.overview.live.to_owned(),
    };
    let as_of = move || fill(words.board.as_of, &[("time", &locale.time(board.read_at.get()))]);
    let span = move || said_period(&period.get());
    let filter = filter_words(&about.filter, about.survey.as_deref());
    let filter = if filter.is_empty() { vec![words.board.everything.to_owned()] } else { filter };
    let chips: Vec<AnyView> =
        filter.into_iter().map(|text| view! { <li class="bit" dir="auto">{text}</li> }.into_any()).collect();
    let of = (!about.of.is_empty()).then(|| view! { <bdi class="soft">{about.of.clone()}</bdi> });
    let sample = about.sample.then(|| view! { <p class="note">{words.common.sample}</p> });
    // What the address asks for is offered too.
    let mut periods: Vec<Period> = Period::OFFERED.map(Period::Last).into();
    periods.push(Period::All);
    if !periods.contains(&about.view.period) {
        periods.push(about.view.period.clone());
    }
    let options: Vec<AnyView> = periods
        .iter()
        .enumerate()
        .map(|(place, own)| {
            let (text, own) = (said_period(own), own.clone());
            view! { <option value=place.to_string() selected=move || period.get() == own>{text}</option> }.into_any()
        })
        .collect();
    let pick = move |event: web_sys::Event| {
        if let Some(chosen) = event_target_value(&event).parse().ok().and_then(|place: usize| periods.get(place)) {
            period.set(chosen.clone());
        }
    };
    let asked = about.view.clone();
    let leave = match about.site.clone() {
        Some(site) => {
            let path = move || format!("/app/{site}{}", View { period: period.get(), ..asked.clone() }.write());
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
        if board.live.open.get() && !board.away.get() {
            lost.set(None);
        }
    });
    // The browser knows at once what the line would show only when it has been silent for long.
    let window = browser::window();
    EventListener::new(&window, "offline", move |_| {
        let _ = board.away.try_set(true);
    })
    .forget();
    EventListener::new(&window, "online", move |_| board.live.refresh()).forget();
    let (held, looks) = (std::cell::Cell::new(Date::now()), std::cell::Cell::new(0_u32));
    let interval = Interval::new(LOOK_MS, move || {
        looks.set(looks.get().wrapping_add(1));
        // The board may be gone: its link has ended.
        let Some(open) = board.live.open.try_get_untracked() else { return };
        let open = open && board.away.try_get_untracked() == Some(false);
        if open {
            held.set(Date::now());
        } else {
            // Whatever was read since the last look was heard too.
            let since = held.get().max(board.read_at.try_get_untracked().unwrap_or_default());
            let _ = lost.try_update(|lost| *lost = lost.or(Some(since)));
        }
        if looks.get() % if open { ANY_LOOKS } else { LOST_LOOKS } == 0 {
            board.live.refresh();
        }
    });
    let interval = send_wrapper::SendWrapper::new(interval);
    on_cleanup(move || drop(interval));
    lost
}
