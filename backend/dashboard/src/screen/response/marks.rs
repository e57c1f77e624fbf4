//! What the team notes on a response: whether it is in the score, and tags.

use bearing_shared::api::inbox::{ResponsesChange, TAG_LIMIT, tag};
use bearing_shared::api::responses::ResponseState;
use bearing_shared::suspicion::Sign;
use leptos::ev;
use leptos::prelude::*;

use super::Desk;
use crate::browser::focus;
use crate::keys::focus_soon;
use crate::part::{Icon, changing, icon_button, memo};
use crate::screen::responses::known;
use crate::text::fill;

/// State and tags.
pub(super) fn marks(desk: Desk) -> AnyView {
    view! {
        <section class="card"><h2>{desk.words.response.state}</h2>{state(desk)}</section>
        <section class="card"><h2>{desk.words.responses.tags}</h2>{tags(desk)}</section>
    }
    .into_any()
}

fn state(desk: Desk) -> AnyView {
    let (words, verbs) = (&desk.words.response, &desk.words.responses);
    let state = memo(move || desk.response.with(|response| response.as_ref().map(|response| response.state)));
    let means = move || {
        state.get().map(|state| match state {
            ResponseState::Counted => words.counted,
            ResponseState::Quarantined => words.quarantined,
            ResponseState::Test => words.test,
            ResponseState::Excluded => words.excluded,
        })
    };
    let put = move |to: ResponseState| ResponsesChange { state: Some(to), ..ResponsesChange::default() };
    let button = move |from: [ResponseState; 2], to: ResponseState, icon: &'static str, text: &'static str, said| {
        let offered = move || desk.may_edit.get() && state.get().is_some_and(|state| from.contains(&state));
        let act = move |_| {
            desk.act(put(to), said);
            // The button goes with the state.
            focus("state");
        };
        view! {
            <button class="button small" hidden=move || !offered() on:click=act><Icon name=icon />{text}</button>
        }
        .into_any()
    };
    let (counted, held, out) = (ResponseState::Counted, ResponseState::Quarantined, ResponseState::Excluded);
    view! {
        <p id="state" tabindex="-1" role="status">{means}</p>
        {signs(desk)}
        <p class="quiet" hidden=desk.may_edit>{verbs.viewer}</p>
        <p class="deeds" hidden=move || !desk.may_edit.get()>
            {button([held, out], counted, "restore", verbs.restore, &verbs.did_restore)}
            {button([counted, held], out, "exclude", verbs.exclude, &verbs.did_exclude)}
        </p>
    }
    .into_any()
}

/// What looked suspicious, whether it is kept aside for that or not.
fn signs(desk: Desk) -> AnyView {
    let words = &desk.words.response;
    let signs = memo(move || {
        desk.response.with(|response| response.as_ref().map_or_else(Vec::new, |response| response.suspicion.clone()))
    });
    changing(move || {
        let signs = signs.get();
        if signs.is_empty() {
            return ().into_any();
        }
        let said = |sign: &Sign| match sign {
            Sign::NoToken => words.no_token,
            Sign::BadToken => words.bad_token,
            Sign::ReusedToken => words.reused_token,
            Sign::NoProof => words.no_proof,
            Sign::NoOrigin => words.no_origin,
            Sign::TooFast => words.too_fast,
            Sign::Trap => words.trap,
            Sign::Crowd => words.crowd,
        };
        let items: Vec<AnyView> = signs.iter().map(|sign| view! { <li>{said(sign)}</li> }.into_any()).collect();
        view! { <h3>{words.signs}</h3><ul class="signs">{items}</ul> }.into_any()
    })
    .into_any()
}

fn tags(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let there = memo(move || {
        desk.response.with(|response| response.as_ref().map_or_else(Vec::new, |response| response.tags.clone()))
    });
    let chips = changing(move || {
        let may_edit = desk.may_edit.get();
        there
            .get()
            .into_iter()
            .map(|tag| {
                let label = fill(words.remove_tag, &[("name", &tag)]);
                let change = ResponsesChange { remove_tags: vec![tag.clone()], ..ResponsesChange::default() };
                let remove = move || {
                    desk.act(change.clone(), &words.did_untag);
                    focus_soon("tag-to-add".into());
                };
                view! {
                    <li class="chip">
                        <bdi>{tag}</bdi>
                        {may_edit.then(|| icon_button("close", label, remove))}
                    </li>
                }
                .into_any()
            })
            .collect_view()
            .into_any()
    });
    let text = RwSignal::new(String::new());
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(tag) = tag(&text.get_untracked()) {
            text.set(String::new());
            desk.act(ResponsesChange { add_tags: vec![tag], ..ResponsesChange::default() }, &words.did_tag);
        }
    };
    view! {
        <ul class="chips" hidden=move || there.with(Vec::is_empty)>{chips}</ul>
        <p class="soft" hidden=move || !there.with(Vec::is_empty)>{words.no_tags}</p>
        <Show when=move || desk.may_edit.get()>
            <form class="tag-form" on:submit=add>
                <label class="field"><span class="visually-hidden">{words.new_tag}</span>
                    <input id="tag-to-add" list="known-tags" required maxlength=TAG_LIMIT.to_string() autocomplete="off"
                        dir="auto" placeholder=words.new_tag
                        prop:value=text on:input=move |event| text.set(event_target_value(&event)) />
                </label>
                <button class="button">{words.add_tag}</button>
            </form>
        </Show>
        {known(desk.tags)}
    }
    .into_any()
}
