//! One response as the list shows it: unread or not, the score, the words, where it came from, who said it and when.

use bearing_shared::api::responses::{Identity, ResponseReply, ResponseState};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::components::A;

use super::Desk;
use crate::inbox::page_of;
use crate::listing::{Row, link_id};
use crate::locale::words;
use crate::part::{Icon, changing, score_chip, score_of, text_of, touchpoint_name};
use crate::text::fill;

/// How many attributes a row shows.
const ATTRIBUTES: usize = 4;

/// A state's name, where it is one outside the score.
pub(in crate::screen) fn state_name(state: ResponseState) -> Option<&'static str> {
    let words = &words().responses;
    match state {
        ResponseState::Counted => None,
        ResponseState::Quarantined => Some(words.quarantined),
        ResponseState::Test => Some(words.test),
        ResponseState::Excluded => Some(words.excluded),
    }
}

/// Who answered, and how sure that is.
pub(in crate::screen) fn identity_of(response: &ResponseReply) -> AnyView {
    let words = &words().responses;
    let Some(customer) = response.respondent.customer.clone() else {
        return view! { <span>{words.anonymous}</span> }.into_any();
    };
    let mark = match response.identity {
        Identity::Verified => {
            view! { <span class="sure-of good"><Icon name="check" />{words.verified}</span> }.into_any()
        }
        _ => view! { <span class="sure-of">{words.unverified}</span> }.into_any(),
    };
    view! { <span class="who"><bdi>{customer}</bdi>" "{mark}</span> }.into_any()
}

/// One row of the list.
pub(super) fn row(desk: Desk, row: Row) -> AnyView {
    let (listing, selected, site) = (desk.listing, desk.selected, desk.site);
    let Row { id, response } = row;
    let link = link_id(&id);
    let href = {
        let below = format!("responses/{id}");
        move || format!("{}{}", site.path(&below), desk.inbox.with(crate::inbox::Inbox::write))
    };
    let is_unread = {
        let response = response.clone();
        move || !response.read().read
    };
    let when = desk.locale.moment(&response.read_untracked().received_at);
    let label = fill(desk.words.responses.select, &[("when", &when)]);
    let checked = {
        let id = id.clone();
        move || selected.with(|selected| selected.contains(&id))
    };
    let pick = {
        let id = id.clone();
        move |event: ev::MouseEvent| desk.select(&id, event.shift_key())
    };
    let came = move |_: ev::FocusEvent| listing.at.set(Some(id.clone()));
    let content = changing(move || response.with(|response| content(desk, response)));
    let may_edit = desk.may_edit.get_untracked();
    view! {
        <li class="response" class:unread=is_unread on:focusin=came>
            {may_edit.then(|| view! { <label class="pick"><input type="checkbox" aria-label=label prop:checked=checked on:click=pick /></label> })}
            <A href=href attr:id=link attr:class="open">{content}</A>
        </li>
    }
    .into_any()
}

fn content(desk: Desk, response: &ResponseReply) -> AnyView {
    let (words, locale) = (&desk.words.responses, desk.locale);
    let asked = desk.asked.with(|asked| {
        let survey = asked.iter().find(|(id, ..)| *id == response.survey.0);
        survey.map(|(_, _, instrument)| *instrument)
    });
    let text = text_of(response);
    let said = if text.is_empty() {
        view! { <span class="said quiet">{words.no_comment}</span> }.into_any()
    } else {
        view! { <span class="said" dir="auto">{text}</span> }.into_any()
    };
    let page = page_of(response).map(|page| view! { <span class="from"><bdi>{page.to_owned()}</bdi></span> });
    let more = response.attributes.len().saturating_sub(ATTRIBUTES);
    let attributes = response.attributes.iter().take(ATTRIBUTES).map(|(name, value)| {
        view! { <span class="bit"><bdi>{name.clone()}</bdi>": "<bdi>{value.clone()}</bdi></span> }.into_any()
    });
    let tags = response
        .tags
        .iter()
        .map(|tag| view! { <span class="bit tag"><Icon name="tag" /><bdi>{tag.clone()}</bdi></span> }.into_any());
    let bits: Vec<AnyView> = tags.chain(attributes).collect();
    view! {
        <span class="seen" aria-hidden="true"></span>
        {(!response.read).then(|| view! { <span class="visually-hidden">{words.unread}". "</span> })}
        {score_chip(score_of(response), asked)}
        <span class="body">
            {said}
            <span class="meta">
                <span>{touchpoint_name(&response.touchpoint)}</span>
                {page}
                {identity_of(response)}
                {state_name(response.state).map(|state| view! { <span class="note">{state}</span> })}
            </span>
            {(!bits.is_empty()).then(|| view! { <span class="bits">{bits}{(more > 0).then(|| format!("+{more}"))}</span> })}
        </span>
        <time datetime=response.received_at.clone() title=locale.moment(&response.received_at)>
            {locale.ago(&response.received_at)}
        </time>
    }
    .into_any()
}
