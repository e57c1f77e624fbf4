//! Inputs of the draft: each knows the place that it edits, and shows what the API has against it.

use leptos::prelude::*;
use serde_json::{Number, Value, json};
use wasm_bindgen::JsValue;

use super::draft::Draft;
use crate::browser;
use crate::locale::{from_input, to_input, words};
use crate::part::plain::{Fact, Piece, element, has, is, node, nothing, on, said, text, watched};

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line of text.
    Line,
    /// A line in one language, whose absence is allowed.
    Words,
    /// Some lines in one language.
    LongWords,
    /// A whole number, or nothing.
    Whole,
    /// A share in percent.
    Share,
    /// Texts, separated by commas.
    List,
    /// A moment, or nothing.
    Moment,
}

impl Kind {
    fn shown(self, value: Option<&Value>) -> String {
        match (self, value) {
            (Self::Moment, Some(Value::String(text))) => to_input(text),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(Value::Number(number))) => number.to_string().trim_end_matches(".0").to_owned(),
            (_, Some(Value::Array(items))) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                texts.join(", ")
            }
            (Self::Share, None) => "100".to_owned(),
            _ => String::new(),
        }
    }

    fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Line => Some(text.into()),
            Self::Words | Self::LongWords => (!text.trim().is_empty()).then(|| text.into()),
            Self::Whole => text.parse::<i64>().ok().map(Value::from),
            Self::Share => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
            Self::List => {
                let items: Vec<&str> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
                (!items.is_empty()).then(|| json!(items))
            }
            Self::Moment => from_input(text).map(Value::String),
        }
    }

    fn input_type(self) -> &'static str {
        match self {
            Self::Whole | Self::Share => "number",
            Self::Moment => "datetime-local",
            _ => "text",
        }
    }
}

/// The id of the element that edits a place.
pub(super) fn id_of(pointer: &str) -> String {
    format!("at{}", pointer.replace('/', "-"))
}

/// Puts the focus where a place is edited, once it is there.
pub(super) fn focus(id: String) {
    browser::soon(move || browser::focus(&id));
}

/// What the API has against a place.
#[inline(never)]
pub(super) fn fault(draft: Draft, pointer: &str) -> Piece {
    let (id, pointer) = (format!("{}-fault", id_of(pointer)), pointer.to_owned());
    let words = watched(move || text(&draft.fault(&pointer).unwrap_or_default()));
    element("span", vec![is("class", "fault"), is("id", id)], vec![words])
}

/// An input alone; `label` where no words beside it are its label.
#[inline(never)]
pub(super) fn input(draft: Draft, pointer: &str, kind: Kind, label: &str) -> Piece {
    let id = id_of(pointer);
    let (place, faulty) = (pointer.to_owned(), pointer.to_owned());
    let value = draft.value.with_untracked(|draft| kind.shown(draft.pointer(pointer)));
    let number = matches!(kind, Kind::Whole | Kind::Share);
    let mut facts = vec![
        is("aria-describedby", format!("{id}-fault")),
        is("id", id),
        is("dir", if number || kind == Kind::Moment { "ltr" } else { "auto" }),
        Fact::Holds("value", JsValue::from_str(&value)),
        has("readOnly", !draft.may_edit),
        Fact::While("aria-invalid", Box::new(move || draft.fault(&faulty).map(|_| "true".to_owned()))),
        on("input", move |event| draft.put(&place, kind.read(&event_target_value(&event)))),
    ];
    if !label.is_empty() {
        facts.push(is("aria-label", label));
    }
    if let (Kind::Words | Kind::LongWords, Some((text, _))) = (kind, pointer.rsplit_once('/')) {
        // What the reader of this language sees meanwhile.
        let default = draft.text("/default_locale");
        facts.push(is("placeholder", draft.text(&format!("{text}/{default}"))));
    }
    if kind == Kind::LongWords {
        facts.push(is("rows", "2"));
        return element("textarea", facts, Vec::new());
    }
    facts.push(is("type", kind.input_type()));
    if number {
        facts.push(is("class", "short"));
        facts.push(is("step", if kind == Kind::Share { "any" } else { "1" }));
    }
    element("input", facts, Vec::new())
}

/// An input below its label, with what is wrong below both.
#[inline(never)]
pub(super) fn field(draft: Draft, label: &str, pointer: &str, kind: Kind) -> Piece {
    let mut top = vec![element("label", vec![is("for", id_of(pointer))], vec![text(label)]), text(" ")];
    if let (Kind::Words | Kind::LongWords, Some((above, _))) = (kind, pointer.rsplit_once('/')) {
        let (place, above, none) = (pointer.to_owned(), above.to_owned(), words().editor.missing);
        top.push(watched(move || {
            draft.value.with(|draft| {
                let written = draft.pointer(&above).and_then(Value::as_object).is_some_and(|text| !text.is_empty());
                if written && draft.pointer(&place).is_none() { said("span", "note", none) } else { nothing() }
            })
        }));
    }
    node("div", "field", vec![node("span", "", top), input(draft, pointer, kind, ""), fault(draft, pointer)])
}

/// A list to choose one of, with what is chosen; `hear` hears the value.
#[inline(never)]
pub(super) fn pick(
    label: &str,
    current: &str,
    options: &[(&'static str, &'static str)],
    locked: bool,
    hear: Box<dyn Fn(String)>,
) -> Piece {
    let options = options.iter().map(|(value, words)| option(value, words, *value == current)).collect();
    let facts = vec![
        is("aria-label", label),
        has("disabled", locked),
        on("change", move |event| hear(event_target_value(&event))),
    ];
    element("select", facts, options)
}

/// One of a list.
pub(super) fn option(value: &str, words: &str, chosen: bool) -> Piece {
    element("option", vec![is("value", value), has("selected", chosen)], vec![text(words)])
}

/// A list to choose what stands at a place; the first of the options is what nothing there means.
#[inline(never)]
pub(super) fn choice(draft: Draft, label: &str, pointer: &str, options: &[(&'static str, &'static str)]) -> Piece {
    let usual = options.first().map_or("", |option| option.0);
    let (current, place) = (draft.text(pointer), pointer.to_owned());
    let current = if current.is_empty() { usual } else { current.as_str() };
    let put = move |value: String| draft.put(&place, (value != usual).then(|| value.into()));
    let list = pick(label, current, options, !draft.may_edit, Box::new(put));
    node("div", "field", vec![said("span", "", label), list, fault(draft, pointer)])
}

/// A box to tick.
#[inline(never)]
pub(super) fn tick(label: &str, on_now: bool, locked: bool, hear: Box<dyn Fn(bool)>) -> Piece {
    let facts = vec![
        is("type", "checkbox"),
        has("checked", on_now),
        has("disabled", locked),
        on("change", move |event| hear(event_target_checked(&event))),
    ];
    node("label", "check", vec![element("input", facts, Vec::new()), said("span", "", label)])
}

/// A box to tick for what is or is not so at a place.
#[inline(never)]
pub(super) fn flag(draft: Draft, label: &str, pointer: &str) -> Piece {
    let now = draft.value.with_untracked(|draft| draft.pointer(pointer).and_then(Value::as_bool).unwrap_or_default());
    let place = pointer.to_owned();
    let hear = move |now: bool| draft.put(&place, now.then_some(Value::Bool(true)));
    tick(label, now, !draft.may_edit, Box::new(hear))
}

/// Boxes to tick for the members of a set at a place; an empty set is kept where `keep`.
#[inline(never)]
pub(super) fn set(
    draft: Draft,
    legend: &str,
    pointer: &str,
    members: Vec<(&'static str, String)>,
    keep: bool,
) -> Piece {
    let held = move |pointer: &str| -> Vec<String> {
        let list = |draft: &Value| draft.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        let items = draft.value.with_untracked(list);
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let now = held(pointer);
    let mut children = vec![said("legend", "", legend)];
    for (name, words) in members {
        let place = pointer.to_owned();
        let hear = move |ticked: bool| {
            let mut items = held(&place);
            items.retain(|item| item != name);
            if ticked {
                items.push(name.to_owned());
            }
            draft.put(&place, (keep || !items.is_empty()).then(|| json!(items)));
        };
        children.push(tick(&words, now.iter().any(|held| held == name), !draft.may_edit, Box::new(hear)));
    }
    children.push(fault(draft, pointer));
    node("fieldset", "ticks", children)
}

/// A sentence with controls in its places `{0}`, `{1}`, `{2}`.
#[inline(never)]
pub(super) fn sentence(words: &str, controls: Vec<Piece>) -> Piece {
    let mut controls: Vec<Option<Piece>> = controls.into_iter().map(Some).collect();
    let mut parts = Vec::new();
    for part in words.split('{') {
        let (place, rest) =
            part.split_once('}').map_or((None, part), |(place, rest)| (place.parse::<usize>().ok(), rest));
        if let Some(control) = place.and_then(|place| controls.get_mut(place)?.take()) {
            parts.push(control);
        }
        if !rest.trim().is_empty() {
            parts.push(said("span", "", rest));
        }
    }
    node("div", "sentence", parts)
}

/// A sentence as the label of the control in it.
#[inline(never)]
pub(super) fn aloud(text: &str) -> String {
    ["{0}", "{1}", "{2}"].iter().fold(text.to_owned(), |text, place| text.replace(place, "…"))
}
