//! A dialog over the screen: the browser's own, which keeps the focus inside and ends with Escape.

use leptos::html;
use leptos::prelude::*;

use crate::locale::words;
use crate::part::Icon;

/// A dialog with a heading; what is in it is made each time that it opens.
pub(crate) fn dialog(
    open: RwSignal<bool>,
    title: &'static str,
    body: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let place = NodeRef::<html::Dialog>::new();
    let close = words().common.close;
    Effect::new(move || {
        let Some(dialog) = place.get() else { return };
        match open.get() {
            // A dialog that is open already stays so.
            true if !dialog.open() => drop(dialog.show_modal()),
            false => dialog.close(),
            true => {}
        }
    });
    view! {
        <dialog class="dialog" node_ref=place aria-label=title on:close=move |_| open.set(false)>
            <header class="row">
                <h2>{title}</h2>
                <button class="icon-button" aria-label=close on:click=move |_| open.set(false)><Icon name="close" /></button>
            </header>
            {move || open.get().then(&body)}
        </dialog>
    }
    .into_any()
}
