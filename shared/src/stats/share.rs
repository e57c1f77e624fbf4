//! Shares of a whole: Wilson's interval, Newcombe's difference, and plainer ones to check them by.

use super::distribution::z_of_level;
use super::{Comparison, Limits, mover};

/// A count of successes among answers. Weighted ones may be fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// How many are counted.
    pub successes: f64,
    /// Among how many.
    pub n: f64,
}

impl Share {
    /// The share, 0 to 1; `None` without answers.
    pub fn value(&self) -> Option<f64> {
        (self.n > 0.0).then(|| self.successes / self.n)
    }

    /// The variance of one answer: `p (1 − p)`.
    pub fn variance(&self) -> Option<f64> {
        self.value().map(|p| p * (1.0 - p))
    }

    /// These answers with 2 successes and 2 failures more (A. Agresti and B. Coull, The American Statistician 52 (1998)
    /// 119–126): a variance that unanimity does not make zero.
    #[must_use]
    pub fn adjusted(&self) -> Self {
        Self { successes: self.successes + 2.0, n: self.n + 4.0 }
    }
}

/// Wilson's score interval of a share, 0 to 1; `None` without answers.
///
/// `(p + z²/2n ± z √(p(1 − p)/n + z²/4n²))/(1 + z²/n)`: E. B. Wilson, JASA 22 (1927) 209–212; R. G. Newcombe, Statistics
/// in Medicine 17 (1998) 857–872, method 3.
pub fn wilson(share: &Share, level: f64) -> Option<Limits> {
    wilson_at(share, z_of_level(level))
}

/// [`wilson`] at a z.
pub fn wilson_at(share: &Share, z: f64) -> Option<Limits> {
    let (p, n) = (share.value()?, share.n);
    let square = z * z;
    let middle = share.successes + 0.5 * square;
    let half = z * (share.successes * (1.0 - p) + 0.25 * square).max(0.0).sqrt();
    let limits = Limits { low: (middle - half) / (n + square), high: (middle + half) / (n + square) };
    // Exactly 0 and 1 at unanimity, and never past the share by rounding.
    let low = if share.successes <= 0.0 { 0.0 } else { limits.low.clamp(0.0, p) };
    let high = if share.successes >= n { 1.0 } else { limits.high.clamp(p, 1.0) };
    Some(Limits { low, high })
}

/// The plain interval of the [`Share::adjusted`] counts, not clipped: **a cross-check** in closed form.
pub fn agresti_coull(share: &Share, level: f64) -> Limits {
    let adjusted = share.adjusted();
    let p = adjusted.successes / adjusted.n;
    let half = z_of_level(level) * standard_error(p, adjusted.n);
    Limits { low: p - half, high: p + half }
}

/// `√(p (1 − p)/n)`.
pub fn standard_error(p: f64, n: f64) -> f64 {
    (p * (1.0 - p) / n).max(0.0).sqrt()
}

/// Newcombe's hybrid interval of a difference of shares, `a − b`, −1 to 1, and the p-value that inverting it gives;
/// `None` when one has no answers. R. G. Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10.
pub fn newcombe(a: &Share, b: &Share, level: f64) -> Option<Comparison> {
    let (first, second) = (a.value()?, b.value()?);
    let limits =
        |share: Share, value: f64| move |z: f64| wilson_at(&share, z).unwrap_or(Limits { low: value, high: value });
    Some(mover::difference(first, limits(*a, first), second, limits(*b, second), level))
}
