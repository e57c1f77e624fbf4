//! The style sheet of what follows the first question: it travels with the renderer, so that only who answers pays.

/// As it is written.
const SOURCE: &[u8] = include_bytes!("view/rest.css");

const SMALL: (usize, [u8; SOURCE.len()]) = shrunk(SOURCE);

const BYTES: [u8; SMALL.0] = {
    let mut bytes = [0; SMALL.0];
    let mut place = 0;
    while place < bytes.len() {
        bytes[place] = SMALL.1[place];
        place += 1;
    }
    bytes
};

/// The style sheet without comments and needless blanks.
pub const REST: &str = match str::from_utf8(&BYTES) {
    Ok(text) => text,
    Err(_) => panic!("rest.css is UTF-8"),
};

/// Leaves out comments, and blanks where they mean nothing; the length, then the text with nothing behind it.
const fn shrunk<const N: usize>(source: &[u8]) -> (usize, [u8; N]) {
    let (mut out, mut length, mut place) = ([0; N], 0, 0);
    let mut blank = false;
    while place < source.len() {
        let byte = source[place];
        place += 1;
        if byte == b'/' && place < source.len() && source[place] == b'*' {
            while !(source[place] == b'*' && source[place + 1] == b'/') {
                place += 1;
            }
            place += 2;
        } else if matches!(byte, b' ' | b'\n') {
            blank = true;
        } else {
            // A blank before a colon begins a selector such as `p :hover`, and stays.
            let means_nothing = length == 0
                || matches!(out[length - 1], b'{' | b'}' | b';' | b':' | b',' | b'>')
                || matches!(byte, b'{' | b'}' | b'>');
            if blank && !means_nothing {
                out[length] = b' ';
                length += 1;
            }
            blank = false;
            out[length] = byte;
            length += 1;
        }
    }
    (length, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_means_nothing_is_left_out() {
        let source = "/* a: b; */\n.q > p :hover,\nli:not(.x) {\n  margin: 0 calc(1px + 2px); /* c */\n}\n\n@media (a: b) {\n}\n";
        let (length, text) = shrunk::<200>(source.as_bytes());
        assert_eq!(
            str::from_utf8(&text[..length]),
            Ok(".q>p :hover,li:not(.x){margin:0 calc(1px + 2px);}@media (a:b){}")
        );
        assert!(!REST.contains("/*") && !REST.contains('\n') && REST.contains("textarea{"), "{REST}");
    }
}
