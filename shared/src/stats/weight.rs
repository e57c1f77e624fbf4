//! Weighting: raking to known totals, what weights cost, and weighted shares.

use super::net::Net;

/// The number of equally weighted answers that tell as much: `(Σw)²/Σw²` (L. Kish, Survey Sampling, 1965). 0 for none.
pub fn effective(weights: impl Iterator<Item = f64> + Clone) -> f64 {
    let sum: f64 = weights.clone().sum();
    let squares: f64 = weights.map(|weight| weight * weight).sum();
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Weighted groups of answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// The weighted shares, at the effective number of answers: what an interval is made of.
    pub net: Net,
    /// The number of answers.
    pub n: f64,
    /// What weighting costs: n over the effective number.
    pub design_effect: f64,
}

/// Groups of answers in which each answer has the group's weight, above 0; `None` without answers.
pub fn groups(groups: &[(Net, f64)]) -> Option<Weighted> {
    let (mut sums, mut n, mut squares) = (Net { favourable: 0.0, neutral: 0.0, unfavourable: 0.0 }, 0.0, 0.0);
    for (net, weight) in groups {
        sums.favourable += weight * net.favourable;
        sums.neutral += weight * net.neutral;
        sums.unfavourable += weight * net.unfavourable;
        n += net.n();
        squares += weight * weight * net.n();
    }
    let total = sums.n();
    if n <= 0.0 || total <= 0.0 || squares <= 0.0 {
        return None;
    }
    let effective = total * total / squares;
    Some(Weighted { net: sums.at(effective), n, design_effect: n / effective })
}

/// The weight of one answer in each cell of a two-way table, such that rows and columns add up to known totals.
///
/// Iterative proportional fitting (W. E. Deming and F. F. Stephan, Annals of Mathematical Statistics 11 (1940) 427–444),
/// until no total is off by more than 10⁻¹² of itself. `None` when the table and the totals do not fit together: unequal
/// sizes or sums, a total above zero without an answer, or no end in 10,000 rounds.
pub fn rake(counts: &[Vec<f64>], row_totals: &[f64], column_totals: &[f64]) -> Option<Vec<Vec<f64>>> {
    let (rows, columns) = (row_totals.len(), column_totals.len());
    let fits = counts.len() == rows && counts.iter().all(|row| row.len() == columns);
    let (sum, other): (f64, f64) = (row_totals.iter().sum(), column_totals.iter().sum());
    if !fits || sum <= 0.0 || (sum - other).abs() > 1e-9 * sum {
        return None;
    }
    let mut row_factors = vec![1.0; rows];
    let mut column_factors = vec![1.0; columns];
    for _ in 0..10_000 {
        let mut off: f64 = 0.0;
        for row in 0..rows {
            let reached: f64 = (0..columns).map(|column| counts[row][column] * column_factors[column]).sum();
            let factor = scale(row_totals[row], reached)?;
            off = off.max((factor / row_factors[row] - 1.0).abs());
            row_factors[row] = factor;
        }
        for column in 0..columns {
            let reached: f64 = (0..rows).map(|row| counts[row][column] * row_factors[row]).sum();
            let factor = scale(column_totals[column], reached)?;
            off = off.max((factor / column_factors[column] - 1.0).abs());
            column_factors[column] = factor;
        }
        if off <= 1e-12 {
            let weights = row_factors.iter().map(|row| column_factors.iter().map(|column| row * column).collect());
            return Some(weights.collect());
        }
    }
    None
}

/// What brings `reached` to `total`; `None` when nothing does. A total of zero without answers needs nothing.
fn scale(total: f64, reached: f64) -> Option<f64> {
    if reached > 0.0 && total > 0.0 { Some(total / reached) } else { (reached <= 0.0 && total <= 0.0).then_some(1.0) }
}

/// Weights capped to between `least` and `most` times their mean, the mean kept; a few extreme weights cost more than the
/// bias that they cure. Ends when nothing moves any more, or after 100 rounds.
pub fn capped(weights: &[f64], least: f64, most: f64) -> Vec<f64> {
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    let mut capped = weights.to_vec();
    for _ in 0..100 {
        let sum: f64 = capped.iter().sum();
        if sum <= 0.0 {
            break;
        }
        let factor = mean * weights.len() as f64 / sum;
        let mut moved = false;
        for weight in &mut capped {
            let kept = (*weight * factor).clamp(least * mean, most * mean);
            moved |= (kept - *weight).abs() > 1e-12 * mean;
            *weight = kept;
        }
        if !moved {
            break;
        }
    }
    capped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_cost_nothing() {
        assert!((effective([2.0; 50].into_iter()) - 50.0).abs() < 1e-12);
        assert_eq!(effective([].into_iter()), 0.0);
        assert_eq!(groups(&[]), None);
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        assert_eq!(rake(&[vec![1.0, 0.0]], &[1.0], &[0.5, 0.5]), None);
        assert_eq!(rake(&[vec![1.0]], &[1.0], &[2.0]), None);
        assert_eq!(rake(&[vec![1.0]], &[1.0, 1.0], &[2.0]), None);
    }

    #[test]
    fn caps_hold_and_keep_the_mean() {
        let found = capped(&[1.0, 1.0, 1.0, 1.0, 16.0], 0.3, 3.0);
        assert!(found.iter().all(|weight| (1.2 - 1e-9..=12.0 + 1e-9).contains(weight)), "{found:?}");
        assert!((found.iter().sum::<f64>() - 20.0).abs() < 1e-9);
    }
}
