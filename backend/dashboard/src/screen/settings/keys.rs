//! The keys of the site: who may act for it, since when, and until when.

use bearing_shared::api::keys::KeyReply;
use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::Value;

use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{
    Ask, Field, Form, Question, button, each, el, lead, list, mark, named, revealed, row, rows, section,
};
use crate::query;
use crate::site::site;
use crate::text::fill;

/// The part *keys*.
pub(super) fn part() -> AnyView {
    let words = words();
    let (site, ask, ending) = (site(), Ask::new(), Form::new());
    let changed = RwSignal::new(0_u32);
    let may = site.may_own();
    let keys = list(Box::new(move || Some(fetch::address("/v1/keys", &[site.parameter()]))), changed);
    let revoke = ending.act(changed, words.settings.revoked);
    let draw = each(move |key: KeyReply| entry(&key, may, ask, revoke));
    let list = vec![lead(words.settings.keys_lead), ending.common_fault(), rows(keys, words.settings.no_keys, draw)];
    let mut parts = vec![section(words.settings.part_keys, list)];
    if may {
        parts.push(making(changed));
    }
    parts.push(ask.view());
    parts.into_any()
}

fn entry(key: &KeyReply, may: bool, ask: Ask, revoke: Callback<(String, Value)>) -> AnyView {
    let words = words();
    let locale = locale();
    let scope = scopes(words).into_iter().find(|(name, _)| *name == key.scope.name()).map(|(_, text)| text);
    let used = key.last_used_at.as_ref().map(|at| fill(words.settings.last_used, &[("ago", &locale.ago(at))]));
    let made = fill(words.settings.created, &[("date", &locale.moment(&key.created_at))]);
    let about = format!("{made} · {}", used.unwrap_or_else(|| words.settings.never.to_owned()));
    let (id, name) = (key.id.0.clone(), key.name.clone());
    let title = fill(words.settings.revoke_key, &[("name", if name.is_empty() { &id } else { &name })]);
    let shown = if name.is_empty() { id.clone() } else { name };
    let site = site();
    let question = move || {
        let path = format!("/v1/keys/{}", query::segment(&id));
        let address = fetch::address(&path, &[untrack(|| site.parameter())]);
        ask.about(Question {
            title: title.clone(),
            text: words.settings.revoke_lead,
            act: words.settings.revoke.to_owned(),
            typed: String::new(),
            go: Callback::new(move |()| revoke.run((address.clone(), Value::Null))),
        });
    };
    let label = format!("{}: {shown}", words.settings.revoke);
    let act = may.then(|| button("button small", label, words.settings.revoke.into_any(), question));
    let main = vec![el("b", "", vec![named(shown)]), " ".into_any(), mark(scope.unwrap_or_default())];
    row(main, about.into_any(), act.into_iter().collect())
}

/// The scopes, as a choice shows them.
fn scopes(words: &'static crate::text::Text) -> [(&'static str, &'static str); 3] {
    let words = &words.settings;
    [("read", words.scope_read), ("write", words.scope_write), ("admin", words.scope_admin)]
}

/// The form in which a key is made, and the key right after.
fn making(changed: RwSignal<u32>) -> AnyView {
    let words = words();
    let (site, form) = (site(), Form::new());
    let (name, scope) = (RwSignal::new(String::new()), RwSignal::new("read".to_owned()));
    let made = RwSignal::new(String::new());
    let fields = vec![
        form.field(Field::line("name", words.settings.name, name)),
        form.choice("scope", words.settings.scope, scope, &scopes(words)),
    ];
    let make = move || {
        let body = [("name", name.get_untracked().trim().to_owned()), ("scope", scope.get_untracked())];
        let address = fetch::address("/v1/keys", &[untrack(|| site.parameter())]);
        form.send(Method::POST, address, Value::from_iter(body), move |reply| {
            made.set(reply["key"].as_str().unwrap_or_default().to_owned());
            name.set(String::new());
            changed.update(|count| *count += 1);
        });
    };
    vec![
        revealed(made, words.settings.key_made, words.settings.once),
        form.card(words.settings.make_key, true, words.settings.make_key, fields, Box::new(make)),
    ]
    .into_any()
}
