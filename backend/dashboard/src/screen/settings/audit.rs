//! Who changed what, the newest first.

use std::collections::BTreeMap;

use bearing_shared::api::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use crate::fetch::{self, Problem};
use crate::locale::{locale, words};
use crate::part::{Waiting, listed, refused};
use crate::site::site;

/// One entry of the log.
#[derive(Clone, Deserialize)]
struct Entry {
    at: String,
    actor: Actor,
    action: String,
    object: String,
    detail: BTreeMap<String, String>,
}

/// Who it was.
#[derive(Clone, Deserialize)]
struct Actor {
    kind: String,
    id: String,
    name: String,
}

/// The part *audit log*.
pub(super) fn part() -> AnyView {
    let words = words();
    let site = site();
    let entries = RwSignal::new(None::<Vec<Entry>>);
    let next = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<Problem>);
    let read = move |cursor: Option<String>| {
        let mut pairs = vec![untrack(|| site.parameter())];
        pairs.extend(cursor.map(|cursor| ("cursor".to_owned(), cursor)));
        spawn_local(async move {
            match fetch::get::<Page<Entry>>(&fetch::address("/v1/audit", &pairs)).await {
                Ok(page) => {
                    let _ = next.try_set(page.next_cursor);
                    let _ = entries.try_update(|entries| entries.get_or_insert_default().extend(page.items));
                }
                Err(failed) => {
                    let _ = problem.try_set(Some(failed));
                }
            }
        });
    };
    read(None);
    let list = move || {
        if let Some(problem) = problem.get() {
            return refused(&problem);
        }
        entries.with(|entries| match entries {
            Some(entries) => listed(entries.iter().map(entry).collect(), words.settings.no_audit),
            None => view! { <Waiting seconds=0 /> }.into_any(),
        })
    };
    let more = move || {
        next.get().map(|cursor| {
            let go = move |_| read(Some(cursor.clone()));
            view! { <div><button type="button" class="button" on:click=go>{words.common.more}</button></div> }
        })
    };
    view! {
        <section class="card">
            <h2>{words.settings.part_audit}</h2>
            <p class="soft">{words.settings.audit_lead}</p>
            {list}
            {more}
        </section>
    }
    .into_any()
}

fn entry(entry: &Entry) -> AnyView {
    let words = &words().settings;
    let actor = &entry.actor;
    let kind = match actor.kind.as_str() {
        "key" => words.key,
        "command_line" => words.command_line,
        _ => "",
    };
    let name = if actor.name.is_empty() { actor.id.clone() } else { actor.name.clone() };
    let details = (!entry.detail.is_empty()).then(|| {
        let pairs = entry.detail.iter().map(|(name, value)| {
            view! { <dt dir="ltr">{name.clone()}</dt><dd dir="auto">{value.clone()}</dd> }.into_any()
        });
        view! { <details><summary>{words.details}</summary><dl>{pairs.collect::<Vec<_>>()}</dl></details> }
    });
    view! {
        <li class="entry audit">
            <div class="what">
                <div><code dir="ltr">{entry.action.clone()}</code>" "<code class="quiet" dir="ltr">{entry.object.clone()}</code></div>
                <div class="quiet">{kind}" "<bdi>{name}</bdi>" · "{locale().moment(&entry.at)}</div>
                {details}
            </div>
        </li>
    }
    .into_any()
}
