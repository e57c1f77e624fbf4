//! Groups of digits in a text, and what stands between and beside them.

use std::ops::Range;

use super::letters::{digit, is_blank, is_dash, is_of_word};

/// Digits without anything between them.
pub(super) struct Group {
    /// Their places among the text's letters.
    pub(super) places: Range<usize>,
    /// Their values.
    pub(super) digits: Vec<u8>,
}

/// A text as its letters and its groups of digits.
pub(super) struct Text<'a> {
    letters: &'a [(usize, char)],
    /// In order.
    pub(super) groups: Vec<Group>,
}

impl<'a> Text<'a> {
    pub(super) fn new(letters: &'a [(usize, char)]) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (place, (_, letter)) in letters.iter().enumerate() {
            let Some(value) = digit(*letter) else { continue };
            match groups.last_mut().filter(|group| group.places.end == place) {
                Some(group) => {
                    group.places.end += 1;
                    group.digits.push(value);
                }
                None => groups.push(Group { places: place..place + 1, digits: vec![value] }),
            }
        }
        Self { letters, groups }
    }

    /// The letter at a place.
    pub(super) fn letter(&self, place: usize) -> Option<char> {
        self.letters.get(place).map(|(_, letter)| *letter)
    }

    /// The letter before a place.
    pub(super) fn before(&self, place: usize) -> Option<char> {
        self.letter(place.checked_sub(1)?)
    }

    /// What stands between a group and the next one, where that is short and divides one number.
    pub(super) fn gap(&self, group: usize) -> Option<Vec<char>> {
        let (this, next) = (self.groups.get(group)?, self.groups.get(group + 1)?);
        let between = &self.letters[this.places.end..next.places.start];
        let divides = |letter: char| is_blank(letter) || is_dash(letter) || matches!(letter, '.' | '/' | '(' | ')');
        let gap: Vec<char> = between.iter().map(|(_, letter)| *letter).collect();
        (gap.len() <= 3 && gap.iter().copied().all(divides)).then_some(gap)
    }

    /// Whether a number may begin here: not within a word, a code (`A-0612`) or an address, nor behind the sign of a
    /// currency or of a numbering.
    pub(super) fn begins_at(&self, place: usize) -> bool {
        let Some(before) = self.before(place) else { return true };
        let in_code = is_dash(before) && self.before(place - 1).is_some_and(is_of_word);
        // Behind a mark stands no address: `0612345678/0687654321` are two numbers, and the first is gone by now.
        let in_address = before == '/' && self.before(place - 1) != Some(']');
        !(is_of_word(before)
            || in_code
            || in_address
            || matches!(before, '#' | '№' | '$' | '€' | '£' | '¥' | '₹' | '@' | '\\'))
    }

    /// Whether a number may end before this place: what follows makes it no word, share, price or time.
    pub(super) fn ends_at(&self, place: usize) -> bool {
        let Some(next) = self.letter(place) else { return true };
        let goes_on = matches!(next, ',' | ':' | '٫') && self.letter(place + 1).and_then(digit).is_some();
        !(is_of_word(next) || goes_on || matches!(next, '@' | '%' | '٪' | '‰' | '$' | '€' | '£' | '¥' | '₹' | '°'))
    }

    /// Whether three groups from this one on are a date: `01.02.2024`, `2024-02-01`, or with two digits for the year.
    pub(super) fn is_date(&self, group: usize) -> bool {
        let [Some(first), Some(second)] = [self.gap(group), self.gap(group + 1)] else { return false };
        let divides = matches!(first[..], [letter] if matches!(letter, '.' | '/') || is_dash(letter));
        let Some([a, b, c]) = self.groups.get(group..group + 3) else { return false };
        let value =
            |group: &Group| group.digits.iter().fold(0_u32, |sum, digit| sum.wrapping_mul(10) + u32::from(*digit));
        let is_year = |group: &Group| group.digits.len() == 4 && (1900..2100).contains(&value(group));
        let is_short = |group: &Group| group.digits.len() <= 2 && (1..=31).contains(&value(group));
        // Pairs with the same sign between them are a French phone number, where more than three follow each other.
        let is_pair =
            |group_: &Group| group_.digits.len() == 2 && self.gap(group + 2).is_none_or(|third| third != first);
        let ends = (is_short(a) && (is_year(c) || is_pair(c))) || (is_year(a) && is_short(c));
        divides && first == second && is_short(b) && ends
    }
}
