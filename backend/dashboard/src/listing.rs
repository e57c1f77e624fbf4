//! The list of responses that somebody works through: kept while one of them is open, and changed in one place.

use bearing_shared::api::Page;
use bearing_shared::api::inbox::{Before, RESPONSES_LIMIT, ResponsesChange, ResponsesChanged};
use bearing_shared::api::responses::{ResponseReply, ResponseState};
use gloo::net::http::Method;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::fetch::{self, Problem};
use crate::inbox::{apply, put_back, taken, undoing};
use crate::keys::focus_soon;
use crate::locale::{Locale, locale, words};
use crate::part::{Toasts, toasts};
use crate::text::{Plural, Text};

/// How many responses a page of the list has.
pub(crate) const PAGE: &str = "50";

/// A response of the list; what changes on it changes in place.
#[derive(Clone)]
pub(crate) struct Row {
    /// The response's id.
    pub(crate) id: String,
    /// The response.
    pub(crate) response: ArcRwSignal<ResponseReply>,
}

/// The list.
#[derive(Clone, Copy)]
pub(crate) struct Listing {
    /// The address of the API of which the rows are; empty before the first.
    pub(crate) of: RwSignal<String>,
    /// What is in it, newest first.
    pub(crate) rows: RwSignal<Vec<Row>>,
    /// Where the next page begins.
    pub(crate) next: RwSignal<Option<String>>,
    /// How many pages it has.
    pub(crate) pages: RwSignal<u32>,
    /// How many have come that it does not show.
    pub(crate) newer: RwSignal<usize>,
    /// The response that its reader is at.
    pub(crate) at: RwSignal<Option<String>>,
    /// Rises with each change that was made here.
    pub(crate) changed: RwSignal<u32>,
    /// The state that it shows alone.
    pub(crate) state: RwSignal<Option<ResponseState>>,
    /// How far it was scrolled, px.
    pub(crate) scrolled: StoredValue<f64>,
    toasts: Toasts,
    words: &'static Text,
    locale: Locale,
}

/// The id of a row's link on the page.
pub(crate) fn link_id(response: &str) -> String {
    format!("response-{response}")
}

/// The list.
pub(crate) fn listing() -> Listing {
    expect_context()
}

impl Listing {
    /// An empty list.
    pub(crate) fn new() -> Self {
        Self {
            of: RwSignal::default(),
            rows: RwSignal::default(),
            next: RwSignal::default(),
            pages: RwSignal::default(),
            newer: RwSignal::default(),
            at: RwSignal::default(),
            changed: RwSignal::default(),
            state: RwSignal::default(),
            scrolled: StoredValue::new(0.0),
            toasts: toasts(),
            words: words(),
            locale: locale(),
        }
    }

    /// The ids in it.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.rows.with_untracked(|rows| rows.iter().map(|row| row.id.clone()).collect())
    }

    /// The id so many places after another; the first one where that is not in it.
    pub(crate) fn beside(&self, id: Option<&str>, places: isize) -> Option<String> {
        self.rows.with(|rows| {
            let Some(place) = rows.iter().position(|row| Some(row.id.as_str()) == id) else {
                return rows.first().map(|row| row.id.clone());
            };
            rows.get(place.checked_add_signed(places)?).map(|row| row.id.clone())
        })
    }

    /// Shows the first page of what `of` is the address of.
    pub(crate) fn show(&self, of: String, page: &Page<ResponseReply>) {
        // What is shown already stays the same row, on which somebody may have the focus.
        let known = self.rows.get_untracked();
        let rows = page.items.iter().map(|response| {
            let known = known.iter().find(|row| row.id == response.id).cloned();
            known.inspect(|row| renew(row, response)).unwrap_or_else(|| row(response))
        });
        self.rows.set(rows.collect());
        self.next.set(page.next_cursor.clone());
        self.pages.set(1);
        self.newer.set(0);
        self.of.set(of);
    }

    /// Takes in what the first page says now, without moving anything.
    pub(crate) fn take_in(&self, page: &Page<ResponseReply>) {
        self.rows.with_untracked(|rows| {
            for response in &page.items {
                if let Some(row) = rows.iter().find(|row| row.id == response.id) {
                    renew(row, response);
                }
            }
            let newest = rows.first().map_or_else(String::new, |row| row.response.read_untracked().received_at.clone());
            self.newer.set(taken(&self.ids(), &newest, &page.items));
        });
    }

    /// Adds the next page.
    pub(crate) fn add(&self, page: &Page<ResponseReply>) {
        let known = self.ids();
        let new = page.items.iter().filter(|response| !known.contains(&response.id)).map(row);
        self.rows.update(|rows| rows.extend(new));
        self.next.set(page.next_cursor.clone());
        self.pages.update(|pages| *pages += 1);
    }

    /// Reads the next page, and does something then.
    pub(crate) fn read_on(self, then: Box<dyn FnOnce()>) {
        let (of, next) = (self.of.get_untracked(), self.next.get_untracked());
        let Some(cursor) = next else { return };
        let address = format!("{of}&limit={PAGE}&{}", crate::query::write([("cursor", cursor.as_str())]));
        spawn_local(async move {
            match fetch::get::<Page<ResponseReply>>(&address).await {
                // Another list may have been asked for meanwhile.
                Ok(page) if self.of.get_untracked() == of => {
                    self.add(&page);
                    then();
                }
                Ok(_) => {}
                Err(problem) => self.fail(problem),
            }
        });
    }

    /// Changes responses, says so, and offers to undo it.
    pub(crate) fn change(self, site: &str, change: ResponsesChange, said: &'static Plural) {
        let address = at_site(site);
        spawn_local(async move {
            let before = match sent(&address, &change).await {
                Ok(before) => before,
                Err(problem) => return self.fail(problem),
            };
            let gone = self.apply(&change);
            if before.is_empty() {
                return self.toasts.say(self.words.responses.nothing_changed);
            }
            let text = self.locale.plural(said, before.len() as u64);
            self.toasts.undoable(text, move || self.undo(address.clone(), undoing(&change, &before), &before, &gone));
        });
    }

    /// Notes that a response was read, and says nothing of it.
    pub(crate) fn mark_read(self, site: &str, id: String) {
        let address = at_site(site);
        spawn_local(async move {
            let change = ResponsesChange { ids: vec![id], read: Some(true), ..ResponsesChange::default() };
            // It stays unread where this fails, which is nothing to stop a reader for.
            if sent(&address, &change).await.is_ok() {
                self.apply(&change);
            }
        });
    }

    /// Takes responses out of the list: they are gone for good.
    pub(crate) fn forget(&self, gone: impl Fn(&ResponseReply) -> bool) {
        self.rows.update(|rows| rows.retain(|row| !row.response.with_untracked(&gone)));
    }

    /// Does here what was done there; gives what is no longer shown by it.
    fn apply(&self, change: &ResponsesChange) -> Vec<Row> {
        let state = self.state.get_untracked();
        let mut gone = Vec::new();
        self.rows.with_untracked(|rows| {
            for row in rows.iter().filter(|row| change.ids.contains(&row.id)) {
                row.response.update(|response| apply(change, response));
                if state.is_some_and(|state| row.response.with_untracked(|response| response.state != state)) {
                    gone.push(row.clone());
                }
            }
        });
        if !gone.is_empty() {
            self.step_off(&gone);
            self.rows.update(|rows| rows.retain(|row| !gone.iter().any(|gone| gone.id == row.id)));
        }
        self.changed.update(|count| *count += 1);
        gone
    }

    /// Has the reader go on with what is nearest, where the response that they are at is about to leave the list.
    fn step_off(&self, gone: &[Row]) {
        let is_gone = |id: &str| gone.iter().any(|row| row.id == id);
        let Some(at) = self.at.get_untracked().filter(|at| is_gone(at)) else { return };
        let ids = self.ids();
        let Some(place) = ids.iter().position(|id| *id == at) else { return };
        let near = ids[place..].iter().chain(ids[..place].iter().rev()).find(|id| !is_gone(id)).cloned();
        near.iter().for_each(|id| focus_soon(link_id(id)));
        self.at.set(near);
    }

    fn undo(self, address: String, back: Vec<ResponsesChange>, before: &[Before], gone: &[Row]) {
        let (before, gone) = (before.to_vec(), gone.to_vec());
        spawn_local(async move {
            for change in &back {
                if let Err(problem) = sent(&address, change).await {
                    return self.fail(problem);
                }
            }
            self.rows.update(|rows| {
                for row in gone {
                    if !rows.iter().any(|shown| shown.id == row.id) {
                        let place = rows.partition_point(|shown| key(shown) > key(&row));
                        rows.insert(place, row);
                    }
                }
                for was in &before {
                    if let Some(row) = rows.iter().find(|row| row.id == was.id) {
                        row.response.update(|response| put_back(was, response));
                    }
                }
            });
            self.changed.update(|count| *count += 1);
            self.toasts.say(self.words.responses.undone);
        });
    }

    /// Says what went wrong.
    pub(crate) fn fail(&self, problem: Problem) {
        let words = &self.words.common;
        let text = match problem.status {
            0 => words.offline.to_owned(),
            403 => words.not_allowed.to_owned(),
            404 => words.not_found.to_owned(),
            _ if problem.message.is_empty() => words.failed.to_owned(),
            _ => problem.message,
        };
        self.toasts.fail(text);
    }
}

fn row(response: &ResponseReply) -> Row {
    Row { id: response.id.clone(), response: ArcRwSignal::new(response.clone()) }
}

fn renew(row: &Row, response: &ResponseReply) {
    if row.response.with_untracked(|now| now != response) {
        row.response.set(response.clone());
    }
}

/// What the list is sorted by, the highest first.
fn key(row: &Row) -> (String, String) {
    (row.response.with_untracked(|response| response.received_at.clone()), row.id.clone())
}

fn at_site(site: &str) -> String {
    fetch::address("/v1/responses", &[("site".into(), site.into())])
}

/// Sends a change, in as many parts as it takes; gives what was changed, as it was.
async fn sent(address: &str, change: &ResponsesChange) -> Result<Vec<Before>, Problem> {
    let mut before = Vec::new();
    for ids in change.ids.chunks(RESPONSES_LIMIT) {
        let part = ResponsesChange { ids: ids.to_vec(), ..change.clone() };
        let reply: ResponsesChanged = fetch::change(Method::PATCH, address, &part).await?;
        before.extend(reply.items);
    }
    Ok(before)
}
