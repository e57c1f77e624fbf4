//! What stands where numbers will be: on their way, not to be had, or none yet.

use leptos::prelude::*;

use crate::browser;
use crate::fetch::{Loaded, Problem};
use crate::locale::{locale, words};
use crate::part::Icon;
use crate::text::fill;

/// Something is on its way: grey places at first, and after a second how long it has taken.
#[component]
pub(crate) fn Waiting(seconds: u32) -> impl IntoView {
    let words = &words().common;
    let text = match seconds {
        0 => words.reading.to_owned(),
        _ => fill(words.reading_long, &[("n", &locale().count(u64::from(seconds)))]),
    };
    view! {
        <div class="waiting" role="status">
            <span class="bone wide"></span>
            <span class="bone"></span>
            <span class=if seconds == 0 { "quiet" } else { "soft" }>{text}</span>
        </div>
    }
}

/// Something cannot be had, and what to do about it; as the page's heading where nothing else is on it.
#[component]
pub(crate) fn Failed(
    problem: Problem,
    #[prop(optional)] again: Option<Callback<()>>,
    #[prop(optional)] alone: bool,
) -> impl IntoView {
    let words = &words().common;
    let text = match problem.status {
        0 => words.offline.to_owned(),
        401 => words.signed_out.to_owned(),
        403 => words.not_allowed.to_owned(),
        404 => words.not_found.to_owned(),
        _ if problem.message.is_empty() => words.failed.to_owned(),
        // The API's sentence says what to do, in English.
        _ => problem.message,
    };
    // Whoever has no way of their own to read it again reads the whole page again: its address says what it shows.
    let passes = matches!(problem.status, 0 | 429 | 500..);
    let again = again.or_else(|| passes.then(|| Callback::new(|()| browser::reload())));
    view! {
        <div class="failed" role="alert">
            <Icon name="warning" />
            {if alone { view! { <h1>{text}</h1> }.into_any() } else { view! { <p>{text}</p> }.into_any() }}
            {again.map(|again| view! { <button class="button" on:click=move |_| again.run(())>{words.try_again}</button> })}
        </div>
    }
}

/// Nothing is there yet, and where the next step is.
#[component]
pub(crate) fn Empty(text: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! { <div class="empty"><p>{text}</p>{children.map(|children| children())}</div> }
}

/// Draws what was read with `draw`, and what stands in its place meanwhile; `alone` where that is the whole page.
#[component]
pub(crate) fn Part<T, V>(
    loaded: ReadSignal<Loaded<T>, LocalStorage>,
    draw: impl Fn(&T) -> V + Send + 'static,
    #[prop(optional)] again: Option<Callback<()>>,
    #[prop(optional)] alone: bool,
) -> impl IntoView
where
    T: 'static,
    V: IntoView + 'static,
{
    move || {
        loaded.with(|loaded| match loaded {
            Loaded::Ready(value) => draw(value).into_any(),
            Loaded::Failed(problem) => match again {
                Some(again) => view! { <Failed problem=problem.clone() again=again alone=alone /> }.into_any(),
                None => view! { <Failed problem=problem.clone() alone=alone /> }.into_any(),
            },
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    }
}
