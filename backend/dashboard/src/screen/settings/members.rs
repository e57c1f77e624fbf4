//! Who may see and change the site, and who is invited to.

use bearing_shared::api::members::{InvitationReply, OperatorReply, Role, SiteMemberReply};
use gloo::net::http::Method;
use leptos::prelude::*;
use serde_json::Value;

use crate::fetch;
use crate::locale::{locale, words};
use crate::part::{
    Ask, Field, Form, Question, button, changing, choices, each, el, lead, list, mark, named, remover, revealed,
    revelation, row, rows, section,
};
use crate::query;
use crate::session::session;
use crate::site::site;
use crate::text::{Text, fill};

/// What the rows of this part do.
#[derive(Clone, Copy)]
struct Acts {
    ask: Ask,
    may: bool,
    /// Changes what is at an address of the API; without a body it is removed.
    act: Callback<(String, Value)>,
    /// What sends a changed role, and has the lists read again.
    form: Form,
    changed: RwSignal<u32>,
    /// Makes a link for the password of the member at an address, who goes by this name.
    renew: Callback<(String, String)>,
}

/// The part *members*.
pub(super) fn part() -> AnyView {
    let words = words();
    let (site, form, ask) = (site(), Form::new(), Ask::new());
    let changed = RwSignal::new(0_u32);
    let may = site.may_own();
    let members = list(
        Box::new(move || Some(fetch::address("/v1/members", &[site.parameter(), ("limit".into(), "500".into())]))),
        changed,
    );
    let invitations =
        list(Box::new(move || may.then(|| fetch::address("/v1/invitations", &[site.parameter()]))), changed);
    let act = form.act(changed, words.common.saved);
    // What is shown once: the link, whose it is and when it ends.
    let locale = locale();
    let renewed = RwSignal::new(None::<(String, String)>);
    let renew = Callback::new(move |(address, name): (String, String)| {
        form.send(Method::POST, address, Value::Null, move |reply| {
            let text = |field: &str| reply[field].as_str().unwrap_or_default().to_owned();
            let until = fill(words.settings.until, &[("date", &locale.moment(&text("expires_at")))]);
            let whose = fill(words.settings.renewing, &[("name", &name)]);
            renewed.set(Some((text("link"), format!("{whose} · {until}"))));
        });
    });
    let acts = Acts { ask, may, act, form, changed, renew };
    let own = session().member.id;
    let draw = each(move |member: SiteMemberReply| member_row(&member, acts, member.id == own));
    let team = vec![
        lead(words.settings.roles_lead),
        form.common_fault(),
        link_of(renewed),
        rows(members, words.settings.no_members, draw),
    ];
    let mut parts = vec![section(words.settings.part_members, team)];
    if may {
        let draw = each(move |invitation: InvitationReply| invitation_row(&invitation, acts));
        parts.push(inviting(changed));
        parts.push(section(words.settings.invitations, vec![rows(invitations, "–", draw)]));
    }
    if session().member.operator {
        let operators = list(Box::new(|| Some("/v1/operators".to_owned())), RwSignal::new(0));
        let draw = each(|operator: OperatorReply| operator_row(&operator));
        parts.push(section(
            words.settings.operators,
            vec![lead(words.settings.operators_lead), rows(operators, "–", draw)],
        ));
    }
    parts.push(ask.view());
    parts.into_any()
}

/// The link for somebody's new password, as soon as there is one.
fn link_of(renewed: RwSignal<Option<(String, String)>>) -> AnyView {
    let words = &words().settings;
    changing(move || match renewed.get() {
        None => ().into_any(),
        Some((link, whose)) => revelation(vec![named(whose)], words.invite_link_lead, link, words.renew),
    })
}

fn operator_row(operator: &OperatorReply) -> AnyView {
    let (name, about) = match operator.name.is_empty() {
        true => (operator.email.clone(), ().into_any()),
        false => (operator.name.clone(), named(operator.email.clone())),
    };
    row(vec![el("b", "", vec![named(name)])], about, Vec::new())
}

/// The address of one thing of the site.
fn addressed(path: &str, id: &str, below: &str) -> String {
    fetch::address(&format!("{path}{}{below}", query::segment(id)), &[untrack(|| site().parameter())])
}

/// The roles, as a choice shows them, in their order.
fn roles(words: &Text) -> [(&'static str, &'static str); 3] {
    let words = &words.settings;
    [("viewer", words.viewer), ("editor", words.editor), ("owner", words.owner)]
}

fn role_name(role: Role, words: &Text) -> &'static str {
    roles(words)[role as usize].1
}

fn member_row(member: &SiteMemberReply, acts: Acts, own: bool) -> AnyView {
    let words = words();
    let path = addressed("/v1/members/", &member.id.0, "");
    let name = if member.name.is_empty() { member.email.clone() } else { member.name.clone() };
    let actions = acts.may.then(|| {
        let (there, label) = (path.clone(), fill(words.settings.role_of, &[("name", &name)]));
        let role = member.role;
        let choose = move |event: web_sys::Event| {
            let wanted = event_target_value(&event);
            // What is shown is what is so: the list says when it is another.
            event_target::<web_sys::HtmlSelectElement>(&event).set_value(role.name());
            if let Some(wanted) = Role::named(&wanted) {
                turn(acts.form, acts.changed, there.clone(), (role, wanted));
            }
        };
        let title = fill(words.settings.remove_member, &[("name", &name)]);
        let label_remove = fill(words.settings.remove, &[("name", &name)]);
        let act = label_remove.clone();
        let remove = move || {
            let path = path.clone();
            acts.ask.about(Question {
                title: title.clone(),
                text: words.settings.remove_lead,
                act: act.clone(),
                typed: String::new(),
                go: Callback::new(move |()| acts.act.run((path.clone(), Value::Null))),
            });
        };
        let select = view! {
            <select aria-label=label on:change=choose>{choices(&roles(words), member.role.name())}</select>
        };
        let (there, whose) = (addressed("/v1/members/", &member.id.0, "/password"), name.clone());
        let renew = move || acts.renew.run((there.clone(), whose.clone()));
        let label = fill(words.settings.renewing, &[("name", &name)]);
        let renew = button("button small", label, words.settings.renew.into_any(), renew);
        vec![select.into_any(), renew, remover(label_remove, remove)]
    });
    let actions = actions.unwrap_or_else(|| vec![mark(role_name(member.role, words))]);
    let mut main = vec![el("b", "", vec![named(name)])];
    if own {
        main.extend([" ".into_any(), mark(words.settings.you)]);
    }
    // Whoever has no name goes by the address.
    let about = if member.name.is_empty() { ().into_any() } else { named(member.email.clone()) };
    row(main, about, actions)
}

/// Gives a member another role; to undo it is the same the other way round.
fn turn(form: Form, changed: RwSignal<u32>, address: String, (before, role): (Role, Role)) {
    form.send(Method::PATCH, address.clone(), Value::from_iter([("role", role.name())]), move |_| {
        // The view may be gone: the message outlives it.
        let _ = changed.try_update(|count| *count += 1);
        form.toasts.undoable(form.words.common.saved, move || turn(form, changed, address.clone(), (role, before)));
    });
}

fn invitation_row(invitation: &InvitationReply, acts: Acts) -> AnyView {
    let (words, locale) = (words(), locale());
    let path = addressed("/v1/invitations/", &invitation.id.0, "");
    let whom = invitation.email.clone().unwrap_or_else(|| words.settings.anyone.to_owned());
    let until = fill(words.settings.until, &[("date", &locale.moment(&invitation.expires_at))]);
    let about = format!("{} · {until}", role_name(invitation.role, words));
    let label = format!("{}: {whom}", words.board.take_back);
    let take_back = move || acts.act.run((path.clone(), Value::Null));
    let action = button("button small", label, words.board.take_back.into_any(), take_back);
    row(vec![named(whom)], about.into_any(), vec![action])
}

/// The form in which somebody is invited, and the link right after.
fn inviting(changed: RwSignal<u32>) -> AnyView {
    let words = words();
    let (site, form) = (site(), Form::new());
    let (email, role) = (RwSignal::new(String::new()), RwSignal::new("viewer".to_owned()));
    let link = RwSignal::new(String::new());
    let fields = vec![
        form.choice("role", words.settings.role, role, &roles(words)),
        form.field(Field {
            kind: "email",
            hint: words.settings.invite_hint,
            ..Field::line("email", words.settings.email, email)
        }),
    ];
    let invite = move || {
        let mut body = vec![("role", role.get_untracked())];
        let whom = email.get_untracked().trim().to_owned();
        if !whom.is_empty() {
            body.push(("email", whom));
        }
        let address = fetch::address("/v1/invitations", &[untrack(|| site.parameter())]);
        form.send(Method::POST, address, Value::from_iter(body), move |reply| {
            link.set(reply["link"].as_str().unwrap_or_default().to_owned());
            email.set(String::new());
            changed.update(|count| *count += 1);
        });
    };
    vec![
        revealed(link, words.settings.invite_link, words.settings.invite_link_lead),
        form.card(words.settings.invite, true, words.settings.invite, fields, Box::new(invite)),
    ]
    .into_any()
}
