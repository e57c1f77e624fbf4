//! The renderer as the loader sees it: reads the survey from the page, draws the follow-ups, hands back the answers.
//!
//! Everything runs inside a call of the loader, which catches what goes wrong: no task, no promise, no effect is left
//! behind that could fail on its own in somebody else's page. The one listener is `input`'s, which takes back faults.

use std::cell::RefCell;
use std::rc::Rc;

use bearing_shared::answer::Answer;
use bearing_shared::question::Control;
use gloo::events::EventListener;
use js_sys::{Array, Object, Reflect};
use leptos::prelude::{Mountable, Render};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement};

use crate::ask::{Ask, Words};
use crate::session::Session;
use crate::view::rest;

/// One open survey.
#[wasm_bindgen]
pub struct Handle {
    open: Rc<RefCell<Open>>,
    _input: EventListener,
}

/// Brings what is drawn up to date with the session.
type Redraw = dyn FnMut(&Session, &Words);

struct Open {
    place: Element,
    session: Session,
    words: Words,
    redraw: Box<Redraw>,
}

/// Draws the follow-ups of `score` into `place`. `survey` is one of the config's surveys, `ui` its interface texts.
#[wasm_bindgen]
pub fn open(place: Element, survey: &JsValue, ui: &JsValue, score: u8) -> Handle {
    let own = text(survey, "thanks");
    let words = Words {
        send: text(ui, "send"),
        optional: text(ui, "optional"),
        required: text(ui, "required"),
        thanks: if own.is_empty() { text(ui, "thanks") } else { own },
    };
    let session = Session::new(list(survey, "questions").iter().skip(1).map(ask).collect(), score);
    let mut drawn = rest::draw(&session, &words).build();
    drawn.mount(&place, None);
    let redraw = Box::new(move |session: &Session, words: &Words| rest::draw(session, words).rebuild(&mut drawn));
    let open = Rc::new(RefCell::new(Open { place: place.clone(), session, words, redraw }));
    let edited = Rc::clone(&open);
    let input = EventListener::new(&place, "input", move |_| {
        if let Ok(mut open) = edited.try_borrow_mut() {
            open.mend();
        }
    });
    Handle { open, _input: input }
}

#[wasm_bindgen]
impl Handle {
    /// The score changed: other follow-ups may be asked; what was typed stays.
    pub fn score(&self, score: u8) {
        let mut open = self.open.borrow_mut();
        open.session.set_score(score);
        open.redraw();
    }

    /// Takes the answers from the form: an array of the wire's answers without the score, and the thanks are drawn;
    /// undefined when a required one is missing, and its question is focused.
    pub fn send(&self) -> Option<Array> {
        let mut open = self.open.borrow_mut();
        let answers = open.send();
        open.redraw();
        let next = if answers.is_some() { ".thanks" } else { "[aria-invalid]:not(fieldset),[aria-invalid] input" };
        if let Ok(Some(element)) = open.place.query_selector(next) {
            // Best effort: the answers do not depend on where the focus is.
            let _ = element.unchecked_into::<HtmlElement>().focus();
        }
        answers
    }
}

impl Open {
    fn redraw(&mut self) {
        (self.redraw)(&self.session, &self.words);
    }

    fn form(&self) -> Option<FormData> {
        let form = self.place.query_selector("form").ok().flatten()?;
        FormData::new_with_form(form.unchecked_ref::<HtmlFormElement>()).ok()
    }

    fn mend(&mut self) {
        if let Some(form) = self.form()
            && self.session.mend(|field| values(&form, field))
        {
            self.redraw();
        }
    }

    fn send(&mut self) -> Option<Array> {
        let form = self.form()?;
        let answers = self.session.send(&self.words, |field| values(&form, field))?;
        Some(answers.iter().map(wire).collect())
    }
}

/// The values of a form's field.
fn values(form: &FormData, field: &str) -> Vec<String> {
    form.get_all(field).iter().filter_map(|value| value.as_string()).collect()
}

/// An answer as the wire's object.
fn wire(answer: &Answer) -> Object {
    let object = Object::new();
    // Setting a property of a fresh object cannot fail.
    let set = |name: &str, value: JsValue| drop(Reflect::set(&object, &name.into(), &value));
    set("question", answer.question.as_str().into());
    if let Some(value) = answer.value {
        set("value", value.into());
    }
    if let Some(text) = &answer.text {
        set("text", text.as_str().into());
    }
    if let Some(choices) = &answer.choices {
        set("choices", choices.iter().map(|choice| JsValue::from_str(choice)).collect::<Array>().into());
    }
    object
}

/// A follow-up from the config. What it carries says how it is asked, so that a new kind on an old control is no news
/// here: choices make a choice, anything else is a text.
fn ask(question: JsValue) -> Ask {
    let choices: Vec<_> = list(&question, "choices")
        .iter()
        .map(|pair| {
            let pair = pair.unchecked_into::<Array>();
            (pair.get(0).as_string().unwrap_or_default(), pair.get(1).as_string().unwrap_or_default())
        })
        .collect();
    Ask {
        id: text(&question, "id"),
        control: if choices.is_empty() { Control::Text } else { Control::Choice },
        text: text(&question, "text"),
        scale: None,
        choices,
        multiple: get(&question, "multiple").is_truthy(),
        required: get(&question, "required").is_truthy(),
        after: list(&question, "after")
            .iter()
            .map(|range| {
                let range = range.unchecked_into::<Array>();
                [0, 1].map(|end| range.get(end).as_f64().unwrap_or_default() as u8)
            })
            .collect(),
        given: Vec::new(),
        fault: String::new(),
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

/// A list of the config; absent ones are empty.
fn list(object: &JsValue, name: &str) -> Array {
    let list = get(object, name);
    if list.is_undefined() { Array::new() } else { list.unchecked_into() }
}
