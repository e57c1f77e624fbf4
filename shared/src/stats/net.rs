//! Net shares, favourable minus unfavourable: the score interval that is recommended, and two others to check it by.

use super::distribution::z_of_level;
use super::{Limits, root};

/// Answers in three groups. Weighted ones may be fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Net {
    /// Promoters, or whatever counts for.
    pub favourable: f64,
    /// Those in between.
    pub neutral: f64,
    /// Detractors, or whatever counts against.
    pub unfavourable: f64,
}

impl Net {
    /// The number of answers.
    pub fn n(&self) -> f64 {
        self.favourable + self.neutral + self.unfavourable
    }

    /// The net share, −1 to 1; `None` without answers.
    pub fn value(&self) -> Option<f64> {
        let n = self.n();
        (n > 0.0).then(|| (self.favourable - self.unfavourable) / n)
    }

    /// The variance of one answer's contribution (1, 0 or −1) around the net share: `p + q − (p − q)²`, with `p` and `q`
    /// the shares for and against; 0 to 1. `None` without answers.
    ///
    /// Not the variance of two independent shares: they exclude each other, and that covariance counts.
    pub fn variance(&self) -> Option<f64> {
        let net = self.value()?;
        Some(((self.favourable + self.unfavourable) / self.n() - net * net).max(0.0))
    }

    /// The standard error of the net share: `√(variance/n)`.
    pub fn standard_error(&self) -> Option<f64> {
        Some((self.variance()? / self.n()).sqrt())
    }

    /// These answers with 0.75, 1.5 and 0.75 pseudo-answers (B. Rocks, The American Statistician 70 (2016) 365–372): a
    /// variance that unanimity does not make zero.
    #[must_use]
    pub fn adjusted(&self) -> Self {
        Self { favourable: self.favourable + 0.75, neutral: self.neutral + 1.5, unfavourable: self.unfavourable + 0.75 }
    }

    /// The same shares at another number of answers.
    #[must_use]
    pub fn at(&self, n: f64) -> Self {
        let factor = n / self.n();
        Self {
            favourable: self.favourable * factor,
            neutral: self.neutral * factor,
            unfavourable: self.unfavourable * factor,
        }
    }

    fn flipped(&self) -> Self {
        Self { favourable: self.unfavourable, unfavourable: self.favourable, ..*self }
    }
}

/// The score interval of a net share, −1 to 1; `None` without answers.
///
/// All `d` with `|P − D − n d| ≤ z √(n (2 q̃ + d (1 − d)))`, where `q̃`, the unfavourable share that is likeliest if the
/// net share were `d`, is the positive root of `2n q² + (−P − D + (2n − P + D) d) q − D d (1 − d)`. T. Tango, Statistics
/// in Medicine 17 (1998) 891–908; for NPS: B. Rocks, The American Statistician 70 (2016) 365–372 ("iterative"). It
/// always holds the net share and never leaves −1 to 1.
pub fn score_limits(net: &Net, level: f64) -> Option<Limits> {
    score_limits_at(net, z_of_level(level))
}

/// [`score_limits`] at a z.
pub fn score_limits_at(net: &Net, z: f64) -> Option<Limits> {
    net.value()?;
    Some(Limits { low: -upper(&net.flipped(), z), high: upper(net, z) })
}

/// The upper limit; the lower one is that of the flipped counts.
fn upper(net: &Net, z: f64) -> f64 {
    let n = net.n();
    let value = (net.favourable - net.unfavourable) / n;
    if value >= 1.0 || net.neutral + net.unfavourable <= 0.0 {
        return 1.0;
    }
    let square = z * z;
    // At unanimity the equation also holds at the share itself; the other root is closed.
    if net.favourable <= 0.0 && net.neutral <= 0.0 {
        return (square - n) / (square + n);
    }
    if net.favourable <= 0.0 && net.unfavourable <= 0.0 {
        return square / (square + n);
    }
    let beyond = |d: f64| (d - value) - z * (restricted_variance(net, n, d) / n).sqrt();
    root::crossing(beyond, value, 1.0).clamp(value, 1.0)
}

/// The variance of one answer's contribution if the net share were `d`, at the likeliest shares.
fn restricted_variance(net: &Net, n: f64, d: f64) -> f64 {
    if d < 0.0 {
        return restricted_variance(&net.flipped(), n, -d);
    }
    let b = (2.0 * n - net.favourable + net.unfavourable) * d - net.favourable - net.unfavourable;
    let c = -net.unfavourable * d * (1.0 - d);
    let root = (b * b - 8.0 * n * c).sqrt();
    // The form of the quadratic's root that subtracts nothing.
    let share = if b > 0.0 { -2.0 * c / (b + root) } else { (root - b) / (4.0 * n) };
    (2.0 * share + d * (1.0 - d)).max(0.0)
}

/// The plain interval, net share ± z standard errors, not clipped; `None` without answers. It has no width at unanimity
/// and covers 72 % instead of 95 % at n = 10 and a score of 85: **a cross-check only**, never shown.
pub fn wald(net: &Net, level: f64) -> Option<Limits> {
    let half = z_of_level(level) * net.standard_error()?;
    let value = net.value()?;
    Some(Limits { low: value - half, high: value + half })
}

/// The plain interval of the [`Net::adjusted`] counts, clipped to −1 to 1 (Rocks 2016): **a cross-check** in closed form.
pub fn adjusted_wald(net: &Net, level: f64) -> Limits {
    // With its pseudo-answers there is always one.
    wald(&net.adjusted(), level).unwrap_or(Limits { low: -1.0, high: 1.0 }).clipped(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unanimity_has_width_and_an_exact_end() {
        let all = Net { favourable: 10.0, neutral: 0.0, unfavourable: 0.0 };
        let limits = score_limits(&all, 0.95).unwrap();
        assert_eq!(limits.high, 1.0);
        assert!((limits.low - 0.444_934_400_274).abs() < 1e-9);
        assert_eq!(score_limits(&Net { favourable: 0.0, neutral: 0.0, unfavourable: 0.0 }, 0.95), None);
    }

    #[test]
    fn the_likeliest_shares_are_found_where_the_quadratic_has_one_root_at_nothing() {
        let net = Net { favourable: 2.0, neutral: 1.0, unfavourable: 0.0 };
        assert_eq!(restricted_variance(&net, 3.0, 0.5), 0.25);
    }

    #[test]
    fn billions_of_answers_are_no_obstacle() {
        let many = Net { favourable: 5e8, neutral: 3e8, unfavourable: 2e8 };
        let (score, plain) = (score_limits(&many, 0.95).unwrap(), wald(&many, 0.95).unwrap());
        assert!((score.low - plain.low).abs() < 1e-9 && (score.high - plain.high).abs() < 1e-9);
        let one = Net { favourable: 1e9 - 1.0, neutral: 0.0, unfavourable: 1.0 };
        let limits = score_limits(&one, 0.9999).unwrap();
        assert!(limits.low < 1.0 - 2e-9 && limits.high < 1.0 && limits.high > 1.0 - 2e-9);
    }
}
