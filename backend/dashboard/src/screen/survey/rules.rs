//! When a survey is shown, to whom, and how often: sentences with the controls in them.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::field::{Kind, aloud, fault, input, pick, sentence, set};
use super::list::{add_button, remove_button};
use crate::edit;
use crate::locale::{locale, words};
use crate::part::plain::{Piece, card, each, node, nothing, said, watched};
use crate::text::fill;

/// The rules.
pub(super) fn rules(draft: Draft) -> Piece {
    let words = &words().editor;
    let list = move |name: &'static str, empty: &'static str, row: fn(Draft, &str, usize) -> Piece| {
        watched(move || {
            draft.shape.track();
            let list = format!("/rules/{name}");
            match draft.length(&list) {
                0 => said("p", "soft", empty),
                rows => node("ul", "rules", vec![each((0..rows).map(|at| row(draft, &list, at)))]),
            }
        })
    };
    let add = |name: &str, label: &str, first: &'static str, entry: Value| {
        add_button(draft, &format!("/rules/{name}"), ("add", label), first, Box::new(move |_| entry.clone()))
    };
    let set_by = |text: &str, name: &str, kind: Kind| {
        let place = format!("/rules/{name}");
        node("div", "", vec![sentence(text, vec![input(draft, &place, kind, &aloud(text))]), fault(draft, &place)])
    };
    let devices = [("desktop", words.desktop), ("mobile", words.mobile), ("tablet", words.tablet)]
        .map(|(name, text)| (name, text.to_owned()));
    let schedule = vec![
        input(draft, "/rules/from", Kind::Moment, words.not_before),
        input(draft, "/rules/until", Kind::Moment, words.not_after),
    ];
    card(
        words.rules,
        vec![
            said("h3", "", words.where_shown),
            list("urls", words.every_page, url),
            add("urls", words.add_url, "/value", json!({ "match": "prefix", "value": "/" })),
            said("h3", "", words.when_shown),
            list("triggers", words.on_open, trigger),
            add("triggers", words.add_trigger, "/delay_s", json!({ "on": "page_view", "delay_s": 5 })),
            set_by(words.cancel_on, "cancel", Kind::List),
            sentence(words.schedule, schedule),
            fault(draft, "/rules/from"),
            fault(draft, "/rules/until"),
            said("h3", "", words.to_whom),
            set_by(words.sample, "sample_percent", Kind::Share),
            set(draft, words.devices, "/rules/devices", devices.to_vec(), false),
            set_by(words.to_locales, "locales", Kind::List),
            list("attributes", words.every_visitor, attribute),
            add("attributes", words.add_attribute, "/name", json!({ "name": "", "is": [] })),
            said("h3", "", words.how_often),
            set_by(words.again, "again_after_days", Kind::Whole),
            set_by(words.shows, "shows", Kind::Whole),
            set_by(words.until_answers, "answers", Kind::Whole),
        ],
    )
}

fn row(draft: Draft, list: &str, at: usize, body: Piece, fields: &[&str]) -> Piece {
    let name = fill(words().editor.rule_n, &[("n", &locale().count(at as u64 + 1))]);
    let mut parts = vec![node("div", "row tight", vec![body, remove_button(draft, list, at, &name)])];
    parts.extend(fields.iter().map(|field| fault(draft, &format!("{list}/{at}/{field}"))));
    node("li", "", parts)
}

fn url(draft: Draft, list: &str, at: usize) -> Piece {
    let words = &words().editor;
    let here = format!("{list}/{at}");
    let (not, way) = (format!("{here}/not"), format!("{here}/match"));
    let left_out = draft.value.with_untracked(|draft| draft.pointer(&not) == Some(&Value::Bool(true)));
    let sides = [("", words.shown_on), ("not", words.not_shown_on)];
    let put = move |side: String| draft.put(&not, (!side.is_empty()).then_some(Value::Bool(true)));
    let side = pick(words.where_shown, if left_out { "not" } else { "" }, &sides, !draft.may_edit, Box::new(put));
    let ways = [("prefix", words.starts), ("exact", words.is), ("contains", words.contains), ("glob", words.glob)];
    let current = draft.text(&way);
    let put = move |value: String| draft.put(&way, Some(value.into()));
    let how = pick(words.address, &current, &ways, !draft.may_edit, Box::new(put));
    let value = input(draft, &format!("{here}/value"), Kind::Line, words.address);
    row(draft, list, at, sentence(words.url_rule, vec![side, how, value]), &["value"])
}

fn trigger(draft: Draft, list: &str, at: usize) -> Piece {
    let words = &words().editor;
    let here = format!("{list}/{at}");
    let kinds = [
        ("page_view", words.on_page_view),
        ("exit_intent", words.on_exit),
        ("scroll", words.on_scroll),
        ("click", words.on_click),
        ("inactivity", words.on_inactivity),
        ("track", words.on_track),
    ];
    let current = draft.text(&format!("{here}/on"));
    let place = here.clone();
    let put = move |kind: String| {
        let (name, value) = extra(&kind);
        let change = |draft: &mut Value| {
            let mut trigger = json!({ "on": kind });
            edit::put(&mut trigger, "/delay_s", draft.pointer(&format!("{place}/delay_s")).cloned());
            if !name.is_empty() {
                trigger[name] = value.clone();
            }
            edit::put(draft, &place, Some(trigger));
        };
        // A selector or a name that is still empty would be refused.
        if value == "" { draft.begin(change) } else { draft.reshape(change) }
    };
    let kind = pick(words.when_shown, &current, &kinds, !draft.may_edit, Box::new(put));
    let (name, value) = extra(&current);
    let label = kinds.iter().find(|kind| kind.0 == current).map_or("", |kind| kind.1);
    let with = match value {
        Value::Null => nothing(),
        Value::String(_) => input(draft, &format!("{here}/{name}"), Kind::Line, label),
        _ => input(draft, &format!("{here}/{name}"), Kind::Whole, label),
    };
    let delay = input(draft, &format!("{here}/delay_s"), Kind::Whole, words.delay);
    row(draft, list, at, sentence(words.trigger_rule, vec![kind, with, delay]), &["delay_s", name])
}

/// What a kind of trigger takes beside its delay, and what stands there at first; nothing where it takes nothing.
fn extra(kind: &str) -> (&'static str, Value) {
    match kind {
        "scroll" => ("percent", 50.into()),
        "click" => ("selector", "".into()),
        "inactivity" => ("seconds", 30.into()),
        "track" => ("name", "".into()),
        _ => ("", Value::Null),
    }
}

fn attribute(draft: Draft, list: &str, at: usize) -> Piece {
    let words = &words().editor;
    let here = format!("{list}/{at}");
    let tests = [
        ("is", words.is_one_of),
        ("is_not", words.is_none_of),
        ("at_least", words.at_least),
        ("at_most", words.at_most),
    ];
    let has = |test: &&(&str, &str)| {
        draft.value.with_untracked(|draft| draft.pointer(&format!("{here}/{}", test.0)).is_some())
    };
    let current = tests.iter().find(has).map_or("is", |test| test.0);
    let place = here.clone();
    let put = move |chosen: String| {
        draft.begin(|draft| {
            tests.iter().for_each(|test| edit::put(draft, &format!("{place}/{}", test.0), None));
            let empty = if chosen.starts_with("is") { json!([]) } else { json!(0) };
            edit::put(draft, &format!("{place}/{chosen}"), Some(empty));
        });
    };
    let test = pick(words.attribute, current, &tests, !draft.may_edit, Box::new(put));
    let kind = if current.starts_with("is") { Kind::List } else { Kind::Whole };
    let name = input(draft, &format!("{here}/name"), Kind::Line, words.attribute);
    let value = input(draft, &format!("{here}/{current}"), kind, words.value);
    row(draft, list, at, sentence(words.attribute_rule, vec![name, test, value]), &["name", current])
}
