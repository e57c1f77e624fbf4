//! What a survey asks: the scored question, then its follow-ups.

use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::field::{Kind, choice, field, flag, input, set};
use super::list::{add_button, move_buttons, remove_button};
use crate::edit;
use crate::locale::{locale, words};
use crate::part::group_name;
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
pub(super) fn questions(draft: Draft) -> AnyView {
    let words = &words().editor;
    let entry = |kind: &'static str| {
        move |draft: &Value| {
            let id = edit::free_id(&draft["questions"], kind);
            let choices = if kind == "choice" {
                json!([{ "id": "choice_1", "text": {} }, { "id": "choice_2", "text": {} }])
            } else {
                json!([])
            };
            json!({ "id": id, "kind": kind, "text": {}, "choices": choices })
        }
    };
    let list = move || {
        draft.shape.track();
        (1..draft.length("/questions")).map(|at| follow_up(draft, at)).collect_view()
    };
    view! {
        <section class="card">
            <h2>{words.scored}</h2>
            {move || { draft.shape.track(); scored(draft) }}
        </section>
        <section class="card">
            <h2>{words.follow_ups}</h2>
            <p class="soft">{words.follow_ups_hint}</p>
            <ol class="entries">{list}</ol>
            <div class="row start">
                {add_button(draft, "/questions", ("add", words.add_text), "/text", entry("text"))}
                {add_button(draft, "/questions", ("add-choice", words.add_choice), "/text", entry("choice"))}
            </div>
        </section>
    }
    .into_any()
}

fn scored(draft: Draft) -> AnyView {
    let words = &words().editor;
    let locale = draft.locale.get_untracked();
    let styled = (draft.fact("metric") == "csat").then(|| {
        let styles = vec![("numbers", words.numbers), ("stars", words.stars), ("faces", words.faces)];
        view! { <div class="field"><span>{words.style}</span>{choice(draft, words.style, "/questions/0/style", styles)}</div> }
    });
    view! {
        {field(draft, words.question, &format!("/questions/0/text/{locale}"), Kind::LongWords)}
        <div class="pair">
            {field(draft, words.low, &format!("/questions/0/low/{locale}"), Kind::Words)}
            {field(draft, words.high, &format!("/questions/0/high/{locale}"), Kind::Words)}
        </div>
        {styled}
    }
    .into_any()
}

fn follow_up(draft: Draft, at: usize) -> AnyView {
    let words = &words().editor;
    let here = format!("/questions/{at}");
    let text = format!("{here}/text/{}", draft.locale.get_untracked());
    let name = fill(words.question_n, &[("n", &locale().count(at as u64 + 1))]);
    let choices = (draft.text(&format!("{here}/kind")) == "choice").then(|| choices(draft, &here));
    let kind = if choices.is_some() { words.kind_choice } else { words.kind_text };
    view! {
        <li class="entry">
            <header class="row">
                <h3>{name.clone()}" "<span class="note plain">{kind}</span></h3>
                <span class="tools">
                    {move_buttons(draft, "/questions", at, 1, &name)}
                    {remove_button(draft, "/questions", at, name.clone())}
                </span>
            </header>
            {field(draft, words.question, &text, Kind::LongWords)}
            {choices}
            {set(draft, words.asked_of, &format!("{here}/groups"), groups(draft), false)}
            {flag(draft, words.required, &format!("{here}/required"))}
        </li>
    }
    .into_any()
}

fn choices(draft: Draft, question: &str) -> AnyView {
    let words = &words().editor;
    let list = format!("{question}/choices");
    let above = list.clone();
    let spoken = draft.locale.get_untracked();
    let entries = (0..draft.length(&list)).map(|at| {
        let name = fill(words.choice_n, &[("n", &locale().count(at as u64 + 1))]);
        let text = format!("{list}/{at}/text/{spoken}");
        view! {
            <li class="row tight">
                {input(draft, &text, Kind::Words, Some(name.clone()))}
                <span class="tools">
                    {move_buttons(draft, &list, at, 0, &name)}
                    {remove_button(draft, &list, at, name.clone())}
                </span>
                {super::field::fault(draft, &text)}
            </li>
        }
        .into_any()
    });
    let entries = entries.collect_view();
    let entry = move |draft: &Value| {
        let held = draft.pointer(&above).unwrap_or(&Value::Null);
        json!({ "id": edit::free_id(held, "choice"), "text": {} })
    };
    view! {
        <div class="field">
            <span>{words.choices}</span>
            <ul class="choices">{entries}</ul>
            {add_button(draft, &list, ("add", words.add_one), "/text", entry)}
        </div>
        {flag(draft, words.multiple, &format!("{question}/multiple"))}
    }
    .into_any()
}
