//! The settings of a site: a part an address, each saved by itself.

mod audit;
mod keys;
mod look;
mod members;
mod numbers;
mod privacy;
mod rest;
mod save;
mod seen;
mod segments;
mod shares;
mod site;
mod tag;

use bearing_shared::api::sites::SiteReply;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::browser;
use crate::locale::words;
use crate::part::{Failed, Waiting, changing};
use crate::site::site as use_site;

/// The settings of a site.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let words = words();
    let site = use_site();
    let params = use_params_map();
    browser::set_title(words.common.settings);
    let part = Memo::new(move |_| {
        let part = params.with(|params| params.get("part").unwrap_or_default());
        if part == "site" { String::new() } else { part }
    });
    let parts = [
        ("", words.common.site),
        ("tag", words.settings.part_tag),
        ("segments", words.settings.part_segments),
        ("rest", words.settings.part_rest),
        ("numbers", words.settings.part_numbers),
        ("look", words.settings.part_look),
        ("privacy", words.settings.part_privacy),
        ("keys", words.settings.part_keys),
        ("members", words.settings.part_members),
        ("shares", words.board.shares),
        ("audit", words.settings.part_audit),
    ];
    let base = untrack(|| site.path("settings"));
    let tabs = parts.map(|(name, text)| {
        // The site stays as long as the screen does.
        let path = if name.is_empty() { base.clone() } else { format!("{base}/{name}") };
        let current = Signal::derive(move || (part.get() == name).then_some("page"));
        view! { <a href=path aria-current=current>{text}</a> }.into_any()
    });
    // Forms are filled once, with what was stored when they came: another site needs others, another reading does not.
    let shown =
        Memo::new(move |_| site.loaded.with(|site| site.ready().map(|site| site.id.0.clone()).unwrap_or_default()));
    let content = changing(move || {
        let (part, id) = (part.get(), site.id.get());
        if shown.get() != id {
            return view! { <Waiting seconds=0 /> }.into_any();
        }
        let Some(reply) = site.loaded.with_untracked(|site| site.ready().cloned()) else { return ().into_any() };
        draw(&part, &reply)
    });
    // What only owners see says so itself.
    let read_only =
        move || !site.may_own() && !part.with(|part| matches!(part.as_str(), "keys" | "members" | "shares" | "audit"));
    let note = changing(move || {
        read_only().then(|| view! { <p class="soft">{words.settings.read_only}</p> }.into_any()).into_any()
    });
    view! {
        <header class="head"><h1>{words.common.settings}</h1></header>
        <nav class="tabs" aria-label=words.common.settings>{tabs.into_iter().collect::<Vec<_>>()}</nav>
        {note}
        <div class="settings">{content}</div>
    }
}

fn draw(part: &str, reply: &SiteReply) -> AnyView {
    match part {
        "" => site::part(reply),
        "tag" => tag::part(reply),
        "segments" => segments::part(),
        "rest" => rest::part(reply),
        "numbers" => numbers::part(reply),
        "look" => look::part(reply),
        "privacy" => privacy::part(reply),
        "keys" => keys::part(),
        "members" => members::part(),
        "shares" => shares::part(reply),
        "audit" => audit::part(),
        _ => view! { <Failed problem=crate::fetch::Problem::nothing_here() /> }.into_any(),
    }
}
