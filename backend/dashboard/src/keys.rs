//! Keys that act on a whole screen: single letters, heard only where nobody is typing.

use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::browser;

/// Where a letter is text, or where a key has a meaning of its own.
const TYPING: &str = "input:not([type=checkbox]), select, textarea, dialog, [contenteditable], summary";

/// Has `act` hear of keys for as long as the view is there; it says whether the key was one of its own.
pub(crate) fn on_keys(act: Box<dyn Fn(&str) -> bool>) {
    let listener = EventListener::new_with_options(
        &browser::window(),
        "keydown",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let within = |selector: &str| {
                target.as_ref().is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
            };
            let elsewhere = event.ctrl_key() || event.meta_key() || event.alt_key() || within(TYPING);
            // A link or a button knows by itself what Enter is.
            let pressed = event.key() == "Enter" && within("a, button");
            let asked = browser::document().query_selector("dialog[open]").is_ok_and(|open| open.is_some());
            if !elsewhere && !pressed && !asked && act(&event.key()) {
                event.prevent_default();
            }
        },
    );
    let listener = SendWrapper::new(listener);
    on_cleanup(move || drop(listener));
}

/// Brings the focus to the element of this id once it is drawn.
pub(crate) fn focus_soon(id: String) {
    browser::soon(move || browser::focus(&id));
}

/// Clicks the element of this id, if it is there.
pub(crate) fn press(id: &str) {
    let element = browser::document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        element.click();
    }
}
