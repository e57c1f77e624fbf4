//! What differs between two versions of a survey: a list of places, each with what stood there and what does.

use serde_json::Value;

use super::FIELDS;

/// One place that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The way there: names of fields, ids of questions and choices, places from 1 in other lists; `#order` where only
    /// the order of a list differs.
    pub path: Vec<String>,
    /// What stood there; `None` where it was added.
    pub before: Option<Value>,
    /// What stands there; `None` where it was removed.
    pub after: Option<Value>,
}

/// What differs between two contents, in the order in which an editor shows it.
pub fn difference(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    for name in FIELDS {
        compare(&mut vec![name.to_owned()], before.get(name), after.get(name), &mut found);
    }
    found
}

fn compare(path: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Change>) {
    let (before, after) = (said(path, before), said(path, after));
    match (before, after) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let added = right.keys().filter(|name| !left.contains_key(*name));
            for name in left.keys().chain(added) {
                below(path, name, left.get(name), right.get(name), found);
            }
        }
        // What is only on one side is told field by field where it is a group of settings, and whole where it is one thing.
        (Some(Value::Object(fields)), None) if is_group(path) => {
            for (name, value) in fields {
                below(path, name, Some(value), None, found);
            }
        }
        (None, Some(Value::Object(fields))) if is_group(path) => {
            for (name, value) in fields {
                below(path, name, None, Some(value), found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) if has_things(left) || has_things(right) => {
            lists(path, left, right, found);
        }
        (Some(Value::Array(left)), None) if has_things(left) => lists(path, left, &[], found),
        (None, Some(Value::Array(right))) if has_things(right) => lists(path, &[], right, found),
        (None, None) => {}
        (Some(left), Some(right)) if same(left, right) => {}
        (left, right) => found.push(Change { path: path.clone(), before: left.cloned(), after: right.cloned() }),
    }
}

fn below(path: &mut Vec<String>, name: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Change>) {
    path.push(name.to_owned());
    compare(path, before, after, found);
    path.pop();
}

/// Lists of things: by their ids where they have some, else by their places.
fn lists(path: &mut Vec<String>, before: &[Value], after: &[Value], found: &mut Vec<Change>) {
    let id = |item: &Value| item.get("id").and_then(Value::as_str).map(str::to_owned);
    let named = before.iter().chain(after).all(|item| id(item).is_some());
    if !named {
        for place in 0..before.len().max(after.len()) {
            below(path, &(place + 1).to_string(), before.get(place), after.get(place), found);
        }
        return;
    }
    let with = |list: &[Value], wanted: &str| list.iter().find(|item| id(item).as_deref() == Some(wanted)).cloned();
    let ids = |list: &[Value]| list.iter().filter_map(id).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(after));
    let added = new.iter().filter(|name| !old.contains(*name));
    for name in old.iter().chain(added) {
        below(path, name, with(before, name).as_ref(), with(after, name).as_ref(), found);
    }
    let stayed = |list: &[String], other: &[String]| {
        let both = list.iter().filter(|name| other.contains(*name)).cloned().map(Value::String);
        Value::Array(both.collect())
    };
    let (old, new) = (stayed(&old, &new), stayed(&new, &old));
    if old != new {
        path.push("#order".to_owned());
        found.push(Change { path: path.clone(), before: Some(old), after: Some(new) });
        path.pop();
    }
}

/// Settings that stand together, and texts in several languages.
fn is_group(path: &[String]) -> bool {
    let name = path.last().map_or("", String::as_str);
    ["rules", "look", "thanks", "text", "low", "high", "link"].contains(&name)
}

fn has_things(list: &[Value]) -> bool {
    list.iter().any(Value::is_object)
}

/// What is said: what is left out and what is empty are the same, and so is what nobody had to say.
fn said<'a>(path: &[String], value: Option<&'a Value>) -> Option<&'a Value> {
    let name = path.last().map_or("", String::as_str);
    value.filter(|value| match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::String(text) => !text.is_empty() && (name, text.as_str()) != ("position", "corner") && text != "numbers",
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Number(number) => {
            let usual = match name {
                "priority" | "delay_s" => 0.0,
                "sample_percent" => 100.0,
                _ => return true,
            };
            number.as_f64() != Some(usual)
        }
    })
}

/// Whether two values say the same: 25 and 25.0 do.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: Value, after: Value) -> Vec<String> {
        let shown = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
        let changes = difference(&before, &after);
        let line =
            |change: Change| format!("{}: {} > {}", change.path.join("."), shown(change.before), shown(change.after));
        changes.into_iter().map(line).collect()
    }

    #[test]
    fn questions_are_known_by_their_ids_wherever_they_stand() {
        let question = |id: &str, text: &str| json!({ "id": id, "kind": "text", "text": { "en": text } });
        let before = json!({ "questions": [question("score", "How?"), question("a", "A?"), question("b", "B?")] });
        let after = json!({ "questions": [question("score", "How so?"), question("b", "B?"), question("a", "A?"),
            question("c", "C?")] });
        let found = told(before, after);
        assert_eq!(found[0], r#"questions.score.text.en: "How?" > "How so?""#);
        assert!(found[1].starts_with("questions.c: - > {"), "{found:?}");
        assert_eq!(found[2], r##"questions.#order: ["score","a","b"] > ["score","b","a"]"##);
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn what_is_left_out_is_what_is_usual() {
        let before = json!({ "name": "x", "rules": { "sample_percent": 100.0 }, "look": { "position": "corner" },
            "touchpoints": [], "priority": 0, "thanks": {}, "questions": [{ "id": "a", "required": false }] });
        let after = json!({ "name": "x", "questions": [{ "id": "a", "style": "numbers" }] });
        assert_eq!(told(before, after), Vec::<String>::new());
    }

    #[test]
    fn settings_are_told_one_by_one() {
        let before = json!({ "rules": { "sample_percent": 25.0, "urls": [{ "match": "prefix", "value": "/a" }] } });
        let after =
            json!({ "rules": { "sample_percent": 25, "shows": 3, "devices": ["mobile"] }, "thanks": { "en": "Ta" } });
        assert_eq!(
            told(before.clone(), after),
            [
                r#"thanks.en: - > "Ta""#,
                r#"rules.urls.1: {"match":"prefix","value":"/a"} > -"#,
                r#"rules.devices: - > ["mobile"]"#,
                "rules.shows: - > 3",
            ]
        );
        assert_eq!(told(before, json!({}))[0], "rules.sample_percent: 25.0 > -");
    }

    #[test]
    fn nothing_differs_from_itself() {
        let survey = json!({ "name": "x", "rules": { "triggers": [{ "on": "scroll", "percent": 50 }] },
            "endings": [{ "groups": ["easy"], "text": { "en": "Thanks" } }] });
        assert!(difference(&survey, &survey).is_empty());
    }
}
