//! The frame of every screen about a site: where one is, where one can go, and whether what one sees is live.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use crate::app::sign_out;
use crate::live::{every, live};
use crate::locale::{locale, words};
use crate::part::{Icon, changing, effect, memo, toasts};
use crate::session::session;
use crate::site::site;
use crate::text::fill;

/// The frame of every screen about a site.
#[component]
pub(crate) fn Shell(children: Children) -> impl IntoView {
    let words = words();
    let (site, live, session) = (site(), live(), session());
    let name = session.member.name.clone();
    let entries = [
        ("", "overview", words.common.overview),
        ("explore", "explore", words.common.explore),
        ("responses", "responses", words.common.responses),
        ("surveys", "surveys", words.common.surveys),
        ("settings", "settings", words.common.settings),
    ];
    let links = entries.map(|(below, icon, text)| {
        view! {
            <A exact=below.is_empty() href=move || site.path(below) attr:class="place">
                <Icon name=icon /><span>{text}</span>
            </A>
        }
    });
    let navigate = use_navigate();
    let choose =
        move |event: web_sys::Event| navigate(&format!("/app/{}", event_target_value(&event)), Default::default());
    let sites = session.sites.clone();
    let several = sites.len() > 1;
    // As it is called now: it may have been renamed since the session was read.
    let only = move || site.loaded.with(|site| site.ready().map(|site| site.settings.name.clone()));
    let options = sites.into_iter().map(|entry| {
        let id = entry.id.0.clone();
        view! { <option value=entry.id.0.clone() selected=move || site.id.get() == id>{entry.name}</option> }
    });
    // Since when: that it goes on is nothing new.
    let attacked = memo(move || {
        site.loaded.with(|site| site.ready().and_then(|site| site.attack.as_ref().map(|attack| attack.since.clone())))
    });
    view! {
        <a class="skip" href="#content">{words.common.skip}</a>
        <header class="top">
            <A href="/app" attr:class="brand" attr:aria-label="Bearing"><span class="mark" aria-hidden="true"></span><b>"Bearing"</b></A>
            {if several {
                view! {
                    <label class="site-choice"><span class="quiet">{words.common.site}</span>
                        <select on:change=choose>{options.collect_view()}</select>
                    </label>
                }.into_any()
            } else {
                view! { <span class="site-name">{only}</span> }.into_any()
            }}
            <span class="live" class:off=move || !live.open.get() role="status">
                <span class="dot" aria-hidden="true"></span>
                {move || if live.open.get() { words.overview.live } else { words.overview.not_live }}
            </span>
            <details class="person">
                <summary aria-label=words.common.account><Icon name="account" /></summary>
                <div class="menu">
                    <p class="soft">{name}</p>
                    <A href="/app/account">{words.common.account}</A>
                    <button on:click=move |_| sign_out()>{words.common.sign_out}</button>
                </div>
            </details>
        </header>
        <nav class="places" aria-label=words.common.menu>{links.collect_view()}</nav>
        <main id="content" tabindex="-1">
            {move || site.loaded.with(|site| site.ready().is_some_and(|site| site.settings.silenced))
                .then(|| view! { <p class="note silenced">{words.settings.silenced}</p> })}
            // There before it says something, so that it is read out when an attack begins.
            <div class="attacked" role="status">{changing(move || attack(attacked.get()))}</div>
            {children()}
        </main>
        {toasts().view()}
    }
}

/// How often it is asked whether an attack is over, s: no stream tells.
const OVER_S: u32 = 30;

/// That the site is under attack, since then, and the way to what is kept out of the score meanwhile.
fn attack(since: Option<String>) -> AnyView {
    let Some(since) = since else { return ().into_any() };
    let (words, site, over) = (&words().overview, site(), every(OVER_S));
    effect(move || {
        if over.get() > 0 {
            site.again();
        }
    });
    let said = fill(words.attacked, &[("time", &locale().moment(&since))]);
    let aside = move || format!("{}?state=quarantined", site.path("responses"));
    view! { <p class="note silenced attack">{said}" "<A href=aside>{words.attacked_look}</A></p> }.into_any()
}
