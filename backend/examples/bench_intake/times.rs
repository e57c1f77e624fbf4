//! Many times in little space, to one hundredth of their length: the measured process must not grow with the load's list.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Steps of the logarithm: one is 1 %.
const STEPS: f64 = 100.0;

/// How many times lie in each step.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct Times(BTreeMap<u32, u64>);

impl Times {
    /// Adds one; what is shorter than a microsecond counts as one.
    pub(crate) fn add(&mut self, time: Duration) {
        let micros = (time.as_secs_f64() * 1e6).max(1.0);
        *self.0.entry((micros.ln() * STEPS).round() as u32).or_default() += 1;
    }

    /// Adds all of another one's.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            *self.0.entry(*step).or_default() += count;
        }
    }

    /// The time that this share does not exceed, ms; 0 without any.
    pub(crate) fn percentile_ms(&self, share: f64) -> f64 {
        let all: u64 = self.0.values().sum();
        let wanted = (all as f64 * share).ceil() as u64;
        let mut passed = 0;
        let found = self.0.iter().find(|(_, count)| {
            passed += **count;
            passed >= wanted
        });
        found.map_or(0.0, |(step, _)| (f64::from(*step) / STEPS).exp() / 1e3)
    }
}
