//! Shrinkage: scores of many segments pulled towards their common mean, the fewer answers the further.

/// Estimates pulled towards their mean: `M + τ²/(τ² + vᵢ) (sᵢ − M)`, in the order given, from pairs of an estimate and the
/// variance `vᵢ > 0` of its error.
///
/// `τ²`, the variance between the true values, by moments (R. DerSimonian and N. Laird, Controlled Clinical Trials 7
/// (1986) 177–188), and `M` their mean weighted by `1/(τ² + vᵢ)`; the estimator is empirical Bayes (B. Efron and C. Morris
/// 1975). Without it the ends of a league table are the segments with the fewest answers. One estimate alone stays.
pub fn towards_mean(estimates: &[(f64, f64)]) -> Vec<f64> {
    if estimates.len() < 2 {
        return estimates.iter().map(|(estimate, _)| *estimate).collect();
    }
    let between = between_variance(estimates);
    let mean = weighted_mean(estimates, between);
    estimates.iter().map(|(estimate, variance)| mean + between / (between + variance) * (estimate - mean)).collect()
}

fn weighted_mean(estimates: &[(f64, f64)], between: f64) -> f64 {
    let weights = || estimates.iter().map(|(estimate, variance)| (estimate, 1.0 / (variance + between)));
    weights().map(|(estimate, weight)| estimate * weight).sum::<f64>()
        / weights().map(|(_, weight)| weight).sum::<f64>()
}

/// DerSimonian and Laird's variance between the true values: `max(0, (Q − (k − 1))/(Σw − Σw²/Σw))`, `w = 1/v`.
///
/// The denominator is computed as `Σ wᵢ (Σ of the others)/Σw`, which subtracts nothing: where one estimate is a billion
/// times as exact as the rest, the two sums are the same number.
fn between_variance(estimates: &[(f64, f64)]) -> f64 {
    let mean = weighted_mean(estimates, 0.0);
    let weights: Vec<f64> = estimates.iter().map(|(_, variance)| 1.0 / variance).collect();
    let spread: f64 = estimates.iter().map(|(estimate, variance)| (estimate - mean).powi(2) / variance).sum();
    // What comes after each; what comes before is added up on the way.
    let mut after = vec![0.0; weights.len()];
    for place in (1..weights.len()).rev() {
        after[place - 1] = after[place] + weights[place];
    }
    let (mut before, mut products) = (0.0, 0.0);
    for (weight, after) in weights.iter().zip(after) {
        products += weight * (before + after);
        before += weight;
    }
    let free = estimates.len() as f64 - 1.0;
    ((spread - free) * before / products).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_segments_become_equal_and_different_ones_stay_apart() {
        let equal = towards_mean(&[(0.3, 0.01), (0.32, 0.01), (0.28, 0.04)]);
        assert!(equal.iter().all(|score| (score - equal[0]).abs() < 1e-12));
        let apart = towards_mean(&[(0.9, 1e-6), (-0.9, 1e-6), (0.9, 1.0)]);
        assert!((apart[0] - 0.9).abs() < 1e-4 && (apart[1] + 0.9).abs() < 1e-4);
        // The one with a large error moves furthest, and stays on its side.
        assert!(apart[2] < 0.8 && apart[2] > 0.0);
        assert_eq!(towards_mean(&[(0.4, 0.1)]), [0.4]);
    }

    #[test]
    fn one_estimate_may_be_far_more_exact_than_the_rest() {
        for exact in [1e-6, 1e-12, 1e-18, 1e-24] {
            let found = towards_mean(&[(100.0, 800.0), (0.0, exact)]);
            assert!((found[1]).abs() < 1e-3 && (0.0..=100.0).contains(&found[0]), "{exact}: {found:?}");
        }
    }
}
