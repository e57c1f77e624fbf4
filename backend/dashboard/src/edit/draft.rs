//! Places in a draft: what stands there, what is missing in a language, and what is to be sent.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What can be edited: metric and instrument never change.
pub const FIELDS: [&str; 9] =
    ["name", "touchpoints", "priority", "default_locale", "questions", "thanks", "endings", "rules", "look"];

/// The content of a survey's reply, without what says how the survey fares.
pub fn content(reply: &Value) -> Value {
    let field = |name: &str| Some((name.to_owned(), reply.get(name)?.clone()));
    Value::Object(FIELDS.iter().filter_map(|name| field(name)).collect())
}

/// A new survey with the content of another, or of a file; `None` where that is no survey.
pub fn copy_of(survey: &Value) -> Option<Value> {
    let mut copy = content(survey);
    for name in ["metric", "instrument"] {
        let value = survey.get(name).filter(|value| value.is_string())?;
        put(&mut copy, &format!("/{name}"), Some(value.clone()));
    }
    copy.get("questions")?.as_array()?;
    Some(copy)
}

/// What of a draft is not as it was saved; what was taken out is sent empty.
pub fn changes(saved: &Value, draft: &Value) -> Map<String, Value> {
    let changed = FIELDS.iter().filter(|name| saved.get(**name) != draft.get(**name));
    changed
        .map(|name| {
            let empty = if *name == "endings" { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
            ((*name).to_owned(), draft.get(*name).cloned().unwrap_or(empty))
        })
        .collect()
}

/// Puts a value where a pointer leads, or takes away what stands there; the objects on the way are made.
pub fn put(draft: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((above, name)) = pointer.rsplit_once('/') else { return };
    let mut place = draft;
    for part in above.split('/').skip(1) {
        place = match place {
            Value::Array(items) => match part.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                Some(item) => item,
                None => return,
            },
            Value::Object(fields) => fields.entry(part).or_insert_with(|| Value::Object(Map::new())),
            _ => return,
        };
    }
    match (place, value) {
        (Value::Object(fields), Some(value)) => {
            fields.insert(name.to_owned(), value);
        }
        (Value::Object(fields), None) => {
            fields.remove(name);
        }
        (Value::Array(items), Some(value)) => {
            if let Some(item) = name.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                *item = value;
            }
        }
        _ => {}
    }
}

/// Swaps an entry of a list with the one after it.
pub fn swap(draft: &mut Value, list: &str, at: usize) {
    if let Some(items) = draft.pointer_mut(list).and_then(Value::as_array_mut)
        && at + 1 < items.len()
    {
        items.swap(at, at + 1);
    }
}

/// The text at a pointer; empty where there is none.
pub fn text_at<'a>(draft: &'a Value, pointer: &str) -> &'a str {
    draft.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Whether the API's field, such as `questions[1].text`, is what a pointer such as `/questions/1/text/en` leads to, or
/// holds it.
pub fn is_about(field: &str, pointer: &str) -> bool {
    let mut place = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            place.push_str(&format!("[{part}]"));
        } else {
            place.push_str(if place.is_empty() { "" } else { "." });
            place.push_str(part);
        }
        if place == field {
            return true;
        }
    }
    false
}

/// An id that no entry of the list has yet.
pub fn free_id(list: &Value, start: &str) -> String {
    let taken: BTreeSet<&str> = list.as_array().into_iter().flatten().map(|item| text_at(item, "/id")).collect();
    (1..).map(|number| format!("{start}_{number}")).find(|id| !taken.contains(id.as_str())).unwrap_or_default()
}

/// Pointers to every text that is written in several languages.
fn texts(draft: &Value) -> Vec<String> {
    let length = |pointer: &str| draft.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    let mut found = vec!["/thanks".to_owned()];
    for question in 0..length("/questions") {
        let at = format!("/questions/{question}");
        found.extend(["text", "low", "high"].map(|name| format!("{at}/{name}")));
        found.extend((0..length(&format!("{at}/choices"))).map(|choice| format!("{at}/choices/{choice}/text")));
    }
    for ending in 0..length("/endings") {
        found.extend(["text", "link/text"].map(|name| format!("/endings/{ending}/{name}")));
    }
    found
}

/// The languages of the scored question, the default one first.
pub fn locales(draft: &Value) -> Vec<String> {
    let default = text_at(draft, "/default_locale");
    let written = draft.pointer("/questions/0/text").and_then(Value::as_object);
    let others = written.into_iter().flat_map(Map::keys).filter(|locale| *locale != default);
    std::iter::once(default.to_owned()).chain(others.cloned()).collect()
}

/// How many texts there are in some language, and not in this one.
pub fn missing(draft: &Value, locale: &str) -> usize {
    let texts = texts(draft);
    let written = texts.iter().filter_map(|pointer| draft.pointer(pointer)?.as_object());
    written.filter(|text| !text.is_empty() && !text.contains_key(locale)).count()
}

/// Takes a language out of every text.
pub fn drop_locale(draft: &mut Value, locale: &str) {
    for pointer in texts(draft) {
        if let Some(text) = draft.pointer_mut(&pointer).and_then(Value::as_object_mut) {
            text.remove(locale);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draft() -> Value {
        json!({
            "name": "Checkout", "default_locale": "en", "id": "sv_1", "metric": "csat", "instrument": "csat",
            "questions": [
                { "id": "score", "kind": "csat", "text": { "de": "Wie?", "en": "How?", "nl": "Hoe?" }, "low": { "en": "bad" } },
                { "id": "why_1", "kind": "choice", "text": { "en": "Why?" }, "choices": [{ "id": "a", "text": { "en": "A" } }] },
            ],
            "endings": [{ "groups": ["satisfied"], "link": { "url": "https://a.example", "text": { "en": "Go" } } }],
        })
    }

    #[test]
    fn only_what_changed_is_sent() {
        let saved = content(&draft());
        assert!(saved.get("id").is_none(), "the state is not the content");
        let mut edited = saved.clone();
        assert!(changes(&saved, &edited).is_empty());
        put(&mut edited, "/rules/shows", Some(json!(3)));
        put(&mut edited, "/questions/1/text/nl", Some(json!("Waarom?")));
        put(&mut edited, "/endings", None);
        let sent = changes(&saved, &edited);
        assert_eq!(sent.keys().collect::<Vec<_>>(), ["endings", "questions", "rules"]);
        assert_eq!((&sent["rules"], &sent["endings"]), (&json!({ "shows": 3 }), &json!([])));
    }

    #[test]
    fn places_that_do_not_exist_are_left_alone() {
        let mut edited = draft();
        put(&mut edited, "/questions/9/text/en", Some(json!("x")));
        put(&mut edited, "/name/en", Some(json!("x")));
        swap(&mut edited, "/questions", 1);
        assert_eq!(edited, draft());
    }

    #[test]
    fn a_fault_is_shown_at_every_place_that_it_holds() {
        assert!(is_about("questions[1].text", "/questions/1/text/en"));
        assert!(is_about("rules.urls[0].value", "/rules/urls/0/value"));
        assert!(is_about("endings[0]", "/endings/0/groups"));
        assert!(!is_about("questions[1].text", "/questions/10/text/en"));
        assert!(!is_about("questions[1].text.en", "/questions/1/text"));
        assert!(!is_about("name", "/names"));
    }

    #[test]
    fn texts_are_missing_where_another_language_has_them() {
        let mut draft = draft();
        assert_eq!(locales(&draft), ["en", "de", "nl"]);
        assert_eq!((missing(&draft, "en"), missing(&draft, "nl")), (0, 4));
        drop_locale(&mut draft, "nl");
        assert_eq!(locales(&draft), ["en", "de"]);
        drop_locale(&mut draft, "en");
        assert_eq!(missing(&draft, "fr"), 1, "a text that nobody wrote is missing nowhere");
    }

    #[test]
    fn a_copy_holds_what_makes_a_survey_and_nothing_else() {
        let copy = copy_of(&draft()).expect("is a survey");
        assert_eq!((copy.get("id"), &copy["metric"]), (None, &json!("csat")));
        for other in [json!([]), json!({ "metric": "nps" }), json!({ "metric": "nps", "instrument": "nps" })] {
            assert_eq!(copy_of(&other), None, "{other}");
        }
    }

    #[test]
    fn new_ids_are_free() {
        assert_eq!(free_id(&draft()["questions"], "why"), "why_2");
        assert_eq!(free_id(&Value::Null, "choice"), "choice_1");
    }
}
