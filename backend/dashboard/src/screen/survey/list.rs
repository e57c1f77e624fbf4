//! Entries of a list: moved by buttons, removed with a way back, added at the end.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::draft::Draft;
use super::field::{focus, id_of};
use crate::edit;
use crate::locale::words;
use crate::part::plain::{Fact, Piece, button, has, icon_button, is, node, nothing};
use crate::part::toasts;
use crate::text::fill;

fn entries<'a>(draft: &'a mut Value, list: &str) -> Option<&'a mut Vec<Value>> {
    if draft.pointer(list).is_none() {
        edit::put(draft, list, Some(Value::Array(Vec::new())));
    }
    draft.pointer_mut(list).and_then(Value::as_array_mut)
}

fn insert(draft: &mut Value, list: &str, at: usize, entry: Value) {
    if let Some(entries) = entries(draft, list) {
        let at = at.min(entries.len());
        entries.insert(at, entry);
    }
}

/// Takes an entry out of a list, and offers to put it back.
pub(super) fn remove_button(draft: Draft, list: &str, at: usize, name: &str) -> Piece {
    let (words, toasts) = (&words().editor, toasts());
    let (label, told) = (fill(words.remove, &[("name", name)]), fill(words.removed, &[("name", name)]));
    let list = list.to_owned();
    let remove = move || {
        let mut gone = None;
        draft.reshape(|draft| gone = entries(draft, &list).filter(|list| at < list.len()).map(|list| list.remove(at)));
        focus(id_of(&format!("{list}/add")));
        if let Some(gone) = gone {
            let list = list.clone();
            toasts.undoable(told.clone(), move || draft.reshape(|draft| insert(draft, &list, at, gone.clone())));
        }
    };
    icon_button("trash", &label, vec![has("disabled", !draft.may_edit)], remove)
}

/// The buttons that move an entry, from `first` on.
pub(super) fn move_buttons(draft: Draft, list: &str, at: usize, first: usize, name: &str) -> Piece {
    let words = &words().editor;
    let last = draft.length(list).saturating_sub(1);
    let shift_button = |up: bool| {
        let (text, icon) = if up { (words.up, "better") } else { (words.down, "worse") };
        let (upper, goal) = if up { (at.saturating_sub(1), at.saturating_sub(1)) } else { (at, at + 1) };
        // An end of the list is told and not disabled: the button that was pressed keeps the focus.
        let end = if up { at <= first } else { at >= last };
        let side = if up { "up" } else { "down" };
        let (here, list) = (id_of(&format!("{list}/{at}/{side}")), list.to_owned());
        let shift = move || {
            if !end {
                draft.reshape(|draft| edit::swap(draft, &list, upper));
                focus(id_of(&format!("{list}/{goal}/{side}")));
            }
        };
        let facts = vec![is("id", here), has("disabled", !draft.may_edit), is("aria-disabled", end.to_string())];
        icon_button(icon, &fill(text, &[("name", name)]), facts, shift)
    };
    node("span", "tools", vec![shift_button(true), shift_button(false)])
}

/// The button that adds what `entry` makes, and puts the focus into its place `first`; a list's first button is `add`.
pub(super) fn add_button(
    draft: Draft,
    list: &str,
    (name, text): (&str, &str),
    first: &'static str,
    entry: Box<dyn Fn(&Value) -> Value>,
) -> Piece {
    let (id, list) = (id_of(&format!("{list}/{name}")), list.to_owned());
    let add = move || {
        let entry = draft.value.with_untracked(&entry);
        let at = draft.length(&list);
        // What is still empty would be refused: it is saved with what is typed into it.
        let is_empty = |value: &Value| *value == json!({}) || *value == json!([]) || *value == json!("");
        match entry.as_object().is_some_and(|fields| fields.values().any(is_empty)) {
            true => draft.begin(|draft| insert(draft, &list, at, entry)),
            false => draft.reshape(|draft| insert(draft, &list, at, entry)),
        }
        let first = if first == "/text" { format!("/text/{}", draft.locale.get_untracked()) } else { first.to_owned() };
        focus(id_of(&format!("{list}/{at}{first}")));
    };
    let facts: Vec<Fact> = vec![is("id", id)];
    if draft.may_edit { button("button small", "plus", text, facts, add) } else { nothing() }
}
