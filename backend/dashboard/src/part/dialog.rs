//! A dialog over the screen: the browser's own, which keeps the focus inside and ends with Escape.

use leptos::html;
use leptos::prelude::*;

use crate::browser;
use crate::locale::words;
use crate::part::{changing, el, icon_button};

/// A dialog with a heading; what is in it is made each time that it opens.
pub(crate) fn dialog(open: RwSignal<bool>, title: &'static str, body: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    let place = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = place.get() else { return };
        match open.get() {
            // A dialog that is open already stays so.
            true if !dialog.open() => drop(dialog.show_modal()),
            false => dialog.close(),
            true => {}
        }
    });
    let closed = move |_| {
        open.set(false);
        // What opened it may be gone by what was done in it.
        browser::rescue_focus_soon();
    };
    let close = icon_button("close", words().common.close.to_owned(), move || open.set(false));
    let view = view! {
        <dialog class="dialog" node_ref=place aria-label=title on:close=closed>
            {el("header", "row", vec![el("h2", "", vec![title.into_any()]), close])}
            {changing(move || if open.get() { body() } else { ().into_any() })}
        </dialog>
    };
    view.into_any()
}
