//! The tag, whose pages may write, and how customers are proved.

use bearing_shared::api::sites::{Protect, SiteReply};
use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::Value;

use super::{save, seen};
use crate::locale::{locale, words};
use crate::part::{
    Ask, Field, Form, Question, button, changing, check, copyable, el, lead, listed, remover, revealed, row, section,
};
use crate::site::{SiteContext, site};
use crate::text::fill;
use crate::{browser, change};

/// The part *tag*.
pub(super) fn part(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let (host, key) = (browser::origin(), &reply.site_key.0);
    let tag = format!("<script async src=\"{host}/bearing.js\" data-site=\"{key}\"></script>");
    let npm =
        format!("import {{ load }} from '@bearing/widget';\n\nload({{ src: '{host}/bearing.js', site: '{key}' }});");
    let tags = vec![lead(words.tag_lead), copyable(tag, words.part_tag), lead(words.npm_lead), copyable(npm, "npm")];
    vec![section(words.part_tag, tags), seen::part(), silence(reply), origins(reply), protect(reply), identity(reply)]
        .into_any()
}

/// The one switch that has the tag show nothing.
fn silence(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let silenced = RwSignal::new(reply.settings.silenced);
    let values = move || vec![("silenced", Value::from(silenced.get_untracked()))];
    let fields = vec![check(words.silence, silenced), lead(words.silence_hint)];
    section(words.silence, vec![save::card(Form::new(), "", fields, Box::new(values))])
}

/// What becomes of suspicious answers.
fn protect(reply: &SiteReply) -> AnyView {
    let words = &words().settings;
    let strict = RwSignal::new(reply.settings.protect == Protect::Strict);
    let values = move || vec![("protect", Value::from(if strict.get_untracked() { "strict" } else { "standard" }))];
    let fields = vec![check(words.protect_strict, strict), lead(words.protect_hint)];
    section(words.protect, vec![save::card(Form::new(), "", fields, Box::new(values))])
}

/// The origins as they are stored now; none where nobody looks at the site any more.
pub(super) fn stored(site: SiteContext) -> Option<Vec<Value>> {
    let origins = site.loaded.try_with_untracked(|site| site.ready().map(|site| site.settings.origins.clone()));
    Some(origins??.into_iter().map(Value::from).collect())
}

/// Whose pages may write.
fn origins(reply: &SiteReply) -> AnyView {
    let words = words();
    let site = site();
    let (list, form) = (Form::new(), Form::new());
    let origin = RwSignal::new(String::new());
    let known = Memo::new(move |_| {
        site.loaded.with(|site| site.ready().map(|site| site.settings.origins.join("\n")).unwrap_or_default())
    });
    let may = site.may_own();
    let rows = changing(move || {
        let origins = known.get();
        let said = if origins.is_empty() { words.settings.origins_all } else { words.settings.origins_listed };
        let rows = origins.lines().map(str::to_owned).map(|origin| {
            let label = fill(words.settings.remove, &[("name", &origin)]);
            let entry = origin.clone();
            let remove = move || {
                save::take_off(list, site, "origins", stored, Value::from(entry.as_str()), &entry);
                browser::focus("origins");
            };
            let acts = if may { vec![remover(label, remove)] } else { Vec::new() };
            row(vec![el("code", "", vec![origin.into_any()])], ().into_any(), acts)
        });
        let rows: Vec<AnyView> = rows.collect();
        let mut parts = vec![lead(said)];
        if !rows.is_empty() {
            parts.push(listed(rows, ""));
        }
        parts.into_any()
    });
    let add = move || {
        let mut whole = stored(site).unwrap_or_default();
        // Once is enough.
        change::put_back(&mut whole, usize::MAX, Value::from(origin.get_untracked().trim()));
        save::put(form, site, save::address(site), "origins", whole, move || {
            origin.set(String::new());
            form.toasts.say(words.common.saved);
        });
    };
    let field =
        form.field(Field { hint: words.settings.origin_hint, ..Field::line("origins", words.settings.origin, origin) });
    let null = RwSignal::new(reply.settings.allow_null_origin);
    let values = move || vec![("allow_null_origin", Value::from(null.get_untracked()))];
    let mut within = vec![rows, list.common_fault()];
    if may {
        within.push(form.card("", true, words.settings.add, vec![field], Box::new(add)));
    }
    within.push(save::card(Form::new(), "", vec![check(words.settings.null_origin, null)], Box::new(values)));
    section(words.settings.origins, within)
}

/// How customers are proved.
fn identity(reply: &SiteReply) -> AnyView {
    let words = words();
    let (site, form, ask) = (site(), Form::new(), Ask::new());
    let require = RwSignal::new(reply.settings.require_signature);
    let secret = RwSignal::new(String::new());
    let rotate = Callback::new(move |()| {
        let body = Value::from_iter([("rotate_identity_secret", true)]);
        form.send(Method::PATCH, save::address(site), body, move |reply| {
            let made = reply["identity_secret"].as_str().unwrap_or_default().to_owned();
            let _ = secret.try_set(made);
        });
    });
    let question = move || {
        ask.about(Question {
            title: words.settings.rotate.to_owned(),
            text: words.settings.rotate_lead,
            act: words.settings.rotate.to_owned(),
            typed: String::new(),
            go: rotate,
        });
    };
    let end = Callback::new(move |()| {
        let body = Value::from_iter([("end_previous_secret", true)]);
        form.send(Method::PATCH, save::address(site), body, move |_| site.again());
    });
    let asked = move || {
        ask.about(Question {
            title: words.settings.end_previous.to_owned(),
            text: words.settings.end_previous_lead,
            act: words.settings.end_previous.to_owned(),
            typed: String::new(),
            go: end,
        });
    };
    let values = move || vec![("require_signature", Value::from(require.get_untracked()))];
    let mut within = vec![
        lead(words.settings.secret_lead),
        revealed(secret, words.settings.secret, words.settings.once),
        form.common_fault(),
    ];
    if site.may_own() {
        let rotate = button("button", String::new(), words.settings.rotate.into_any(), question);
        within.push(el("div", "", vec![rotate]));
    }
    if let Some(until) = &reply.previous_secret_until {
        let holds = fill(words.settings.previous_holds, &[("moment", &locale().moment(until))]);
        within.push(el("p", "quiet", vec![holds.into_any()]));
        if site.may_own() {
            let end = button("button", String::new(), words.settings.end_previous.into_any(), asked);
            within.push(el("div", "", vec![end]));
        }
    }
    let switch = vec![check(words.settings.require_signature, require)];
    within.extend([save::card(Form::new(), "", switch, Box::new(values)), ask.view()]);
    section(words.settings.secret, within)
}
