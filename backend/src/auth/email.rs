//! The addresses that members sign in with.

/// The Kelvin sign, the one letter beyond ASCII whose lower case is a plain letter.
const KELVIN: char = '\u{212a}';

/// An address as members are known by: trimmed, in lower case. The Kelvin sign stays what it is: whoever has a mailbox with
/// it is not the member whose address has a k.
pub fn normal(email: &str) -> String {
    let parts: Vec<String> = email.trim().split(KELVIN).map(str::to_lowercase).collect();
    parts.join(KELVIN.encode_utf8(&mut [0; 4]))
}

/// Whether a text can be an address: something on both sides of an @, and nothing that no address holds.
pub fn is_email(email: &str) -> bool {
    let halves =
        email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.len() > 2 && !host.contains('@'));
    let unfit = |letter: char| letter.is_whitespace() || letter.is_control();
    halves && email.len() <= 254 && !email.contains(unfit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case_and_look_like_ones() {
        assert_eq!(normal("  Ann@Shop.Example "), "ann@shop.example");
        assert_eq!(normal("É@Shop.Example"), "é@shop.example");
        for bad in ["", "ann", "@shop.example", "ann@", "a b@shop.example", "ann@shop@example", &"a".repeat(300)] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_email("ann@shop.example") && is_email("é+1@shop.example"));
    }
    #[test]
    fn no_letter_beyond_ascii_becomes_one_within() {
        for letter in ('\u{80}'..=char::MAX).filter(|letter| !letter.is_whitespace()) {
            assert!(!normal(&format!("mi{letter}e@shop.example")).is_ascii(), "{letter:?}");
        }
    }
}
