//! Phone numbers in a text.

use std::ops::Range;

use super::groups::Text;
use super::letters::{is_blank, is_dash};

/// Words that say that a phone number follows.
const PHONE: [&str; 36] = [
    "tel",
    "tél",
    "telefon",
    "telefoon",
    "telefonnummer",
    "telefoonnummer",
    "telephone",
    "téléphone",
    "teléfono",
    "telefono",
    "telefone",
    "phone",
    "mobile",
    "mobil",
    "mobiel",
    "móvil",
    "portable",
    "handy",
    "cell",
    "gsm",
    "whatsapp",
    "fax",
    "call",
    "bel",
    "rufnummer",
    "هاتف",
    "الهاتف",
    "هاتفي",
    "جوال",
    "جوالي",
    "رقمي",
    "телефон",
    "電話",
    "电话",
    "手机",
    "전화",
];

/// Words that say that another number follows.
const OTHER: [&str; 29] = [
    "order",
    "ordernr",
    "ordernummer",
    "bestelling",
    "bestelnummer",
    "bestellung",
    "bestellnummer",
    "auftrag",
    "commande",
    "pedido",
    "invoice",
    "factuur",
    "factuurnummer",
    "rechnung",
    "rechnungsnummer",
    "facture",
    "factura",
    "ticket",
    "case",
    "ref",
    "reference",
    "referentie",
    "tracking",
    "klantnummer",
    "kundennummer",
    "article",
    "artikel",
    "الطلب",
    "طلب",
];

/// Words that may stand between one of those and the number.
const BETWEEN: [&str; 14] =
    ["nr", "no", "number", "nummer", "numéro", "número", "num", "id", "code", "is", "ist", "est", "es", "رقم"];

/// The ranges of a text's letters that are phone numbers.
pub(super) fn find(letters: &[(usize, char)]) -> Vec<Range<usize>> {
    let text = Text::new(letters);
    let (mut found, mut first) = (Vec::new(), 0);
    while first < text.groups.len() {
        if text.is_date(first) {
            first += 3;
        } else if let Some((start, last)) = number(&text, first) {
            found.push(start..text.groups[last].places.end);
            first = last + 1;
        } else {
            first += 1;
        }
    }
    found
}

/// Where the phone number begins whose first group this is, and its last group.
fn number(text: &Text<'_>, first: usize) -> Option<(usize, usize)> {
    let group = &text.groups[first];
    let opened = text.before(group.places.start) == Some('(');
    let behind = group.places.start - usize::from(opened);
    let has_plus = matches!(text.before(behind), Some('+' | '＋'));
    let mut start = behind - usize::from(has_plus);
    let is_outside = has_plus && !opened && text.before(start) == Some('(');
    start -= usize::from(is_outside);
    if !text.begins_at(start) {
        return None;
    }
    let said = word_before(text, start);
    let mut digits = text.groups[first..].iter().take(2).flat_map(|group| &group.digits).copied();
    let head = [digits.next(), digits.next()];
    let last = match head {
        [Some(1..), _] if has_plus => walk(text, first, 8..=15),
        _ if has_plus || said == Said::Other => None,
        [Some(0), Some(0)] => match group.digits[..] {
            [0, 0, 0, ..] => None,
            _ => walk(text, first, 10..=17),
        },
        // `0.123456789` is a number that is less than one.
        [Some(0), _] if group.digits.len() == 1 && text.gap(first).is_some_and(|gap| gap == ['.']) => None,
        [Some(0), _] => walk(text, first, 9..=12),
        _ if said == Said::Phone => walk(text, first, 7..=15),
        _ => shaped(text, first),
    }?;
    // A bracket that closes behind the number belongs to the sentence, and so does its other half.
    let closes = (first..last).filter_map(|group| text.gap(group)).flatten().any(|letter| letter == ')');
    let bracket = usize::from((opened && !has_plus || is_outside) && !closes);
    Some((start + bracket, last))
}

/// The last group of the longest number of that many digits.
fn walk(text: &Text<'_>, first: usize, lengths: std::ops::RangeInclusive<usize>) -> Option<usize> {
    let (mut total, mut last) = (0, None);
    for (number, group) in text.groups.iter().enumerate().skip(first) {
        let length = group.digits.len();
        if number > first {
            let begins_another = total >= 10 && group.digits.first() == Some(&0);
            if text.gap(number - 1).is_none() || begins_another || text.is_date(number) {
                break;
            }
        }
        total += length;
        if total > *lengths.end() {
            break;
        }
        // One digit alone at the end is a score.
        if total >= *lengths.start() && length >= 2 && text.ends_at(group.places.end) {
            last = Some(number);
        }
        // Nobody divides what follows so many digits in a row.
        if total >= 9 && length >= 6 {
            break;
        }
    }
    last
}

/// The last group of a number that is grouped as nothing else is: `555-123-4567`, `1 (555) 123-4567`, `612 34 56 78`.
fn shaped(text: &Text<'_>, first: usize) -> Option<usize> {
    let shapes: [(&[usize], u8); 3] = [(&[1, 3, 3, 4], 1), (&[3, 3, 4], 2), (&[3, 2, 2, 2], 6)];
    for (lengths, lowest) in shapes {
        let Some(groups) = text.groups.get(first..first + lengths.len()) else { continue };
        let fits = groups.iter().zip(lengths).all(|(group, length)| group.digits.len() == *length);
        let last = first + lengths.len() - 1;
        let divides = |letter: &char| is_blank(*letter) || is_dash(*letter) || matches!(letter, '.' | '(' | ')');
        let is_joined = (first..last).all(|group| text.gap(group).is_some_and(|gap| gap.iter().all(divides)));
        if fits && is_joined && groups[0].digits[0] >= lowest && text.ends_at(groups[lengths.len() - 1].places.end) {
            return Some(last);
        }
    }
    None
}

/// What the words before a number say of it.
#[derive(PartialEq, Eq)]
enum Said {
    Phone,
    Other,
    Nothing,
}

fn word_before(text: &Text<'_>, mut place: usize) -> Said {
    for _ in 0..3 {
        while text.before(place).is_some_and(|letter| is_blank(letter) || matches!(letter, ':' | '：' | '.' | '=')) {
            place -= 1;
        }
        let end = place;
        while text.before(place).is_some_and(char::is_alphabetic) {
            place -= 1;
        }
        let word: String = (place..end).filter_map(|place| text.letter(place)).flat_map(char::to_lowercase).collect();
        if PHONE.contains(&word.as_str()) {
            return Said::Phone;
        }
        if OTHER.contains(&word.as_str()) {
            return Said::Other;
        }
        if !BETWEEN.contains(&word.as_str()) {
            return Said::Nothing;
        }
    }
    Said::Nothing
}
