//! The inbox: which responses are there, what they say, and what the team does with them.

mod bar;
mod help;
mod row;
mod tabs;
mod tags;
mod tools;

use std::collections::BTreeSet;

use bearing_shared::api::Page;
use bearing_shared::api::inbox::{ResponseCounts, ResponsesChange, TagCount};
use bearing_shared::api::responses::{ResponseReply, ResponseState};
use bearing_shared::instrument::Instrument;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_location, use_navigate};

use crate::browser::{self, focus};
use crate::fetch::{self, Loaded};
use crate::inbox::{Inbox, span};
use crate::keys::{focus_soon, on_keys, press};
use crate::listing::{Listing, PAGE, Row, link_id, listing};
use crate::live::{Live, live};
use crate::locale::{Locale, locale, words};
use crate::part::{Empty, Failed, Filters, Waiting, button, changing, effect, iconed, memo, surveys};
use crate::site::{SiteContext, site};
use crate::text::{Plural, Text};
use crate::view::{Period, View};

pub(in crate::screen) use help::Help;
pub(in crate::screen) use row::{identity_of, state_name};
pub(in crate::screen) use tags::known;

/// How far down one counts as reading the list rather than its top, px.
const TOP: f64 = 200.0;

/// The list that the address describes, and what puts another one there.
pub(in crate::screen) fn use_inbox() -> (Memo<Inbox>, Callback<Inbox>) {
    let location = use_location();
    let inbox = memo(move || Inbox::read(&location.search.get()));
    let navigate = use_navigate();
    let change = Callback::new(move |inbox: Inbox| {
        let path = location.pathname.get_untracked();
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{path}{}", inbox.write()), options);
    });
    (inbox, change)
}

/// The address of the API of the list that `inbox` describes, the same on every day that it means the same.
pub(in crate::screen) fn list_address(inbox: &Inbox, site: SiteContext) -> String {
    fetch::address("/v1/responses", &inbox.parameters(&site.id.get(), site.today()))
}

/// The surveys' ids, names and instruments.
pub(in crate::screen) type Asked = Memo<Vec<(String, String, Instrument)>>;

/// What every survey asks.
pub(in crate::screen) fn asked() -> Asked {
    let surveys = surveys();
    memo(move || {
        surveys.with(|surveys| {
            let items = surveys.ready().map(|page| page.items.as_slice()).unwrap_or_default();
            items.iter().map(|item| (item.id.0.clone(), item.survey.name.clone(), item.survey.instrument)).collect()
        })
    })
}

/// What the parts of the screen have in common.
#[derive(Clone, Copy)]
struct Desk {
    site: SiteContext,
    live: Live,
    listing: Listing,
    inbox: Memo<Inbox>,
    change: Callback<Inbox>,
    asked: Asked,
    tags: ReadSignal<Loaded<Vec<TagCount>>, LocalStorage>,
    selected: RwSignal<BTreeSet<String>>,
    /// Where a span of selected ones begins.
    anchor: RwSignal<Option<String>>,
    may_edit: Memo<bool>,
    tagging: RwSignal<bool>,
    words: &'static Text,
    locale: Locale,
}

impl Desk {
    /// What is acted on: the selected ones, else the one that the reader is at.
    fn meant(&self) -> Vec<String> {
        let selected = self.selected.get_untracked();
        let shown = self.listing.ids();
        let ids: Vec<String> = shown.iter().filter(|id| selected.contains(*id)).cloned().collect();
        if !ids.is_empty() {
            return ids;
        }
        self.listing.at.get_untracked().filter(|at| shown.contains(at)).into_iter().collect()
    }

    /// Makes a change on those, and leaves nothing selected.
    fn act(&self, ids: Vec<String>, change: ResponsesChange, said: &'static Plural) {
        if ids.is_empty() {
            return;
        }
        self.listing.change(&self.site.id.get_untracked(), ResponsesChange { ids, ..change }, said);
        if !self.selected.get_untracked().is_empty() {
            self.selected.set(BTreeSet::new());
            // The bar that was pressed is gone.
            focus("inbox-list");
        }
    }

    /// Marks those as read, or as unread where all of them are read.
    fn toggle_read(&self, ids: Vec<String>) {
        let words = &self.words.responses;
        let unread = self
            .listing
            .rows
            .with_untracked(|rows| rows.iter().any(|row| ids.contains(&row.id) && !row.response.read_untracked().read));
        let change = ResponsesChange { read: Some(unread), ..ResponsesChange::default() };
        self.act(ids, change, if unread { &words.did_read } else { &words.did_unread });
    }

    /// Selects one or not; with `all_between`, everything from the last one on.
    fn select(&self, id: &String, all_between: bool) {
        let ids = self.listing.ids();
        let anchor = self.anchor.get_untracked().filter(|_| all_between);
        self.selected.update(|selected| match anchor {
            Some(anchor) => selected.extend(span(&ids, &anchor, id).iter().cloned()),
            None => {
                if !selected.remove(id) {
                    selected.insert(id.clone());
                }
            }
        });
        self.anchor.set(Some(id.clone()));
    }
}

/// The inbox of a site.
#[component]
pub(crate) fn Responses() -> impl IntoView {
    let (words, locale) = (words(), locale());
    let (site, live, listing) = (site(), live(), listing());
    let (inbox, change) = use_inbox();
    browser::set_title(words.common.responses);
    let again = move || live.responses.get().wrapping_add(listing.changed.get());
    let tags = fetch::reading(move || Some(fetch::address("/v1/tags", &[site.parameter()])), again);
    let selected = RwSignal::new(BTreeSet::new());
    let (anchor, tagging, help) = (RwSignal::new(None), RwSignal::new(false), RwSignal::new(false));
    let may_edit = memo(move || site.may_edit());
    let desk = Desk {
        site,
        live,
        listing,
        inbox,
        change,
        asked: asked(),
        tags,
        selected,
        anchor,
        may_edit,
        tagging,
        words,
        locale,
    };
    let wanted = memo(move || {
        // A day ends while a list is open.
        live.responses.track();
        inbox.with(|inbox| list_address(inbox, site))
    });
    let first = fetch::reading::<Page<ResponseReply>>(
        move || Some(format!("{}&limit={PAGE}", wanted.get())),
        move || live.responses.get(),
    );
    let counts = fetch::reading::<ResponseCounts>(
        move || Some(wanted.get().replacen("/v1/responses", "/v1/responses/count", 1)),
        again,
    );
    let came_back = listing.of.get_untracked() == wanted.get_untracked();
    effect(move || listing.state.set(inbox.with(|inbox| inbox.state)));
    effect(move || {
        first.with(|first| {
            let Some(page) = first.ready() else { return };
            let of = wanted.get_untracked();
            let is_other = listing.of.get_untracked() != of;
            if is_other || !is_being_read(desk) {
                if is_other {
                    selected.set(BTreeSet::new());
                    listing.at.set(None);
                }
                listing.show(of, page);
            } else {
                listing.take_in(page);
            }
        });
    });
    if came_back {
        // Where one left off; a list that has grown meanwhile says so and does not move.
        let (y, at) = (listing.scrolled.get_value(), listing.at.get_untracked());
        browser::soon(move || {
            browser::window().scroll_to_with_x_and_y(0.0, y);
            at.iter().for_each(|at| focus(&link_id(at)));
        });
    }
    on_cleanup(move || listing.scrolled.set_value(browser::window().scroll_y().unwrap_or_default()));
    keys(desk, help);
    let view = memo(move || inbox.with(|inbox| inbox.view.clone()));
    let change_view = Callback::new(move |view: View| change.run(Inbox { view, ..inbox.get_untracked() }));
    view! {
        <header class="head">
            <h1>{words.common.responses}</h1>
            <p class="soft" role="status">{move || tabs::unread(desk, counts)}</p>
            <div class="actions">
                {button("button small keys-button", String::new(), iconed("keyboard", words.responses.keys), move || help.set(true))}
            </div>
        </header>
        <Filters view=view change=change_view />
        {tools::tools(desk)}
        <nav class="tabs" aria-label=words.response.state>{tabs::tabs(desk, counts)}</nav>
        <p class="soft" hidden=may_edit>{words.responses.viewer}</p>
        <section class="card inbox" aria-busy=move || (listing.of.get() != wanted.get()).to_string()>
            {bar::bar(desk)}
            {changing(move || newer(desk, wanted, first))}
            {changing(move || state_of(desk, wanted, first))}
            <ul class="responses" id="inbox-list" tabindex="-1" aria-label=words.common.responses
                hidden=move || listing.rows.with(Vec::is_empty)>
                <For each=move || listing.rows.get() key=|row| row.id.clone() children=move |row: Row| row::row(desk, row) />
            </ul>
            {more(desk)}
        </section>
        {tags::tags(desk)}
        <Help open=help list=true />
    }
}

/// Whether moving the list would move it under somebody's eyes.
fn is_being_read(desk: Desk) -> bool {
    let inside = browser::document().query_selector(".responses :focus").is_ok_and(|found| found.is_some());
    inside
        || desk.listing.pages.get_untracked() > 1
        || !desk.selected.with_untracked(BTreeSet::is_empty)
        || browser::window().scroll_y().unwrap_or_default() > TOP
}

fn keys(desk: Desk, help: RwSignal<bool>) {
    let listing = desk.listing;
    let go = move |places: isize| {
        let at = listing.at.get_untracked();
        if let Some(next) = untrack(|| listing.beside(at.as_deref(), places)) {
            focus(&link_id(&next));
        }
    };
    on_keys(Box::new(move |key| {
        let may_edit = desk.may_edit.get_untracked();
        match key {
            "j" => go(1),
            "k" => go(-1),
            "o" | "Enter" => listing.at.get_untracked().iter().for_each(|at| press(&link_id(at))),
            "e" if may_edit => desk.toggle_read(desk.meant()),
            "x" if may_edit => listing.at.get_untracked().iter().for_each(|at| desk.select(at, false)),
            "t" if may_edit => desk.tagging.set(!desk.meant().is_empty()),
            "?" => help.set(true),
            _ => return false,
        }
        true
    }));
}

/// How many have come since; pressed, the list begins anew with them.
fn newer(desk: Desk, wanted: Memo<String>, first: ReadSignal<Loaded<Page<ResponseReply>>, LocalStorage>) -> AnyView {
    let count = desk.listing.newer.get();
    let begin = move || {
        first.with_untracked(|first| {
            if let Some(page) = first.ready() {
                desk.listing.show(wanted.get_untracked(), page);
                desk.listing.at.set(page.items.first().map(|first| first.id.clone()));
            }
        });
        browser::window().scroll_to_with_x_and_y(0.0, 0.0);
        desk.listing.at.get_untracked().iter().for_each(|at| focus_soon(link_id(at)));
    };
    let text = desk.locale.plural(&desk.words.responses.newer, count as u64);
    view! {
        <div class="newer" role="status">
            {(count > 0).then(|| button("button primary small", String::new(), iconed("better", &text), begin))}
        </div>
    }
    .into_any()
}

/// What stands there when there is no list, or none yet.
fn state_of(desk: Desk, wanted: Memo<String>, first: ReadSignal<Loaded<Page<ResponseReply>>, LocalStorage>) -> AnyView {
    let is_here = desk.listing.of.get() == wanted.get();
    first.with(|first| match first {
        Loaded::Failed(problem) => {
            let again = Callback::new(move |()| desk.live.refresh());
            view! { <Failed problem=problem.clone() again=again /> }.into_any()
        }
        Loaded::Waiting(seconds) if !is_here => view! { <Waiting seconds=*seconds /> }.into_any(),
        _ if is_here && desk.listing.rows.with(Vec::is_empty) => nothing(desk),
        _ => ().into_any(),
    })
}

/// An empty list, and the next step.
fn nothing(desk: Desk) -> AnyView {
    let words = &desk.words.responses;
    let (inbox, change, site) = (desk.inbox.get(), desk.change, desk.site);
    let empty = |text: &str, way: &'static str, to: Inbox| {
        let way = button("button", String::new(), way.into_any(), move || change.run(to.clone()));
        view! { <Empty text=text.to_owned()>{way}</Empty> }.into_any()
    };
    if inbox.is_narrowed() {
        return empty(words.none_match, words.clear, inbox.widened());
    }
    if inbox.view.period != Period::All {
        let always = Inbox { view: View { period: Period::All, ..inbox.view.clone() }, ..inbox };
        return empty(words.none_in_period, desk.words.common.all_time, always);
    }
    if inbox.state.is_some_and(|state| state != ResponseState::Counted) {
        return view! { <Empty text=words.none_in_state.to_owned() /> }.into_any();
    }
    view! {
        <Empty text=words.none_yet.to_owned()>
            <p class="row">
                <A href=move || site.path("surveys") attr:class="button primary">{words.to_surveys}</A>
                <A href=move || site.path("settings") attr:class="button">{words.to_tag}</A>
            </p>
        </Empty>
    }
    .into_any()
}

/// The way to the next page.
fn more(desk: Desk) -> AnyView {
    let listing = desk.listing;
    let busy = RwSignal::new(false);
    let read = move |_| {
        let last = listing.ids().pop();
        busy.set(true);
        listing.read_on(Box::new(move || {
            // The reader goes on with the first one that has come.
            if let Some(next) = untrack(|| listing.beside(last.as_deref(), 1)) {
                focus_soon(link_id(&next));
            }
        }));
    };
    effect(move || {
        listing.pages.track();
        busy.set(false);
    });
    let is_more = memo(move || listing.next.with(Option::is_some) && !listing.rows.with(Vec::is_empty));
    view! {
        <p class="more" hidden=move || !is_more.get()>
            <button class="button" disabled=busy on:click=read>{desk.words.common.more}</button>
        </p>
    }
    .into_any()
}
