//! Elements by the hundred: the parts of the survey's editor, each a call and an address.
//!
//! As in `erased.rs`, what makes them is compiled once; what is so of an element is a list here, and a part is in a box. A view
//! is large, and moving one is code at every place where one is made: for the editor alone 10 kB. Screens of fewer elements are
//! easier to read without.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use web_sys::{Element, Event};

use crate::part::Icon;

/// What is so of an element.
pub(crate) enum Fact {
    /// It has an attribute.
    Is(&'static str, String),
    /// It has an attribute as long as there is a value.
    While(&'static str, Box<dyn Fn() -> Option<String>>),
    /// Something is done on an event.
    On(&'static str, Box<dyn Fn(Event)>),
    /// It has a property, such as what is written into an input.
    Holds(&'static str, JsValue),
}

/// An attribute.
pub(crate) fn is(name: &'static str, value: impl Into<String>) -> Fact {
    Fact::Is(name, value.into())
}

/// An attribute without a value, where it is so.
pub(crate) fn has(name: &'static str, so: bool) -> Fact {
    Fact::Holds(name, JsValue::from_bool(so))
}

/// What is done on an event.
pub(crate) fn on(name: &'static str, act: impl Fn(Event) + 'static) -> Fact {
    Fact::On(name, Box::new(act))
}

/// Something drawn. A view is large, and moving it about is code at every place where one is made: a piece is an address.
pub(crate) type Piece = Box<AnyView>;

/// Nothing.
#[inline(never)]
pub(crate) fn nothing() -> Piece {
    Box::new(().into_any())
}

/// Several, one after the other.
#[inline(never)]
pub(crate) fn all(pieces: Vec<Piece>) -> Piece {
    Box::new(views(pieces).into_any())
}

fn views(pieces: Vec<Piece>) -> Vec<AnyView> {
    pieces.into_iter().map(|piece| *piece).collect()
}

/// An element.
#[inline(never)]
pub(crate) fn element(tag: &'static str, facts: Vec<Fact>, children: Vec<Piece>) -> Piece {
    Box::new(leptos::html::custom(tag).directive(apply, Rc::new(facts)).child(views(children)).into_any())
}

fn apply(element: Element, facts: Rc<Vec<Fact>>) {
    let mut listeners = Vec::new();
    for (place, fact) in facts.iter().enumerate() {
        let facts = Rc::clone(&facts);
        match fact {
            // The names are ours, and every element takes them.
            Fact::Is("class", value) if value.is_empty() => {}
            Fact::Is(name, value) => drop(element.set_attribute(name, value)),
            Fact::Holds(name, value) => drop(js_sys::Reflect::set(&element, &JsValue::from_str(name), value)),
            Fact::While(..) => {
                let element = element.clone();
                Effect::new(move || {
                    let Fact::While(name, value) = &facts[place] else { return };
                    match value() {
                        Some(value) => drop(element.set_attribute(name, &value)),
                        None => drop(element.remove_attribute(name)),
                    }
                });
            }
            Fact::On(name, _) => {
                // A form that is sent here must not be sent by the browser too.
                let options = EventListenerOptions::enable_prevent_default();
                listeners.push(EventListener::new_with_options(&element, *name, options, move |event| {
                    if let Fact::On(_, act) = &facts[place] {
                        act(event.clone());
                    }
                }));
            }
        }
    }
    let listeners = SendWrapper::new(listeners);
    on_cleanup(move || drop(listeners));
}

/// A text.
#[inline(never)]
pub(crate) fn text(text: &str) -> Piece {
    Box::new(text.to_owned().into_any())
}

/// An element of a class with others in it.
#[inline(never)]
pub(crate) fn node(tag: &'static str, class: &str, children: Vec<Piece>) -> Piece {
    element(tag, vec![is("class", class)], children)
}

/// An element of a class with a text in it.
#[inline(never)]
pub(crate) fn said(tag: &'static str, class: &str, words: &str) -> Piece {
    node(tag, class, vec![text(words)])
}

/// What is drawn again whenever what it read has changed.
pub(crate) fn watched(draw: impl Fn() -> Piece + Send + 'static) -> Piece {
    boxed(Box::new(draw))
}

#[inline(never)]
fn boxed(draw: Box<dyn Fn() -> Piece + Send>) -> Piece {
    Box::new((move || *draw()).into_any())
}

/// A button with an icon, where it has one, and words.
pub(crate) fn button(
    class: &str,
    icon: &'static str,
    words: &str,
    more: Vec<Fact>,
    press: impl Fn() + 'static,
) -> Piece {
    pressed(class, icon, words, more, Box::new(move |_| press()))
}

#[inline(never)]
fn pressed(class: &str, icon: &'static str, words: &str, more: Vec<Fact>, press: Box<dyn Fn(Event)>) -> Piece {
    let mut facts = vec![is("class", class), is("type", "button"), Fact::On("click", press)];
    facts.extend(more);
    element("button", facts, vec![drawing(icon), text(words)])
}

/// A button with an icon alone.
pub(crate) fn icon_button(icon: &'static str, label: &str, more: Vec<Fact>, press: impl Fn() + 'static) -> Piece {
    let mut facts = vec![is("aria-label", label)];
    facts.extend(more);
    button("icon-button", icon, "", facts, press)
}

/// An icon; none for the empty name.
#[inline(never)]
pub(crate) fn drawing(icon: &'static str) -> Piece {
    if icon.is_empty() { nothing() } else { Box::new(view! { <Icon name=icon /> }.into_any()) }
}

/// A card with a heading.
#[inline(never)]
pub(crate) fn card(heading: &str, children: Vec<Piece>) -> Piece {
    let mut all = vec![said("h2", "", heading)];
    all.extend(children);
    node("section", "card", all)
}

/// A link within the dashboard.
#[inline(never)]
pub(crate) fn link(address: &str, words: &str) -> Piece {
    element("a", vec![is("href", address)], vec![text(words)])
}

/// What of several is there.
pub(crate) fn each(views: impl Iterator<Item = Piece>) -> Piece {
    all(views.collect())
}
