//! What is kept of people: what is taken out of comments, which parameters stay in addresses, and for how long all is kept.

use bearing_shared::api::sites::SiteReply;
use bearing_shared::privacy::Redaction;
use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::{Map, Value};

use super::save;
use crate::change::{lines, number};
use crate::locale::{locale, words};
use crate::part::{Ask, Field, Form, Question, check, lead};
use crate::site::site;
use crate::text::fill;

/// The part *privacy*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    vec![redaction(reply), addresses(reply), periods(reply)].into_any()
}

/// What is taken out of comments.
fn redaction(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let chosen = &reply.settings.redact;
    let known = [
        (Redaction::Mail, "mail", words.redact_mail),
        (Redaction::Phone, "phone", words.redact_phone),
        (Redaction::Card, "card", words.redact_card),
    ]
    .map(|(kind, name, text)| (name, text, RwSignal::new(chosen.contains(&kind))));
    let values = move || {
        let on = known.iter().filter(|(_, _, on)| on.get_untracked()).map(|(name, ..)| Value::from(*name));
        vec![("redact", on.collect())]
    };
    let boxes = known.map(|(_, text, on)| check(text, on));
    let fields = std::iter::once(lead(words.redact_lead)).chain(boxes).collect();
    save::card(Form::new(), words.redact, fields, Box::new(values))
}

/// Which parameters stay in addresses.
fn addresses(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let (form, kept) = (Form::new(), RwSignal::new(reply.settings.url_parameters.join("\n")));
    let field = form.field(Field {
        kind: "textarea",
        hint: words.parameters_hint,
        ..Field::line("url_parameters", words.parameters, kept)
    });
    let values = move || vec![("url_parameters", kept.with_untracked(|kept| lines(kept)))];
    save::card(form, words.addresses, vec![field], Box::new(values))
}

/// How long all is kept. What a new period lets go cannot be had back, so that it is counted and asked first.
fn periods(reply: &SiteReply) -> AnyView {
    let (words, locale, site) = (words(), locale(), site());
    let (form, ask, kept) = (Form::new(), Ask::new(), reply.settings.retention);
    let periods = [
        ("retention.answers_days", words.settings.keep_answers, words.settings.answers_go, kept.answers_days),
        ("retention.comments_days", words.settings.keep_comments, words.settings.comments_go, kept.comments_days),
        ("retention.identity_days", words.settings.keep_identity, words.settings.identity_goes, kept.identity_days),
    ]
    .map(|(name, label, hint, days)| {
        (name, label, hint, RwSignal::new(days.map(|days| days.to_string()).unwrap_or_default()))
    });
    let stored = StoredValue::new(Value::Null);
    let typed = move || {
        let pairs = periods.map(|(name, _, _, days)| {
            let days = days.with_untracked(|days| if days.trim().is_empty() { Value::Null } else { number(days) });
            (name.trim_start_matches("retention.").to_owned(), days)
        });
        Value::Object(Map::from_iter(pairs))
    };
    stored.set_value(typed());
    let store = Callback::new(move |()| {
        let now = typed();
        let body = Map::from_iter([("retention".to_owned(), now.clone())]);
        form.send(Method::PATCH, save::address(site), Value::Object(body), move |_| {
            let _ = stored.try_set_value(now);
            site.again();
            form.toasts.say(words.common.saved);
        });
    });
    let submit = move || {
        let now = typed();
        if stored.with_value(|stored| *stored == now) {
            form.toasts.say(words.settings.unchanged);
            return;
        }
        let named = now.as_object().into_iter().flatten().filter_map(|(name, days)| Some((name, days.as_u64()?)));
        let asked: Vec<String> = named.map(|(name, days)| format!("{name}={days}")).collect();
        let address = format!("{}/retention?{}", save::address(site), asked.join("&"));
        form.send(Method::GET, address, Value::Null, move |found| {
            let going = [
                ("answers", words.settings.expire_answers),
                ("comments", words.settings.expire_comments),
                ("identities", words.settings.expire_identities),
            ]
            .map(|(name, text)| (text, found[name].as_u64().unwrap_or_default()));
            let going = going.into_iter().filter(|(_, number)| *number > 0);
            let what: Vec<String> = going.map(|(text, number)| fill(text, &[("n", &locale.count(number))])).collect();
            if what.is_empty() {
                store.run(());
                return;
            }
            ask.about(Question {
                title: fill(words.settings.expire, &[("what", &what.join(" · "))]),
                text: words.settings.expire_lead,
                act: words.settings.expire_act.to_owned(),
                typed: String::new(),
                go: store,
            });
        });
    };
    let fields = periods
        .map(|(name, label, hint, days)| form.field(Field { kind: "number", hint, ..Field::line(name, label, days) }));
    let fields = std::iter::once(lead(words.settings.keep_lead)).chain(fields).collect();
    let card = form.card(words.settings.keep, site.may_own(), words.common.save, fields, Box::new(submit));
    vec![card, ask.view()].into_any()
}
