//! What a survey asks: the scored question, then its follow-ups.

use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::field::{Kind, choice, fault, field, flag, input, set};
use super::list::{add_button, move_buttons, remove_button};
use crate::edit;
use crate::locale::{locale, words};
use crate::part::group_name;
use crate::part::plain::{Piece, card, each, node, said, text, watched};
use crate::text::fill;

/// The groups of the survey's scores, with what they are called.
pub(super) fn groups(draft: Draft) -> Vec<(&'static str, String)> {
    let instrument = Instrument::named(&draft.fact("instrument"));
    let bands = instrument.into_iter().flat_map(|instrument| &instrument.definition().bands);
    bands
        .map(|band| {
            let scores =
                if band.low == band.high { band.low.to_string() } else { format!("{}–{}", band.low, band.high) };
            (band.group.name(), format!("{} ({scores})", group_name(band.group.name())))
        })
        .collect()
}

/// The questions.
pub(super) fn questions(draft: Draft) -> Vec<Piece> {
    let words = &words().editor;
    let add = |kind: &'static str, id: &'static str, label: &str| {
        let entry = move |draft: &Value| {
            let mut entry = json!({ "id": edit::free_id(&draft["questions"], kind), "kind": kind, "text": {} });
            if kind == "choice" {
                entry["choices"] = json!([{ "id": "choice_1", "text": {} }, { "id": "choice_2", "text": {} }]);
            }
            entry
        };
        add_button(draft, "/questions", (id, label), "/text", Box::new(entry))
    };
    let list = watched(move || {
        draft.shape.track();
        each((1..draft.length("/questions")).map(|at| follow_up(draft, at)))
    });
    let scored = watched(move || {
        draft.shape.track();
        scored(draft)
    });
    let buttons = vec![add("text", "add", words.add_text), add("choice", "add-choice", words.add_choice)];
    let follow_ups = vec![
        said("p", "soft", words.follow_ups_hint),
        node("ol", "pieces", vec![list]),
        node("div", "row start", buttons),
    ];
    vec![card(words.scored, vec![scored]), card(words.follow_ups, follow_ups)]
}

fn scored(draft: Draft) -> Piece {
    let words = &words().editor;
    let locale = draft.locale.get_untracked();
    let at = |name: &str| format!("/questions/0/{name}/{locale}");
    let ends =
        vec![field(draft, words.low, &at("low"), Kind::Words), field(draft, words.high, &at("high"), Kind::Words)];
    let mut parts = vec![field(draft, words.question, &at("text"), Kind::LongWords), node("div", "pair", ends)];
    if draft.fact("metric") == "csat" {
        let styles = [("numbers", words.numbers), ("stars", words.stars), ("faces", words.faces)];
        parts.push(choice(draft, words.style, "/questions/0/style", &styles));
    }
    node("div", "parts", parts)
}

fn follow_up(draft: Draft, at: usize) -> Piece {
    let words = &words().editor;
    let here = format!("/questions/{at}");
    let wording = format!("{here}/text/{}", draft.locale.get_untracked());
    let name = fill(words.question_n, &[("n", &locale().count(at as u64 + 1))]);
    let chooses = draft.text(&format!("{here}/kind")) == "choice";
    let kind = if chooses { words.kind_choice } else { words.kind_text };
    let title = node("h3", "", vec![text(&name), text(" "), said("span", "note plain", kind)]);
    let tools = vec![move_buttons(draft, "/questions", at, 1, &name), remove_button(draft, "/questions", at, &name)];
    let mut parts = vec![
        node("header", "row", vec![title, node("span", "tools", tools)]),
        field(draft, words.question, &wording, Kind::LongWords),
    ];
    if chooses {
        parts.push(choices(draft, &here));
        parts.push(flag(draft, words.multiple, &format!("{here}/multiple")));
    }
    parts.push(set(draft, words.asked_of, &format!("{here}/groups"), groups(draft), false));
    parts.push(flag(draft, words.required, &format!("{here}/required")));
    node("li", "piece", parts)
}

fn choices(draft: Draft, question: &str) -> Piece {
    let words = &words().editor;
    let list = format!("{question}/choices");
    let above = list.clone();
    let spoken = draft.locale.get_untracked();
    let entries = (0..draft.length(&list)).map(|at| {
        let name = fill(words.choice_n, &[("n", &locale().count(at as u64 + 1))]);
        let wording = format!("{list}/{at}/text/{spoken}");
        let row = vec![
            input(draft, &wording, Kind::Words, &name),
            move_buttons(draft, &list, at, 0, &name),
            remove_button(draft, &list, at, &name),
        ];
        node("li", "", vec![node("div", "row tight", row), fault(draft, &wording)])
    });
    let entries = each(entries);
    let entry = move |draft: &Value| {
        let held = draft.pointer(&above).unwrap_or(&Value::Null);
        json!({ "id": edit::free_id(held, "choice"), "text": {} })
    };
    let add = add_button(draft, &list, ("add", words.add_one), "/text", Box::new(entry));
    node("div", "field", vec![said("span", "", words.choices), node("ul", "choices", vec![entries]), add])
}
