//! Differences in words: the place, what stood there, what stands there.

use serde_json::Value;

use crate::edit::{Change, text_at};
use crate::locale::{locale, words};
use crate::part::group_name;
use crate::part::plain::{Piece, element, is, node, said, text};
use crate::text::fill;

/// Differences as a list.
pub(super) fn changes(list: Vec<Change>) -> Piece {
    let words = &words().surveys;
    if list.is_empty() {
        return said("p", "soft", words.no_difference);
    }
    let value = |tag: &'static str, value: &Value| element(tag, vec![is("dir", "auto")], vec![text(&shown(value))]);
    let items = list.into_iter().map(|change| {
        let mut parts = vec![said("b", "", &place(&change.path)), text(" ")];
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let arrow = element("span", vec![is("aria-hidden", "true")], vec![text(" → ")]);
                parts.push(value("del", before));
                parts.push(arrow);
                parts.push(said("span", "visually-hidden", words.becomes));
                parts.push(value("ins", after));
            }
            (None, Some(after)) => parts.extend([text(words.added), text(": "), value("ins", after)]),
            (Some(before), None) => parts.extend([text(words.taken_out), text(": "), value("del", before)]),
            (None, None) => {}
        }
        node("li", "", parts)
    });
    node("ul", "changes", items.collect())
}

/// The way to a place in words: "Question score · Text · German".
fn place(path: &[String]) -> String {
    let (words, locale) = (&words().editor, locale());
    let mut parts: Vec<String> = Vec::new();
    let mut above = "";
    for name in path {
        let part = match (above, name.as_str()) {
            // The group alone says nothing that its field does not.
            ("", "rules" | "look" | "questions" | "endings") if path.len() > 1 => {
                above = name;
                continue;
            }
            ("questions", id) if id != "#order" => fill(words.question_n, &[("n", id)]),
            ("choices", id) if id != "#order" => fill(words.choice_n, &[("n", id)]),
            ("endings", at) => fill(words.ending_n, &[("n", at)]),
            ("urls" | "triggers" | "attributes", at) => fill(words.rule_n, &[("n", at)]),
            ("text" | "low" | "high" | "thanks", tag) => locale.language_name(tag),
            (_, name) => field_name(name).unwrap_or(name).to_owned(),
        };
        parts.push(part);
        above = name;
    }
    parts.join(" · ")
}

/// A field's name as the editor says it.
fn field_name(name: &str) -> Option<&'static str> {
    let words = &words().editor;
    Some(match name {
        "name" => words.name,
        "touchpoints" => words.touchpoints,
        "priority" => words.priority,
        "default_locale" => words.default_language,
        "text" => words.question,
        "low" => words.low,
        "high" => words.high,
        "thanks" => words.thanks,
        "groups" => words.asked_of,
        "choices" => words.choices,
        "multiple" => words.multiple,
        "required" => words.required,
        "style" => words.style,
        "position" => words.position,
        "#order" => words.order,
        "urls" => words.where_shown,
        "triggers" => words.when_shown,
        "devices" => words.devices,
        "locales" => words.languages,
        "attributes" => words.to_whom,
        "from" => words.not_before,
        "until" => words.not_after,
        "sample_percent" => words.share,
        "again_after_days" => words.days_between,
        "shows" => words.most_shows,
        "answers" => words.most_answers,
        "url" => words.link_url,
        "link" => words.link_text,
        "delay_s" => words.delay,
        _ => return None,
    })
}

/// A value in words: texts as they are, lists with commas, a question or a rule by what is said in it.
fn shown(value: &Value) -> String {
    let words = &words().surveys;
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { words.yes } else { words.no }.to_owned(),
        Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
        Value::String(text) => group_name(text),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(_) if value.get("on").is_some() || value.get("match").is_some() => rule(value),
        Value::Object(fields) => {
            if let Some(text) = fields.get("text").and_then(Value::as_object).and_then(|text| text.values().next()) {
                return shown(text);
            }
            let ids = text_at(value, "/id");
            if ids.is_empty() {
                fields.values().map(shown).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
            } else {
                ids.to_owned()
            }
        }
    }
}

/// A rule about pages or moments as the editor says it.
fn rule(rule: &Value) -> String {
    let words = &words().editor;
    let named = match text_at(rule, "/on") {
        "page_view" => words.on_page_view,
        "exit_intent" => words.on_exit,
        "scroll" => words.on_scroll,
        "click" => words.on_click,
        "inactivity" => words.on_inactivity,
        "track" => words.on_track,
        _ if rule["not"] == true => words.not_shown_on,
        _ => words.shown_on,
    };
    let how = match text_at(rule, "/match") {
        "prefix" => words.starts,
        "exact" => words.is,
        "contains" => words.contains,
        "glob" => words.glob,
        _ => "",
    };
    let extra = ["value", "percent", "selector", "seconds", "name"].map(|name| shown(&rule[name])).concat();
    let delay = if rule["delay_s"].is_number() { format!("+ {} s", shown(&rule["delay_s"])) } else { String::new() };
    [named, how, &extra, &delay].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
