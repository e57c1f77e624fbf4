//! A scale: a row of native radio buttons with a label at each end, seen as numbers, stars or faces.

use bearing_shared::look::Style;
use leptos::html;
use leptos::prelude::*;

use super::{described_by, fault, invalid};
use crate::ask::Ask;

/// Draws a scale. Without script it is an ordinary group of radio buttons: arrow keys move, Tab enters once. Stars and
/// faces are the style sheet's: what is heard, and seen without styles, are the same numbers.
pub(super) fn draw(ask: &Ask) -> impl IntoView + use<> {
    let scale = ask.scale.as_ref();
    let name = ask.field();
    let steps = scale.map(|scale| {
        (scale.min..=scale.max)
            .map(|score| {
                // The end labels are part of the names of the first and last step, so that they are heard where they
                // apply; the visible number stays the start of the name (WCAG 2.5.3).
                let end = match score {
                    _ if score == scale.min => scale.low.as_str(),
                    _ if score == scale.max => scale.high.as_str(),
                    _ => "",
                };
                let score = score.to_string();
                let input = html::input()
                    .r#type("radio")
                    .name(name.clone())
                    .value(score.clone())
                    .required(ask.required)
                    .checked(ask.given.contains(&score))
                    .attr("aria-label", (!end.is_empty()).then(|| [&*score, ": ", end].concat()));
                html::label().child(input).child(html::span().child(score))
            })
            .collect::<Vec<_>>()
    });
    let class = match scale.map(|scale| scale.style) {
        Some(Style::Stars) => "scale stars",
        Some(Style::Faces) => "scale faces",
        _ => "scale",
    };
    let ends = scale.map(|scale| {
        html::p()
            .class("ends")
            .child(html::span().child(scale.low.clone()))
            .child(html::span().child(scale.high.clone()))
    });
    html::fieldset()
        .class("q")
        .id(name.clone())
        .role("radiogroup")
        .attr("aria-invalid", invalid(ask))
        .attr("aria-describedby", described_by(ask))
        .child(html::legend().child(ask.text.clone()))
        .child(html::div().class(class).child(steps))
        .child(ends)
        .child(fault(ask))
}
