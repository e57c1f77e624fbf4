//! The member's own account: name, language, password, and where one is signed in.

use bearing_shared::api::session::OpenSession;
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value};

use crate::app::sign_out;
use crate::browser;
use crate::fetch::{self, Problem};
use crate::locale::{locale, words};
use crate::part::{Field, Form, button, changing, each, el, list, mark, named, row, rows, toasts};
use crate::query;
use crate::session::session;
use crate::text::{LANGUAGES, fill};

/// The least characters of a password.
const PASSWORD_LEAST: usize = 10;

/// The member's own account.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let words = words();
    browser::set_title(words.common.account);
    alone(words.common.account, view! { {person()}{password()}{sessions()} }.into_any())
}

/// A screen that is about no site.
pub(super) fn alone(title: &'static str, content: AnyView) -> AnyView {
    let words = &words().common;
    view! {
        <a class="skip" href="#content">{words.skip}</a>
        <header class="top">
            // A plain link: what the session says of name and language is read anew.
            <a href="/app" class="brand" rel="external" aria-label="Bearing"><span class="mark" aria-hidden="true"></span><b>"Bearing"</b></a>
            {button("button small apart", String::new(), words.sign_out.into_any(), sign_out)}
        </header>
        <main id="content" class="single" tabindex="-1">
            <h1>{title}</h1>
            <div class="settings">{content}</div>
        </main>
        {toasts().view()}
    }
    .into_any()
}

/// Name and language.
fn person() -> AnyView {
    let words = words();
    let (member, form) = (session().member, Form::new());
    let name = RwSignal::new(member.name);
    let language = RwSignal::new(member.locale.unwrap_or_default());
    let (stored_name, stored_language) = (RwSignal::new(name.get_untracked()), RwSignal::new(language.get_untracked()));
    let mut languages = vec![("", words.account.as_browser)];
    languages.extend(LANGUAGES.iter().map(|language| (language.tag, language.name)));
    let fields = vec![
        view! { <p class="soft"><bdi>{member.email}</bdi></p> }.into_any(),
        form.field(Field { fill_in: "name", ..Field::line("name", words.account.name, name) }),
        form.choice("locale", words.common.language, language, &languages),
    ];
    let save = move || {
        let (was, tongue) = (stored_name.get_untracked(), stored_language.get_untracked());
        let (now, next) = (name.get_untracked().trim().to_owned(), language.get_untracked());
        let mut body = Map::new();
        if now != was {
            body.insert("name".into(), Value::from(now.as_str()));
        }
        let speaks = next != tongue;
        if speaks {
            body.insert("locale".into(), if next.is_empty() { Value::Null } else { Value::from(next.as_str()) });
        }
        if body.is_empty() {
            form.toasts.say(words.settings.unchanged);
            return;
        }
        form.send(Method::PATCH, "/v1/session".into(), Value::Object(body), move |_| {
            let _ = stored_name.try_set(now);
            let _ = stored_language.try_set(next);
            if speaks {
                // Every word on the screen is another one.
                browser::leave_for("/app/account");
            } else {
                form.toasts.say(words.common.saved);
            }
        });
    };
    form.card(words.account.you, true, words.common.save, fields, Box::new(save))
}

/// Another password.
fn password() -> AnyView {
    let words = words();
    let form = Form::new();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let fields = vec![
        form.field(Field {
            kind: "password",
            fill_in: "current-password",
            ..Field::line("password.current", words.account.current, current)
        }),
        form.field(Field {
            kind: "password",
            fill_in: "new-password",
            hint: words.account.new_hint,
            ..Field::line("password.new", words.account.new, new)
        }),
    ];
    let change = move || {
        if new.with_untracked(|new| new.chars().count()) < PASSWORD_LEAST {
            form.fail(Problem {
                status: 422,
                code: String::new(),
                message: words.account.too_short.to_owned(),
                field: Some("password.new".to_owned()),
            });
            return;
        }
        let pair = [("current", current.get_untracked()), ("new", new.get_untracked())];
        let body = Value::from_iter([("password", Value::from_iter(pair))]);
        form.send(Method::PATCH, "/v1/session".into(), body, move |_| {
            current.set(String::new());
            new.set(String::new());
            form.toasts.say(words.common.saved);
        });
    };
    form.card(words.account.password, true, words.account.change_password, fields, Box::new(change))
}

/// Where one is signed in, and how to end that.
fn sessions() -> AnyView {
    let words = words();
    let form = Form::new();
    let changed = RwSignal::new(0_u32);
    let open = list(Box::new(|| Some("/v1/sessions".into())), changed);
    let end = Callback::new(move |ids: Vec<String>| {
        spawn_local(async move {
            for id in ids {
                let address = format!("/v1/sessions/{}", query::segment(&id));
                if let Err(problem) = fetch::remove(&address).await {
                    form.fail(problem);
                    break;
                }
            }
            let _ = changed.try_update(|count| *count += 1);
            form.toasts.say(words.account.ended);
            browser::focus("sessions");
        });
    });
    let others = changing(move || {
        let others = open.with(|open| others(open.ready()));
        (others.len() > 1)
            .then(|| {
                let go = move || end.run(others.clone());
                button("button", String::new(), words.account.end_others.into_any(), go)
            })
            .into_any()
    });
    view! {
        <section class="card">
            <h2 id="sessions" tabindex="-1">{words.account.sessions}</h2>
            {form.common_fault()}
            {rows(open, "–", each(move |session: OpenSession| session_row(&session, end)))}
            {others}
        </section>
    }
    .into_any()
}

/// The ids of every session but the one that asks.
fn others(page: Option<&Value>) -> Vec<String> {
    let sessions = page.and_then(|page| page["items"].as_array()).into_iter().flatten();
    let others = sessions.filter(|session| session["current"] != true);
    others.filter_map(|session| session["id"].as_str().map(str::to_owned)).collect()
}

fn session_row(session: &OpenSession, end: Callback<Vec<String>>) -> AnyView {
    let (words, locale) = (&words().account, locale());
    let client = if session.client.is_empty() { words.unknown.to_owned() } else { session.client.clone() };
    let since = fill(words.since, &[("date", &locale.moment(&session.created_at))]);
    let about = format!("{since} · {}", fill(words.seen, &[("ago", &locale.ago(&session.seen_at))]));
    let act = if session.current {
        mark(words.this_one)
    } else {
        let (id, label) = (session.id.0.clone(), fill(words.end_of, &[("name", &client)]));
        let go = move || end.run(vec![id.clone()]);
        button("button small", label, words.end.into_any(), go)
    };
    row(vec![el("b", "", vec![named(client)])], about.into_any(), vec![act])
}
