//! Classic control charts over single numbers: EWMA and CUSUM, against which the discounted score is checked.

use super::Limits;

/// The exponentially weighted moving average: `zᵢ = λ xᵢ + (1 − λ) zᵢ₋₁` from `start`, which is the first number of the
/// result (S. W. Roberts, Technometrics 1 (1959) 239–250; NIST/SEMATECH e-Handbook 6.3.2.4).
pub fn ewma(values: &[f64], lambda: f64, start: f64) -> Vec<f64> {
    let mut line = vec![start];
    let mut here = start;
    line.extend(values.iter().map(|value| {
        here += lambda * (value - here);
        here
    }));
    line
}

/// The limits that an EWMA's standard deviation approaches: `target ± L σ √(λ/(2 − λ))`.
pub fn ewma_limits(target: f64, deviation: f64, lambda: f64, limit: f64) -> Limits {
    let reach = limit * deviation * (lambda / (2.0 - lambda)).sqrt();
    Limits { low: target - reach, high: target + reach }
}

/// The upper and lower cumulative sums of standardised numbers with reference value `k`, a pair after each: how far they
/// have run above and below the target (E. S. Page, Biometrika 41 (1954) 100–115). An alarm is where one passes h.
pub fn cusum(values: &[f64], k: f64) -> Vec<(f64, f64)> {
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    let step = |value: &f64| {
        high = (high + value - k).max(0.0);
        low = (low - value - k).max(0.0);
        (high, low)
    };
    values.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_grow_with_a_shift_and_rest_without() {
        assert_eq!(cusum(&[0.0, 1.0, 1.0, -2.0], 0.5), [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.0, 1.5)]);
    }
}
