//! "Why is it not shown?": a made-up visitor on a made-up page, and every reason in a sentence.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;

use super::draft::Draft;
use super::field::option;
use crate::browser;
use crate::edit::{self, text_at};
use crate::fetch::{self, Loaded};
use crate::locale::{locale, words};
use crate::part::Part;
use crate::part::plain::{Piece, card, drawing, element, is, node, nothing, on, said, text};
use crate::text::fill;

/// What the form says, by the names of the API; the attributes are one text there.
type Asked = StoredValue<BTreeMap<&'static str, String>>;

/// The form and its reply.
pub(super) fn explain(draft: Draft) -> Piece {
    let said_in = words();
    let (words, common, editor) = (&said_in.surveys, &said_in.common, &said_in.editor);
    let asked: Asked = StoredValue::new(BTreeMap::new());
    let (sent, again) = (RwSignal::new(None::<String>), RwSignal::new(0_u32));
    let reply = fetch::reading::<Value>(move || sent.get(), move || again.get());
    let ask = on("submit", move |event| {
        event.prevent_default();
        let pairs = asked.with_value(edit::asked);
        sent.set(Some(format!("{}{}", draft.address("/explain"), fetch::address("", &pairs).replace('?', "&"))));
        again.update(|count| *count += 1);
    });
    let touchpoints = draft.value.with_untracked(|draft| draft["touchpoints"].as_array().cloned().unwrap_or_default());
    let mut places = vec![option("", words.any, true), option("-", common.no_touchpoint, false)];
    places.extend(touchpoints.iter().filter_map(Value::as_str).map(|name| option(name, name, false)));
    let devices = [("", words.any), ("desktop", editor.desktop), ("mobile", editor.mobile), ("tablet", editor.tablet)];
    let devices = devices.map(|(value, words)| option(value, words, value.is_empty()));
    let go = element("button", vec![is("class", "button primary")], vec![text(words.ask)]);
    let form = element(
        "form",
        vec![is("class", "asked"), ask],
        vec![
            input(asked, "url", words.page_address, "url", "https://shop.example/checkout"),
            select(asked, "touchpoint", common.touchpoint, places),
            select(asked, "device", words.device, devices.into_iter().collect()),
            input(asked, "locale", common.language, "text", "nl-BE"),
            input(asked, "visitor", words.visitor, "text", ""),
            input(asked, "attributes", words.attributes, "text", "plan=pro, country=nl"),
            input(asked, "answered_days", words.answered_days, "number", ""),
            input(asked, "dismissed_days", words.dismissed_days, "number", ""),
            go,
        ],
    );
    // Once somebody asks: the words are a file of their own.
    let file = format!("{}reasons-{}.json", browser::files(), locale().language.tag);
    let reasons = fetch::reading::<Value>(move || sent.get().map(|_| file.clone()), || 0);
    let draw = move |reply: &Value| reasons.with(|reasons| *verdict(reply, reasons));
    let reply = Box::new(view! { <Part loaded=reply draw=draw /> }.into_any());
    let reply = element("div", vec![is("aria-live", "polite")], vec![reply]);
    card(words.explain, vec![said("p", "soft", words.explain_lead), form, reply])
}

fn input(asked: Asked, name: &'static str, label: &str, kind: &str, hint: &str) -> Piece {
    let hear =
        on("input", move |event| drop(asked.try_update_value(|asked| asked.insert(name, event_target_value(&event)))));
    let facts =
        vec![is("type", kind), is("name", name), is("placeholder", hint), is("dir", "ltr"), is("min", "0"), hear];
    node("label", "field", vec![said("span", "", label), element("input", facts, Vec::new())])
}

fn select(asked: Asked, name: &'static str, label: &str, options: Vec<Piece>) -> Piece {
    let hear =
        on("change", move |event| drop(asked.try_update_value(|asked| asked.insert(name, event_target_value(&event)))));
    node("label", "field", vec![said("span", "", label), element("select", vec![is("name", name), hear], options)])
}

/// What came of it, in the reader's words as soon as they are there.
fn verdict(reply: &Value, reasons: &Loaded<Value>) -> Piece {
    let words = &words().surveys;
    if reply["due"] == true {
        return node("p", "good verdict", vec![drawing("check"), text(words.due)]);
    }
    if matches!(reasons, Loaded::Idle | Loaded::Waiting(_)) {
        // Read aloud once, and not in two languages one after the other.
        return nothing();
    }
    let percent = locale().percent(reply["sample"]["limit"].as_f64().unwrap_or_default() / 10_000.0);
    let reasons = reply["reasons"].as_array().into_iter().flatten().map(|reason| {
        let known = reasons.ready().map(|reasons| text_at(reasons, &format!("/{}", text_at(reason, "/code"))));
        match known.filter(|known| !known.is_empty()) {
            Some(known) => said("li", "", &fill(known, &[("percent", &percent)])),
            // Without a file: the API's own sentence, which is English.
            None => element("li", vec![is("lang", "en"), is("dir", "ltr")], vec![text(text_at(reason, "/text"))]),
        }
    });
    let reasons = node("ul", "reasons", reasons.collect());
    node("div", "parts", vec![node("p", "bad verdict", vec![drawing("close"), text(words.not_due)]), reasons])
}
