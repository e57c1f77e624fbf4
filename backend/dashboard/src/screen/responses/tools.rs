//! What narrows the list beside the view: words, a tag, a group of scores, what is unread, what has a comment.

use bearing_shared::instrument::{Band, Instrument};
use gloo::timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;

use super::Desk;
use crate::inbox::{Inbox, one_instrument};
use crate::part::{Icon, button, changing, effect, group_name, icon_button, iconed, memo, toggle};
use crate::text::fill;

/// How long nobody types before a search begins, ms.
const PAUSE_MS: u32 = 350;
/// The highest score of any scale.
const HIGHEST: u8 = 10;

/// The second row of filters.
pub(super) fn tools(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let (inbox, change) = (desk.inbox, desk.change);
    let unread = switch(desk, words.only_unread, |inbox| inbox.unread, |inbox| inbox.unread ^= true);
    let comment = switch(desk, words.with_comment, |inbox| inbox.comment, |inbox| inbox.comment ^= true);
    let pick_tag = move |event| {
        let tag = Some(event_target_value(&event)).filter(|tag| !tag.is_empty());
        change.run(Inbox { tag, ..inbox.get_untracked() });
    };
    view! {
        <div class="search-bar">
            {search(desk)}
            <label class="narrow"><span>{words.tag}</span><select on:change=pick_tag>{changing(move || tag_options(desk))}</select></label>
            {scores(desk)}
            {unread}
            {comment}
            {changing(move || left(desk))}
        </div>
    }
    .into_any()
}

fn switch(desk: Desk, text: &'static str, is: fn(&Inbox) -> bool, flip: fn(&mut Inbox)) -> AnyView {
    toggle(text.into_any(), memo(move || desk.inbox.with(is)), move || {
        let mut next = desk.inbox.get_untracked();
        flip(&mut next);
        desk.change.run(next);
    })
}

fn search(desk: Desk) -> AnyView {
    let text = desk.words.responses.search;
    let turn = StoredValue::new(0_u32);
    let typed = RwSignal::new(String::new());
    effect(move || typed.set(desk.inbox.with(|inbox| inbox.search.clone())));
    let look = move || {
        let (search, inbox) = (typed.get_untracked(), desk.inbox.get_untracked());
        if search.trim() != inbox.search {
            desk.change.run(Inbox { search: search.trim().to_owned(), ..inbox });
        }
    };
    let input = move |event| {
        typed.set(event_target_value(&event));
        let mine = turn.get_value() + 1;
        turn.set_value(mine);
        // What is typed further, or a screen that is left, makes this one too late.
        Timeout::new(PAUSE_MS, move || {
            if turn.try_get_value() == Some(mine) {
                look();
            }
        })
        .forget();
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        look();
    };
    view! {
        <form class="search" role="search" on:submit=submit>
            <Icon name="search" />
            <input type="search" aria-label=text placeholder=text dir="auto" autocomplete="off" prop:value=typed on:input=input />
        </form>
    }
    .into_any()
}

fn tag_options(desk: Desk) -> AnyView {
    let chosen = desk.inbox.with(|inbox| inbox.tag.clone());
    let mut tags: Vec<(String, Option<u64>)> = desk.tags.with(|tags| {
        let tags = tags.ready().map(Vec::as_slice).unwrap_or_default();
        tags.iter().map(|tag| (tag.tag.clone(), Some(tag.count))).collect()
    });
    if let Some(chosen) = &chosen
        && !tags.iter().any(|(tag, _)| tag == chosen)
    {
        tags.push((chosen.clone(), None));
    }
    let options = tags.into_iter().map(|(tag, count)| {
        let selected = chosen.as_ref() == Some(&tag);
        let (count, value) = (count.map(|count| format!(" ({})", desk.locale.count(count))), tag.clone());
        view! { <option value=value selected=selected>{tag}{count}</option> }.into_any()
    });
    let any = view! { <option value="" selected=chosen.is_none()>{desk.words.responses.any_tag}</option> }.into_any();
    std::iter::once(any).chain(options).collect_view().into_any()
}

/// The one scale that is listed, if it is one.
fn instrument(desk: Desk) -> Option<Instrument> {
    let chosen = desk.inbox.with(|inbox| inbox.view.survey.clone());
    desk.asked.with(|asked| {
        one_instrument(asked.iter().map(|(id, _, instrument)| (id.as_str(), *instrument)), chosen.as_deref())
    })
}

fn is_band(inbox: &Inbox, band: &Band) -> bool {
    inbox.score_min == Some(band.low) && inbox.score_max == Some(band.high)
}

/// Scores by group; by number where several scales are listed, on which a number means several things.
fn scores(desk: Desk) -> AnyView {
    let instrument = memo(move || instrument(desk));
    let is_read = memo(move || !desk.asked.with(Vec::is_empty));
    changing(move || match instrument.get() {
        Some(instrument) => bands(desk, instrument),
        None if is_read.get() => limits(desk),
        // Which of the two it is, is not known yet.
        None => ().into_any(),
    })
}

fn bands(desk: Desk, instrument: Instrument) -> AnyView {
    let buttons = instrument.definition().bands.iter().map(|band| {
        let press = move || {
            let inbox = desk.inbox.get_untracked();
            let limits = if is_band(&inbox, band) { (None, None) } else { (Some(band.low), Some(band.high)) };
            desk.change.run(Inbox { score_min: limits.0, score_max: limits.1, ..inbox });
        };
        let (low, high) = (band.low.to_string(), band.high.to_string());
        let limits = if low == high { low } else { format!("{low}–{high}") };
        let name = view! { {group_name(band.group.name())}" "<bdi class="quiet">{limits}</bdi> }.into_any();
        toggle(name, memo(move || desk.inbox.with(|inbox| is_band(inbox, band))), press)
    });
    view! { <div class="joined" role="group" aria-label=desk.words.common.score>{buttons.collect_view()}</div> }
        .into_any()
}

fn limits(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let options = move |chosen: Option<u8>| {
        let any = view! { <option value="" selected=chosen.is_none()>{words.any_score}</option> }.into_any();
        let scores = (0..=HIGHEST).map(|score| {
            let text = score.to_string();
            let value = text.clone();
            view! { <option value=value selected=chosen == Some(score)>{text}</option> }.into_any()
        });
        std::iter::once(any).chain(scores).collect_view().into_any()
    };
    let pick = move |event, set: fn(&mut Inbox, Option<u8>)| {
        let mut next = desk.inbox.get_untracked();
        set(&mut next, event_target_value(&event).parse().ok());
        desk.change.run(next);
    };
    let min = memo(move || desk.inbox.with(|inbox| inbox.score_min));
    let max = memo(move || desk.inbox.with(|inbox| inbox.score_max));
    view! {
        <label class="narrow"><span>{words.score_from}</span>
            <select on:change=move |event: ev::Event| pick(event, |inbox, score| inbox.score_min = score)>{changing(move || options(min.get()))}</select>
        </label>
        <label class="narrow"><span>{words.score_to}</span>
            <select on:change=move |event: ev::Event| pick(event, |inbox, score| inbox.score_max = score)>{changing(move || options(max.get()))}</select>
        </label>
    }
    .into_any()
}

/// What else narrows the list and has no place of its own above: each can be taken away.
fn left(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let inbox = desk.inbox.get();
    let mut chips = Vec::new();
    let is_shown = |instrument: Instrument| instrument.definition().bands.iter().any(|band| is_band(&inbox, band));
    if (inbox.score_min.is_some() || inbox.score_max.is_some())
        && instrument(desk).is_some_and(|instrument| !is_shown(instrument))
    {
        let (low, high) = (inbox.score_min.unwrap_or(0), inbox.score_max.unwrap_or(HIGHEST));
        let text = fill(words.score_between, &[("low", &low.to_string()), ("high", &high.to_string())]);
        chips.push(chip(desk, text, Inbox { score_min: None, score_max: None, ..inbox.clone() }));
    }
    if let Some(customer) = &inbox.customer {
        let text = fill(words.of_customer, &[("name", customer)]);
        chips.push(chip(desk, text, Inbox { customer: None, ..inbox.clone() }));
    }
    if inbox.is_narrowed() {
        let wide = inbox.widened();
        chips.push(button("button small bare", String::new(), iconed("close", words.clear), move || {
            desk.change.run(wide.clone())
        }));
    }
    chips.into_any()
}

fn chip(desk: Desk, text: String, without: Inbox) -> AnyView {
    let label = fill(desk.words.common.remove_filter, &[("name", &text)]);
    view! {
        <span class="chip">
            <bdi>{text}</bdi>
            {icon_button("close", label, move || desk.change.run(without.clone()))}
        </span>
    }
    .into_any()
}
