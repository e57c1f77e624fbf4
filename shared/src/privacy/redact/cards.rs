//! Payment cards' numbers in a text.

use std::ops::Range;

use super::groups::{Group, Text};
use super::letters::{is_blank, is_dash};

/// The most digits of a card's number (ISO/IEC 7812).
const LONGEST: usize = 19;

/// The ranges of a text's letters that are card numbers: 13 to 19 digits, alone or in groups with blanks and dashes or one
/// dot between two, whose check digit is right.
pub(super) fn find(letters: &[(usize, char)]) -> Vec<Range<usize>> {
    let text = Text::new(letters);
    let (mut found, mut first) = (Vec::new(), 0);
    while first < text.groups.len() {
        match last_of(&text, first) {
            Some(last) => {
                found.push(text.groups[first].places.start..text.groups[last].places.end);
                first = last + 1;
            }
            None => first += 1,
        }
    }
    found
}

/// The last group of the longest card number that begins with this one.
fn last_of(text: &Text<'_>, first: usize) -> Option<usize> {
    if !text.begins_at(text.groups[first].places.start) {
        return None;
    }
    let (mut digits, mut last) = (Vec::new(), None);
    for (number, group) in text.groups.iter().enumerate().skip(first) {
        if number > first && !are_joined(text, number - 1) {
            break;
        }
        digits.extend_from_slice(&group.digits);
        if digits.len() > LONGEST {
            break;
        }
        if is_card(&digits) && text.ends_at(group.places.end) && !are_years(&text.groups[first..=number]) {
            last = Some(number);
        }
    }
    last
}

/// Whether a group and the next one may be of one card.
fn are_joined(text: &Text<'_>, group: usize) -> bool {
    let Some(gap) = text.gap(group) else { return false };
    // Scores one after the other are no groups of a card's, nor are the thousands of an amount.
    let least = if gap == ['.'] { 4 } else { 3 };
    let is_joined = gap == ['.'] || gap.iter().all(|letter| is_blank(*letter) || is_dash(*letter));
    is_joined && text.groups[group].digits.len() >= least
}

fn is_card(digits: &[u8]) -> bool {
    let lengths = match digits.first() {
        Some(1) => 15..=15,
        Some(2 | 7..=9) => 16..=LONGEST,
        Some(3) => 14..=LONGEST,
        Some(4..=6) => 13..=LONGEST,
        // No card begins with a zero.
        _ => return false,
    };
    lengths.contains(&digits.len()) && luhn(digits)
}

/// Whether the last digit is the one that the others ask for.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit) * 2) {
            (0, _) => u32::from(*digit),
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn are_years(groups: &[Group]) -> bool {
    groups.iter().all(|group| matches!(group.digits[..], [1, 9, _, _] | [2, 0, _, _]))
}
