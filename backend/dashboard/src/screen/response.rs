//! One response: everything that was answered, who it was, what the team notes on it, and what else that customer said.

mod answers;
mod facts;
mod history;
mod marks;
mod remove;

use bearing_shared::api::Page;
use bearing_shared::api::inbox::{ResponsesChange, TagCount};
use bearing_shared::api::responses::ResponseReply;
use bearing_shared::api::surveys::VersionReply;
use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::responses::{Asked, Help, asked, list_address, use_inbox};
use crate::browser::{self, focus};
use crate::fetch::{self, Loaded};
use crate::inbox::Inbox;
use crate::keys::{on_keys, press};
use crate::listing::{Listing, PAGE, listing};
use crate::live::live;
use crate::locale::{Locale, locale, words};
use crate::part::{Failed, Icon, Waiting, button, changing, effect, iconed, memo};
use crate::query;
use crate::site::{SiteContext, site};
use crate::text::{Plural, Text};

/// The most versions of a survey that are read for its questions' texts.
const VERSIONS: &str = "500";

/// What the parts of the screen have in common.
#[derive(Clone, Copy)]
struct Desk {
    site: SiteContext,
    listing: Listing,
    inbox: Memo<Inbox>,
    id: Memo<String>,
    /// The response; `None` while it is not here.
    response: Memo<Option<ResponseReply>>,
    /// What the list shows, with what has left it since: one goes on from there too.
    order: RwSignal<Vec<String>>,
    may_edit: Memo<bool>,
    asked: Asked,
    tags: ReadSignal<Loaded<Vec<TagCount>>, LocalStorage>,
    /// The version that was answered; `None` while it is not here.
    version: Memo<Option<VersionReply>>,
    words: &'static Text,
    locale: Locale,
}

impl Desk {
    /// Draws what depends on the response.
    fn with(self, draw: impl Fn(&ResponseReply) -> AnyView + Send + 'static) -> AnyView {
        changing(move || self.response.with(|response| response.as_ref().map(&draw)).into_any())
    }

    fn act(&self, change: ResponsesChange, said: &'static Plural) {
        let change = ResponsesChange { ids: vec![self.id.get_untracked()], ..change };
        self.listing.change(&self.site.id.get_untracked(), change, said);
    }

    fn toggle_read(&self) {
        let words = &self.words.responses;
        let Some(read) = self.response.with_untracked(|response| Some(response.as_ref()?.read)) else { return };
        let change = ResponsesChange { read: Some(!read), ..ResponsesChange::default() };
        self.act(change, if read { &words.did_unread } else { &words.did_read });
    }

    /// The scale of a survey.
    fn instrument(&self, survey: &str) -> Option<Instrument> {
        self.asked.with(|asked| asked.iter().find(|(id, ..)| id == survey).map(|(.., instrument)| *instrument))
    }

    /// Another response's address, with the list that it is in.
    fn path(&self, id: &str) -> String {
        format!("{}{}", self.site.path(&format!("responses/{id}")), self.inbox.with(Inbox::write))
    }

    /// The response so many places on in the list.
    fn beside(&self, places: isize) -> Option<String> {
        let id = self.id.get();
        self.order.with(|order| {
            let place = order.iter().position(|known| *known == id)?;
            order.get(place.checked_add_signed(places)?).cloned()
        })
    }

    fn back(&self) -> String {
        format!("{}{}", self.site.path("responses"), self.inbox.with(Inbox::write))
    }
}

/// One response of a site.
#[component]
pub(crate) fn Response() -> impl IntoView {
    let (words, locale) = (words(), locale());
    let (site, live, listing) = (site(), live(), listing());
    let (inbox, _) = use_inbox();
    browser::set_title(words.response.title);
    let params = use_params_map();
    let id = memo(move || params.with(|params| params.get("response").unwrap_or_default()));
    let again = move || live.responses.get().wrapping_add(listing.changed.get());
    let address = move || {
        let path = format!("/v1/responses/{}", query::segment(&id.get()));
        Some(fetch::address(&path, &[site.parameter()]))
    };
    let loaded = fetch::reading::<ResponseReply>(address, again);
    // What is here is of another response until the next has come.
    let response = memo(move || {
        let id = id.get();
        loaded.with(|loaded| loaded.ready().filter(|response| response.id == id).cloned())
    });
    let tags = fetch::reading(move || Some(fetch::address("/v1/tags", &[site.parameter()])), again);
    let survey =
        Memo::new(move |_| response.with(|response| response.as_ref().map(|response| response.survey.0.clone())));
    // Read anew for each survey: questions of two surveys have the same ids.
    let versions = memo(move || {
        let path = format!("/v1/surveys/{}/versions", query::segment(&survey.get()?));
        let address = fetch::address(&path, &[site.parameter(), ("limit".into(), VERSIONS.into())]);
        Some(fetch::reading::<Page<VersionReply>>(move || Some(address.clone()), || 0))
    });
    let number = memo(move || response.with(|response| response.as_ref().map(|response| response.version)));
    let version = Memo::new_with_compare(
        move |_| {
            let number = number.get()?;
            versions.get()?.with(|page| page.ready()?.items.iter().find(|version| version.version == number).cloned())
        },
        |_, _| true,
    );
    let desk = Desk {
        site,
        listing,
        inbox,
        id,
        response,
        order: RwSignal::default(),
        may_edit: memo(move || site.may_edit()),
        asked: asked(),
        tags,
        version,
        words,
        locale,
    };
    note_as_read(desk);
    keep_list(desk);
    let (is_erasing, is_deleting, help) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    keys(desk, help);
    let is_here = memo(move || response.with(Option::is_some));
    let state = move || {
        loaded.with(|loaded| match loaded {
            Loaded::Failed(problem) => view! { <Failed problem=problem.clone() /> }.into_any(),
            Loaded::Waiting(seconds) => view! { <Waiting seconds=*seconds /> }.into_any(),
            _ => ().into_any(),
        })
    };
    view! {
        {head(desk, help)}
        {changing(move || if is_here.get() { ().into_any() } else { state() })}
        <div class="two" hidden=move || !is_here.get()>
            <div class="stack">
                <section class="card">{answers::answers(desk)}</section>
                <section class="card"><h2>{words.response.history}</h2>{history::history(desk)}</section>
            </div>
            <div class="stack">
                {marks::marks(desk)}
                <section class="card"><h2>{words.response.about}</h2>{facts::facts(desk)}</section>
                {remove::remove(desk, is_deleting, is_erasing)}
            </div>
        </div>
        <Help open=help list=false />
    }
}

/// Where one is in the list, and the ways back, on and about.
fn head(desk: Desk, help: RwSignal<bool>) -> AnyView {
    let words = desk.words;
    let step = move |places: isize, id: &'static str, key: &'static str, text: &'static str| {
        let there = memo(move || desk.beside(places));
        let href = move || desk.path(&there.get().unwrap_or_else(|| desk.id.get()));
        let off = move || there.with(Option::is_none).to_string();
        view! {
            <A href=href attr:id=id attr:class="button small" attr:aria-keyshortcuts=key attr:aria-disabled=off>{text}</A>
        }
        .into_any()
    };
    let is_read = memo(move || desk.response.with(|response| response.as_ref().map(|response| response.read)));
    let read = move || {
        let read = is_read.get().filter(|_| desk.may_edit.get())?;
        let (icon, text) =
            if read { ("mail", words.responses.mark_unread) } else { ("mail-open", words.responses.mark_read) };
        Some(view! { <Icon name=icon /><span>{text}</span> })
    };
    view! {
        <header class="head">
            <A href=move || desk.back() attr:id="back" attr:class="button small">{words.responses.key_back}</A>
            <h1>{words.response.title}</h1>
            <div class="actions">
                <button class="button small" aria-keyshortcuts="e" hidden=move || is_read.get().is_none() || !desk.may_edit.get()
                    on:click=move |_| desk.toggle_read()>{read}</button>
                <nav class="joined" aria-label=words.common.responses>
                    {step(-1, "previous", "k", words.responses.key_previous)}
                    {step(1, "next", "j", words.responses.key_next)}
                </nav>
                {button("button small keys-button", String::new(), iconed("keyboard", words.responses.keys), move || help.set(true))}
            </div>
        </header>
    }
    .into_any()
}

fn keys(desk: Desk, help: RwSignal<bool>) {
    on_keys(Box::new(move |key| {
        match key {
            "j" => press("next"),
            "k" => press("previous"),
            "u" => press("back"),
            "e" if desk.may_edit.get_untracked() => desk.toggle_read(),
            "t" => focus("tag-to-add"),
            "?" => help.set(true),
            _ => return false,
        }
        true
    }));
}

/// Who opens a response has read it; only once, so that it can be marked as unread again.
fn note_as_read(desk: Desk) {
    let noted = StoredValue::new(String::new());
    effect(move || {
        let unread = desk.response.with(|response| {
            let response = response.as_ref().filter(|response| noted.get_value() != response.id)?;
            noted.set_value(response.id.clone());
            (!response.read).then(|| response.id.clone())
        });
        if let Some(id) = unread.filter(|_| desk.may_edit.get()) {
            desk.listing.mark_read(&desk.site.id.get_untracked(), id);
        }
    });
}

/// Has the list at hand that the address names, for what is before and after; where one is there is where one comes back.
fn keep_list(desk: Desk) {
    let listing = desk.listing;
    let wanted = memo(move || desk.inbox.with(|inbox| list_address(inbox, desk.site)));
    let first = fetch::reading::<Page<ResponseReply>>(
        move || {
            let wanted = wanted.get();
            (listing.of.get() != wanted).then(|| format!("{wanted}&limit={PAGE}"))
        },
        || 0,
    );
    effect(move || {
        first.with(|first| {
            if let Some(page) = first.ready() {
                listing.state.set(desk.inbox.with_untracked(|inbox| inbox.state));
                listing.show(wanted.get_untracked(), page);
            }
        });
    });
    effect(move || {
        let of = listing.of.get();
        let ids: Vec<String> = listing.rows.with(|rows| rows.iter().map(|row| row.id.clone()).collect());
        if of == wanted.get() && ids.len() >= desk.order.with_untracked(Vec::len) {
            desk.order.set(ids);
        }
    });
    let asked_for = StoredValue::new(None);
    effect(move || {
        let id = desk.id.get();
        listing.at.set(Some(id.clone()));
        let is_last = listing.rows.with(|rows| rows.last().is_some_and(|row| row.id == id));
        let next = listing.next.get();
        if is_last && next.is_some() && asked_for.get_value() != next {
            asked_for.set_value(next);
            listing.read_on(Box::new(|| ()));
        }
    });
}
