//! The addresses that members sign in with.

/// An address as members are known by: trimmed, in lower case.
pub fn normal(email: &str) -> String {
    email.trim().to_lowercase()
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
        for bad in ["", "ann", "@shop.example", "ann@", "a b@shop.example", "ann@shop@example", &"a".repeat(300)] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_email("ann@shop.example") && is_email("é+1@shop.example"));
    }
}
