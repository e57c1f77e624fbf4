//! What else the same customer said, in the order of time: whom one calls wants to know what came before. All of it as a
//! file, for the customer who asks.

use bearing_shared::api::Page;
use bearing_shared::api::responses::{ResponseReply, ResponseState};
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde_json::json;

use super::Desk;
use crate::browser;
use crate::fetch::{self, Loaded};
use crate::inbox::Inbox;
use crate::part::{Failed, Waiting, button, changing, iconed, memo, score_chip, score_of, text_of, touchpoint_name};
use crate::screen::responses::state_name;
use crate::view::{Period, View};

/// How many of the customer's responses are shown.
const SHOWN: &str = "20";

/// The customer's responses.
pub(super) fn history(desk: Desk) -> AnyView {
    let words = &desk.words.response;
    let customer = memo(move || desk.response.with(|response| response.as_ref()?.respondent.customer.clone()));
    let is_here = memo(move || desk.response.with(Option::is_some));
    let address = move || {
        let pairs = [("customer", customer.get()?), ("state", "all".into()), ("limit", SHOWN.into())];
        let mut pairs: Vec<(String, String)> = pairs.into_iter().map(|(name, value)| (name.into(), value)).collect();
        pairs.push(desk.site.parameter());
        Some(fetch::address("/v1/responses", &pairs))
    };
    let page = fetch::reading::<Page<ResponseReply>>(address, move || desk.listing.changed.get());
    let list = changing(move || {
        let Some(customer) = customer.get() else { return ().into_any() };
        let all = Inbox {
            view: View { period: Period::All, ..View::default() },
            state: None,
            customer: Some(customer),
            ..Inbox::default()
        };
        let href = format!("{}{}", desk.site.path("responses"), all.write());
        view! {
            {changing(move || page.with(|page| drawn(desk, page)))}
            <p class="deeds">
                <A href=href>{words.all_of_customer}</A>
                <span hidden=move || !desk.may_edit.get()>{export(desk)}</span>
            </p>
        }
        .into_any()
    });
    let nobody = move || is_here.get() && customer.with(Option::is_none);
    view! { {list}<p class="soft" hidden=move || !nobody()>{words.nobody}</p> }.into_any()
}

/// What is held on the customer, as a file.
fn export(desk: Desk) -> AnyView {
    let save = move || {
        let customer = desk.response.with_untracked(|response| response.as_ref()?.respondent.customer.clone());
        let Some(customer) = customer else { return };
        let body = json!({ "site": desk.site.id.get_untracked(), "customer": customer });
        let address = fetch::address("/v1/respondents/export", &[untrack(|| desk.site.parameter())]);
        spawn_local(async move {
            match fetch::send(Method::POST, &address, &body).await {
                Ok(held) => {
                    // Not by the customer's name: what is downloaded is listed by the browser.
                    let _ = browser::save("customer.json", "application/json", held.to_string().as_bytes());
                }
                Err(problem) => desk.listing.fail(problem),
            }
        });
    };
    button("button", String::new(), iconed("download", desk.words.response.export), save)
}

fn drawn(desk: Desk, page: &Loaded<Page<ResponseReply>>) -> AnyView {
    match page {
        Loaded::Ready(page) => timeline(desk, page),
        Loaded::Failed(problem) => view! { <Failed problem=problem.clone() /> }.into_any(),
        Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
        Loaded::Idle => ().into_any(),
    }
}

fn timeline(desk: Desk, page: &Page<ResponseReply>) -> AnyView {
    let id = desk.id.get();
    let alone = page.items.iter().all(|item| item.id == id);
    let items = page.items.iter().map(|item| moment(desk, item, item.id == id));
    view! {
        <ol class="timeline">{items.collect_view()}</ol>
        {alone.then(|| view! { <p class="soft">{desk.words.response.no_history}</p> })}
    }
    .into_any()
}

fn moment(desk: Desk, response: &ResponseReply, is_this: bool) -> AnyView {
    let words = &desk.words.response;
    let text = text_of(response);
    let said = (!text.is_empty()).then(|| view! { <span class="said" dir="auto">{text}</span> });
    let note = (response.state != ResponseState::Counted)
        .then(|| view! { <span class="note">{state_name(response.state)}</span> });
    let content = view! {
        {score_chip(score_of(response), desk.instrument(&response.survey.0))}
        <span class="body">
            {said}
            <span class="meta">
                <time datetime=response.received_at.clone() title=desk.locale.moment(&response.received_at)>
                    {desk.locale.date(&response.received_at)}
                </time>
                <span>{touchpoint_name(&response.touchpoint)}</span>
                {note}
                {is_this.then(|| view! { <b>{words.this_one}</b> })}
            </span>
        </span>
    };
    if is_this {
        view! { <li class="moment" aria-current="true"><span class="open">{content}</span></li> }.into_any()
    } else {
        let href = desk.path(&response.id);
        view! { <li class="moment"><A href=href attr:class="open">{content}</A></li> }.into_any()
    }
}
