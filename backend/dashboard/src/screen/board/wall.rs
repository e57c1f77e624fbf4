//! What a wall needs: a screen that stays awake and full, controls that step aside, and one metric after the other in front.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::{Interval, Timeout};
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, KeyboardEvent};

use crate::browser;

/// How long the controls stay when nobody moves.
const IDLE_MS: u32 = 4_000;
/// How long a metric stays in front.
const TURN_MS: u32 = 15_000;

/// The wall as its controls see it.
#[derive(Clone, Copy)]
pub(super) struct Wall {
    /// Whether the board is shown for a wall.
    pub(super) on: RwSignal<bool>,
    /// Whether nobody has moved for a while.
    pub(super) idle: RwSignal<bool>,
    /// Whether the metric in front stays there.
    pub(super) held: RwSignal<bool>,
}

impl Wall {
    /// A wall that listens to its keys and its pointer; `turn` puts the next metric in front.
    pub(super) fn new(on: bool, turn: impl Fn() + 'static) -> Self {
        let still = browser::window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
        let held = still.is_some_and(|query| query.matches());
        let wall = Self { on: RwSignal::new(on), idle: RwSignal::new(false), held: RwSignal::new(held) };
        Effect::new(move || {
            let on = wall.on.get();
            if let Some(root) = browser::document().document_element() {
                // The whole page is dark on a wall.
                let _ = if on { root.class_list().add_1("tv") } else { root.class_list().remove_1("tv") };
            }
            if on {
                stay_awake();
            }
        });
        wall.listen();
        let turns = Interval::new(TURN_MS, move || {
            // The board may be gone: its link has ended.
            if wall.on.try_get_untracked() == Some(true) && wall.held.try_get_untracked() == Some(false) {
                turn();
            }
        });
        // It lasts as long as the page.
        turns.forget();
        wall
    }

    fn listen(self) {
        let page = browser::document();
        let window = browser::window();
        let wake = {
            let waiting = std::cell::Cell::new(None::<Timeout>);
            move || {
                let _ = self.idle.try_set(false);
                // The one before it is let go of with this.
                waiting.set(Some(Timeout::new(IDLE_MS, move || {
                    let _ = self.idle.try_set(true);
                })));
            }
        };
        wake();
        let wake = std::rc::Rc::new(wake);
        for name in ["pointermove", "pointerdown", "focusin"] {
            let wake = std::rc::Rc::clone(&wake);
            EventListener::new(&page, name, move |_| wake()).forget();
        }
        let keys = move |event: &web_sys::Event| {
            wake();
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            if self.on.try_get_untracked() != Some(true) || event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match event.key().as_str() {
                "f" | "F" => fill_screen(),
                " " if !is_control(event) => {
                    event.prevent_default();
                    let _ = self.held.try_update(|held| *held = !*held);
                }
                _ => {}
            }
        };
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&window, "keydown", options, keys).forget();
        // A page that was hidden has lost its hold on the screen.
        EventListener::new(&page, "visibilitychange", move |_| {
            if self.on.try_get_untracked() == Some(true) {
                stay_awake();
            }
        })
        .forget();
    }
}

/// Whether the space bar already does something where the focus is.
fn is_control(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| ["BUTTON", "SELECT", "INPUT", "A"].contains(&element.tag_name().as_str()))
}

/// Calls a method that not every browser has, and lets go of what it promises.
fn ask(object: &JsValue, method: &str, argument: &JsValue) {
    let function = Reflect::get(object, &method.into()).ok().and_then(|found| found.dyn_into::<Function>().ok());
    let Some(promise) = function.and_then(|function| function.call1(object, argument).ok()) else { return };
    if let Ok(promise) = promise.dyn_into::<Promise>() {
        // A browser that refuses shows the board as it is.
        spawn_local(async move { drop(JsFuture::from(promise).await) });
    }
}

/// Fills the screen, or ceases to.
pub(super) fn fill_screen() {
    let page = browser::document();
    let full = Reflect::get(&page, &"fullscreenElement".into()).is_ok_and(|element| element.is_truthy());
    if full {
        ask(&page, "exitFullscreen", &JsValue::UNDEFINED);
    } else if let Some(root) = page.document_element() {
        ask(&root, "requestFullscreen", &JsValue::UNDEFINED);
    }
}

/// Asks the browser to leave the screen on.
fn stay_awake() {
    let navigator = browser::window().navigator();
    if let Ok(lock) = Reflect::get(&navigator, &"wakeLock".into())
        && lock.is_truthy()
    {
        ask(&lock, "request", &"screen".into());
    }
}
