//! Average run lengths of control charts, exactly: how many steps until an alarm, with or without a change.

use super::distribution::{normal_cdf, normal_density};
use super::{quadrature, root};

/// Nodes of the integral equations; from 50 on the result no longer moves in its tenth digit.
const NODES: usize = 64;
/// Run lengths past this cannot be told apart in double precision.
const LONGEST: f64 = 1e10;

/// The mean number of steps until an EWMA of standard normal numbers, shifted by `shift` standard deviations, leaves
/// `± limit` of its asymptotic standard deviations; started at the target, fixed limits, two-sided.
///
/// The Fredholm equation `A(z) = 1 + 1/λ ∫ A(y) φ((y − (1 − λ) z)/λ − δ) dy`, by Gauss–Legendre nodes (S. V. Crowder,
/// Technometrics 29 (1987) 401–407; M. S. Saccucci and J. M. Lucas 1990). `lambda` from about 0.05 to 1.
pub fn ewma(lambda: f64, limit: f64, shift: f64) -> f64 {
    let end = limit * (lambda / (2.0 - lambda)).sqrt();
    let nodes: Vec<(f64, f64)> =
        quadrature::legendre(NODES).into_iter().map(|(node, weight)| (node * end, weight * end)).collect();
    let kernel = |from: f64, to: f64| normal_density((to - (1.0 - lambda) * from) / lambda - shift) / lambda;
    let matrix = nodes
        .iter()
        .enumerate()
        .map(|(row, (from, _))| {
            let entries = nodes
                .iter()
                .enumerate()
                .map(|(column, (to, weight))| f64::from(u8::from(row == column)) - weight * kernel(*from, *to));
            entries.chain([1.0]).collect()
        })
        .collect();
    let lengths = solve(matrix);
    1.0 + nodes.iter().zip(lengths).map(|((to, weight), length)| weight * kernel(0.0, *to) * length).sum::<f64>()
}

/// The limit at which [`ewma`] without a change runs `length` steps on average (2 to 10¹⁰; others as the nearer end).
pub fn ewma_limit(lambda: f64, length: f64) -> f64 {
    let wanted = length.clamp(2.0, LONGEST).ln();
    root::crossing(|limit| ewma(lambda, limit, 0.0).ln() - wanted, 0.05, 6.7)
}

/// The mean number of steps until a one-sided CUSUM of standard normal numbers with reference value `k`, shifted by
/// `shift`, passes `h`; started at 0. Two-sided without a change: half of it.
///
/// `A(z) = 1 + A(0) Φ(k − δ − z) + ∫₀ʰ A(y) φ(y + k − δ − z) dy` (A. L. Goel and S. M. Wu, Technometrics 13 (1971)
/// 221–230), by Gauss–Legendre nodes.
pub fn cusum(k: f64, h: f64, shift: f64) -> f64 {
    let offset = k - shift;
    // 0, where the chart rests, is a node of its own.
    let mut nodes = vec![(0.0, 0.0)];
    nodes.extend(
        quadrature::legendre(NODES).into_iter().map(|(node, weight)| (0.5 * h * (node + 1.0), 0.5 * h * weight)),
    );
    let matrix = nodes
        .iter()
        .enumerate()
        .map(|(row, (from, _))| {
            let entries = nodes.iter().enumerate().map(|(column, (to, weight))| {
                let rest = if column == 0 { normal_cdf(offset - from) } else { 0.0 };
                f64::from(u8::from(row == column)) - weight * normal_density(to + offset - from) - rest
            });
            entries.chain([1.0]).collect()
        })
        .collect();
    solve(matrix)[0]
}

/// Siegmund's approximation of [`cusum`]: `(e^{−2Δb} + 2Δb − 1)/(2Δ²)`, `Δ = δ − k`, `b = h + 1.166` (D. Siegmund,
/// Sequential Analysis, 1985): within 1 %, **a cross-check**.
pub fn cusum_siegmund(k: f64, h: f64, shift: f64) -> f64 {
    let (delta, b) = (shift - k, h + 1.166);
    if delta.abs() < 1e-6 {
        return b * b;
    }
    ((-2.0 * delta * b).exp_m1() + 2.0 * delta * b) / (2.0 * delta * delta)
}

/// Solves a square system, given as rows that end with their right side; Gauss with row exchange.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let count = rows.len();
    for column in 0..count {
        let pivot = (column..count).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        rows.swap(column, pivot.unwrap_or(column));
        let (above, below) = rows.split_at_mut(column + 1);
        let pivot = &above[column];
        for row in below {
            let factor = row[column] / pivot[column];
            for (entry, subtracted) in row[column..].iter_mut().zip(&pivot[column..]) {
                *entry -= factor * subtracted;
            }
        }
    }
    let mut solution = vec![0.0; count];
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|column| rows[row][column] * solution[column]).sum();
        solution[row] = (rows[row][count] - known) / rows[row][row];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ewma_that_forgets_everything_is_a_shewhart_chart() {
        // λ = 1 looks at one number at a time: 1/P(|z| > 3).
        assert!((ewma(1.0, 3.0, 0.0) - 370.398).abs() < 1e-3);
    }

    #[test]
    fn limits_grow_with_the_length_that_is_wanted_and_stay_finite() {
        let limits: Vec<f64> = [0.0, 100.0, 365.0, 1e6, 1e10, 1e300].map(|length| ewma_limit(0.1, length)).to_vec();
        assert!(limits.is_sorted() && limits.iter().all(|limit| limit.is_finite()), "{limits:?}");
    }
}
