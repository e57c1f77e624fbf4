//! The published versions, each with what it changed, and a way back to any of them.

use bearing_shared::api::Page;
use leptos::prelude::*;
use serde_json::Value;

use super::changes::changes;
use super::draft::Draft;
use crate::edit::{self, FIELDS, difference, text_at};
use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{Empty, Part, toasts};
use crate::text::fill;

/// The versions.
pub(super) fn versions(draft: Draft) -> AnyView {
    let page = fetch::reading::<Page<Value>>(
        move || Some(format!("{}&limit=50", draft.address("/versions"))),
        move || draft.standing.with(|standing| standing.version as u32),
    );
    let toasts = toasts();
    let take_up = Callback::new(move |(name, content): (String, Value)| {
        let before = draft.value.get_untracked();
        let put_back = move |content: &Value| {
            draft.reshape(|draft| {
                FIELDS.iter().for_each(|name| edit::put(draft, &format!("/{name}"), content.get(*name).cloned()));
            });
        };
        put_back(&content);
        toasts.undoable(fill(words().surveys.taken_up, &[("name", &name)]), move || put_back(&before));
    });
    let draw = move |page: &Page<Value>| {
        let words = &words().surveys;
        if page.items.is_empty() {
            return view! { <Empty text=words.no_versions.to_owned() /> }.into_any();
        }
        let unpublished = draft.value.with(|draft| difference(&page.items[0], draft));
        let next = (!unpublished.is_empty()).then(|| {
            view! { <li class="entry"><h3>{words.unpublished}</h3>{changes(unpublished)}</li> }
        });
        let items = page.items.iter().enumerate().map(|(place, version)| {
            let name = fill(words.version, &[("n", &version["version"].to_string())]);
            let before = page.items.get(place + 1);
            let body = match before {
                Some(before) => changes(difference(before, version)),
                None if version["version"] == 1 => view! { <p class="soft">{words.first_version}</p> }.into_any(),
                None => ().into_any(),
            };
            let content = version.clone();
            let said = name.clone();
            view! {
                <li class="entry">
                    <header class="row">
                        <h3>{name}" "<span class="quiet">{locale().moment(text_at(version, "/published_at"))}</span></h3>
                        {draft.may_edit.then(|| view! {
                            <button class="button small" on:click=move |_| take_up.run((said.clone(), content.clone()))>{words.take_up}</button>
                        })}
                    </header>
                    {body}
                </li>
            }
            .into_any()
        });
        view! { <ol class="entries">{next}{items.collect_view()}</ol> }.into_any()
    };
    view! { <section class="card"><h2>{words().surveys.versions}</h2><Part loaded=page draw=draw /></section> }
        .into_any()
}
