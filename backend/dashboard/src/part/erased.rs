//! Parts that forget their types at once: what changes and what is pressed is compiled once, and not at every place.

use leptos::prelude::*;

/// A part that is drawn anew whenever what it reads has changed.
pub(crate) fn changing(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let draw: Box<dyn Fn() -> AnyView + Send> = Box::new(draw);
    draw.into_any()
}

/// A button. `label` is its name where what is on it says too little; else empty.
pub(crate) fn button(class: &'static str, label: String, content: AnyView, press: impl Fn() + 'static) -> AnyView {
    pressed(class, label, content, Box::new(press))
}

fn pressed(class: &'static str, label: String, content: AnyView, press: Box<dyn Fn()>) -> AnyView {
    let label = (!label.is_empty()).then_some(label);
    view! { <button type="button" class=class aria-label=label on:click=move |_| press()>{content}</button> }.into_any()
}
