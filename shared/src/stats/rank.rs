//! Rank correlation: whether two answers of the same respondents go together, whatever their scales.

use super::distribution::student_p;

/// Spearman's rank correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// −1 to 1.
    pub rho: f64,
    /// Two-sided, by Student's distribution of `ρ √((n − 2)/(1 − ρ²))`, good from about ten pairs on.
    pub p_value: f64,
    /// The number of pairs.
    pub n: usize,
}

/// The correlation of the ranks of pairs, ties at their middle rank (C. Spearman 1904). `None` below three pairs or when
/// one side does not vary.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<Correlation> {
    let n = pairs.len();
    let first = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let second = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let middle = (n as f64 + 1.0) / 2.0;
    let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
    for (a, b) in first.iter().zip(&second) {
        both += (a - middle) * (b - middle);
        one += (a - middle) * (a - middle);
        other += (b - middle) * (b - middle);
    }
    if n < 3 || one <= 0.0 || other <= 0.0 {
        return None;
    }
    let rho = (both / (one * other).sqrt()).clamp(-1.0, 1.0);
    let free = n as f64 - 2.0;
    let t = rho * (free / (1.0 - rho * rho).max(f64::MIN_POSITIVE)).sqrt();
    Some(Correlation { rho, p_value: student_p(t, free), n })
}

/// The rank of each value from 1, ties at the middle of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for tied in order.chunk_by(|one, other| values[*one] == values[*other]) {
        let middle = from as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|place| ranks[*place] = middle);
        from += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_take_their_middle_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    }

    #[test]
    fn order_is_all_that_counts() {
        let pairs: Vec<(f64, f64)> = (1..=20).map(|x| (f64::from(x), -f64::from(x).exp())).collect();
        let found = spearman(&pairs).unwrap();
        assert_eq!(found.rho, -1.0);
        assert!(found.p_value < 1e-9);
        // The usual textbook example: hours of television against intelligence.
        let iq = [86.0, 97.0, 99.0, 100.0, 101.0, 103.0, 106.0, 110.0, 112.0, 113.0];
        let hours = [0.0, 20.0, 28.0, 27.0, 50.0, 29.0, 7.0, 17.0, 6.0, 12.0];
        let found = spearman(&iq.into_iter().zip(hours).collect::<Vec<_>>()).unwrap();
        assert!((found.rho + 29.0 / 165.0).abs() < 1e-12 && (found.p_value - 0.627_188).abs() < 1e-5);
        assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)]), None);
    }
}
