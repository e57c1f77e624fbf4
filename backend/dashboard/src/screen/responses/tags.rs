//! The dialog that puts tags on the selected responses and takes them off.

use std::collections::BTreeSet;

use bearing_shared::api::inbox::{ResponsesChange, TAG_LIMIT, tag};
use leptos::ev;
use leptos::prelude::*;

use super::Desk;
use crate::part::{changing, dialog, icon_button};
use crate::text::fill;

/// The dialog.
pub(super) fn tags(desk: Desk) -> AnyView {
    dialog(desk.tagging, desk.words.responses.tags, Box::new(move || form(desk)))
}

fn form(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let text = RwSignal::new(String::new());
    // Those that are meant when the dialog opens: what is selected changes no more while it is open.
    let ids = StoredValue::new(untrack(|| desk.meant()));
    let close = move |change: ResponsesChange, said| {
        desk.tagging.set(false);
        desk.act(ids.get_value(), change, said);
    };
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(tag) = tag(&text.get_untracked()) {
            close(ResponsesChange { add_tags: vec![tag], ..ResponsesChange::default() }, &words.did_tag);
        }
    };
    let there: BTreeSet<String> = desk.listing.rows.with_untracked(|rows| {
        let ids = ids.get_value();
        let meant = rows.iter().filter(|row| ids.contains(&row.id));
        meant.flat_map(|row| row.response.read_untracked().tags.clone()).collect()
    });
    let chips = there.into_iter().map(|tag| {
        let label = fill(words.remove_tag, &[("name", &tag)]);
        let change = ResponsesChange { remove_tags: vec![tag.clone()], ..ResponsesChange::default() };
        view! {
            <li class="chip">
                <bdi>{tag}</bdi>
                {icon_button("close", label, move || close(change.clone(), &words.did_untag))}
            </li>
        }
        .into_any()
    });
    let count = desk.locale.plural(&words.selected, ids.with_value(Vec::len) as u64);
    view! {
        <p class="soft">{count}</p>
        <ul class="chips">{chips.collect_view()}</ul>
        <form class="tag-form" on:submit=add>
            <label class="field"><span>{words.new_tag}</span>
                <input list="known-tags" required autofocus maxlength=TAG_LIMIT.to_string() autocomplete="off" dir="auto"
                    prop:value=text on:input=move |event| text.set(event_target_value(&event)) />
            </label>
            <button class="button primary">{words.add_tag}</button>
        </form>
        {known(desk.tags)}
    }
    .into_any()
}

/// The tags that the team has used, to choose from while typing.
pub(in crate::screen) fn known(
    tags: ReadSignal<crate::fetch::Loaded<Vec<bearing_shared::api::inbox::TagCount>>, LocalStorage>,
) -> AnyView {
    let options = changing(move || {
        tags.with(|tags| {
            let tags = tags.ready().map(Vec::as_slice).unwrap_or_default();
            tags.iter().map(|tag| view! { <option value=tag.tag.clone()></option> }).collect_view().into_any()
        })
    });
    view! { <datalist id="known-tags">{options}</datalist> }.into_any()
}
