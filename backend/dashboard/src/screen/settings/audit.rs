//! Who changed what, the newest first; whether the log is as it was written, and all of it as a file.

use bearing_shared::api::audit::{ActorKind, AuditReply};
use leptos::prelude::*;

use crate::deed::{self, Piece};
use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{button, changing, copyable, each, el, lead, list, named, rows, section};
use crate::site::site;
use crate::text::fill;

/// The part *audit log*.
pub(super) fn part() -> AnyView {
    let words = &words().settings;
    section(words.part_audit, vec![lead(words.audit_lead), whole(), page(None)])
}

/// Whether the log is as it was written, and all of it as a file.
fn whole() -> AnyView {
    let (all, site) = (words(), site());
    let words = &all.settings;
    let of = move |path: &str| fetch::address(path, &[site.parameter()]);
    let chain = list(Box::new(move || Some(of("/v1/audit/verify"))), RwSignal::new(0));
    let told = changing(move || {
        chain.with(|chain| {
            let Some(chain) = chain.ready() else { return ().into_any() };
            let Some(head) = chain["head"].as_str() else { return ().into_any() };
            if let Some(number) = chain["broken"].as_i64() {
                let text = fill(words.chain_broken, &[("number", &number.to_string())]);
                return view! { <p class="fault" role="alert">{text}</p> }.into_any();
            }
            let entries = locale().count(chain["entries"].as_u64().unwrap_or_default());
            let intact = fill(words.chain_intact, &[("entries", &entries)]);
            let said = el("p", "quiet", vec![intact.into_any(), " ".into_any(), words.chain_lead.into_any()]);
            vec![said, copyable(head.to_owned(), words.chain_lead)].into_any()
        })
    });
    let export = move |path: &str, label: &'static str| {
        let address = of(path);
        view! { <a class="button small" href=address download>{label}</a> }.into_any()
    };
    let exports = el(
        "div",
        "exports",
        vec![export("/v1/exports/audit.csv", words.export_csv), export("/v1/exports/audit.jsonl", words.export_jsonl)],
    );
    vec![told, exports].into_any()
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
    let all = words();
    let words = &all.settings;
    let actor = &entry.actor;
    let kind = match actor.kind {
        ActorKind::Key => words.key,
        ActorKind::CommandLine => words.command_line,
        ActorKind::Server => words.server,
        ActorKind::Member => "",
    };
    let name = if actor.name.is_empty() { actor.id.clone() } else { actor.name.clone() };
    let code = |class, text: &String| el("code", class, vec![text.clone().into_any()]);
    let mut head = vec![kind.into_any(), " ".into_any(), el("b", "", vec![named(name)]), " ".into_any()];
    let said = match deed::told(all, entry) {
        Some((pieces, said)) => {
            head.extend(pieces.into_iter().map(|piece| match piece {
                Piece::Words(words) => words.into_any(),
                Piece::Value(value) => named(value),
            }));
            said
        }
        None => {
            head.push(code("", &entry.action));
            Vec::new()
        }
    };
    let object = code("quiet", &entry.object);
    let object = match deed::place(&entry.object) {
        Some(place) => {
            let path = site().path(&place);
            view! { <a href=path>{object}</a> }.into_any()
        }
        None => object,
    };
    let about = vec![format!("{} ", locale().moment(&entry.at)).into_any(), object];
    head.push(el("span", "quiet who", about));
    // What the sentence has not said.
    let is_left = |(name, text): &(&String, &String)| !text.is_empty() && !said.contains(&name.as_str());
    let rest: Vec<_> = entry.detail.iter().filter(is_left).collect();
    if !rest.is_empty() {
        let pairs = rest.into_iter().flat_map(|(name, value)| {
            [el("dt", "", vec![name.clone().into_any()]), el("dd", "", vec![named(value.clone())])]
        });
        head.push(el("dl", "", pairs.collect()));
    }
    el("li", "entry audit", vec![el("div", "what", head)])
}
