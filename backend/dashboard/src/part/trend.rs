//! A score over time: line, band of its interval, the changes that chance does not explain; readable by keys and as a table.

use bearing_shared::api::reports::{TrendPoint, TrendReport};
use bearing_shared::metric::State;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::chart::{Mark, Scale, band, line};
use crate::locale::{Locale, locale, words};
use crate::part::score_card::limits;
use crate::part::{picture, shown};
use crate::text::fill;

const HEIGHT: f64 = 260.0;
/// Room for the numbers at the start, and for dates below.
const START: f64 = 40.0;
const END: f64 = 12.0;
const TOP: f64 = 14.0;
const BELOW: f64 = 26.0;

/// A score over time.
#[component]
pub(crate) fn Trend(report: TrendReport) -> impl IntoView {
    let words = &words().common;
    let as_table = RwSignal::new(false);
    let report = StoredValue::new(report);
    view! {
        <div class="trend">
            {move || match as_table.get() {
                true => report.with_value(|report| view! { <Table report=report.clone() /> }.into_any()),
                false => report.with_value(|report| view! { <Chart report=report.clone() /> }.into_any()),
            }}
            <div class="row">
            <button class="button small" aria-pressed=move || as_table.get().to_string()
                on:click=move |_| as_table.update(|table| *table = !*table)>
                {move || if as_table.get() { words.chart } else { words.table }}
            </button>
            {move || (!as_table.get()).then(|| picture("trend", Box::new(shown)))}
            </div>
        </div>
    }
}

/// How a bucket's start is written below the chart.
fn axis_date(locale: &Locale, report: &TrendReport, start: &str) -> String {
    if report.bucket.as_ref() as &str == "month" { locale.month(start) } else { locale.short_date(start) }
}

/// What a point says, in one sentence.
fn sentence(locale: &Locale, point: &TrendPoint) -> String {
    let words = words();
    let date = locale.date(&point.start);
    let answers = locale.plural(&words.common.answers, point.n);
    match (&point.score, &point.interval) {
        (Some(score), Some(interval)) if point.state != State::Hidden => {
            let range = [("low", locale.number(interval.low, 1)), ("high", locale.number(interval.high, 1))];
            let range = fill(words.common.interval, &range.each_ref().map(|(name, value)| (*name, value.as_str())));
            format!("{date}: {} ({range}), {answers}", locale.number(*score, 1))
        }
        _ if point.n == 0 => format!("{date}: {}", words.overview.no_answers),
        _ => format!("{date}: {}, {answers}", words.common.too_few),
    }
}

/// The chart, drawn for the width that there is.
#[component]
fn Chart(report: TrendReport) -> impl IntoView {
    let locale = locale();
    let words = words();
    let place = NodeRef::<Div>::new();
    let width = RwSignal::new(640.0_f64);
    follow_width(place, width);
    let at = RwSignal::new(None::<usize>);
    let count = report.points.len();
    let report = StoredValue::new(report);
    let spoken = move || {
        at.get()
            .and_then(|at| report.with_value(|report| Some(sentence(&locale, report.points.get(at)?))))
            .unwrap_or_default()
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let rtl = locale.language.direction() == "rtl";
        let now = at.get_untracked();
        let next = match (event.key().as_str(), rtl) {
            ("ArrowRight", false) | ("ArrowLeft", true) => {
                Some(now.map_or(0, |now| (now + 1).min(count.saturating_sub(1))))
            }
            ("ArrowLeft", false) | ("ArrowRight", true) => {
                Some(now.map_or(count.saturating_sub(1), |now| now.saturating_sub(1)))
            }
            ("Home", _) => Some(0),
            ("End", _) => Some(count.saturating_sub(1)),
            ("Escape", _) => None,
            _ => return,
        };
        event.prevent_default();
        at.set(next);
    };
    let across = move || Scale::new(0.0, count.saturating_sub(1).max(1) as f64, START, width.get() - END);
    let pointed = move |event: web_sys::PointerEvent| {
        let Some(element) = place.get_untracked() else { return };
        let x = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
        let x = if locale.language.direction() == "rtl" { width.get_untracked() - x } else { x };
        let step = (width.get_untracked() - START - END) / count.saturating_sub(1).max(1) as f64;
        let nearest = ((x - START) / step).round().clamp(0.0, count.saturating_sub(1) as f64);
        at.set(Some(nearest as usize));
    };
    let drawing = move || {
        let across = across();
        report.with_value(|report| drawing(report, &locale, across, width.get()))
    };
    let cursor = move || {
        at.get().map(|at| {
            let x = format!("{:.1}", across().at(at as f64));
            view! { <line x1=x.clone() x2=x y1=TOP.to_string() y2=(HEIGHT - BELOW).to_string() class="cursor" /> }
        })
    };
    view! {
        <div class="chart" node_ref=place tabindex="0" role="group" aria-label=words.overview.trend aria-describedby="trend-hint"
            on:keydown=keys on:pointermove=pointed on:pointerleave=move |_| at.set(None) on:blur=move |_| at.set(None)>
            <svg class="trend-chart" viewBox=move || format!("0 0 {:.0} {HEIGHT}", width.get())
                style:block-size=format!("{HEIGHT}px") aria-hidden="true" focusable="false">
                {drawing}
                {cursor}
            </svg>
            <p class="spoken" aria-live="polite">{spoken}</p>
        </div>
        <p class="quiet" id="trend-hint">{words.overview.trend_hint}</p>
    }
}

/// Keeps `width` at the width of the element.
fn follow_width(place: NodeRef<Div>, width: RwSignal<f64>) {
    Effect::new(move || {
        let Some(element) = place.get() else { return };
        let measure = move |element: &web_sys::HtmlElement| {
            let _ = width.try_update(|width| *width = f64::from(element.client_width()).max(240.0));
        };
        let watched: web_sys::HtmlElement = (*element).clone().unchecked_into();
        measure(&watched);
        let seen = watched.clone();
        let callback = Closure::<dyn FnMut()>::new(move || measure(&seen));
        if let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            observer.observe(&watched);
            let held = send_wrapper::SendWrapper::new((observer, callback));
            on_cleanup(move || held.0.disconnect());
        }
    });
}

/// What a picture of the chart says in words: when and of how many; in a line of its own the last point with answers.
fn facts(report: &TrendReport, locale: &Locale) -> String {
    let (Some(first), Some(last)) = (report.points.first(), report.points.last()) else { return String::new() };
    let days = [("low", locale.date(&first.start)), ("high", locale.date(&last.start))];
    let days = fill(words().common.interval, &days.each_ref().map(|(name, value)| (*name, value.as_str())));
    let answered = report.points.iter().rfind(|point| point.n > 0).unwrap_or(last);
    format!("{days} · n = {}\n{}", locale.count(report.n), sentence(locale, answered))
}

/// Everything in the chart that no pointer changes.
fn drawing(report: &TrendReport, locale: &Locale, across: Scale, width: f64) -> impl IntoView + use<> {
    let shown =
        |point: &TrendPoint| Some((point.score?, point.interval.clone()?)).filter(|_| point.state != State::Hidden);
    let numbers =
        report.points.iter().filter_map(shown).flat_map(|(score, interval)| [score, interval.low, interval.high]);
    let up = Scale::around(numbers, limits(report.unit), (HEIGHT - BELOW, TOP));
    let rtl = locale.language.direction() == "rtl";
    // In right-to-left pages time still runs with the reading: the chart is mirrored, its words are not.
    let flip = move |x: f64| if rtl { width - x } else { x };
    let marks: Vec<Option<Mark>> = report
        .points
        .iter()
        .enumerate()
        .map(|(place, point)| {
            let (score, interval) = shown(point)?;
            let x = flip(across.at(place as f64));
            Some(Mark { x, y: up.at(score), low: up.at(interval.low), high: up.at(interval.high) })
        })
        .collect();
    let (start, end) = (flip(START), flip(width - END));
    // In a line that runs from right to left the end of a text is its left edge: both ways the numbers stand outside.
    let side = "end";
    let rows = up.ticks(4).into_iter().map(|tick| {
        let y = format!("{:.1}", up.at(tick));
        let x = flip(START - 8.0);
        view! {
            <line x1=format!("{start:.1}") x2=format!("{end:.1}") y1=y.clone() y2=y.clone() class=if tick == 0.0 { "grid zero" } else { "grid" } />
            <text x=format!("{x:.1}") y=y dy="0.32em" text-anchor=side>{locale.number(tick, 1)}</text>
        }
    });
    let each = (report.points.len() as f64 * 76.0 / (width - START)).ceil().max(1.0) as usize;
    let columns = report.points.iter().enumerate().filter(|(place, _)| place % each == 0).map(|(place, point)| {
        let x = flip(across.at(place as f64));
        view! { <text x=format!("{x:.1}") y=(HEIGHT - 6.0).to_string() text-anchor="middle">{axis_date(locale, report, &point.start)}</text> }
    });
    let dots = marks.iter().zip(&report.points).filter_map(|(mark, point)| {
        let mark = (*mark)?;
        let class = if point.partial { "trend-dot partial" } else { "trend-dot" };
        Some(view! { <circle cx=format!("{:.1}", mark.x) cy=format!("{:.1}", mark.y) r="3" class=class /> })
    });
    let changes = report.changes.iter().filter_map(|change| {
        let place = report.points.iter().rposition(|point| point.start.as_str() <= change.start.as_str())?;
        let x = flip(across.at(place as f64));
        let (class, sign) = if change.better { ("change good", "▲") } else { ("change bad", "▼") };
        Some(view! {
            <line x1=format!("{x:.1}") x2=format!("{x:.1}") y1=TOP.to_string() y2=(HEIGHT - BELOW).to_string() class=class />
            <text x=format!("{x:.1}") y="10" text-anchor="middle" class=class>{sign}</text>
        })
    });
    view! {
        <desc>{facts(report, locale)}</desc>
        {rows.collect_view()}
        {columns.collect_view()}
        <path d=band(&marks) class="band" />
        {changes.collect_view()}
        <path d=line(&marks) class="trend-line" />
        {dots.collect_view()}
    }
}

/// The same as a table.
#[component]
fn Table(report: TrendReport) -> impl IntoView {
    let (words, locale) = (&words().common, locale());
    let rows = report.points.iter().map(|point| {
        let number = |number: Option<f64>| number.map_or_else(|| "–".to_owned(), |number| locale.number(number, 1));
        let shown = point.state != State::Hidden;
        let interval = point.interval.as_ref().filter(|_| shown);
        view! {
            <tr>
                <th scope="row">{locale.date(&point.start)}</th>
                <td>{number(point.score.filter(|_| shown))}</td>
                <td>{number(interval.map(|interval| interval.low))}</td>
                <td>{number(interval.map(|interval| interval.high))}</td>
                <td>{locale.count(point.n)}</td>
            </tr>
        }
    });
    view! {
        <div class="scroll" tabindex="0">
            <table class="data">
                <thead><tr>
                    <th scope="col">{words.date}</th><th scope="col">{words.score}</th><th scope="col">{words.low}</th>
                    <th scope="col">{words.high}</th><th scope="col">{words.number}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
