//! Publishing, with what differs said first; pausing, a copy, a file to keep.

use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use serde_json::Value;

use super::changes::changes;
use super::draft::{Draft, Saving};
use crate::edit::{difference, text_at};
use crate::fetch::{self, Loaded};
use crate::locale::words;
use crate::part::{Icon, dialog, toasts};
use crate::site::site;
use crate::text::{Common, Text, fill};
use crate::{browser, part};

/// What can be done with the survey as a whole.
pub(super) fn actions(draft: Draft) -> AnyView {
    let text = words();
    let words = &text.surveys;
    let (site, toasts, navigate) = (site(), toasts(), use_navigate());
    let open = RwSignal::new(false);
    let ask = move |_| {
        draft.save();
        open.set(true);
    };
    let pause = move |_| {
        spawn_local(async move {
            let address = draft.address("/pause");
            match fetch::change::<Value>(Method::POST, &address, &()).await {
                Ok(reply) => {
                    draft.fares(&reply);
                    toasts.undoable(words.paused_now, move || {
                        // Publishing what was edited makes a version, and that is asked about first.
                        if draft.standing.with_untracked(|standing| standing.edited) {
                            open.set(true);
                        } else {
                            spawn_local(publish(draft, text, toasts, None));
                        }
                    });
                }
                Err(problem) => toasts.fail(told(&text.common, problem)),
            }
        });
    };
    let duplicate = move |_| {
        let mut copy = draft.copy();
        copy["name"] = fill(words.copy_of, &[("name", text_at(&copy, "/name"))]).into();
        let (navigate, address) = (navigate.clone(), fetch::address("/v1/surveys", &[site.parameter()]));
        spawn_local(async move {
            match fetch::change::<Value>(Method::POST, &address, &copy).await {
                Ok(made) => {
                    toasts.say(words.copied_survey);
                    navigate(&site.path(&format!("surveys/{}", text_at(&made, "/id"))), Default::default());
                }
                Err(problem) => toasts.fail(told(&text.common, problem)),
            }
        });
    };
    let export = move |_| {
        let copy = draft.copy();
        let name: String =
            text_at(&copy, "/name").chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
        let text = serde_json::to_string_pretty(&copy).unwrap_or_default();
        if browser::save(&format!("{name}.json"), "application/json", text.as_bytes()).is_err() {
            toasts.fail(words.not_exported);
        }
    };
    let publish_text = move || match draft.standing.with(|standing| standing.state.clone()).as_str() {
        "paused" => words.publish_again,
        _ => words.publish,
    };
    let nothing_new = move || {
        draft.standing.with(|standing| standing.state == "published" && !standing.edited)
            && draft.saving.with(|saving| *saving == Saving::Saved)
    };
    let running = move || draft.standing.with(|standing| standing.state == "published");
    view! {
        <div class="actions">
            {draft.may_edit.then(|| view! {
                <Show when=running><button class="button" on:click=pause><Icon name="pause" />{words.pause}</button></Show>
                <button class="button" on:click=duplicate><Icon name="copy" />{words.duplicate}</button>
            })}
            <button class="button" on:click=export><Icon name="download" />{words.export}</button>
            {draft.may_edit.then(|| view! {
                <button class="button primary" disabled=nothing_new on:click=ask><Icon name="play" />{publish_text}</button>
            })}
        </div>
        {dialog(open, words.publish, move || confirm(draft, open))}
    }
    .into_any()
}

/// What the API said, or that it could not be reached.
pub(in crate::screen) fn told(common: &Common, problem: fetch::Problem) -> String {
    match problem.status {
        0 => common.offline.to_owned(),
        _ if problem.message.is_empty() => common.failed.to_owned(),
        _ => problem.message,
    }
}

async fn publish(draft: Draft, text: &'static Text, toasts: part::Toasts, open: Option<RwSignal<bool>>) {
    let address = draft.address("/publish");
    match fetch::change::<Value>(Method::POST, &address, &()).await {
        Ok(reply) => {
            draft.fares(&reply);
            if let Some(open) = open {
                let _ = open.try_set(false);
            }
            toasts.say(text.surveys.live_soon);
        }
        Err(problem) => toasts.fail(told(&text.common, problem)),
    }
}

/// What will be different, and the button that makes it so.
fn confirm(draft: Draft, open: RwSignal<bool>) -> AnyView {
    let (text, toasts) = (words(), toasts());
    let (words, common) = (&text.surveys, &text.common);
    let first = draft.standing.with_untracked(|standing| standing.version == 0);
    let versions = fetch::reading::<Value>(
        move || (!first).then(|| format!("{}&limit=1", draft.address("/versions"))),
        move || draft.stored.get(),
    );
    let body = move || {
        if let Saving::Failed(problem) = draft.saving.get() {
            return view! { <p class="bad">{words.not_saved}" "{told(&text.common, problem)}</p> }.into_any();
        }
        if first {
            return view! { <p>{words.first_time}</p> }.into_any();
        }
        versions.with(|versions| match versions {
            Loaded::Ready(page) => {
                let found = draft.value.with(|draft| difference(&page["items"][0], draft));
                view! { <p>{words.differs}</p>{changes(found)} }.into_any()
            }
            Loaded::Failed(_) => view! { <p class="bad">{common.failed}</p> }.into_any(),
            Loaded::Waiting(seconds) => view! { <part::Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    };
    let busy = RwSignal::new(false);
    let go = move |_| {
        busy.set(true);
        spawn_local(async move {
            publish(draft, text, toasts, Some(open)).await;
            let _ = busy.try_set(false);
        });
    };
    let held = move || busy.get() || draft.saving.with(|saving| *saving != Saving::Saved);
    view! {
        <div class="scroll">{body}</div>
        <p class="soft">{words.live_soon}</p>
        <footer class="row">
            <button class="button" on:click=move |_| open.set(false)>{common.cancel}</button>
            <button class="button primary" disabled=held on:click=go>{words.publish}</button>
        </footer>
    }
    .into_any()
}
