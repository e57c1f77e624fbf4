//! What a form sends: only what differs, in the types of the API; and which field a fault is about.

use serde_json::{Map, Value};

/// The fields of a form that differ from what is stored. Both lists name the same fields in the same order.
pub fn differing(now: &[(&'static str, Value)], stored: &[(&'static str, Value)]) -> Map<String, Value> {
    let pairs = now.iter().zip(stored).filter(|(now, stored)| now != stored);
    pairs.map(|((name, value), _)| ((*name).to_owned(), value.clone())).collect()
}

/// A number as it was typed; what is none goes to the API as it is, which says what it takes.
pub fn number(text: &str) -> Value {
    text.trim().parse::<u64>().map_or_else(|_| Value::from(text), Value::from)
}

/// The values in a text, one a line; empty lines are none.
pub fn lines(text: &str) -> Value {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()
}

/// Puts an entry back into a list, where it was as far as the list still reaches; one that is there already stays alone.
pub fn put_back(list: &mut Vec<Value>, place: usize, entry: Value) {
    if !list.contains(&entry) {
        list.insert(place.min(list.len()), entry);
    }
}

/// Whether a fault at `field` is about the field of this name, or about something in it.
pub fn is_about(field: &str, name: &str) -> bool {
    field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_sent() {
        let stored = [("name", json!("Shop")), ("privacy_url", json!(""))];
        assert!(differing(&stored, &stored).is_empty());
        let now = [("name", json!("Shop")), ("privacy_url", json!("https://shop.example/privacy"))];
        let sent = json!({ "privacy_url": "https://shop.example/privacy" });
        assert_eq!(Value::Object(differing(&now, &stored)), sent);
    }

    #[test]
    fn what_is_typed_gets_the_type_of_the_api_where_it_fits() {
        assert_eq!(number(" 30 "), json!(30));
        assert_eq!(number("-1"), json!("-1"), "the API says what it takes");
        assert_eq!(lines(" pro \n\nfree\r\n"), json!(["pro", "free"]));
        assert_eq!(lines(""), json!([]));
    }

    #[test]
    fn what_is_put_back_stands_where_it_was_and_once() {
        let mut list = vec![json!("a"), json!("c")];
        put_back(&mut list, 1, json!("b"));
        put_back(&mut list, 0, json!("b"));
        put_back(&mut list, 9, json!("d"));
        assert_eq!(list, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_fault_stands_at_its_field_and_at_no_other_that_begins_alike() {
        assert!(is_about("origins", "origins"));
        assert!(is_about("origins[3]", "origins"));
        assert!(is_about("rest.nps_days", "rest"));
        assert!(!is_about("names", "name"));
        assert!(!is_about("name", "names"));
    }
}
