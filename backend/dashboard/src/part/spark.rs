//! A small line of a score over time, for the eye alone: the numbers stand beside it.

use bearing_shared::api::reports::TrendPoint;
use leptos::prelude::*;

use crate::chart::{Mark, Scale, line};

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 32.0;

/// A line of a score over time; `limits` is what the score can be.
#[component]
pub(crate) fn Spark(points: Vec<TrendPoint>, limits: (f64, f64)) -> impl IntoView {
    let scores = points.iter().filter_map(|point| point.score);
    let across = Scale::new(0.0, points.len().saturating_sub(1).max(1) as f64, 3.0, WIDTH - 3.0);
    let up = Scale::around(scores, limits, (HEIGHT - 3.0, 3.0));
    let marks: Vec<Option<Mark>> = points
        .iter()
        .enumerate()
        .map(|(place, point)| {
            let y = up.at(point.score?);
            Some(Mark { x: across.at(place as f64), y, low: y, high: y })
        })
        .collect();
    let last = marks.iter().flatten().last().copied();
    view! {
        <svg class="spark" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true" focusable="false">
            <path d=line(&marks) class="trend-line" />
            {last.map(|mark| view! { <circle cx=format!("{:.1}", mark.x) cy=format!("{:.1}", mark.y) r="2.5" class="trend-dot" /> })}
        </svg>
    }
}
