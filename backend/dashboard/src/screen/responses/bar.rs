//! What stands above the list: how many are shown, how many are selected, and what can be done with those.

use std::collections::BTreeSet;

use bearing_shared::api::inbox::ResponsesChange;
use bearing_shared::api::responses::ResponseState;
use leptos::prelude::*;

use super::Desk;
use crate::part::{button, changing, icon_button, iconed, memo};
use crate::text::Plural;

/// The bar above the list.
pub(super) fn bar(desk: Desk) -> AnyView {
    let (listing, selected) = (desk.listing, desk.selected);
    let words = &desk.words.responses;
    let every = move || {
        let all = listing.rows.with(Vec::len);
        all > 0 && selected.with(BTreeSet::len) >= all
    };
    let all = move |_| {
        let ids = if untrack(every) { BTreeSet::new() } else { listing.ids().into_iter().collect() };
        selected.set(ids);
    };
    let some = move || !every() && !selected.with(BTreeSet::is_empty);
    let is_selected = memo(move || !selected.with(BTreeSet::is_empty));
    let text = move || {
        let (plural, count) = match selected.with(BTreeSet::len) {
            0 => (&words.shown, listing.rows.with(Vec::len)),
            count => (&words.selected, count),
        };
        desk.locale.plural(plural, count as u64)
    };
    view! {
        <div class="bar" class:chosen=is_selected hidden=move || listing.rows.with(Vec::is_empty)>
            <label class="pick" hidden=move || !desk.may_edit.get()>
                    <input type="checkbox" aria-label=words.select_all prop:checked=every prop:indeterminate=some on:click=all />
            </label>
            <span class="soft" role="status">{text}</span>
            {changing(move || is_selected.get().then(|| actions(desk)).into_any())}
        </div>
    }
    .into_any()
}

/// What can be done with the selected ones.
fn actions(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let has = move |wanted: fn(ResponseState) -> bool| {
        desk.listing.rows.with(|rows| {
            let mut chosen = rows.iter().filter(|row| desk.selected.with(|selected| selected.contains(&row.id)));
            chosen.any(|row| wanted(row.response.read().state))
        })
    };
    let may_exclude = memo(move || has(|state| matches!(state, ResponseState::Counted | ResponseState::Quarantined)));
    let may_restore = memo(move || has(|state| matches!(state, ResponseState::Excluded | ResponseState::Quarantined)));
    let mark = |read: bool| ResponsesChange { read: Some(read), ..ResponsesChange::default() };
    let put = |state: ResponseState| ResponsesChange { state: Some(state), ..ResponsesChange::default() };
    vec![
        action(desk, "mail-open", words.mark_read, mark(true), &words.did_read),
        action(desk, "mail", words.mark_unread, mark(false), &words.did_unread),
        button("button small", String::new(), iconed("tag", words.tag), move || desk.tagging.set(true)),
        changing(move || {
            may_exclude
                .get()
                .then(|| action(desk, "exclude", words.exclude, put(ResponseState::Excluded), &words.did_exclude))
                .into_any()
        }),
        changing(move || {
            may_restore
                .get()
                .then(|| action(desk, "restore", words.restore, put(ResponseState::Counted), &words.did_restore))
                .into_any()
        }),
        icon_button("close", words.unselect.to_owned(), move || desk.selected.set(BTreeSet::new())),
    ]
    .into_any()
}

fn action(
    desk: Desk,
    icon: &'static str,
    text: &'static str,
    change: ResponsesChange,
    said: &'static Plural,
) -> AnyView {
    button("button small", String::new(), iconed(icon, text), move || desk.act(desk.meant(), change.clone(), said))
}
