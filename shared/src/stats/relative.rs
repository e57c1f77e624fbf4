//! Johnson's relative weights: a cheaper division of R² that agrees with LMG closely, to check it by.

use super::driver::{Correlations, correlations};

/// Turns over the whole matrix until it is diagonal; six are usual.
const MOST_SWEEPS: usize = 60;

/// The parts of R² by relative weights: with `R = Q Λ Qᵀ` the drivers' correlations, `Λ* = Q Λ^{1/2} Qᵀ` and
/// `β = Λ*⁻¹ r`, driver j has `Σ λ*ⱼₖ² βₖ²` (J. W. Johnson, Multivariate Behavioral Research 35 (2000) 1–19). **A cross-check**
/// of [`super::driver::lmg`], and `None` where that is for its columns, or one driver follows from the others.
pub fn johnson(outcome: &[f64], drivers: &[Vec<f64>]) -> Option<Vec<f64>> {
    let Correlations { between, with_outcome } = correlations(outcome, drivers, None)?;
    let (values, vectors) = eigen(between);
    if values.iter().any(|value| *value < 1e-10) {
        return None;
    }
    let count = values.len();
    let power = |exponent: f64| -> Vec<Vec<f64>> {
        let entry = |row: usize, column: usize| {
            (0..count).map(|k| vectors[row][k] * values[k].powf(exponent) * vectors[column][k]).sum()
        };
        (0..count).map(|row| (0..count).map(|column| entry(row, column)).collect()).collect()
    };
    let (root, inverse) = (power(0.5), power(-0.5));
    let beta: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&with_outcome).map(|(a, b)| a * b).sum()).collect();
    Some(root.iter().map(|row| row.iter().zip(&beta).map(|(a, b)| a * a * b * b).sum()).collect())
}

/// The eigenvalues of a symmetric matrix, and its eigenvectors as columns, by Jacobi's rotations (1846).
fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let count = matrix.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..count).map(|row| (0..count).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    for _ in 0..MOST_SWEEPS {
        let off: f64 = (0..count).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| matrix[i][j].powi(2)).sum();
        if off < 1e-30 {
            break;
        }
        for p in 0..count {
            for q in p + 1..count {
                if matrix[p][q].abs() < 1e-300 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let cosine = 1.0 / t.hypot(1.0);
                let sine = t * cosine;
                for row in &mut matrix {
                    (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
                }
                let (above, below) = matrix.split_at_mut(q);
                for (a, b) in above[p].iter_mut().zip(&mut below[0]) {
                    (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
                }
                for row in &mut vectors {
                    (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
                }
            }
        }
    }
    ((0..count).map(|place| matrix[place][place]).collect(), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncorrelated_drivers_get_their_squared_correlations() {
        let one = vec![1.0, 1.0, -1.0, -1.0];
        let other = vec![1.0, -1.0, 1.0, -1.0];
        let outcome = [3.0, 1.0, -1.0, -3.0];
        let found = johnson(&outcome, &[one, other]).unwrap();
        assert!((found[0] - 0.8).abs() < 1e-12 && (found[1] - 0.2).abs() < 1e-12, "{found:?}");
    }
}
