//! What a run sends: drawn from its seed alone, so that the same answers are sent again when a run is repeated.

use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The share of answers that are sent once more: half of them as they were, half with a higher edition.
const AGAIN: f64 = 0.10;
/// The share of sends that are held back for a while, so that others overtake them.
const HELD: f64 = 0.10;
/// How long at most, in ms.
const HELD_MS: u64 = 500;
/// The share of requests that carry several answers, and how many at most.
const TOGETHER: f64 = 0.15;
const MOST_TOGETHER: usize = 8;

/// One sending of an edition of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The answer's number in this run.
    pub number: u32,
    /// Its edition.
    pub seq: u32,
    /// The score that this edition gives.
    pub score: u8,
}

/// The answers of a run, one after the other.
pub struct Plan {
    rng: ChaCha8Rng,
    next: u32,
}

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), next: 0 }
    }

    /// The sendings of the next answer, each with how long it is held back.
    pub fn answer(&mut self) -> Vec<(Duration, Sending)> {
        let number = self.next;
        self.next += 1;
        let first = Sending { number, seq: 0, score: self.rng.random_range(0..=10) };
        let mut sendings = vec![(self.held(HELD), first.clone())];
        if self.rng.random_bool(AGAIN) {
            let again = if self.rng.random_bool(0.5) {
                first
            } else {
                Sending { seq: self.rng.random_range(1..=3), score: self.rng.random_range(0..=10), ..first }
            };
            // Half of them at once: two sendings of one answer are then under way side by side.
            sendings.push((self.held(0.5), again));
        }
        sendings
    }

    fn held(&mut self, share: f64) -> Duration {
        let held = self.rng.random_bool(share);
        Duration::from_millis(if held { self.rng.random_range(1..=HELD_MS) } else { 0 })
    }

    /// How many sendings go into the next request.
    pub fn together(&mut self) -> usize {
        if self.rng.random_bool(TOGETHER) { self.rng.random_range(2..=MOST_TOGETHER) } else { 1 }
    }
}
