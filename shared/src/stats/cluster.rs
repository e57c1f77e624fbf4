//! Several answers per respondent or account: how many independent answers they are worth.

/// One cluster's answers: the sum of their contributions and how many they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cluster {
    /// The sum of the contributions: 1, 0 or −1 each for a net share, 1 or 0 for a share.
    pub sum: f64,
    /// The number of answers.
    pub n: f64,
}

/// The design effect of clusters: the variance of the overall mean over that of as many independent answers, where one
/// answer has `variance`. `SE² = C/(C − 1) Σ (Σᵢ (xᵢ − m))²/n²` over C clusters (W. G. Cochran, Sampling Techniques, 1977,
/// 9A.4). Divide n by it before an interval is made. `None` below two clusters or without variance.
pub fn design_effect(clusters: &[Cluster], variance: f64) -> Option<f64> {
    let (sum, n) = clusters.iter().fold((0.0, 0.0), |(sum, n), cluster| (sum + cluster.sum, n + cluster.n));
    let count = clusters.len() as f64;
    if count < 2.0 || n <= 0.0 || variance <= 0.0 {
        return None;
    }
    let mean = sum / n;
    let squares: f64 = clusters.iter().map(|cluster| (cluster.sum - cluster.n * mean).powi(2)).sum();
    Some(count / (count - 1.0) * squares / (n * variance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_that_agree_within_count_once_each() {
        // Twenty accounts of ten answers: half of them all for, half all against.
        let clusters: Vec<Cluster> =
            (0..20).map(|place| Cluster { sum: if place % 2 == 0 { 10.0 } else { -10.0 }, n: 10.0 }).collect();
        assert!((design_effect(&clusters, 1.0).unwrap() - 10.0 * 20.0 / 19.0).abs() < 1e-12);
        assert_eq!(design_effect(&clusters[..1], 1.0), None);
    }
}
