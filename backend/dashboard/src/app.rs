//! The whole: who is signed in, how they read, and which screen an address is.

use bearing_shared::api::session::SessionReply;
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos_router::components::{Redirect, Route, Router, Routes};
use leptos_router::hooks::use_params_map;
use leptos_router::path;

use crate::browser;
use crate::fetch::{self, Loaded, Problem};
use crate::listing::Listing;
use crate::live::Live;
use crate::locale::Locale;
use crate::part::{Failed, Shell, Toasts, Waiting};
use crate::screen;
use crate::site::SiteContext;

/// Puts the dashboard in the place of what the page showed while it came.
pub(crate) fn mount() {
    if let Some(opening) = browser::document().get_element_by_id("opening") {
        opening.remove();
    }
    mount_to_body(App);
}

/// Reads who is signed in, then shows everything else.
#[component]
fn App() -> impl IntoView {
    let session = fetch::reading::<SessionReply>(|| Some("/v1/session".into()), || 0);
    // Before anybody is known the browser's language will do.
    provide_context(Locale::of(None, &browser::languages()));
    move || {
        session.with(|session| match session {
            Loaded::Ready(session) => view! { <Member session=session.clone() /> }.into_any(),
            Loaded::Failed(problem) => view! { <Failed problem=problem.clone() /> }.into_any(),
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            Loaded::Idle => ().into_any(),
        })
    }
}

/// Everything that a member sees.
#[component]
fn Member(session: SessionReply) -> impl IntoView {
    let locale = Locale::of(session.member.locale.as_deref(), &browser::languages());
    provide_context(locale);
    provide_context(session.clone());
    provide_context(Toasts::new());
    provide_context(Listing::new());
    if let Some(root) = browser::document().document_element() {
        // The element of every page takes both.
        let _ = root.set_attribute("lang", locale.language.tag);
        let _ = root.set_attribute("dir", locale.language.direction());
    }
    let first = session.sites.first().map(|site| format!("/app/{}", site.id.0));
    let home = move || match first.clone() {
        Some(path) => view! { <Redirect path=path /> }.into_any(),
        None => view! { <screen::NoSite /> }.into_any(),
    };
    view! {
        <Router>
            <Routes fallback=move || view! { <Nothing /> }>
                <Route path=path!("app") view=home />
                <Route path=path!("app/account") view=|| view! { <screen::Account /> } />
                <Route path=path!("app/:site") view=|| view! { <InSite><screen::Overview /></InSite> } />
                <Route path=path!("app/:site/explore") view=|| view! { <InSite><screen::Explore /></InSite> } />
                <Route path=path!("app/:site/responses") view=|| view! { <InSite><screen::Responses /></InSite> } />
                <Route path=path!("app/:site/responses/:response") view=|| view! { <InSite><screen::Response /></InSite> } />
                <Route path=path!("app/:site/surveys") view=|| view! { <InSite><screen::Surveys /></InSite> } />
                <Route path=path!("app/:site/surveys/:survey") view=|| view! { <InSite><screen::Survey /></InSite> } />
                <Route path=path!("app/:site/settings") view=|| view! { <InSite><screen::Settings /></InSite> } />
                <Route path=path!("app/:site/settings/:part") view=|| view! { <InSite><screen::Settings /></InSite> } />
            </Routes>
        </Router>
    }
}

/// A screen about one site, within the frame that all of them have.
#[component]
fn InSite(children: ChildrenFn) -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("site").unwrap_or_default()));
    let live = Live::follow(id);
    provide_context(live);
    let context = SiteContext::of(id);
    provide_context(context);
    let children = StoredValue::new(children);
    view! {
        <Shell>
            {move || {
                context.loaded.with(|site| match site {
                    Loaded::Ready(_) => children.with_value(|children| children()).into_any(),
                    Loaded::Failed(problem) => view! { <Failed problem=problem.clone() /> }.into_any(),
                    Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
                    Loaded::Idle => ().into_any(),
                })
            }}
        </Shell>
    }
}

/// An address that no screen has.
#[component]
fn Nothing() -> impl IntoView {
    let problem = Problem { status: 404, code: String::new(), message: String::new(), field: None };
    view! { <main class="alone"><Failed problem=problem /></main> }
}

/// Ends the session, and shows the sign-in form.
pub(crate) fn sign_out() {
    leptos::task::spawn_local(async {
        // Whether or not anybody heard it, the person wants to be gone from this screen.
        let _ = fetch::act(Method::DELETE, "/v1/session", &()).await;
        browser::leave_for("/app");
    });
}
