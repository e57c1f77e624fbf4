//! One case of the golden file, and which of its numbers have been looked at.

use std::cell::RefCell;
use std::collections::BTreeSet;

use bearing_shared::histogram::Histogram;
use serde_json::Value;

/// For formulas in closed form.
pub(crate) const CLOSED: f64 = 1e-9;
/// For what was found by bisection.
pub(crate) const BISECTED: f64 = 1e-7;
/// For integrals and fits.
pub(crate) const FITTED: f64 = 1e-6;

/// A case.
pub(crate) struct Case {
    value: Value,
    looked_at: RefCell<BTreeSet<String>>,
}

impl Case {
    /// Every case of the file.
    pub(crate) fn all() -> Vec<Self> {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../golden.json")).unwrap();
        cases.into_iter().map(|value| Self { value, looked_at: RefCell::default() }).collect()
    }

    pub(crate) fn name(&self) -> &str {
        self.value["case"].as_str().unwrap()
    }

    /// A part of the input.
    pub(crate) fn input(&self, key: &str) -> &Value {
        let found = &self.value["input"][key];
        assert!(!found.is_null(), "{}: no input {key}", self.name());
        found
    }

    /// Whether the input names this.
    pub(crate) fn has(&self, key: &str) -> bool {
        !self.value["input"][key].is_null()
    }

    pub(crate) fn number(&self, key: &str) -> f64 {
        self.input(key).as_f64().unwrap()
    }

    pub(crate) fn numbers(&self, key: &str) -> Vec<f64> {
        numbers(self.input(key))
    }

    /// Whether a number is expected.
    pub(crate) fn expects(&self, key: &str) -> bool {
        !self.value["expected"][key].is_null()
    }

    /// Holds a number against the expected one; the tolerance is of the larger of the number and 1.
    pub(crate) fn is(&self, key: &str, found: f64, tolerance: f64) {
        let wanted = self.expected(key).as_f64().unwrap();
        self.near(key, found, wanted, tolerance * wanted.abs().max(1.0));
    }

    /// Holds a probability, however small, against the expected one: the tolerance is of itself.
    pub(crate) fn is_probability(&self, key: &str, found: f64, tolerance: f64) {
        let wanted = self.expected(key).as_f64().unwrap();
        self.near(key, found, wanted, tolerance * wanted);
    }

    /// Holds a number against one that the file gives rounded.
    pub(crate) fn is_about(&self, key: &str, found: f64, tolerance: f64) {
        let wanted = self.expected(key).as_f64().unwrap();
        self.near(key, found, wanted, tolerance);
    }

    /// Holds a list against the expected one.
    pub(crate) fn are(&self, key: &str, found: &[f64], tolerance: f64) {
        let wanted = numbers(self.expected(key));
        assert_eq!(found.len(), wanted.len(), "{}: {key}", self.name());
        for (found, wanted) in found.iter().zip(wanted) {
            self.near(key, *found, wanted, tolerance * wanted.abs().max(1.0));
        }
    }

    /// Says that every expected number has been looked at.
    pub(crate) fn finish(&self) {
        let there: BTreeSet<String> = self.value["expected"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(*self.looked_at.borrow(), there, "{}: not every expected number was looked at", self.name());
    }

    /// The counts of the input as an NPS histogram: from groups, or from scores.
    pub(crate) fn nps(&self) -> Histogram {
        if self.has("scores") {
            Histogram::of(self.numbers("scores").into_iter().map(|score| score as u8))
        } else {
            nps(&self.value["input"])
        }
    }

    fn expected(&self, key: &str) -> &Value {
        let found = &self.value["expected"][key];
        assert!(!found.is_null(), "{}: no {key} is expected", self.name());
        self.looked_at.borrow_mut().insert(key.to_owned());
        found
    }

    fn near(&self, key: &str, found: f64, wanted: f64, within: f64) {
        assert!((found - wanted).abs() <= within, "{}: {key} is {found} and should be {wanted}", self.name());
    }
}

/// A list of numbers, nested lists in the order they are written.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().unwrap()],
    }
}

/// Promoters, passives and detractors as an NPS histogram.
pub(crate) fn nps(groups: &Value) -> Histogram {
    let count = |name: &str| groups[name].as_u64().unwrap();
    nps_of(count("promoters"), count("passives"), count("detractors"))
}

/// The same from numbers.
pub(crate) fn nps_of(promoters: u64, passives: u64, detractors: u64) -> Histogram {
    let mut histogram = Histogram::default();
    histogram.counts[10] = promoters;
    histogram.counts[8] = passives;
    histogram.counts[3] = detractors;
    histogram
}

/// Counts per score of a scale that starts at 1.
pub(crate) fn from_one(counts: &[f64]) -> Histogram {
    let mut histogram = Histogram::default();
    for (score, count) in counts.iter().enumerate() {
        histogram.counts[score + 1] = *count as u64;
    }
    histogram
}
