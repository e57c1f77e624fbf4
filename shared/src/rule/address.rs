//! Addresses of pages against the rules about them.

use super::{UrlMatch, UrlRule};

/// Whether a page may be asked on: no rule with `not` takes its address, and one of the others does, if there are any.
pub(super) fn is_taken(rules: &[UrlRule], url: &str) -> bool {
    let mut wanted = rules.iter().filter(|rule| !rule.not).peekable();
    let is_wanted = wanted.peek().is_none() || wanted.any(|rule| matches(rule, url));
    is_wanted && !rules.iter().any(|rule| rule.not && matches(rule, url))
}

/// Whether an address, or the same without its query, matches a rule.
fn matches(rule: &UrlRule, url: &str) -> bool {
    let mut subject = url;
    if !rule.value.contains('#') {
        subject = subject.split('#').next().unwrap_or_default();
    }
    if rule.value.starts_with('/') {
        subject = from_path(subject);
    }
    [subject, &without_query(subject)].into_iter().any(|text| match rule.how {
        UrlMatch::Exact => text == rule.value,
        UrlMatch::Prefix => text.starts_with(&rule.value),
        UrlMatch::Contains => text.contains(&rule.value),
        UrlMatch::Glob => is_like(text, &rule.value),
    })
}

/// An address without scheme and host; one that has none stays as it is.
fn from_path(url: &str) -> &str {
    let Some((scheme, rest)) = url.split_once("//") else { return url };
    if scheme.contains('/') {
        return url;
    }
    rest.find('/').map_or("", |path| &rest[path..])
}

/// An address without its query, which ends at the fragment if there is one behind it.
fn without_query(url: &str) -> String {
    let Some((before, query)) = url.split_once('?') else { return url.to_owned() };
    let fragment = query.find('#').map_or("", |sign| &query[sign..]);
    format!("{before}{fragment}")
}

/// Whether the whole text is like a pattern in which `*` stands for any characters. Never slower than text times
/// pattern: each piece between two stars is taken where it comes first.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = text.strip_prefix(start).and_then(|left| left.strip_suffix(end)) else { return false };
    for piece in middle.split('*') {
        match left.split_once(piece) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    true
}

/// A rule's value as browsers write addresses: what is not ASCII, and signs that never stand in an address, as the hex
/// of their UTF-8.
pub(super) fn as_browsers_write(value: &str) -> String {
    let mut written = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b' ' | b'"' | b'<' | b'>' | 0x7f.. => written.push_str(&format!("%{byte:02X}")),
            _ => written.push(byte as char),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_browsers_write_addresses() {
        assert_eq!(as_browsers_write("/über uns/*?q=\"x\""), "/%C3%BCber%20uns/*?q=%22x%22");
        assert_eq!(as_browsers_write("/%C3%BCber"), "/%C3%BCber");
        let rule = |value: &str| UrlRule { how: UrlMatch::Prefix, value: as_browsers_write(value), not: false };
        assert!(matches(&rule("/café/"), "https://shop.example/caf%C3%A9/menu"));
    }
}
