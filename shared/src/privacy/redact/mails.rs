//! Mail addresses in a text.

use std::ops::Range;

use super::letters::is_unspaced;

/// The ranges of a text's letters that are mail addresses.
pub(super) fn find(letters: &[(usize, char)]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, (_, letter)) in letters.iter().enumerate() {
        let behind = found.last().map_or(0, |range| range.end);
        if matches!(letter, '@' | '＠' | '﹫')
            && let Some(start) = local(letters, behind, at)
            && let Some(end) = domain(letters, at + 1)
        {
            found.push(start..end);
        }
    }
    found
}

/// Where what stands before the at sign begins.
fn local(letters: &[(usize, char)], from: usize, at: usize) -> Option<usize> {
    let (_, nearest) = letters.get(at.checked_sub(1)?)?;
    // Between Chinese words stands no blank: Latin letters end where they begin, and the other way round.
    let belongs = |letter: char| {
        (letter.is_alphanumeric() && is_unspaced(letter) == is_unspaced(*nearest))
            || matches!(letter, '.' | '_' | '%' | '+' | '-' | '!' | '&' | '~' | '\'' | '’' | '．')
    };
    let run = letters[from..at].iter().rev().take_while(|(_, letter)| belongs(*letter)).count();
    // What is no letter belongs to the sentence, where it is the first.
    let place = letters[at - run..at].iter().position(|(_, letter)| letter.is_alphanumeric() || *letter == '_')?;
    Some(at - run + place)
}

/// Where what stands behind the at sign ends: labels with dots between them, the last one with a letter in it.
fn domain(letters: &[(usize, char)], from: usize) -> Option<usize> {
    let (mut end, mut place, mut labels) = (None, from, 0);
    loop {
        let Some((_, first)) = letters.get(place).filter(|(_, letter)| letter.is_alphanumeric()) else { return end };
        let run = letters[place..]
            .iter()
            .take_while(|(_, letter)| {
                *letter == '-' || (letter.is_alphanumeric() && is_unspaced(*letter) == is_unspaced(*first))
            })
            .count();
        let label = &letters[place..place + run];
        let run = run - label.iter().rev().take_while(|(_, letter)| *letter == '-').count();
        labels += 1;
        let is_last = run >= 2 && label.iter().any(|(_, letter)| letter.is_alphabetic());
        if labels >= 2 && is_last {
            end = Some(place + run);
        }
        place += run;
        match letters.get(place) {
            Some((_, '.' | '．' | '。')) => place += 1,
            _ => return end,
        }
    }
}
