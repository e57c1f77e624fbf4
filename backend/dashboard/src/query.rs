//! Queries of addresses: pairs of texts, written so that every character survives.

/// Pairs as a query, without the question mark.
pub fn write<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        encode(name, &mut query);
        query.push('=');
        encode(value, &mut query);
    }
    query
}

/// A text as one part of a path.
pub fn segment(text: &str) -> String {
    let mut encoded = String::new();
    encode(text, &mut encoded);
    encoded
}

/// The unreserved characters of RFC 3986 as they are, every other byte as `%XX`.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            for digit in [byte >> 4, byte & 15] {
                into.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
}

/// The pairs of a query, with or without the question mark.
pub fn read(query: &str) -> Vec<(String, String)> {
    let query = query.strip_prefix('?').unwrap_or(query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let mut ahead = rest.clone();
        match (byte, ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high << 4 | low);
                rest = ahead;
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_survives() {
        for text in ["a b&c=d", "100 %", "naïve 😀", "+", "مرحبا", "a/b?c#d"] {
            let query = write([("q", text), ("attr.plan", text)]);
            assert_eq!(read(&query), [("q".into(), text.into()), ("attr.plan".into(), text.into())], "{query}");
        }
    }

    #[test]
    fn broken_queries_are_read_as_far_as_they_go() {
        assert_eq!(read("?a=%4"), [("a".into(), "%4".into())]);
        assert_eq!(read("a&&b=c+d"), [("a".into(), String::new()), ("b".into(), "c d".into())]);
    }
}
