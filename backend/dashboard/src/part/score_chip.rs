//! The score of one response with the group that it belongs to, in words as well as in colour.

use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Group;
use leptos::prelude::*;

use crate::locale::words;

/// The name of one score's group.
pub(crate) fn one_of(group: Group) -> &'static str {
    let words = &words().responses;
    match group {
        Group::Promoters => words.promoter,
        Group::Passives => words.passive,
        Group::Detractors => words.detractor,
        Group::Satisfied => words.satisfied,
        Group::Neutral => words.neutral,
        Group::Dissatisfied => words.dissatisfied,
        Group::Easy => words.easy,
        Group::Difficult => words.difficult,
    }
}

/// A score with its group; without its instrument, the number alone.
pub(crate) fn score_chip(score: Option<u8>, instrument: Option<Instrument>) -> AnyView {
    let definition = instrument.map(Instrument::definition);
    let group = score.and_then(|score| definition?.group(score));
    let place = group.and_then(|group| definition?.bands.iter().position(|band| band.group == group));
    let class = match place {
        Some(0) => "rated good",
        Some(2) => "rated bad",
        _ => "rated",
    };
    let score = score.map_or_else(|| "–".to_owned(), |score| score.to_string());
    view! {
        <span class=class>
            <b class="score-chip">{score}</b>
            {group.map(|group| view! { <span class="group">{one_of(group)}</span> })}
        </span>
    }
    .into_any()
}
