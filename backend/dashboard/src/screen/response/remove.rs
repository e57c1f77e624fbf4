//! What cannot be undone: deleting a response, and erasing everything of its customer. Both ask first and say so.

use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use serde::Deserialize;
use serde_json::json;

use super::Desk;
use crate::fetch;
use crate::part::{button, dialog, iconed, memo, toasts};
use crate::query;
use crate::text::fill;

/// What was erased.
#[derive(Deserialize)]
struct Erased {
    erased: u64,
}

/// The two ways to remove, for who may.
pub(super) fn remove(desk: Desk, is_deleting: RwSignal<bool>, is_erasing: RwSignal<bool>) -> AnyView {
    let words = &desk.words.response;
    let customer = memo(move || desk.response.with(|response| response.as_ref()?.respondent.customer.clone()));
    let (toasts, navigate) = (toasts(), use_navigate());
    let leave = Callback::new(move |()| navigate(&desk.back(), Default::default()));
    let delete = Callback::new(move |()| {
        is_deleting.set(false);
        let id = desk.id.get_untracked();
        let address =
            fetch::address(&format!("/v1/responses/{}", query::segment(&id)), &[untrack(|| desk.site.parameter())]);
        spawn_local(async move {
            match fetch::remove(&address).await {
                Ok(()) => {
                    desk.listing.forget(|response| response.id == id);
                    toasts.say(words.deleted);
                    leave.run(());
                }
                Err(problem) => desk.listing.fail(problem),
            }
        });
    });
    let erase = Callback::new(move |()| {
        is_erasing.set(false);
        let Some(customer) = customer.get_untracked() else { return };
        let body = json!({ "site": desk.site.id.get_untracked(), "customer": customer });
        let address = fetch::address("/v1/respondents/erase", &[untrack(|| desk.site.parameter())]);
        spawn_local(async move {
            match fetch::change::<Erased>(Method::POST, &address, &body).await {
                Ok(reply) => {
                    desk.listing.forget(|response| response.respondent.customer.as_ref() == Some(&customer));
                    toasts.say(desk.locale.plural(&words.erased, reply.erased));
                    leave.run(());
                }
                Err(problem) => desk.listing.fail(problem),
            }
        });
    });
    let warning = move || fill(words.erase_warning, &[("name", &customer.get().unwrap_or_default())]);
    view! {
        <section class="card" hidden=move || !desk.may_edit.get()>
            <h2>{words.for_good}</h2>
            <p class="soft">{words.for_good_lead}</p>
            <p class="deeds">
                {button("button danger", String::new(), iconed("trash", words.delete), move || is_deleting.set(true))}
                <span hidden=move || customer.with(Option::is_none)>
                    {button("button danger", String::new(), iconed("trash", words.erase), move || is_erasing.set(true))}
                </span>
            </p>
        </section>
        {dialog(is_deleting, words.delete_title, Box::new(move || view! {
            <p>{words.delete_warning}</p>
            {choice(desk, is_deleting, delete, words.delete_now)}
        }.into_any()))}
        {dialog(is_erasing, words.erase_title, Box::new(move || view! {
            <p dir="auto">{warning}</p>
            {choice(desk, is_erasing, erase, words.erase_now)}
        }.into_any()))}
    }
    .into_any()
}

/// The way out, which has the focus, and the deed.
fn choice(desk: Desk, open: RwSignal<bool>, act: Callback<()>, text: &'static str) -> AnyView {
    view! {
        <p class="deeds end">
            <button class="button" autofocus on:click=move |_| open.set(false)>{desk.words.common.cancel}</button>
            {button("button danger", String::new(), iconed("trash", text), move || act.run(()))}
        </p>
    }
    .into_any()
}
