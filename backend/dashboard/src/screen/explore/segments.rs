//! A score by segment, each against all the rest, in words; to be narrowed to, compared and taken away.

use std::fmt::Write;

use bearing_shared::api::reports::{BreakdownReport, CompareReport, Difference, Segment};
use bearing_shared::metric::State;
use leptos::prelude::*;

use super::{About, about, dimension_name};
use crate::chart::Scale;
use crate::chart::picture::element;
use crate::fetch::{self, Loaded};
use crate::live::live;
use crate::locale::{locale, words};
use crate::part::score_card::limits;
use crate::part::{Chart, Delta, Empty, Icon, Part, picture, touchpoint_name};
use crate::site::site;
use crate::text::fill;
use crate::view::View;
use crate::{browser, csv};

/// The picture's width, where its bars begin and how wide they are, the height of a row, in pixels; letters of a name.
const WIDTH: f64 = 640.0;
const BARS: f64 = 190.0;
const BARS_WIDTH: f64 = 260.0;
const ROW: f64 = 28.0;
const NAME: usize = 28;

/// A score by segment.
#[component]
pub(crate) fn Segments() -> impl IntoView {
    let words = words();
    let (about, site, live) = (about(), site(), live());
    let loaded = fetch::reading::<BreakdownReport>(
        move || Some(about.report("breakdown", &[("by", about.by.get())])),
        move || live.scores.get(),
    );
    let options = move || {
        let mut known: Vec<String> =
            ["touchpoint", "survey", "device", "locale", "version"].map(str::to_owned).to_vec();
        site.loaded.with(|site| {
            let declared = site.ready().map(|site| site.settings.dimensions.as_slice()).unwrap_or_default();
            known.extend(declared.iter().map(|dimension| format!("attr.{}", dimension.name)));
        });
        let chosen = about.by.get();
        if !known.contains(&chosen) {
            known.push(chosen.clone());
        }
        known
            .into_iter()
            .map(|by| view! { <option value=by.clone() selected=by == chosen>{dimension_name(&by)}</option> })
            .collect_view()
    };
    let pick = move |event| {
        about.change.run(View { by: Some(event_target_value(&event)), ..about.view.get_untracked() });
    };
    let download = move |_| {
        let text = loaded.with_untracked(|loaded| loaded.ready().map(as_csv));
        if let Some(text) = text {
            // What the browser refuses to keep it says itself.
            let _ = browser::save("segments.csv", "text/csv;charset=utf-8", text.as_bytes());
        }
    };
    // It is drawn when it is wanted, in the colours of then; where a button is pressed there are no words.
    let owner = Owner::current();
    let draw = move || {
        let chart =
            || loaded.with_untracked(|loaded| loaded.ready().filter(|report| !report.segments.is_empty()).map(drawing));
        owner.as_ref().and_then(|owner| owner.with(chart))
    };
    view! {
        <section class="card">
            <header class="row">
                <h2>{words.explore.segments}</h2>
                <label class="inline-label"><span>{words.explore.by}</span><select on:change=pick>{options}</select></label>
                <button class="button small" on:click=download><Icon name="download" />{words.explore.download_table}</button>
            </header>
            <Part loaded=loaded draw=move |report: &BreakdownReport| table(about, report) />
            {picture("segments", Box::new(draw))}
            <Two loaded=loaded />
        </section>
    }
}

fn name_of(by: &str, segment: &Segment) -> String {
    let name = if by == "touchpoint" { touchpoint_name(&segment.value) } else { value_name(&segment.value) };
    segment.survey.as_ref().map_or(name.clone(), |survey| format!("{} · {name}", survey.0))
}

fn value_name(value: &str) -> String {
    if value == "(other)" { words().common.other_values.to_owned() } else { value.to_owned() }
}

fn table(about: About, report: &BreakdownReport) -> AnyView {
    let (words, locale) = (words(), locale());
    if report.segments.is_empty() {
        return view! { <Empty text=words.explore.no_segments.to_owned() /> }.into_any();
    }
    let ends = report.segments.iter().filter_map(|segment| segment.estimate.interval.as_ref());
    let across =
        Scale::around(ends.flat_map(|interval| [interval.low, interval.high]), limits(report.unit), (0.0, 100.0));
    let by = report.by.clone();
    let rows = report.segments.iter().map(|segment| {
        let estimate = &segment.estimate;
        let name = name_of(&by, segment);
        let shown = estimate.state != State::Hidden;
        let score = estimate.text.score.clone().filter(|_| shown).unwrap_or_else(|| "–".into());
        let range = estimate.interval.as_ref().filter(|_| shown).map(|interval| {
            let (low, high) = (across.at(interval.low), across.at(interval.high));
            let at = estimate.score.map(|score| format!("{:.1}%", across.at(score)));
            view! {
                <span class="range-bar" aria-hidden="true">
                    <i style:inset-inline-start=format!("{low:.1}%") style:inline-size=format!("{:.1}%", high - low)></i>
                    {at.map(|at| view! { <b style:inset-inline-start=at></b> })}
                </span>
            }
        });
        let words_of = estimate.text.low.as_ref().zip(estimate.text.high.as_ref()).filter(|_| shown);
        let words_of = words_of.map(|(low, high)| fill(words.common.interval, &[("low", low), ("high", high)]));
        let narrowed = about.narrowed(&by, &segment.value);
        let heading = match narrowed {
            Some(next) => {
                let label = fill(words.explore.filter_to, &[("value", &name)]);
                view! { <button class="link" title=label on:click=move |_| about.change.run(next.clone())><bdi>{name}</bdi></button> }
                    .into_any()
            }
            None => view! { <bdi>{name}</bdi> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{heading}</th>
                <td class="strong">{score}</td>
                <td class="wide">{range}<span class="quiet">{words_of}</span></td>
                <td>{estimate.n.map_or_else(|| words.common.too_few.to_owned(), |n| locale.count(n))}</td>
                <td>{against_rest(segment.difference.as_ref())}</td>
            </tr>
        }
    });
    let without = report.without.filter(|without| *without > 0).map(|n| {
        view! { <p class="quiet">{locale.plural(&words.explore.without, n)}</p> }
    });
    view! {
        <div class="scroll tall" tabindex="0" role="region" aria-label=words.explore.segments>
            <table class="data segments">
                <thead><tr>
                    <th scope="col">{dimension_name(&report.by)}</th>
                    <th scope="col">{words.common.score}</th>
                    <th scope="col">{format!("{} – {}", words.common.low, words.common.high)}</th>
                    <th scope="col">{words.common.number}</th>
                    <th scope="col">{words.explore.against_rest}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {without}
    }
    .into_any()
}

/// What the table shows as the chart of a picture.
fn drawing(report: &BreakdownReport) -> Chart {
    let (words, locale) = (&words().common, locale());
    let rtl = locale.language.direction() == "rtl";
    let flip = |x: f64| if rtl { WIDTH - x } else { x };
    let ends = report.segments.iter().filter_map(|segment| segment.estimate.interval.as_ref());
    let ends = ends.flat_map(|interval| [interval.low, interval.high]);
    let across = Scale::around(ends, limits(report.unit), (BARS, BARS + BARS_WIDTH));
    let [line, surface, ink] = ["--line", "--surface", "--ink"].map(browser::colour);
    let mut chart = String::new();
    for (place, segment) in report.segments.iter().enumerate() {
        let estimate = &segment.estimate;
        let y = format!("{:.1}", place as f64 * ROW + ROW / 2.0);
        let shown = estimate.state != State::Hidden;
        let mut said = |x: f64, anchor: &str, text: &str| {
            let facts = [
                ("x", format!("{:.1}", flip(x))),
                ("y", y.clone()),
                ("text-anchor", anchor.to_owned()),
                ("dy", "0.32em".to_owned()),
                ("font-size", "12".to_owned()),
                ("fill", ink.clone()),
            ];
            element(&mut chart, "text", &facts, text);
        };
        said(0.0, "start", &name_of(&report.by, segment).chars().take(NAME).collect::<String>());
        let mut text = estimate.text.score.clone().filter(|_| shown).unwrap_or_else(|| "–".into());
        if let Some((low, high)) = estimate.text.low.as_ref().zip(estimate.text.high.as_ref()).filter(|_| shown) {
            text = format!("{text} ({})", fill(words.interval, &[("low", low), ("high", high)]));
        }
        let n = estimate.n.map_or_else(|| words.too_few.to_owned(), |n| format!("n = {}", locale.count(n)));
        said(WIDTH, "end", &format!("{text} · {n}"));
        let at = |number: f64| format!("{:.1}", flip(across.at(number)));
        // Writing into a string cannot fail; numbers and our own colours are no markup.
        if let Some(interval) = estimate.interval.as_ref().filter(|_| shown) {
            let (low, high) = (at(interval.low), at(interval.high));
            let _ = write!(
                chart,
                "<line x1=\"{low}\" x2=\"{high}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{line}\" stroke-width=\"3\" stroke-opacity=\"0.5\"/>"
            );
        }
        if let Some(score) = estimate.score.filter(|_| shown) {
            let x = at(score);
            let _ = write!(chart, "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"{line}\" stroke=\"{surface}\"/>");
        }
    }
    Chart { size: (WIDTH as u32, (report.segments.len() as f64 * ROW) as u32), chart, facts: Vec::new() }
}

/// The significance of a difference in words.
fn against_rest(difference: Option<&Difference>) -> AnyView {
    let (words, locale) = (&words().explore, locale());
    let Some(difference) = difference else { return "–".into_any() };
    if !difference.significant {
        return view! { <span class="soft">{words.chance}</span> }.into_any();
    }
    let (class, icon, text) = if difference.delta > 0.0 {
        ("delta good", "better", words.better)
    } else {
        ("delta bad", "worse", words.worse)
    };
    let text = fill(text, &[("delta", &locale.number(difference.delta.abs(), 1))]);
    view! { <span class=class><Icon name=icon />{text}</span> }.into_any()
}

/// The table as it is on the screen, with unrounded numbers.
fn as_csv(report: &BreakdownReport) -> String {
    let mut rows =
        vec![["segment", "n", "score", "low", "high", "delta", "q_value", "significant"].map(str::to_owned).to_vec()];
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    rows.extend(report.segments.iter().map(|segment| {
        let (estimate, difference) = (&segment.estimate, segment.difference.as_ref());
        vec![
            segment.value.clone(),
            estimate.n.map(|n| n.to_string()).unwrap_or_default(),
            number(estimate.score),
            number(estimate.interval.as_ref().map(|interval| interval.low)),
            number(estimate.interval.as_ref().map(|interval| interval.high)),
            number(difference.map(|difference| difference.delta)),
            number(difference.and_then(|difference| difference.q_value)),
            difference.map(|difference| difference.significant.to_string()).unwrap_or_default(),
        ]
    }));
    csv::write(&rows)
}

/// Two segments against each other.
#[component]
fn Two(loaded: ReadSignal<Loaded<BreakdownReport>, LocalStorage>) -> impl IntoView {
    let words = words();
    let (about, live) = (about(), live());
    let (one, other) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    // Another dimension has other values.
    Effect::new(move || {
        about.by.track();
        one.set(None);
        other.set(None);
    });
    let report = fetch::reading::<CompareReport>(
        move || {
            let mut more = vec![("by", about.by.get()), ("value", one.get()?)];
            more.extend(other.get().map(|other| ("against", other)));
            Some(about.report("compare", &more))
        },
        move || live.scores.get(),
    );
    let options = move |chosen: RwSignal<Option<String>>| {
        loaded.with(|loaded| {
            let segments = loaded.ready().map(|report| report.segments.as_slice()).unwrap_or_default();
            let by = about.by.get();
            segments
                .iter()
                .map(|segment| {
                    let value = format!("={}", segment.value);
                    let selected = chosen.get().as_ref() == Some(&segment.value);
                    view! { <option value=value selected=selected>{name_of(&by, segment)}</option> }
                })
                .collect_view()
        })
    };
    let pick = |into: RwSignal<Option<String>>| {
        move |event| into.set(event_target_value(&event).strip_prefix('=').map(str::to_owned))
    };
    let several = move || {
        loaded.with(|loaded| loaded.ready().is_some_and(|report| report.segments.len() > 1 && !report.overlapping))
    };
    view! {
        <Show when=several>
            <fieldset class="two-segments">
                <legend>{words.explore.two_segments}</legend>
                <select aria-label=words.explore.segment on:change=pick(one)><option value="">"–"</option>{move || options(one)}</select>
                <span class="soft">{words.explore.compare_with}</span>
                <select aria-label=words.explore.compare_with on:change=pick(other)>
                    <option value="">{words.explore.the_rest}</option>{move || options(other)}
                </select>
                <Part loaded=report draw=|report: &CompareReport| {
                    view! { <Delta difference=report.difference.clone() missing=crate::locale::words().common.too_few.to_owned() /> }
                } />
            </fieldset>
        </Show>
    }
}
