//! Inputs of the draft: each knows the place that it edits, and shows what the API has against it.

use leptos::prelude::*;
use serde_json::{Number, Value, json};

use super::draft::Draft;
use crate::locale::{from_input, to_input, words};

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
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let found = crate::browser::document().get_element_by_id(&id);
        if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            // What cannot take the focus leaves it where it is.
            let _ = element.focus();
        }
    });
}

/// What the API has against a place.
pub(super) fn fault(draft: Draft, pointer: &str) -> AnyView {
    let (id, pointer) = (format!("{}-fault", id_of(pointer)), pointer.to_owned());
    view! { <span class="fault" id=id>{move || draft.fault(&pointer)}</span> }.into_any()
}

/// An input alone; `label` where no words beside it are its label.
pub(super) fn input(draft: Draft, pointer: &str, kind: Kind, label: Option<String>) -> AnyView {
    let id = id_of(pointer);
    let described = format!("{id}-fault");
    let (place, faulty) = (pointer.to_owned(), pointer.to_owned());
    let value = draft.value.with_untracked(|draft| kind.shown(draft.pointer(pointer)));
    let hint = match (kind, pointer.rsplit_once('/')) {
        // What the reader of this language sees meanwhile.
        (Kind::Words | Kind::LongWords, Some((text, _))) => draft.value.with_untracked(|draft| {
            let default = draft["default_locale"].as_str().unwrap_or_default();
            draft.pointer(&format!("{text}/{default}")).and_then(Value::as_str).unwrap_or_default().to_owned()
        }),
        _ => String::new(),
    };
    let write = move |event: web_sys::Event| draft.put(&place, kind.read(&event_target_value(&event)));
    let invalid = move || draft.fault(&faulty).map(|_| "true");
    let locked = !draft.may_edit;
    if kind == Kind::LongWords {
        return view! {
            <textarea id=id dir="auto" rows="2" prop:value=value placeholder=hint readonly=locked aria-label=label
                aria-invalid=invalid aria-describedby=described on:input=write></textarea>
        }
        .into_any();
    }
    let number = matches!(kind, Kind::Whole | Kind::Share);
    let direction = if matches!(kind, Kind::Line | Kind::Words | Kind::List) { "auto" } else { "ltr" };
    let step = match kind {
        Kind::Share => Some("any"),
        Kind::Whole => Some("1"),
        _ => None,
    };
    view! {
        <input id=id type=kind.input_type() class:short=number dir=direction step=step prop:value=value placeholder=hint
            readonly=locked aria-label=label aria-invalid=invalid aria-describedby=described on:input=write />
    }
    .into_any()
}

/// An input below its label, with what is wrong below both.
pub(super) fn field(draft: Draft, label: &str, pointer: &str, kind: Kind) -> AnyView {
    let missing = move |pointer: &str| {
        matches!(kind, Kind::Words | Kind::LongWords).then(|| {
            let (place, text) = (pointer.to_owned(), pointer.rsplit_once('/').unwrap_or_default().0.to_owned());
            let none = words().editor.missing;
            move || {
                draft.value.with(|draft| {
                    let written = draft.pointer(&text).and_then(Value::as_object).is_some_and(|text| !text.is_empty());
                    (written && draft.pointer(&place).is_none()).then(|| view! { <span class="note">{none}</span> })
                })
            }
        })
    };
    view! {
        <div class="field">
            <span><label for=id_of(pointer)>{label.to_owned()}</label>" "{missing(pointer)}</span>
            {input(draft, pointer, kind, None)}
            {fault(draft, pointer)}
        </div>
    }
    .into_any()
}

/// A list to choose one of; `chosen` hears the value.
pub(super) fn pick(
    label: &str,
    current: &str,
    options: Vec<(&'static str, &'static str)>,
    locked: bool,
    chosen: impl Fn(String) + 'static,
) -> AnyView {
    let options = options.into_iter().map(|(value, text)| {
        let selected = value == current;
        view! { <option value=value selected=selected>{text}</option> }.into_any()
    });
    view! {
        <select aria-label=label.to_owned() disabled=locked on:change=move |event| chosen(event_target_value(&event))>
            {options.collect_view()}
        </select>
    }
    .into_any()
}

/// A list to choose what stands at a place; the first of the options is what nothing there means.
pub(super) fn choice(draft: Draft, label: &str, pointer: &str, options: Vec<(&'static str, &'static str)>) -> AnyView {
    let usual = options.first().map_or("", |option| option.0);
    let current = draft.text(pointer);
    let place = pointer.to_owned();
    let current = if current.is_empty() { usual } else { current.as_str() };
    pick(label, current, options, !draft.may_edit, move |value| {
        draft.put(&place, (value != usual).then(|| value.into()));
    })
}

/// A box to tick.
pub(super) fn tick(label: String, on: bool, locked: bool, ticked: impl Fn(bool) + 'static) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=on disabled=locked on:change=move |event| ticked(event_target_checked(&event)) />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// A box to tick for what is or is not so at a place.
pub(super) fn flag(draft: Draft, label: &str, pointer: &str) -> AnyView {
    let on = draft.value.with_untracked(|draft| draft.pointer(pointer).and_then(Value::as_bool).unwrap_or_default());
    let place = pointer.to_owned();
    tick(label.to_owned(), on, !draft.may_edit, move |on| draft.put(&place, on.then_some(Value::Bool(true))))
}

/// Boxes to tick for the members of a set at a place; an empty set is kept where `keep`.
pub(super) fn set(
    draft: Draft,
    legend: &str,
    pointer: &str,
    members: Vec<(&'static str, String)>,
    keep: bool,
) -> AnyView {
    let held = move |pointer: &str| -> Vec<String> {
        let list = |draft: &Value| draft.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        let items = draft.value.with_untracked(list);
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let now = held(pointer);
    let boxes = members.into_iter().map(|(name, text)| {
        let place = pointer.to_owned();
        tick(text, now.iter().any(|held| held == name), !draft.may_edit, move |on| {
            let mut items = held(&place);
            items.retain(|item| item != name);
            if on {
                items.push(name.to_owned());
            }
            draft.put(&place, (keep || !items.is_empty()).then(|| json!(items)));
        })
    });
    view! {
        <fieldset class="ticks" aria-describedby=format!("{}-fault", id_of(pointer))>
            <legend>{legend.to_owned()}</legend>
            {boxes.collect_view()}
            {fault(draft, pointer)}
        </fieldset>
    }
    .into_any()
}

/// A sentence with controls in its places `{0}`, `{1}`, `{2}`.
pub(super) fn sentence(text: &'static str, controls: Vec<AnyView>) -> AnyView {
    let mut controls: Vec<Option<AnyView>> = controls.into_iter().map(Some).collect();
    let mut parts = Vec::new();
    for part in text.split('{') {
        let (place, rest) =
            part.split_once('}').map_or((None, part), |(place, rest)| (place.parse::<usize>().ok(), rest));
        if let Some(control) = place.and_then(|place| controls.get_mut(place)?.take()) {
            parts.push(control);
        }
        if !rest.trim().is_empty() {
            parts.push(view! { <span>{rest}</span> }.into_any());
        }
    }
    view! { <div class="sentence">{parts}</div> }.into_any()
}

/// A sentence as the label of the control in it.
pub(super) fn aloud(text: &str) -> String {
    ["{0}", "{1}", "{2}"].iter().fold(text.to_owned(), |text, place| text.replace(place, "…"))
}
