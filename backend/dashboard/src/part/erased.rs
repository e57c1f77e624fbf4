//! The parts of screens, made by functions that are compiled once.
//!
//! What `view!` writes is a type of its own at every place, and so is every closure: how it is built, changed and taken away
//! is compiled for each. Here a part is an [`AnyView`], and a closure goes into a box before anything is made of it. `view!` is
//! for what stands in one place alone; where there are hundreds, see `plain.rs`.

use leptos::prelude::*;

use crate::part::Icon;

/// What is drawn again whenever what it read has changed.
pub(crate) fn changing(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    changing_boxed(Box::new(draw))
}

fn changing_boxed(draw: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    draw.into_any()
}

/// Remembers what was made of what it read, and tells only when that is another.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(make: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    memo_boxed(Box::new(make))
}

fn memo_boxed<T: PartialEq + Send + Sync + 'static>(make: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| make())
}

/// Acts whenever what it read has changed.
pub(crate) fn effect(act: impl Fn() + 'static) {
    effect_boxed(Box::new(act));
}

fn effect_boxed(act: Box<dyn Fn()>) {
    Effect::new(act);
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

/// A text in a small frame, as a stranger may have written it.
pub(crate) fn bit(text: String) -> AnyView {
    view! { <li class="bit" dir="auto">{text}</li> }.into_any()
}

/// Words behind their icon.
pub(crate) fn iconed(icon: &'static str, words: &str) -> AnyView {
    view! { <Icon name=icon /><span>{words.to_owned()}</span> }.into_any()
}

/// A button. `label` is its name where what is on it says too little; else empty.
pub(crate) fn button(class: &'static str, label: String, content: AnyView, press: impl Fn() + 'static) -> AnyView {
    button_boxed(class, label, content, Box::new(press))
}

fn button_boxed(class: &'static str, label: String, content: AnyView, press: Box<dyn Fn()>) -> AnyView {
    let label = (!label.is_empty()).then_some(label);
    view! { <button type="button" class=class aria-label=label on:click=move |_| press()>{content}</button> }.into_any()
}

/// A button with an icon alone.
pub(crate) fn icon_button(icon: &'static str, label: String, press: impl Fn() + 'static) -> AnyView {
    button("icon-button", label, view! { <Icon name=icon /> }.into_any(), press)
}

/// A button that is pressed or not, which a tick shows beside its colour.
pub(crate) fn toggle(content: AnyView, pressed: Memo<bool>, press: impl Fn() + 'static) -> AnyView {
    toggle_boxed(content, pressed, Box::new(press))
}

fn toggle_boxed(content: AnyView, pressed: Memo<bool>, press: Box<dyn Fn()>) -> AnyView {
    let tick = move || pressed.get().then(|| view! { <Icon name="check" /> });
    view! {
        <button type="button" class="button small" aria-pressed=move || pressed.get().to_string() on:click=move |_| press()>
            {tick}{content}
        </button>
    }
    .into_any()
}
