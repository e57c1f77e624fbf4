//! How cards are coloured: what the owner chooses, what is mixed to fit, and whether it can be read.

use bearing_shared::api::sites::SiteReply;
use bearing_shared::look::{Colours, Palette};
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::save;
use crate::change::number;
use crate::locale::{locale, words};
use crate::part::{Field, Form, changing};
use crate::text::fill;

/// The least contrast of words on what is behind them; the API refuses less.
const CONTRAST: f64 = bearing_shared::look::CONTRAST;

/// A colour's name in the API, and its path in either of the two sets.
const COLOURS: [(&str, [&str; 2]); 8] = [
    ("accent", ["theme.light.accent", "theme.dark.accent"]),
    ("on_accent", ["theme.light.on_accent", "theme.dark.on_accent"]),
    ("surface", ["theme.light.surface", "theme.dark.surface"]),
    ("text", ["theme.light.text", "theme.dark.text"]),
    ("muted", ["theme.light.muted", "theme.dark.muted"]),
    ("line", ["theme.light.line", "theme.dark.line"]),
    ("tint", ["theme.light.tint", "theme.dark.tint"]),
    ("wrong", ["theme.light.wrong", "theme.dark.wrong"]),
];

/// The colours of one set, as they are typed, in the order of `COLOURS`.
type Chosen = [RwSignal<String>; 8];

/// The part *look*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let (theme, form) = (&reply.settings.theme, Form::new());
    let scheme = RwSignal::new(theme.scheme.name().to_owned());
    let font = RwSignal::new(theme.font.clone().unwrap_or_default());
    let radius = RwSignal::new(theme.radius.map(|radius| radius.to_string()).unwrap_or_default());
    let sets = [chosen(&theme.light), chosen(&theme.dark)];
    let schemes = [("auto", words.scheme_auto), ("light", words.scheme_light), ("dark", words.scheme_dark)];
    let general = view! {
        {form.choice("theme.scheme", words.scheme, scheme, &schemes)}
        {form.field(Field { hint: words.font_hint, ..Field::line("theme.font", words.font, font) })}
        {form.field(Field { kind: "number", ..Field::line("theme.radius", words.radius, radius) })}
    };
    let both = view! {
        <div class="sets">
            {set(form, 0, sets[0], radius)}
            {set(form, 1, sets[1], radius)}
        </div>
    };
    let values = move || {
        let mut theme = Map::new();
        let mut put = |name: &str, value: Value| theme.insert(name.to_owned(), value);
        put("scheme", Value::from(scheme.get_untracked()));
        let font = font.get_untracked();
        if !font.trim().is_empty() {
            put("font", Value::from(font.trim()));
        }
        let radius = radius.get_untracked();
        if !radius.trim().is_empty() {
            put("radius", number(&radius));
        }
        put("light", palette_value(sets[0]));
        put("dark", palette_value(sets[1]));
        vec![("theme", Value::Object(theme))]
    };
    save::card(form, words.part_look, vec![general.into_any(), both.into_any()], Box::new(values))
}

/// What is typed, at first what is stored.
fn chosen(palette: &Palette) -> Chosen {
    let Palette { accent, on_accent, surface, text, muted, line, tint, wrong } = palette;
    [accent, on_accent, surface, text, muted, line, tint, wrong]
        .map(|colour| RwSignal::new(colour.clone().unwrap_or_default()))
}

/// What is typed, for the API.
fn palette_value(chosen: Chosen) -> Value {
    let typed = chosen.map(|colour| colour.get_untracked().trim().to_owned());
    let pairs = COLOURS.iter().zip(typed).filter(|(_, colour)| !colour.is_empty());
    Value::Object(pairs.map(|((name, _), colour)| ((*name).to_owned(), Value::from(colour))).collect())
}

/// The whole set: what is typed, and the rest mixed to fit.
fn whole(chosen: Chosen, which: usize) -> Colours {
    let [accent, on_accent, surface, text, muted, line, tint, wrong] =
        chosen.map(|colour| Some(colour.get().trim().to_owned()));
    let own = if which == 0 { &Colours::LIGHT } else { &Colours::DARK };
    Palette { accent, on_accent, surface, text, muted, line, tint, wrong }.completed(own)
}

/// One colour of the whole set. The names of a set begin with those that can be chosen, in the same order.
fn colour(chosen: Chosen, which: usize, place: usize) -> Signal<String> {
    Signal::derive(move || whole(chosen, which).named()[place].1.to_string())
}

/// One set of colours, with how a card looks in them.
fn set(form: Form, which: usize, chosen: Chosen, radius: RwSignal<String>) -> AnyView {
    let words = &words().settings;
    let labels =
        [words.accent, words.on_accent, words.surface, words.text, words.muted, words.line, words.tint, words.wrong];
    let fields: Vec<AnyView> = (0..8)
        .map(|place| form.colour(COLOURS[place].1[which], labels[place], chosen[place], colour(chosen, which, place)))
        .collect();
    let title = if which == 0 { words.scheme_light } else { words.scheme_dark };
    view! {
        <section class="set">
            <h3>{title}</h3>
            {preview(chosen, which, radius)}
            <div class="colours">{fields}</div>
            <p class="quiet">{words.colours_hint}</p>
        </section>
    }
    .into_any()
}

/// How a card looks in these colours, and the contrast of its faintest words.
fn preview(chosen: Chosen, which: usize, radius: RwSignal<String>) -> AnyView {
    let (words, locale) = (&words().settings, locale());
    let of = |place: usize| colour(chosen, which, place);
    let corner = Signal::derive(move || {
        radius.with(|radius| radius.trim().parse::<u8>().unwrap_or(16).min(32).to_string() + "px")
    });
    let judged = changing(move || {
        let ratios = whole(chosen, which).pairs().map(|(_, front, _, back)| front.contrast(back));
        let least = ratios.into_iter().fold(21.0, f64::min);
        // Cut and not rounded: 4.499 must not be told as 4.50.
        let ratio = locale.number((least * 100.0).floor() / 100.0, 2);
        let (class, text) = if least < CONTRAST { ("bad", words.contrast_low) } else { ("quiet", words.contrast) };
        view! { <p class=class>{fill(text, &[("ratio", &ratio)])}</p> }.into_any()
    });
    let steps = (0..=10).map(|step| view! { <span>{step.to_string()}</span> }.into_any()).collect::<Vec<_>>();
    view! {
        <div class="sample" aria-hidden="true"
            style=("--accent", of(0)) style=("--on-accent", of(1)) style=("--card", of(2)) style=("--words", of(3))
            style=("--lesser", of(4)) style=("--borders", of(5)) style=("--steps", of(6)) style=("--corner", corner)>
            <b>{words.sample_question}</b>
            <div class="steps" dir="ltr">{steps}</div>
            <div class="foot"><small>"Bearing"</small><span class="send">{words.sample_send}</span></div>
        </div>
        {judged}
    }
    .into_any()
}
