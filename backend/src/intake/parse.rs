//! Reading a body: one JSON object or an array of them, each item judged alone, with a clear fault for each.

use bearing_shared::fault::{Code, Fault};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Source;

/// The most bytes of one item.
const ITEM_LIMIT: usize = 16 * 1024;
/// The most levels that JSON may nest.
const DEPTH_LIMIT: usize = 16;

/// A body that was read.
#[derive(Debug)]
pub(super) struct Parsed<T> {
    /// One object, not an array.
    pub(super) alone: bool,
    /// The items in the order sent.
    pub(super) items: Vec<Item<T>>,
}

/// One item: its id, if that much can be read, and the item itself or what is wrong with it.
#[derive(Debug)]
pub(super) struct Item<T> {
    pub(super) id: Option<String>,
    pub(super) value: Result<T, Fault>,
}

/// Reads a body.
///
/// # Errors
/// What is wrong with the body as a whole: no UTF-8, no JSON, too deep, too many items.
pub(super) fn items<T: DeserializeOwned>(body: &[u8], source: Source) -> Result<Parsed<T>, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::new(Code::INVALID_UTF8, Code::INVALID_UTF8.meaning))?;
    check_depth(text)?;
    if text.trim_start().starts_with('[') {
        let raw: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| malformed(&error))?;
        let most = source.items_limit();
        if raw.len() > most {
            let message = format!("The array holds {} items; send at most {most} at a time.", raw.len());
            return Err(Fault::new(Code::TOO_MANY_ITEMS, message));
        }
        return Ok(Parsed { alone: false, items: raw.into_iter().map(|item| one(item.get(), source)).collect() });
    }
    let item = one(text, source);
    match item.value {
        Err(fault) if fault.code == Code::MALFORMED_JSON => Err(fault),
        _ => Ok(Parsed { alone: true, items: vec![item] }),
    }
}

fn one<T: DeserializeOwned>(text: &str, source: Source) -> Item<T> {
    let value = if text.len() > ITEM_LIMIT {
        Err(Fault::new(Code::RESPONSE_TOO_LARGE, Code::RESPONSE_TOO_LARGE.meaning))
    } else {
        let read = if source.is_strict() { strict(text) } else { Ok(serde_json::from_str(text)) };
        read.and_then(|read| read.map_err(|error| fault(text, &error, std::marker::PhantomData::<T>)))
    };
    Item { id: id_of(text), value }
}

/// Reads an item in which every field must be known: a mistyped name would lose its value in silence.
fn strict<T: DeserializeOwned>(text: &str) -> Result<serde_json::Result<T>, Fault> {
    let mut unknown: Option<String> = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = serde_ignored::deserialize(&mut reader, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    });
    match unknown.filter(|_| read.is_ok()) {
        Some(path) => {
            let shown: String = path.chars().filter(|letter| !letter.is_control()).take(100).collect();
            let message = format!("The field `{shown}` is not known here; see the intake's shape in /docs/api.");
            Err(Fault::at(Code::UNKNOWN_FIELD, shown, message))
        }
        None => Ok(read.and_then(|value| reader.end().map(|()| value))),
    }
}

/// The id of an item, whatever else is wrong with it; at most as long as an id can be.
fn id_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        id: Option<String>,
    }
    let id = serde_json::from_str::<Named>(text).ok()?.id?;
    (id.len() <= 64).then_some(id)
}

/// The fault of an item that is JSON but not of the form; the second reading finds the path of the field.
fn fault<T: DeserializeOwned>(text: &str, error: &serde_json::Error, _: std::marker::PhantomData<T>) -> Fault {
    if !error.is_data() {
        return malformed(error);
    }
    // A field may be at fault before the reader sees that the rest is no JSON.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return malformed(&error);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => malformed(error),
        Err(found) => {
            let (path, why) = (found.path().to_string(), reason(found.inner()));
            let missing = why.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
            match missing {
                Some((name, _)) => {
                    let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
                    Fault::at(Code::MISSING_FIELD, field, format!("The field `{name}` is required."))
                }
                None if path == "." => Fault::new(Code::INVALID_FIELD, format!("{why}.")),
                None => Fault::at(Code::INVALID_FIELD, path, format!("{why}.")),
            }
        }
    }
}

/// Why a value does not fit, without the place in the text, which the path says better.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    // What a type is called inside says nothing to whoever sends JSON.
    let text = text
        .replace("expected struct Submission", "expected an object")
        .replace("expected u64", "expected a whole number from 0")
        .replace("expected u32", "expected a whole number from 0");
    let text = text.as_str();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !text.starts_with("missing field") => first.to_uppercase().chain(letters).take(200).collect(),
        _ => text.to_owned(),
    }
}

fn malformed(error: &serde_json::Error) -> Fault {
    let message = format!("The body is not JSON (line {}, column {}).", error.line(), error.column());
    Fault::new(Code::MALFORMED_JSON, message)
}

/// Refuses deep nesting before any recursion begins.
///
/// # Errors
/// `json_too_deep`.
pub(crate) fn check_depth(text: &str) -> Result<(), Fault> {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return Err(Fault::new(Code::JSON_TOO_DEEP, Code::JSON_TOO_DEEP.meaning));
                }
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bearing_shared::answer::Submission;
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = r#"{"id":"01932f6e-7a51-7bd2-9c4f-5d0c2f6f0e11","survey":"sv_1","version":1,"unknown":[1]}"#;

    fn read(body: &str) -> Result<Parsed<Submission>, Fault> {
        items(body.as_bytes(), Source::Embed)
    }

    #[test]
    fn a_body_that_is_no_json_is_refused_whole() {
        for body in ["", "{", "[1", "{\"id\":}", "\u{feff}{}", "{\"id\":\"\\ud800\"}", "[{},]"] {
            assert_eq!(read(body).expect_err(body).code, Code::MALFORMED_JSON, "{body}");
        }
        assert_eq!(
            items::<Submission>(b"{\"id\":\"\xff\"}", Source::Embed).expect_err("is refused").code,
            Code::INVALID_UTF8
        );
    }

    #[test]
    fn good_items_stand_beside_bad_ones() {
        let parsed = read(&format!("[{GOOD}, 3, {{\"id\":\"x\",\"version\":\"1\"}}, {GOOD}]")).expect("is an array");
        let codes: Vec<_> = parsed.items.iter().map(|item| item.value.as_ref().err().map(|fault| fault.code)).collect();
        assert_eq!(codes, [None, Some(Code::INVALID_FIELD), Some(Code::INVALID_FIELD), None]);
        assert_eq!(parsed.items[2].id.as_deref(), Some("x"));
    }

    #[test]
    fn faults_name_their_field() {
        for (body, code, field) in [
            (r#"{"id":"x","survey":"s","version":"one"}"#, Code::INVALID_FIELD, "version"),
            (r#"{"id":"x","survey":"s"}"#, Code::MISSING_FIELD, "version"),
            (
                r#"{"id":"x","survey":"s","version":1,"answers":[{"value":3}]}"#,
                Code::MISSING_FIELD,
                "answers[0].question",
            ),
            (r#"{"id":"x","survey":"s","version":1,"completed":"yes"}"#, Code::INVALID_FIELD, "completed"),
            (r#"{"id":"x","survey":"s","version":-1}"#, Code::INVALID_FIELD, "version"),
        ] {
            let parsed = read(body).expect("is JSON");
            let fault = parsed.items.into_iter().next().and_then(|item| item.value.err()).expect("is refused");
            assert_eq!((fault.code, fault.field.as_deref()), (code, Some(field)), "{}", fault.message);
        }
    }

    #[test]
    fn deep_json_is_refused_before_it_is_read() {
        let deep = format!("{{\"x\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep).expect_err("is refused").code, Code::JSON_TOO_DEEP);
        let brackets_in_text = format!("{{\"id\":\"{}\\\"\",\"survey\":\"s\",\"version\":1}}", "[".repeat(50));
        assert!(read(&brackets_in_text).expect("is JSON").items[0].value.is_ok());
    }

    #[test]
    fn too_many_or_too_large_items_are_refused() {
        assert!(read(&format!("[{}]", [GOOD; 50].join(","))).is_ok());
        assert_eq!(read(&format!("[{}]", [GOOD; 51].join(","))).expect_err("51").code, Code::TOO_MANY_ITEMS);
        let large = GOOD.replace("sv_1", &"s".repeat(ITEM_LIMIT));
        let item = read(&large).expect("is JSON").items.into_iter().next().expect("one");
        assert_eq!(item.value.expect_err("is refused").code, Code::RESPONSE_TOO_LARGE);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = items::<Submission>(&body, Source::Embed);
        }
    }
}
