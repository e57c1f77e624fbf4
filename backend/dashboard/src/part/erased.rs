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

/// An element with a class and what is in it.
pub(crate) fn el(tag: &'static str, class: &'static str, within: Vec<AnyView>) -> AnyView {
    leptos::html::custom(tag).class((!class.is_empty()).then_some(class)).child(within).into_any()
}

/// A card with its title.
pub(crate) fn section(title: &'static str, within: Vec<AnyView>) -> AnyView {
    let title = el("h2", "", vec![title.into_any()]);
    el("section", "card", [title].into_iter().chain(within).collect())
}

/// A sentence that leads into what follows.
pub(crate) fn lead(text: &'static str) -> AnyView {
    el("p", "soft", vec![text.into_any()])
}

/// What a stranger wrote, or a name: it has a direction of its own.
pub(crate) fn named(text: String) -> AnyView {
    el("bdi", "", vec![text.into_any()])
}

/// A word beside a name.
pub(crate) fn mark(text: &'static str) -> AnyView {
    el("span", "note plain", vec![text.into_any()])
}
