//! Publishing, with what differs said first; pausing, a copy, a file to keep.

use gloo::net::http::Method;
use js_sys::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use serde_json::Value;

use super::changes::changes;
use super::draft::{Draft, Saving};
use crate::browser;
use crate::edit::{Refusal, difference, text_at};
use crate::fetch::{self, Loaded, Problem};
use crate::locale::words;
use crate::part::plain::{Fact, Piece, button, element, is, node, nothing, said, watched};
use crate::part::{Toasts, dialog, toasts};
use crate::site::site;
use crate::text::{Common, Text, fill};

/// How long until what is published is on every page, in ms: for so long a browser keeps what it was sent.
const LIVE_MS: f64 = 60_000.0;

/// What the API said, or that it could not be reached.
pub(in crate::screen) fn told(common: &Common, problem: Problem) -> String {
    match problem.status {
        0 => common.offline.to_owned(),
        _ if problem.message.is_empty() => common.failed.to_owned(),
        _ => problem.message,
    }
}

/// Does something with the survey, says so, and whether it was done.
async fn act(draft: Draft, what: &str, text: &'static Text, toasts: Toasts) -> bool {
    let address = draft.address(what);
    match fetch::change::<Value>(Method::POST, &address, &Value::Null).await {
        Ok(reply) => {
            draft.fares(&reply);
            // The button that did it makes room for another.
            browser::rescue_focus_soon();
            true
        }
        Err(problem) => {
            toasts.fail(told(&text.common, problem));
            false
        }
    }
}

/// Publishes what is stored, unless somebody else has published since it was looked at; what kept it from that.
async fn publish(draft: Draft, text: &'static Text, toasts: Toasts) -> Result<(), Problem> {
    let seen = draft.standing.try_with_untracked(|standing| standing.version).unwrap_or_default();
    let address = format!("{}&version={seen}", draft.address("/publish"));
    let reply = fetch::change::<Value>(Method::POST, &address, &Value::Null).await?;
    draft.fares(&reply);
    let _ = draft.live.try_set(Date::now() + LIVE_MS);
    toasts.say(text.surveys.live_soon);
    Ok(())
}

/// What kept the survey from being published, and what there is to do.
fn refused(problem: &Problem) -> Piece {
    let words = &words().surveys;
    let todo = match Refusal::of(problem.status) {
        Refusal::Unreachable => words.unreachable.to_owned(),
        Refusal::Overtaken => words.overtaken.to_owned(),
        Refusal::Withdrawn => words.withdrawn.to_owned(),
        Refusal::Broken => format!("{} {}", words.broken, problem.message),
        Refusal::Unwell => words.unwell.to_owned(),
    };
    said("p", "fault", &format!("{} {todo}", words.not_published))
}

/// Takes over what somebody else has made of the survey: that is what would be published now.
async fn catch_up(draft: Draft) {
    if let Ok(reply) = fetch::get::<Value>(&draft.address("")).await {
        draft.take(&reply);
    }
}

/// What can be done with the survey as a whole.
pub(super) fn actions(draft: Draft) -> Piece {
    let text = words();
    let words = &text.surveys;
    let (site, toasts, navigate) = (site(), toasts(), use_navigate());
    let open = RwSignal::new(false);
    let pause = move || {
        spawn_local(async move {
            if !act(draft, "/pause", text, toasts).await {
                return;
            }
            toasts.undoable(words.paused_now, move || {
                // Publishing what was edited makes a version, and that is asked about first.
                if draft.standing.with_untracked(|standing| standing.edited) {
                    open.set(true);
                } else {
                    spawn_local(async move {
                        if let Err(problem) = publish(draft, text, toasts).await {
                            toasts.fail(told(&text.common, problem));
                        }
                    });
                }
            });
        });
    };
    let duplicate = move || {
        let mut copy = draft.copy();
        copy["name"] = fill(words.copy_of, &[("name", text_at(&copy, "/name"))]).into();
        let (navigate, path) = (navigate.clone(), site.path("surveys"));
        let address = fetch::address("/v1/surveys", &[site.parameter()]);
        spawn_local(async move {
            match fetch::change::<Value>(Method::POST, &address, &copy).await {
                Ok(made) => {
                    toasts.say(words.copied_survey);
                    navigate(&format!("{path}/{}", text_at(&made, "/id")), Default::default());
                }
                Err(problem) => toasts.fail(told(&text.common, problem)),
            }
        });
    };
    let export = move || {
        let copy = draft.copy();
        let name = text_at(&copy, "/name").replace(|letter: char| !letter.is_alphanumeric(), "-");
        let content = serde_json::to_string_pretty(&copy).unwrap_or_default();
        if browser::save(&format!("{name}.json"), "application/json", content.as_bytes()).is_err() {
            toasts.fail(words.not_exported);
        }
    };
    let state = move |wanted: &str| draft.standing.with(|standing| standing.state == wanted);
    let nothing_new = move || {
        let same = state("published") && !draft.standing.with(|standing| standing.edited);
        (same && draft.saving.get() == Saving::Saved).then(|| "true".to_owned())
    };
    let mut parts = Vec::new();
    if draft.may_edit {
        parts.push(watched(move || match state("published") {
            true => button("button", "pause", words.pause, Vec::new(), pause),
            false => nothing(),
        }));
        parts.push(button("button", "copy", words.duplicate, Vec::new(), duplicate));
    }
    parts.push(button("button", "download", words.export, Vec::new(), export));
    if draft.may_edit {
        parts.push(watched(move || {
            let words = if state("paused") { words.publish_again } else { words.publish };
            let off = Fact::While("disabled", Box::new(nothing_new));
            button("button primary", "play", words, vec![off], move || {
                draft.save();
                open.set(true);
            })
        }));
    }
    parts.push(Box::new(dialog(open, words.publish, Box::new(move || *confirm(draft, open)))));
    node("div", "actions", parts)
}

/// What will be different, and the button that makes it so.
fn confirm(draft: Draft, open: RwSignal<bool>) -> Piece {
    let (text, toasts) = (words(), toasts());
    let (words, common) = (&text.surveys, &text.common);
    let first = draft.standing.with_untracked(|standing| standing.version == 0);
    let versions = fetch::reading::<Value>(
        move || (!first).then(|| format!("{}&limit=1", draft.address("/versions"))),
        move || draft.stored.get(),
    );
    let body = watched(move || {
        if let Saving::Failed(problem) = draft.saving.get() {
            return said("p", "bad", &format!("{} {}", words.not_saved, told(common, problem)));
        }
        if first {
            return said("p", "", words.first_time);
        }
        versions.with(|versions| match versions {
            Loaded::Ready(page) => {
                let found = draft.value.with(|draft| difference(&page["items"][0], draft));
                node("div", "parts", vec![said("p", "", words.differs), changes(found)])
            }
            Loaded::Failed(_) => said("p", "bad", common.failed),
            _ => said("p", "quiet", common.reading),
        })
    });
    let (busy, problem) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    let go = move || {
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match publish(draft, text, toasts).await {
                Ok(()) => drop(open.try_set(false)),
                Err(found) => {
                    if Refusal::of(found.status) == Refusal::Overtaken {
                        catch_up(draft).await;
                    }
                    let _ = problem.try_set(Some(found));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let fault = watched(move || problem.with(|problem| problem.as_ref().map_or_else(nothing, refused)));
    let fault = element("div", vec![is("role", "alert")], vec![fault]);
    let held = move || (busy.get() || draft.saving.get() != Saving::Saved).then(|| "true".to_owned());
    let buttons = vec![
        button("button", "", common.cancel, Vec::new(), move || open.set(false)),
        button("button primary", "", words.publish, vec![Fact::While("disabled", Box::new(held))], go),
    ];
    let soon = said("p", "soft", words.live_soon);
    let parts = vec![node("div", "differs", vec![body]), soon, fault, node("footer", "row", buttons)];
    node("div", "parts", parts)
}
