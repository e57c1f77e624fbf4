//! Counts per score: the only thing that storage returns for scoring, and a sum, so parts merge to the whole.

/// The number of slots: the widest scale (NPS, 0 to 10) has eleven scores.
pub const SLOTS: usize = 11;

/// How many answers gave each score. Slot `i` counts score `i`; scales that start at 1 leave slot 0 empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Answers per score, by score.
    pub counts: [u64; SLOTS],
}

impl Histogram {
    /// A histogram of these scores.
    ///
    /// # Panics
    /// When a score is above 10; validation has refused it long before.
    pub fn of(scores: impl IntoIterator<Item = u8>) -> Self {
        let mut histogram = Self::default();
        for score in scores {
            histogram.counts[usize::from(score)] += 1;
        }
        histogram
    }

    /// Adds another histogram of the same instrument.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
    }

    /// The number of answers.
    pub fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The number of answers with a score from `low` to `high`, both included.
    pub fn between(&self, low: u8, high: u8) -> u64 {
        self.counts[usize::from(low)..=usize::from(high)].iter().sum()
    }

    /// The arithmetic mean of the scores; `None` without answers.
    pub fn mean(&self) -> Option<f64> {
        let n = self.n();
        let sum: u64 = self.counts.iter().enumerate().map(|(score, count)| score as u64 * count).sum();
        (n > 0).then(|| sum as f64 / n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_is_an_answer() {
        let histogram = Histogram::of([0]);
        assert_eq!((histogram.n(), histogram.mean()), (1, Some(0.0)));
        assert_eq!(Histogram::default().mean(), None);
    }

    proptest! {
        #[test]
        fn parts_merge_to_the_whole(a in prop::collection::vec(0u8..=10, 0..50), b in prop::collection::vec(0u8..=10, 0..50)) {
            let mut merged = Histogram::of(a.clone());
            merged.merge(&Histogram::of(b.clone()));
            prop_assert_eq!(merged, Histogram::of(b.into_iter().chain(a)));
        }
    }
}
