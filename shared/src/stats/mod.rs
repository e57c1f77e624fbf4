//! Statistics on counts: pure functions, each with its formula and its source, in the units that each one names.
//!
//! Two conventions hold throughout. *Shares* run from 0 to 1 and *net shares* (favourable minus unfavourable) from −1
//! to 1; [`crate::metric`] multiplies by 100. A level (0.95) is two-sided, and so is every p-value. Nothing here
//! returns NaN: what cannot be computed is `None`, and what underflows is 0.
//!
//! Reports call what `metric::estimate` and `backend/src/reports` name. The others ([`chart`], [`cluster`], [`clv`],
//! [`purchase`], [`rank`], [`rate`], [`relative`], [`simplex`], [`weight`]) are the research note's further methods and
//! cross-checks: held to published numbers here, and not shown yet.

pub mod alarm;
pub mod arl;
pub mod bayes;
pub mod chart;
pub mod cluster;
pub mod clv;
pub mod distribution;
pub mod driver;
pub mod mean;
pub mod mix;
pub mod mover;
pub mod multiple;
pub mod net;
pub mod purchase;
pub mod quadrature;
pub mod random;
pub mod rank;
pub mod rate;
pub mod relative;
pub mod root;
pub mod sample;
pub mod share;
pub mod shrink;
pub mod simplex;
pub mod suppress;
pub mod volume;
pub mod weight;

/// The two ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
}

impl Limits {
    /// The same interval in another unit.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    /// The interval without what lies outside `low..=high`.
    #[must_use]
    pub fn clipped(self, low: f64, high: f64) -> Self {
        Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }

    /// Whether the interval holds `value`, its ends included.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// High minus low.
    pub fn width(self) -> f64 {
        self.high - self.low
    }
}

/// A difference with its interval and the probability that chance alone makes one as large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The first minus the second.
    pub delta: f64,
    /// The lower limit of the difference.
    pub low: f64,
    /// The upper limit of the difference.
    pub high: f64,
    /// Two-sided, 0 to 1.
    pub p_value: f64,
}

impl Comparison {
    /// The same comparison in another unit; `factor` is above zero.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { delta: self.delta * factor, low: self.low * factor, high: self.high * factor, ..self }
    }
}
