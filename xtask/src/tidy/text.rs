//! Reading source text roughly: comments away, test modules away.

/// Rust or JavaScript without its comments; strings are kept, and a `//` inside one ends the line, which is good
/// enough to look for names of functions.
pub(super) fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = next_comment(rest) {
        code.push_str(&rest[..start]);
        let comment = &rest[start..];
        let end = if comment.starts_with("//") {
            comment.find('\n').unwrap_or(comment.len())
        } else {
            comment.find("*/").map_or(comment.len(), |end| end + 2)
        };
        rest = &comment[end..];
    }
    code.push_str(rest);
    code
}

/// Where the next comment begins; the `//` of an address is none.
fn next_comment(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find('/') {
        let at = from + found;
        let rest = &text[at..];
        if rest.starts_with("/*") || (rest.starts_with("//") && !text[..at].ends_with(':')) {
            return Some(at);
        }
        from = at + 1 + usize::from(rest.starts_with("//"));
    }
    None
}

/// Rust without its comments and without what follows its first `#[cfg(test)]`, where the house keeps test modules.
pub(super) fn shipped_code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    without_comments(code)
}

/// The first comment of a file: its text and whether it opens the file.
pub(super) fn opening_sentence(text: &str, ending: &str) -> Option<String> {
    let first = text.lines().next()?;
    let openings: &[&str] = match ending {
        "rs" => &["//!"],
        "sql" => &["--"],
        _ => &["//", "/**", "/*"],
    };
    let opening = openings.iter().find_map(|mark| first.strip_prefix(mark))?;
    Some(opening.trim().trim_end_matches("*/").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_code_stays() {
        let text = "a(); // b\nlet u = \"https://c\"; /* d\n */ e();";
        let code = without_comments(text);
        assert!(code.contains("a();") && code.contains("https://c") && code.contains("e();"));
        assert!(!code.contains(" b") && !code.contains(" d"));
    }

    #[test]
    fn test_modules_are_not_shipped() {
        assert_eq!(shipped_code("one();\n#[cfg(test)]\nmod tests { two(); }").trim(), "one();");
    }

    #[test]
    fn a_file_opens_with_a_sentence() {
        assert_eq!(opening_sentence("//! Owns the ids.\n", "rs").as_deref(), Some("Owns the ids."));
        assert_eq!(opening_sentence("/* Owns the looks. */\n", "css").as_deref(), Some("Owns the looks."));
        assert_eq!(opening_sentence("use std;\n", "rs"), None);
    }
}
