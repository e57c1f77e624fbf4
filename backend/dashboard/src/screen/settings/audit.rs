//! Who changed what, the newest first.

use bearing_shared::api::audit::{ActorKind, AuditReply};
use leptos::prelude::*;

use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{button, changing, each, list, rows};
use crate::site::site;

/// The part *audit log*.
pub(super) fn part() -> AnyView {
    let words = &words().settings;
    view! {
        <section class="card">
            <h2>{words.part_audit}</h2>
            <p class="soft">{words.audit_lead}</p>
            {page(None)}
        </section>
    }
    .into_any()
}

/// One page of the log, and after it the next as soon as it is wanted.
fn page(cursor: Option<String>) -> AnyView {
    let words = words();
    let site = site();
    let address = move || {
        let cursor = cursor.iter().map(|cursor| ("cursor".to_owned(), cursor.clone()));
        Some(fetch::address("/v1/audit", &[site.parameter()].into_iter().chain(cursor).collect::<Vec<_>>()))
    };
    let entries = list(Box::new(address), RwSignal::new(0));
    let wanted = RwSignal::new(false);
    let next = changing(move || {
        let cursor = entries.with(|page| page.ready().and_then(|page| page["next_cursor"].as_str().map(str::to_owned)));
        match cursor {
            None => ().into_any(),
            Some(cursor) if wanted.get() => page(Some(cursor)),
            Some(_) => button("button", String::new(), words.common.more.into_any(), move || wanted.set(true)),
        }
    });
    view! {
        {rows(entries, words.settings.no_audit, each(|reply: AuditReply| entry(&reply)))}
        {next}
    }
    .into_any()
}

fn entry(entry: &AuditReply) -> AnyView {
    let words = &words().settings;
    let actor = &entry.actor;
    let kind = match actor.kind {
        ActorKind::Key => words.key,
        ActorKind::CommandLine => words.command_line,
        ActorKind::Member => "",
    };
    let name = if actor.name.is_empty() { actor.id.clone() } else { actor.name.clone() };
    let head = view! {
        <code dir="ltr">{entry.action.clone()}</code>" "<code class="quiet" dir="ltr">{entry.object.clone()}</code>
        <span class="quiet who">{kind}" "<bdi>{name}</bdi>" · "{locale().moment(&entry.at)}</span>
    };
    let whole = if entry.detail.is_empty() {
        view! { <div class="what">{head}</div> }.into_any()
    } else {
        let pairs = entry.detail.iter().map(|(name, value)| {
            view! { <dt dir="ltr">{name.clone()}</dt><dd dir="auto">{value.clone()}</dd> }.into_any()
        });
        view! { <details class="what"><summary>{head}</summary><dl>{pairs.collect::<Vec<_>>()}</dl></details> }
            .into_any()
    };
    view! { <li class="entry audit">{whole}</li> }.into_any()
}
