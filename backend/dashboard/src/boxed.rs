//! Closures behind one type each: what draws, remembers and reacts is compiled once, and not once for every closure.

use leptos::prelude::*;

use crate::part::Icon;

/// Draws again whenever what it read has changed.
pub(crate) fn later(draw: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    drawn(Box::new(draw))
}

fn drawn(draw: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || draw()).into_any()
}

/// Remembers what was made of what it read, and tells only when that is another.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(make: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    remembered(Box::new(make))
}

fn remembered<T: PartialEq + Send + Sync + 'static>(make: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| make())
}

/// Acts whenever what it read has changed.
pub(crate) fn effect(act: impl Fn() + 'static) {
    acted(Box::new(act));
}

fn acted(act: Box<dyn Fn()>) {
    Effect::new(act);
}

/// A button with an icon before its words.
pub(crate) fn button(
    class: &'static str,
    icon: &'static str,
    text: impl Into<String>,
    act: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    pressed(class, icon, text.into(), Callback::new(move |()| act()))
}

fn pressed(class: &'static str, icon: &'static str, text: String, act: Callback<()>) -> AnyView {
    let icon = (!icon.is_empty()).then(|| view! { <Icon name=icon /> });
    view! { <button type="button" class=class on:click=move |_| act.run(())>{icon}<span>{text}</span></button> }
        .into_any()
}

/// A button that is an icon alone, and says what it is for to those who do not see it.
pub(crate) fn icon_button(icon: &'static str, label: String, act: impl Fn() + Send + Sync + 'static) -> AnyView {
    marked(icon, label, Callback::new(move |()| act()))
}

fn marked(icon: &'static str, label: String, act: Callback<()>) -> AnyView {
    view! {
        <button type="button" class="icon-button" aria-label=label on:click=move |_| act.run(())><Icon name=icon /></button>
    }
    .into_any()
}

/// A button that is pressed or not, which a tick shows beside its colour.
pub(crate) fn toggle(content: AnyView, pressed: Memo<bool>, act: impl Fn() + Send + Sync + 'static) -> AnyView {
    toggled(content, pressed, Callback::new(move |()| act()))
}

fn toggled(content: AnyView, pressed: Memo<bool>, act: Callback<()>) -> AnyView {
    let tick = move || pressed.get().then(|| view! { <Icon name="check" /> });
    view! {
        <button type="button" class="button small" aria-pressed=move || pressed.get().to_string() on:click=move |_| act.run(())>
            {tick}{content}
        </button>
    }
    .into_any()
}

/// Text in a small frame, as a stranger may have written it.
pub(crate) fn bit(text: String) -> AnyView {
    view! { <li class="bit" dir="auto">{text}</li> }.into_any()
}
