//! The whole: who is signed in, how they read, and which screen an address is.

use std::cell::RefCell;

use bearing_shared::api::session::SessionReply;
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;
#[cfg(feature = "reading")]
use leptos_router::components::Redirect;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::{use_location, use_params_map};
use leptos_router::path;

use crate::fetch::{self, Loaded, Problem};
use crate::listing::Listing;
use crate::live::Live;
use crate::locale::{self, Locale};
use crate::part::{Failed, Shell, Toasts, Waiting, effect};
use crate::place::Program;
use crate::site::SiteContext;
use crate::text::{Language, Text, unlisted};
use crate::{browser, place, screen};

/// Reads who is signed in and the words that they read, then shows everything else in the place of what the page showed
/// while that came.
pub(crate) fn mount() {
    // Leptos' own way to begin something needs Leptos to be there already.
    wasm_bindgen_futures::spawn_local(async {
        let session = fetch::get::<SessionReply>("/v1/session").await;
        let browser = browser::languages();
        let chosen = session.as_ref().ok().and_then(|session| session.member.locale.clone());
        let language = Language::best(chosen.iter().chain(&browser).map(String::as_str));
        let Some(text) = words_of(language).await else { return };
        browser::end_opening();
        mount_to_body(move || {
            provide_context(Locale::of(language, text, &browser));
            match session {
                Ok(session) => view! { <Member session=session /> }.into_any(),
                Err(problem) => view! { <main class="alone"><Failed problem=problem alone=true /></main> }.into_any(),
            }
        });
    });
}

/// The words of a language. Where they cannot be had, the page says so.
pub(crate) async fn words_of(language: Language) -> Option<&'static Text> {
    // The page fetched those of the browser's language ahead; who has chosen another waits for these.
    let words = fetch::get::<Vec<String>>(&format!("{}{}.json", browser::files(), language.tag)).await;
    let text = words.ok().and_then(unlisted);
    if text.is_none() {
        browser::say_opening("The dashboard's words could not be loaded. Load the page again.");
    }
    text
}

/// Has the whole page read as a language does.
pub(crate) fn turn(language: Language) {
    if let Some(root) = browser::document().document_element() {
        // The element of every page takes both.
        let _ = root.set_attribute("lang", language.tag);
        let _ = root.set_attribute("dir", language.direction());
    }
}

/// Everything that a member sees.
#[component]
fn Member(session: SessionReply) -> impl IntoView {
    provide_context(session.clone());
    provide_context(Toasts::new());
    provide_context(Listing::new());
    turn(locale::locale().language);
    // Made within the router, which they ask for the address.
    let screens = move || match place::program(&browser::path()) {
        Program::Making => making(),
        Program::Exploring => exploring(),
        Program::Reading | Program::Showing => reading(&session),
    };
    view! { <Router>{follow_focus()}{screens()}</Router> }
}

/// Brings the focus to the heading of a screen that takes the place of another: what led there is mostly gone.
fn follow_focus() {
    let location = use_location();
    let shown = RefCell::new(String::new());
    effect(move || {
        // Read, not tracked alone: what was never read before changes when it is.
        drop(location.search.get());
        let path = location.pathname.get();
        let before = shown.replace(path.clone());
        // Whoever comes by the shortest address is led to a site, and has pressed nothing.
        if before.len() > "/app/".len() {
            if before != path {
                browser::leave_focus();
            }
            browser::rescue_focus_soon();
        }
    });
}

/// The screens of the program that shows how things are.
#[cfg(feature = "reading")]
fn reading(session: &SessionReply) -> AnyView {
    // Who has no site yet makes one or reads whom to ask, which the other program says.
    let first = session.sites.first().map_or_else(|| "/app/new".to_owned(), |site| format!("/app/{}", site.id.0));
    let home = move || view! { <Redirect path=first.clone() /> };
    view! {
        <Routes fallback=Elsewhere>
            <Route path=path!("app") view=home />
            <Route path=path!("app/new") view=Elsewhere />
            <Route path=path!("app/account") view=Elsewhere />
            <Route path=path!("app/:site") view=|| view! { <InSite><screen::Overview /></InSite> } />
            <Route path=path!("app/:site/responses") view=|| view! { <InSite><screen::Responses /></InSite> } />
            <Route path=path!("app/:site/responses/:response") view=|| view! { <InSite><screen::Response /></InSite> } />
        </Routes>
    }
    .into_any()
}

/// The screen of the program that answers questions.
#[cfg(feature = "exploring")]
fn exploring() -> AnyView {
    view! {
        <Routes fallback=Elsewhere>
            <Route path=path!("app/:site/explore") view=|| view! { <InSite><screen::Explore /></InSite> } />
        </Routes>
    }
    .into_any()
}

/// The screens of the program that makes surveys and sets things.
#[cfg(feature = "making")]
fn making() -> AnyView {
    view! {
        <Routes fallback=Elsewhere>
            <Route path=path!("app/new") view=|| view! { <screen::NoSite /> } />
            <Route path=path!("app/account") view=|| view! { <screen::Account /> } />
            <Route path=path!("app/:site/surveys") view=|| view! { <InSite><screen::Surveys /></InSite> } />
            <Route path=path!("app/:site/surveys/:survey") view=|| view! { <InSite><screen::Survey /></InSite> } />
            <Route path=path!("app/:site/settings") view=|| view! { <InSite><screen::Settings /></InSite> } />
            <Route path=path!("app/:site/settings/:part") view=|| view! { <InSite><screen::Settings /></InSite> } />
        </Routes>
    }
    .into_any()
}

/// Nothing: the page loads the other program for these addresses.
#[cfg(not(feature = "reading"))]
fn reading(_: &SessionReply) -> AnyView {
    ().into_any()
}

/// Nothing: the page loads the other program for these addresses.
#[cfg(not(feature = "exploring"))]
fn exploring() -> AnyView {
    ().into_any()
}

/// Nothing: the page loads the other program for these addresses.
#[cfg(not(feature = "making"))]
fn making() -> AnyView {
    ().into_any()
}

/// An address that this program has no screen for: the other program's, which the page loads when it is loaded anew, or
/// nobody's.
#[component]
fn Elsewhere() -> impl IntoView {
    // The router's word for it: the browser's own address changes only when the screen has.
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    if place::is_of_this_program(&path) {
        return view! { <main class="alone"><Failed problem=Problem::nothing_here() alone=true /></main> }.into_any();
    }
    browser::leave_for(&if search.is_empty() { path } else { format!("{path}?{search}") });
    ().into_any()
}

/// A screen about one site, within the frame that all of them have.
#[component]
fn InSite(children: ChildrenFn) -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("site").unwrap_or_default()));
    let live = Live::follow(id);
    provide_context(live);
    let context = SiteContext::of(id, live);
    provide_context(context);
    let children = StoredValue::new(children);
    // Settings that are read again must not draw the screen anew: what is being typed there would be gone.
    let ready = Memo::new(move |_| context.loaded.with(|site| site.ready().is_some()));
    view! {
        <Shell>
            {move || if ready.get() {
                browser::settle_soon();
                children.with_value(|children| children()).into_any()
            } else {
                context.loaded.with(|site| match site {
                    Loaded::Failed(problem) => view! { <Failed problem=problem.clone() alone=true /> }.into_any(),
                    Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
                    Loaded::Ready(_) | Loaded::Idle => ().into_any(),
                })
            }}
        </Shell>
    }
}

/// Ends the session, and shows the sign-in form.
pub(crate) fn sign_out() {
    spawn_local(async {
        // Whether or not anybody heard it, the person wants to be gone from this screen.
        let _ = fetch::act(Method::DELETE, "/v1/session", &()).await;
        browser::leave_for("/app");
    });
}
