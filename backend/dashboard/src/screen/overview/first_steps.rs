//! The first steps of a site: from nothing to the first answer, each with where it is done.

use bearing_shared::api::Page;
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::api::surveys::SurveyState;
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde_json::Value;

use crate::fetch;
use crate::live::{self, live};
use crate::locale::words;
use crate::part::{Icon, surveys};
use crate::site::site;

/// How often it is asked whether the tag was seen, in seconds.
const AGAIN: u32 = 4;

/// What is still to be done before the first answer; nothing once there is one.
#[component]
pub(super) fn FirstSteps() -> impl IntoView {
    let words = &words().overview;
    let (site, live) = (site(), live());
    let surveys = surveys();
    let answers = fetch::reading::<Page<ResponseReply>>(
        move || {
            let pairs = [site.parameter(), ("state".into(), "all".into()), ("limit".into(), "1".into())];
            Some(fetch::address("/v1/responses", &pairs))
        },
        move || live.responses.get(),
    );
    let answered = move || answers.with(|answers| answers.ready().map(|page| !page.items.is_empty()));
    // Asked while nobody has answered, now and then: nothing tells that a page has the tag but that it asks.
    let again = live::every(AGAIN);
    let waits = Memo::new(move |_| answered() == Some(false));
    let seen = RwSignal::new(false);
    Effect::new(move || {
        again.track();
        if waits.get() && !seen.get_untracked() {
            let address = fetch::address("/v1/origins", &[site.parameter()]);
            spawn_local(async move {
                // What cannot be read now is asked again.
                let known = fetch::send(Method::GET, &address, &Value::Null).await.unwrap_or_default();
                let items = known["items"].as_array();
                if items.is_some_and(|items| items.iter().any(|one| !one["last_seen_at"].is_null())) {
                    let _ = seen.try_set(true);
                }
            });
        }
    });
    let steps = move || {
        let (made, published) = surveys.with(|surveys| {
            let items = surveys.ready().map(|page| page.items.as_slice()).unwrap_or_default();
            let published = items.iter().any(|survey| survey.state == SurveyState::Published);
            (!items.is_empty(), published)
        });
        let seen = seen.get();
        [
            (seen, words.step_tag, "settings/tag"),
            (made, words.step_survey, "surveys"),
            (published, words.step_publish, "surveys"),
            (false, words.step_answer, "responses"),
        ]
    };
    move || {
        let waits = answered() == Some(false) && surveys.with(|surveys| surveys.ready().is_some());
        waits.then(|| {
            let items = steps().map(|(done, text, below)| {
                let mark = if done { view! { <Icon name="check" /> }.into_any() } else { ().into_any() };
                let done_words = done.then(|| view! { <span class="note">{words.step_done}</span> });
                view! { <li class:done=done><span class="step-mark">{mark}</span><A href=site.path(below)>{text}</A>{done_words}</li> }
            });
            view! {
                <section class="card first-steps">
                    <h2>{words.first_steps}</h2>
                    <p class="soft">{words.first_steps_lead}</p>
                    <ol>{items.collect_view()}</ol>
                </section>
            }
        })
    }
}
