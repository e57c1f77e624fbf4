//! The card beside the editor: the real widget's, in every state, width, language and light.

use bearing_shared::instrument::{Definition, Instrument};
use leptos::prelude::*;

use super::draft::Draft;
use super::field::option;
use super::languages::language_choice;
use crate::fetch;
use crate::locale::words;
use crate::part::plain::{Fact, Piece, button, element, is, node, on, said, watched};

/// How many follow-ups a score has.
fn follow_ups(draft: Draft, scale: &Definition, score: u8) -> usize {
    let group = scale.group(score).map(|group| group.name());
    draft.value.with_untracked(|draft| {
        let questions = draft["questions"].as_array().into_iter().flatten().skip(1);
        let asked = questions.filter(|question| match question["groups"].as_array() {
            Some(groups) if !groups.is_empty() => groups.iter().any(|held| held.as_str() == group),
            _ => true,
        });
        asked.count()
    })
}

/// A choice among a few: a button each, the chosen one pressed.
fn switch(label: &str, chosen: RwSignal<&'static str>, ways: &[(&'static str, &'static str, &'static str)]) -> Piece {
    let buttons = ways.iter().map(|(value, icon, words)| {
        let value = *value;
        let pressed = Fact::While("aria-pressed", Box::new(move || Some((chosen.get() == value).to_string())));
        button("button small", icon, words, vec![pressed], move || chosen.set(value))
    });
    element("span", vec![is("class", "group"), is("role", "group"), is("aria-label", label)], buttons.collect())
}

/// A number to choose, with its label.
fn number(label: &str, numbers: std::ops::RangeInclusive<usize>, chosen: RwSignal<usize>, less: usize) -> Piece {
    let now = chosen.get_untracked();
    let options = numbers.map(|number| option(&(number - less).to_string(), &number.to_string(), number - less == now));
    let hear = on("change", move |event| chosen.set(event_target_value(&event).parse().unwrap_or_default()));
    node("label", "inline-field", vec![said("span", "", label), element("select", vec![hear], options.collect())])
}

/// The card as it is saved.
pub(super) fn preview(draft: Draft) -> Piece {
    let words = &words().editor;
    let (width, scheme, state) = (RwSignal::new("wide"), RwSignal::new("light"), RwSignal::new("first"));
    let scale = Instrument::named(&draft.fact("instrument")).unwrap_or(Instrument::Nps).definition();
    let (score, step) = (RwSignal::new(usize::from(scale.best())), RwSignal::new(0_usize));
    let count = move || follow_ups(draft, scale, u8::try_from(score.get()).unwrap_or_default());
    let address = move || {
        let step = step.get().min(count().saturating_sub(1)).to_string();
        let pairs = [
            ("locale", draft.locale.get()),
            ("state", state.get().to_owned()),
            ("score", score.get().to_string()),
            ("step", step),
            ("scheme", scheme.get().to_owned()),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        format!("{}{}", draft.address("/preview"), fetch::address("", &pairs).replace('?', "&"))
    };
    let after = watched(move || {
        // What is saved may ask more or less after this score than before.
        draft.stored.track();
        let mut parts = Vec::new();
        if state.get() != "first" {
            parts.push(number(words.score, usize::from(scale.min)..=usize::from(scale.max), score, 0));
        }
        if state.get() == "follow" && count() > 1 {
            parts.push(number(words.step, 1..=count(), step, 1));
        }
        node("span", "group", parts)
    });
    let stage = Fact::While("class", Box::new(move || Some(format!("stage {} {}", width.get(), scheme.get()))));
    let frame = watched(move || {
        // The same address shows another draft after each saving: a new frame reads it again.
        draft.stored.track();
        element("iframe", vec![is("title", words.preview), is("src", address())], Vec::new())
    });
    let widths = [("wide", "desktop", words.desktop), ("narrow", "phone", words.mobile)];
    let lights = [("light", "sun", words.light), ("dark", "moon", words.dark)];
    let states =
        [("first", "", words.state_first), ("follow", "", words.state_follow), ("thanks", "", words.state_thanks)];
    node(
        "section",
        "card preview",
        vec![
            node("header", "row", vec![said("h2", "", words.preview), language_choice(draft)]),
            node(
                "div",
                "row start",
                vec![switch(words.width, width, &widths), switch(words.light_dark, scheme, &lights)],
            ),
            node("div", "row start", vec![switch(words.state, state, &states), after]),
            element("div", vec![stage], vec![frame]),
            said("p", "quiet", words.preview_hint),
        ],
    )
}
