//! A dialog in front of the screen: it takes the focus, and Escape closes it.

use leptos::html;
use leptos::prelude::*;

use crate::locale::words;
use crate::part::Icon;

/// A dialog that is there while `open` is true.
#[component]
pub(crate) fn Dialog(open: RwSignal<bool>, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // It fails only where the dialog is open or out of the page, and it is neither.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let children = StoredValue::new(children);
    view! {
        <dialog class="ask" node_ref=dialog aria-label=title on:close=move |_| open.set(false)>
            <header class="row">
                <h2>{title}</h2>
                <button class="icon-button" aria-label=words().common.close on:click=move |_| open.set(false)>
                    <Icon name="close" />
                </button>
            </header>
            {move || open.get().then(|| children.with_value(|children| children()))}
        </dialog>
    }
}
