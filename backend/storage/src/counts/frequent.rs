//! The most frequent of many texts, found in memory that no flood of invented ones can fill.

use bearing_shared::cell::VALUES_LIMIT;
use rustc_hash::FxHashMap;

/// Texts that are counted apart at once. Beyond that the rarest are forgotten on the way.
const LIMIT: usize = 100_000;

/// How often each text came.
#[derive(Debug, Default)]
pub(crate) struct Frequent(FxHashMap<String, u64>);

impl Frequent {
    /// Counts a text so many times more.
    pub(crate) fn add(&mut self, text: &str, times: u64) {
        match self.0.get_mut(text) {
            Some(total) => *total += times,
            None => {
                self.0.insert(text.to_owned(), times);
            }
        }
        if self.0.len() > LIMIT {
            // Misra and Gries: what makes up more than 1 in LIMIT is never forgotten.
            self.0.retain(|_, total| {
                *total -= 1;
                *total > 0
            });
        }
    }

    /// The most frequent texts, as many as a dimension tells apart, the most frequent first and equals by the alphabet.
    pub(crate) fn into_most(self) -> impl Iterator<Item = String> {
        let mut totals: Vec<(String, u64)> = self.0.into_iter().collect();
        totals.sort_unstable_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        totals.into_iter().take(VALUES_LIMIT).map(|(text, _)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_invented_texts_does_not_wash_away_the_frequent_ones() {
        let mut frequent = Frequent::default();
        for number in 0..3 * LIMIT {
            frequent.add(&format!("invented {number}"), 1);
            if number % 100 == 0 {
                frequent.add("known", 1);
            }
        }
        assert!(frequent.0.len() <= LIMIT);
        assert_eq!(frequent.into_most().next().as_deref(), Some("known"));
    }
}
