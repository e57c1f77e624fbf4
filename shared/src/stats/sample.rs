//! How many answers are enough: for a margin, for seeing a difference, and from a small population.

use super::distribution::{normal_quantile, z_of_level};

/// Answers for an interval of ± `margin` at a variance per answer, both in shares: `z² v/m² − 3`, which inverts the
/// adjusted Wald interval with its 3 pseudo-answers (MeasuringU, "NPS confidence intervals: sample size"). Not rounded and
/// possibly below 1. Plan a net share with `v = 1` (the worst) or with its own.
pub fn for_margin(margin: f64, variance: f64, level: f64) -> f64 {
    unadjusted(margin, variance, level) - 3.0
}

/// The same without the pseudo-answers: `z² v/m²`.
pub fn unadjusted(margin: f64, variance: f64, level: f64) -> f64 {
    let z = z_of_level(level);
    z * z * variance / (margin * margin)
}

/// Answers from a population of `population` when only it is meant, and not the process that makes it:
/// `n₀/(1 + (n₀ − 1)/N)` (W. G. Cochran, Sampling Techniques, 1977, 4.2).
pub fn from_population(n: f64, population: f64) -> f64 {
    n / (1.0 + (n - 1.0) / population)
}

/// What the margin of `n` out of a whole population shrinks by: `√((N − n)/(N − 1))` (Cochran 1977, 2.8).
pub fn population_factor(n: f64, population: f64) -> f64 {
    if population <= 1.0 { 0.0 } else { ((population - n) / (population - 1.0)).max(0.0).sqrt() }
}

/// Answers in each of two groups to detect a difference (a share) with probability `power` at the error `alpha`:
/// `2v (z_{α/2} + z_β)²/d² − 3` (MeasuringU, "NPS significance test: sample size"), `variance` that of one answer in
/// either group. Not rounded.
pub fn for_difference(difference: f64, variance: f64, alpha: f64, power: f64) -> f64 {
    let z = z_of_level(1.0 - alpha) + normal_quantile(power);
    2.0 * variance * z * z / (difference * difference) - 3.0
}
