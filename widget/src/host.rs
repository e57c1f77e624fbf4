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
use web_sys::{CssStyleSheet, Element, FormData, HtmlElement, HtmlFormElement};

use crate::ask::{Ask, Ending, Words};
use crate::session::Session;
use crate::style;
use crate::view::rest;

/// The first control of the step that is shown.
const CONTROL: &str = ".rest>div:not([hidden]) textarea,.rest>div:not([hidden]) input";

/// One open survey.
#[wasm_bindgen]
pub struct Handle {
    open: Rc<RefCell<Open>>,
    _input: EventListener,
}

/// Brings what is drawn up to date with the session.
type Redraw = dyn FnMut(&Session, &Words, &[Ending]);

struct Open {
    place: Element,
    session: Session,
    words: Words,
    endings: Vec<Ending>,
    redraw: Box<Redraw>,
}

/// Draws the follow-ups of `score` into `place`. `survey` is one of the config's surveys, `ui` its interface texts.
#[wasm_bindgen]
pub fn open(place: Element, survey: &JsValue, ui: &JsValue, score: u8) -> Handle {
    let own = text(survey, "thanks");
    let words = Words {
        send: text(ui, "send"),
        next: text(ui, "next"),
        back: text(ui, "back"),
        step: text(ui, "step"),
        optional: text(ui, "optional"),
        required: text(ui, "required"),
        thanks: if own.is_empty() { text(ui, "thanks") } else { own },
    };
    let asks = list(survey, "questions").iter().skip(1).map(|question| ask(&question)).collect();
    let endings: Vec<_> = list(survey, "endings").iter().map(ending).collect();
    let session = Session::new(asks, score);
    adopt(&place);
    let mut drawn = rest::draw(&session, &words, &endings).build();
    drawn.mount(&place, None);
    let redraw: Box<Redraw> =
        Box::new(move |session, words, endings| rest::draw(session, words, endings).rebuild(&mut drawn));
    let open = Rc::new(RefCell::new(Open { place: place.clone(), session, words, endings, redraw }));
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

    /// Next, or Send on the last step: `{ answers, done, first }` with all answers so far as the wire's objects,
    /// without the score; after the last step the thanks are drawn. Undefined while the step's question must still be
    /// answered. The focus follows: to the step's first control, or to the thanks.
    pub fn send(&self) -> Option<Object> {
        self.open.borrow_mut().send()
    }

    /// One step back: `{ first }`; `first` is true where the first question is to be seen again.
    pub fn back(&self) -> Object {
        let mut open = self.open.borrow_mut();
        open.session.back();
        open.redraw();
        open.focus(CONTROL);
        open.here()
    }

    /// What the form holds now, nothing checked: the answers as the wire's objects, without the score.
    pub fn answers(&self) -> Array {
        self.open.borrow().answers()
    }
}

impl Open {
    fn redraw(&mut self) {
        (self.redraw)(&self.session, &self.words, &self.endings);
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

    fn answers(&self) -> Array {
        let Some(form) = self.form() else { return Array::new() };
        self.session.answers(|field| values(&form, field)).iter().map(wire).collect()
    }

    fn send(&mut self) -> Option<Object> {
        let form = self.form()?;
        if self.session.is_done() {
            return None;
        }
        let went_on = self.session.send(&self.words, |field| values(&form, field));
        self.redraw();
        let done = self.session.is_done();
        self.focus(if done { ".thanks" } else { CONTROL });
        went_on.then(|| {
            let object = self.here();
            set(&object, "answers", self.answers().into());
            set(&object, "done", done.into());
            object
        })
    }

    /// Where the respondent is: `{ first }`, whether the first question is to be seen.
    fn here(&self) -> Object {
        let object = Object::new();
        set(&object, "first", self.session.shows_first().into());
        object
    }

    /// Moves the focus, after a press of Next, Send or Back.
    fn focus(&self, selector: &str) {
        if let Ok(Some(element)) = self.place.query_selector(selector) {
            // Best effort: the answers do not depend on where the focus is.
            let _ = element.unchecked_into::<HtmlElement>().focus();
        }
    }
}

/// Adds the style sheet of what follows to the card's own. Best effort: without it everything still works.
fn adopt(place: &Element) {
    let root = place.get_root_node();
    let sheets = Array::from(&get(&root, ADOPTED));
    if let Ok(sheet) = CssStyleSheet::new() {
        // A failed call leaves an empty sheet.
        let _ = sheet.replace_sync(style::REST);
        sheets.push(&sheet);
        set(&root, ADOPTED, sheets.into());
    }
}

const ADOPTED: &str = "adoptedStyleSheets";

/// The values of a form's field.
fn values(form: &FormData, field: &str) -> Vec<String> {
    form.get_all(field).iter().filter_map(|value| value.as_string()).collect()
}

/// An answer as the wire's object.
fn wire(answer: &Answer) -> Object {
    let object = Object::new();
    set(&object, "question", answer.question.as_str().into());
    if let Some(value) = answer.value {
        set(&object, "value", value.into());
    }
    if let Some(text) = &answer.text {
        set(&object, "text", text.as_str().into());
    }
    if let Some(choices) = &answer.choices {
        set(&object, "choices", choices.iter().map(|choice| JsValue::from_str(choice)).collect::<Array>().into());
    }
    object
}

/// A follow-up from the config. What it carries says how it is asked, so that a new kind on an old control is no news
/// here: choices make a choice, anything else is a text.
fn ask(question: &JsValue) -> Ask {
    let choices: Vec<_> = list(question, "choices")
        .iter()
        .map(|pair| {
            let pair = pair.unchecked_into::<Array>();
            (pair.get(0).as_string().unwrap_or_default(), pair.get(1).as_string().unwrap_or_default())
        })
        .collect();
    Ask {
        id: text(question, "id"),
        control: if choices.is_empty() { Control::Text } else { Control::Choice },
        text: text(question, "text"),
        scale: None,
        choices,
        multiple: get(question, "multiple").is_truthy(),
        required: get(question, "required").is_truthy(),
        after: ranges(question),
        given: Vec::new(),
        fault: String::new(),
    }
}

/// An ending from the config.
fn ending(ending: JsValue) -> Ending {
    let link = get(&ending, "link");
    Ending {
        after: ranges(&ending),
        text: text(&ending, "text"),
        link: link.is_object().then(|| (text(&link, "url"), text(&link, "text"))),
    }
}

/// The ranges of scores that something follows.
fn ranges(object: &JsValue) -> Vec<[u8; 2]> {
    list(object, "after")
        .iter()
        .map(|range| {
            let range = range.unchecked_into::<Array>();
            [0, 1].map(|end| range.get(end).as_f64().unwrap_or_default() as u8)
        })
        .collect()
}

/// Sets a property of an object of ours or of the shadow root, where it cannot fail.
fn set(object: &JsValue, name: &str, value: JsValue) {
    let _ = Reflect::set(object, &name.into(), &value);
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
