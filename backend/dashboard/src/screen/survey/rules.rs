//! When a survey is shown, to whom, and how often: sentences with the controls in them.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::field::{Kind, aloud, fault, input, pick, sentence, set};
use super::list::{add_button, remove_button};
use crate::edit;
use crate::locale::{locale, words};
use crate::text::fill;

/// The rules.
pub(super) fn rules(draft: Draft) -> AnyView {
    let words = &words().editor;
    let list = move |name: &'static str, empty: &'static str, row: fn(Draft, &str, usize) -> AnyView| {
        move || {
            draft.shape.track();
            let list = format!("/rules/{name}");
            let rows = draft.length(&list);
            if rows == 0 {
                return view! { <p class="soft">{empty}</p> }.into_any();
            }
            let rows = (0..rows).map(|at| row(draft, &list, at));
            view! { <ul class="rules">{rows.collect_view()}</ul> }.into_any()
        }
    };
    let devices = vec![
        ("desktop", words.desktop.to_owned()),
        ("mobile", words.mobile.to_owned()),
        ("tablet", words.tablet.to_owned()),
    ];
    let said = |text: &'static str, name: &str, kind: Kind| {
        let place = format!("/rules/{name}");
        view! { <div>{sentence(text, vec![input(draft, &place, kind, Some(aloud(text)))])}{fault(draft, &place)}</div> }
            .into_any()
    };
    let schedule = vec![
        input(draft, "/rules/from", Kind::Moment, Some(words.not_before.to_owned())),
        input(draft, "/rules/until", Kind::Moment, Some(words.not_after.to_owned())),
    ];
    view! {
        <section class="card">
            <h2>{words.rules}</h2>
            <h3>{words.where_shown}</h3>
            {list("urls", words.every_page, url)}
            {add_button(draft, "/rules/urls", ("add", words.add_url), "/value", |_| json!({ "match": "prefix", "value": "/" }))}
            <h3>{words.when_shown}</h3>
            {list("triggers", words.on_open, trigger)}
            {add_button(draft, "/rules/triggers", ("add", words.add_trigger), "/delay_s", |_| json!({ "on": "page_view", "delay_s": 5 }))}
            {said(words.cancel_on, "cancel", Kind::List)}
            {sentence(words.schedule, schedule)}
            {fault(draft, "/rules/from")}{fault(draft, "/rules/until")}
            <h3>{words.to_whom}</h3>
            {said(words.sample, "sample_percent", Kind::Share)}
            {set(draft, words.devices, "/rules/devices", devices, false)}
            {said(words.to_locales, "locales", Kind::List)}
            {list("attributes", words.every_visitor, attribute)}
            {add_button(draft, "/rules/attributes", ("add", words.add_attribute), "/name", |_| json!({ "name": "", "is": [] }))}
            <h3>{words.how_often}</h3>
            {said(words.again, "again_after_days", Kind::Whole)}
            {said(words.shows, "shows", Kind::Whole)}
            {said(words.until_answers, "answers", Kind::Whole)}
        </section>
    }
    .into_any()
}

fn row(draft: Draft, list: &str, at: usize, body: AnyView) -> AnyView {
    let name = fill(words().editor.rule_n, &[("n", &locale().count(at as u64 + 1))]);
    let faults = ["value", "percent", "selector", "seconds", "name", "delay_s", "is", "is_not", "at_least", "at_most"]
        .map(|field| fault(draft, &format!("{list}/{at}/{field}")));
    view! {
        <li>
            <div class="row tight">{body}{remove_button(draft, list, at, name)}</div>
            {faults.into_iter().collect_view()}
        </li>
    }
    .into_any()
}

fn url(draft: Draft, list: &str, at: usize) -> AnyView {
    let words = &words().editor;
    let here = format!("{list}/{at}");
    let not = format!("{here}/not");
    let left_out = draft.value.with_untracked(|draft| draft.pointer(&not) == Some(&Value::Bool(true)));
    let sides = vec![("", words.shown_on), ("not", words.not_shown_on)];
    let side = pick(words.where_shown, if left_out { "not" } else { "" }, sides, !draft.may_edit, move |side| {
        draft.put(&not, (!side.is_empty()).then_some(Value::Bool(true)));
    });
    let ways = vec![("prefix", words.starts), ("exact", words.is), ("contains", words.contains), ("glob", words.glob)];
    // The first option is what nothing means elsewhere; here something always stands.
    let way = format!("{here}/match");
    let current = draft.text(&way);
    let how = pick(words.address, &current, ways, !draft.may_edit, move |value| draft.put(&way, Some(value.into())));
    let value = input(draft, &format!("{here}/value"), Kind::Line, Some(words.address.to_owned()));
    row(draft, list, at, sentence(words.url_rule, vec![side, how, value]))
}

fn trigger(draft: Draft, list: &str, at: usize) -> AnyView {
    let words = &words().editor;
    let here = format!("{list}/{at}");
    let kinds = vec![
        ("page_view", words.on_page_view),
        ("exit_intent", words.on_exit),
        ("scroll", words.on_scroll),
        ("click", words.on_click),
        ("inactivity", words.on_inactivity),
        ("track", words.on_track),
    ];
    let current = draft.text(&format!("{here}/on"));
    let place = here.clone();
    let kind = pick(words.when_shown, &current, kinds, !draft.may_edit, move |kind| {
        draft.reshape(|draft| {
            let delay = draft.pointer(&format!("{place}/delay_s")).cloned();
            let mut trigger = match kind.as_str() {
                "scroll" => json!({ "percent": 50 }),
                "click" => json!({ "selector": "" }),
                "inactivity" => json!({ "seconds": 30 }),
                "track" => json!({ "name": "" }),
                _ => json!({}),
            };
            edit::put(&mut trigger, "/on", Some(kind.into()));
            edit::put(&mut trigger, "/delay_s", delay);
            edit::put(draft, &place, Some(trigger));
        });
    });
    let with = match current.as_str() {
        "scroll" => Some(("percent", words.on_scroll, Kind::Whole)),
        "click" => Some(("selector", words.on_click, Kind::Line)),
        "inactivity" => Some(("seconds", words.on_inactivity, Kind::Whole)),
        "track" => Some(("name", words.on_track, Kind::Line)),
        _ => None,
    };
    let with = with.map(|(name, label, kind)| input(draft, &format!("{here}/{name}"), kind, Some(label.to_owned())));
    let delay = input(draft, &format!("{here}/delay_s"), Kind::Whole, Some(words.delay.to_owned()));
    row(draft, list, at, sentence(words.trigger_rule, vec![kind, with.into_any(), delay]))
}

fn attribute(draft: Draft, list: &str, at: usize) -> AnyView {
    let words = &words().editor;
    let here = format!("{list}/{at}");
    let tests = ["is", "is_not", "at_least", "at_most"];
    let has = |name: &&&str| draft.value.with_untracked(|draft| draft.pointer(&format!("{here}/{name}")).is_some());
    let current = tests.iter().find(has).copied().unwrap_or("is");
    let place = here.clone();
    let options = vec![
        ("is", words.is_one_of),
        ("is_not", words.is_none_of),
        ("at_least", words.at_least),
        ("at_most", words.at_most),
    ];
    let test = pick(words.attribute, current, options, !draft.may_edit, move |chosen| {
        draft.reshape(|draft| {
            tests.iter().for_each(|test| edit::put(draft, &format!("{place}/{test}"), None));
            let empty = if chosen.starts_with("is") { json!([]) } else { json!(0) };
            edit::put(draft, &format!("{place}/{chosen}"), Some(empty));
        });
    });
    let kind = if current.starts_with("is") { Kind::List } else { Kind::Whole };
    let name = input(draft, &format!("{here}/name"), Kind::Line, Some(words.attribute.to_owned()));
    let value = input(draft, &format!("{here}/{current}"), kind, Some(words.value.to_owned()));
    row(draft, list, at, sentence(words.attribute_rule, vec![name, test, value]))
}
