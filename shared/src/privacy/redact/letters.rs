//! Letters and digits of any script, as redaction looks at them.

/// Where each script's digits begin: ten in a row, zero first.
const ZEROS: [u32; 36] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xAA50, 0xABF0, 0xFF10,
];

/// The value of a decimal digit.
pub(super) fn digit(letter: char) -> Option<u8> {
    let code = u32::from(letter);
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        return u8::try_from(code - zero).ok();
    }
    // Five fonts of digits for mathematics.
    (0x1D7CE..=0x1D7FF).contains(&code).then(|| ((code - 0x1D7CE) % 10) as u8)
}

/// Whether a letter is of a script that writes words without blanks between them: there, a letter beside an address or a
/// number is another word.
pub(super) fn is_unspaced(letter: char) -> bool {
    let code = u32::from(letter);
    matches!(code, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x30FF | 0x3400..=0x9FFF
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
        && digit(letter).is_none()
}

/// Whether a letter goes on with a word that stands beside it.
pub(super) fn is_of_word(letter: char) -> bool {
    letter == '_' || (letter.is_alphanumeric() && !is_unspaced(letter))
}

/// A letter without width, which says only where a line may break or begins.
pub(super) fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// A blank that stands within a number.
pub(super) fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{2007}'..='\u{2009}' | '\u{202f}' | '\u{3000}')
}

/// A hyphen or dash of any width.
pub(super) fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2014}' | '\u{2212}' | '\u{ff0d}' | '\u{30fc}')
}
