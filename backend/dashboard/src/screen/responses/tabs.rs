//! The states of which one is listed, with how many there are in each, and how many nobody has read.

use bearing_shared::api::inbox::ResponseCounts;
use bearing_shared::api::responses::ResponseState;
use leptos::prelude::*;

use super::Desk;
use crate::fetch::Loaded;
use crate::inbox::Inbox;
use crate::part::memo;

/// A count of the API, of which the highest stands for itself and everything above.
fn counted(desk: Desk, count: u32, most: u32) -> String {
    let number = desk.locale.count(u64::from(count.min(most)));
    if count >= most { format!("{number}+") } else { number }
}

/// How many nobody has read.
pub(super) fn unread(desk: Desk, counts: ReadSignal<Loaded<ResponseCounts>, LocalStorage>) -> Option<String> {
    counts.with(|counts| {
        let counts = counts.ready()?;
        let text = desk.locale.plural(&desk.words.responses.unread_count, u64::from(counts.unread));
        let number = desk.locale.count(u64::from(counts.unread));
        Some(text.replacen(&number, &counted(desk, counts.unread, counts.most), 1))
    })
}

/// The states to choose from, with how many there are in each.
pub(super) fn tabs(desk: Desk, counts: ReadSignal<Loaded<ResponseCounts>, LocalStorage>) -> AnyView {
    let words = &desk.words.responses;
    let counts = memo(move || counts.with(|counts| counts.ready().copied()));
    let tab = |state: Option<ResponseState>, text: &'static str| {
        let count = move || {
            counts.get().map(|counts| {
                let by = counts.by_state;
                let count = match state {
                    Some(ResponseState::Counted) => by.counted,
                    Some(ResponseState::Quarantined) => by.quarantined,
                    Some(ResponseState::Test) => by.test,
                    Some(ResponseState::Excluded) => by.excluded,
                    None => by.counted + by.quarantined + by.test + by.excluded,
                };
                counted(desk, count, counts.most)
            })
        };
        let current = move || desk.inbox.with(|inbox| inbox.state == state).then_some("page");
        let href = move || format!("{}{}", desk.site.path("responses"), Inbox { state, ..desk.inbox.get() }.write());
        // The router's own link takes every address of this path for the current one.
        view! {
            <a href=href data-noscroll="true" aria-current=current>{text}" "<span class="quiet">{count}</span></a>
        }
        .into_any()
    };
    vec![
        tab(Some(ResponseState::Counted), words.counted),
        tab(Some(ResponseState::Quarantined), words.quarantined),
        tab(Some(ResponseState::Test), words.test),
        tab(Some(ResponseState::Excluded), words.excluded),
        tab(None, words.all),
    ]
    .into_any()
}
