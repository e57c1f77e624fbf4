//! A board: one page of large numbers to look at, on a wall or through a shared link.

mod about;
mod head;
mod numbers;
mod remarks;
mod stream;
mod wall;

use leptos::prelude::*;

use crate::app::{turn, words_of};
use crate::browser;
use crate::fetch::Problem;
use crate::live::Live;
use crate::locale::{Locale, words};
use crate::part::Failed;
use crate::place::SHARED;
use crate::text::Language;

use about::About;

/// Reads what the board is about and the words that its reader reads, then shows it in the place of what the page showed
/// while that came.
pub(crate) fn show() {
    // Leptos' own way to begin something needs Leptos to be there already.
    wasm_bindgen_futures::spawn_local(async {
        let is_shared = browser::path() == SHARED;
        let found = if is_shared { about::shared().await } else { about::own().await };
        let browser = browser::languages();
        let chosen = found.as_ref().ok().and_then(|about| about.language.clone());
        // A member has chosen; whoever has a link reads as their browser does, and else as whoever made it.
        let mut wanted = browser.clone();
        wanted.insert(if is_shared { browser.len() } else { 0 }, chosen.unwrap_or_default());
        let language = Language::best(wanted.iter().map(String::as_str));
        let Some(text) = words_of(language).await else { return };
        browser::end_opening();
        turn(language);
        mount_to_body(move || {
            provide_context(Locale::of(language, text, &browser));
            match found {
                Ok(about) => whole(about),
                Err(problem) => refused(&problem, is_shared),
            }
        });
    });
}

/// Why there is no board.
fn refused(problem: &Problem, is_shared: bool) -> AnyView {
    let words = &words().board;
    match problem.status {
        401 if is_shared => said(words.over, words.over_lead),
        401 => ().into_any(),
        _ if problem.code == about::BROKEN => said(words.broken, words.broken_lead),
        _ => view! { <main class="alone"><Failed problem=problem.clone() /></main> }.into_any(),
    }
}

fn said(title: &'static str, lead: &'static str) -> AnyView {
    browser::set_title(title);
    view! { <main class="alone over"><div role="alert"><h1>{title}</h1><p class="soft">{lead}</p></div></main> }
        .into_any()
}

/// The board, until its link has ended.
fn whole(about: About) -> AnyView {
    let over = RwSignal::new(false);
    let live = match &about.site {
        Some(id) => {
            let id = id.clone();
            Live::follow(Memo::new(move |_| id.clone()))
        }
        None => stream::follow(over),
    };
    let is_shared = about.site.is_none();
    let about = StoredValue::new(about);
    view! {
        {move || match over.get() && is_shared {
            // Nothing of what was seen stays on the screen. A member is led to the sign-in form.
            true => said(words().board.over, words().board.over_lead),
            false => numbers::board(about.get_value(), live, over),
        }}
    }
    .into_any()
}
