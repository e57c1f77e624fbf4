//! Letters: a text without its case, the one way in which comments are searched on every engine.

/// A text without its case, letter by letter (so that where a word ends does not matter): ß is ss, and ς is σ.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
