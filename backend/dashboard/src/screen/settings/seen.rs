//! Where the tag was seen: each origin with when, whether it may send answers, and a button that lets it.

use bearing_shared::api::origins::{OriginSeen, OriginsReply};
use js_sys::Date;
use leptos::prelude::*;
use serde_json::Value;

use super::{save, tag};
use crate::fetch::{self, Loaded};
use crate::live;
use crate::locale::{locale, words};
use crate::part::{Failed, Form, button, changing, el, hold_focus, lead, listed, mark, row, section};
use crate::site::site;
use crate::text::fill;

/// How often it is asked while one looks, in seconds: whoever opens a page with the tag waits for it here.
const AGAIN: u32 = 4;
/// How long ago is just now, in ms.
const NOW_MS: f64 = 60_000.0;

/// Where the tag was seen.
pub(super) fn part() -> AnyView {
    let words = words();
    let (site, form) = (site(), Form::new());
    let (again, changed) = (live::every(AGAIN), RwSignal::new(0_u32));
    let seen = fetch::reading::<OriginsReply>(
        move || Some(fetch::address("/v1/origins", &[site.parameter()])),
        move || again.get() + changed.get(),
    );
    let may = site.may_own();
    // Drawn again only when it says something else: whoever is about to press a button must not lose it.
    let said = Memo::new(move |_| {
        seen.with(|seen| match seen {
            Loaded::Ready(reply) => Some(Ok((reply.items.iter().map(line).collect::<Vec<_>>(), reply.others))),
            Loaded::Failed(problem) => Some(Err(problem.clone())),
            _ => None,
        })
    });
    let shown = changing(move || match said.get() {
        None => ().into_any(),
        Some(Err(problem)) => view! { <Failed problem=problem /> }.into_any(),
        Some(Ok((lines, others))) => {
            hold_focus();
            let rows = lines.into_iter().map(|line| entry(line, may, form, changed)).collect();
            let mut parts = vec![listed(rows, words.settings.seen_none)];
            if others > 0 {
                parts.push(lead_of(locale().plural(&words.settings.seen_others, others)));
            }
            parts.into_any()
        }
    });
    let shown = view! { <div aria-live="polite">{shown}</div> }.into_any();
    section(words.settings.seen, vec![lead(words.settings.seen_lead), form.common_fault(), shown])
}

/// What a row says: the origin, whether it is allowed, and when it was seen.
type Line = (String, bool, String);

fn line(seen: &OriginSeen) -> Line {
    let (words, locale) = (&words().settings, locale());
    let when = match &seen.last_seen_at {
        None => words.seen_never.to_owned(),
        Some(at) if Date::now() - Date::parse(at) < NOW_MS => words.seen_now.to_owned(),
        Some(at) => fill(words.seen_ago, &[("ago", &locale.ago(at))]),
    };
    let when = match seen.requests {
        0 => when,
        requests => format!("{when} · {}", locale.plural(&words.seen_requests, requests)),
    };
    (seen.origin.clone(), seen.allowed, when)
}

fn entry((origin, allowed, when): Line, may: bool, form: Form, changed: RwSignal<u32>) -> AnyView {
    let words = &words().settings;
    let nameless = origin == "null";
    let name = match nameless {
        true => words.seen_null.into_any(),
        false => el("code", "", vec![origin.clone().into_any()]),
    };
    let standing = if allowed { words.seen_allowed } else { words.seen_refused };
    let main =
        vec![name, " ".into_any(), if allowed { mark(standing) } else { el("b", "bad", vec![standing.into_any()]) }];
    // Pages without an origin have a switch of their own, below.
    let acts = (may && !allowed && !nameless).then(|| {
        let site = site();
        let label = format!("{}: {origin}", words.seen_allow);
        button("button small", label, words.seen_allow.into_any(), move || {
            let Some(mut whole) = tag::stored(site) else { return };
            whole.push(Value::from(origin.as_str()));
            save::put(form, site, save::address(site), "origins", whole, move || {
                let _ = changed.try_update(|count| *count += 1);
                form.toasts.say(form.words.common.saved);
            });
        })
    });
    row(main, when.into_any(), acts.into_iter().collect())
}

fn lead_of(text: String) -> AnyView {
    el("p", "soft", vec![text.into_any()])
}
