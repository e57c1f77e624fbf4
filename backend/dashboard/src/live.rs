//! What happens while one looks: the server's stream of a site, as counters that views read again by.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::{Interval, Timeout};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent};

use crate::{browser, query};

/// How long changes are gathered before views read again: a busy site must not make a busy screen.
const GATHER_MS: u32 = 400;

/// The same for what is read of the site itself, which changes seldom.
const GATHER_SITE_MS: u32 = 2_000;

/// How long until a stream that the browser has given up is opened again: a server that refused it was busy.
const AGAIN_MS: u32 = 10_000;

/// A site's stream.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    /// Whether the stream is open.
    pub(crate) open: RwSignal<bool>,
    /// Rises when scores have changed.
    pub(crate) scores: RwSignal<u32>,
    /// Rises when responses were stored, changed or removed.
    pub(crate) responses: RwSignal<u32>,
    /// Rises when anything may have changed, the site itself too: it may be under attack now.
    pub(crate) site: RwSignal<u32>,
}

/// The stream of the site that is looked at.
pub(crate) fn live() -> Live {
    expect_context()
}

/// Has a counter rise once for all that happens within a moment.
pub(crate) fn gathered(counter: RwSignal<u32>) -> impl Fn() {
    gathered_for(counter, GATHER_MS)
}

fn gathered_for(counter: RwSignal<u32>, ms: u32) -> impl Fn() {
    let waiting = Rc::new(Cell::new(false));
    move || {
        if !waiting.replace(true) {
            let waiting = Rc::clone(&waiting);
            Timeout::new(ms, move || {
                waiting.set(false);
                // The view may be gone by now.
                let _ = counter.try_update(|count| *count += 1);
            })
            .forget();
        }
    }
}

/// Rises every so many seconds for as long as the view is there and the page is looked at: for what no stream tells.
pub(crate) fn every(seconds: u32) -> RwSignal<u32> {
    let count = RwSignal::new(0_u32);
    let ticks = Interval::new(seconds * 1_000, move || {
        if !browser::document().hidden() {
            let _ = count.try_update(|count| *count += 1);
        }
    });
    let ticks = SendWrapper::new(ticks);
    on_cleanup(move || drop(ticks));
    count
}

impl Live {
    /// A stream that is not open yet.
    pub(crate) fn closed() -> Self {
        let counter = || RwSignal::new(0);
        Self { open: RwSignal::new(false), scores: counter(), responses: counter(), site: counter() }
    }

    /// A stream of the site that `site` names, opened anew when that changes and closed with the view.
    pub(crate) fn follow(site: Memo<String>) -> Self {
        let live = Self::closed();
        let held: Rc<RefCell<Option<Stream>>> = Rc::default();
        let close = SendWrapper::new(Rc::clone(&held));
        let again = RwSignal::new(0_u32);
        Effect::new(move || {
            let (site, turn) = (site.get(), again.get());
            held.replace((!site.is_empty()).then(|| Stream::open(&site, live, again, turn)).flatten());
        });
        on_cleanup(move || {
            close.take();
        });
        live
    }

    /// Has every view read again.
    pub(crate) fn refresh(&self) {
        for counter in [self.scores, self.responses, self.site] {
            // The view may be gone by now.
            let _ = counter.try_update(|count| *count += 1);
        }
    }
}

/// One open stream; the browser connects again by itself.
struct Stream {
    source: EventSource,
    _listeners: Vec<EventListener>,
}

impl Stream {
    fn open(site: &str, live: Live, again: RwSignal<u32>, turn: u32) -> Option<Self> {
        let source = EventSource::new(&format!("/v1/stream?{}", query::write([("site", site)]))).ok()?;
        let (scores, responses) = (gathered(live.scores), gathered(live.responses));
        // What happened since an earlier stream ended was not heard.
        let mut was_open = turn > 0;
        let listeners = vec![
            EventListener::new(&source, "open", move |_| {
                live.open.set(true);
                // What happened while the line was down was not heard.
                if std::mem::replace(&mut was_open, true) {
                    live.refresh();
                }
            }),
            EventListener::new(&source, "error", {
                let source = source.clone();
                move |_| {
                    live.open.set(false);
                    // A line that broke the browser mends by itself; a refusal is the end of it.
                    if source.ready_state() == EventSource::CLOSED {
                        Timeout::new(AGAIN_MS, move || {
                            let _ = again.try_update(|turn| *turn += 1);
                        })
                        .forget();
                    }
                }
            }),
            EventListener::new(&source, "response.stored", move |_| responses()),
            EventListener::new(&source, "score.changed", {
                let (everything, about) = (gathered(live.responses), gathered_for(live.site, GATHER_SITE_MS));
                move |event| {
                    let data = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                    // Nothing said of which score: everything is to be read again.
                    if data.is_some_and(|data| data == "{}") {
                        everything();
                        about();
                    }
                    scores();
                }
            }),
        ];
        Some(Self { source, _listeners: listeners })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}
