//! Who changed what, the newest first.

use bearing_shared::api::audit::{ActorKind, AuditReply};
use leptos::prelude::*;

use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{button, changing, each, el, lead, list, named, rows, section};
use crate::site::site;

/// The part *audit log*.
pub(super) fn part() -> AnyView {
    let words = &words().settings;
    section(words.part_audit, vec![lead(words.audit_lead), page(None)])
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
    vec![rows(entries, words.settings.no_audit, each(|reply: AuditReply| entry(&reply))), next].into_any()
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
    let code = |class, text: &String| el("code", class, vec![text.clone().into_any()]);
    let said =
        vec![format!("{kind} ").into_any(), named(name), format!(" · {}", locale().moment(&entry.at)).into_any()];
    let head =
        vec![code("", &entry.action), " ".into_any(), code("quiet", &entry.object), el("span", "quiet who", said)];
    let whole = if entry.detail.is_empty() {
        el("div", "what", head)
    } else {
        let pairs = entry.detail.iter().flat_map(|(name, value)| {
            [el("dt", "", vec![name.clone().into_any()]), el("dd", "", vec![named(value.clone())])]
        });
        el("details", "what", vec![el("summary", "", head), el("dl", "", pairs.collect())])
    };
    el("li", "entry audit", vec![whole])
}
