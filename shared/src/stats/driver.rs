//! What drives an outcome: its explained variance divided fairly among drivers that go together.

use super::Limits;
use super::random::Generator;

/// The most drivers: the work doubles with each.
pub const MOST_DRIVERS: usize = 14;
/// The least own variance of a driver, as a share, that the others do not explain.
const LEAST_OWN: f64 = 1e-10;

/// The explained variance and its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Lmg {
    /// The share of the outcome's variance that all drivers explain together, 0 to 1.
    pub r2: f64,
    /// Each driver's part of it, in the order given: never negative, adding up to `r2`.
    pub parts: Vec<f64>,
    /// Each driver's correlation with the outcome, −1 to 1.
    pub signs: Vec<f64>,
}

/// How far the shares can be relied on.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    /// The middle 95 % of each driver's share of R².
    pub parts: Vec<Limits>,
    /// How often each driver had the largest share, 0 to 1.
    pub first: Vec<f64>,
}

/// Correlations of drivers with each other and with the outcome.
pub(super) struct Correlations {
    pub(super) between: Vec<Vec<f64>>,
    pub(super) with_outcome: Vec<f64>,
}

/// The parts of R² by Lindeman, Merenda and Gold: each driver's gain in R², averaged over all orders of adding the drivers
/// to a linear model, which is the Shapley value of R². `outcome` and every one of `drivers` are values of the same
/// cases in the same order.
///
/// U. Grömping, Journal of Statistical Software 17 (2006) 1. `None` for no or more than [`MOST_DRIVERS`] drivers, unequal
/// lengths, a column that does not vary, or drivers of which one follows from the others.
pub fn lmg(outcome: &[f64], drivers: &[Vec<f64>]) -> Option<Lmg> {
    let found = correlations(outcome, drivers, None)?;
    let parts = shapley(&found)?;
    Some(Lmg { r2: parts.iter().sum::<f64>().min(1.0), parts, signs: found.with_outcome })
}

/// Repeats [`lmg`] on `rounds` samples of as many cases with replacement (B. Efron's percentile bootstrap); `seed` makes
/// two runs the same. `None` where [`lmg`] is, or when it is in more than half of the samples.
pub fn lmg_bootstrap(outcome: &[f64], drivers: &[Vec<f64>], rounds: u32, seed: u64) -> Option<Bootstrap> {
    lmg(outcome, drivers)?;
    let mut generator = Generator::new(seed);
    let mut shares: Vec<Vec<f64>> = vec![Vec::new(); drivers.len()];
    let mut first = vec![0.0; drivers.len()];
    let mut done = 0.0;
    for _ in 0..rounds {
        let sample: Vec<usize> = outcome.iter().map(|_| generator.below(outcome.len())).collect();
        let Some(parts) = correlations(outcome, drivers, Some(&sample)).and_then(|found| shapley(&found)) else {
            continue;
        };
        done += 1.0;
        let r2: f64 = parts.iter().sum();
        let largest = (0..parts.len()).max_by(|one, other| parts[*one].total_cmp(&parts[*other]));
        first[largest.unwrap_or(0)] += 1.0;
        for (column, part) in shares.iter_mut().zip(parts) {
            column.push(if r2 > 0.0 { part / r2 } else { 0.0 });
        }
    }
    if done == 0.0 || 2.0 * done < f64::from(rounds) {
        return None;
    }
    first.iter_mut().for_each(|count| *count /= done);
    let parts = shares
        .into_iter()
        .map(|mut column| {
            column.sort_by(f64::total_cmp);
            Limits { low: quantile(&column, 0.025), high: quantile(&column, 0.975) }
        })
        .collect();
    Some(Bootstrap { parts, first })
}

/// A quantile of sorted values, interpolated (Hyndman and Fan's type 7).
pub(super) fn quantile(sorted: &[f64], at: f64) -> f64 {
    let place = at * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + place.fract() * (above - below)
}

/// The correlations of all cases, or of the `sample` of them; `None` as [`lmg`] says.
pub(super) fn correlations(outcome: &[f64], drivers: &[Vec<f64>], sample: Option<&[usize]>) -> Option<Correlations> {
    let cases = outcome.len();
    let fits = (1..=MOST_DRIVERS).contains(&drivers.len()) && drivers.iter().all(|column| column.len() == cases);
    if !fits || cases < 2 {
        return None;
    }
    let standard = |column: &[f64]| -> Option<Vec<f64>> {
        let mut values: Vec<f64> = match sample {
            Some(sample) => sample.iter().map(|place| column[*place]).collect(),
            None => column.to_vec(),
        };
        let mean = values.iter().sum::<f64>() / cases as f64;
        values.iter_mut().for_each(|value| *value -= mean);
        let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
        // A column that varies by rounding only does not vary.
        let varies = length > 1e-12 * (1.0 + mean.abs()) * (cases as f64).sqrt() && length.is_finite();
        values.iter_mut().for_each(|value| *value /= length);
        varies.then_some(values)
    };
    let outcome = standard(outcome)?;
    let columns = drivers.iter().map(|column| standard(column)).collect::<Option<Vec<_>>>()?;
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let mut between = vec![vec![1.0; columns.len()]; columns.len()];
    for one in 0..columns.len() {
        for other in 0..one {
            let found = product(&columns[one], &columns[other]);
            (between[one][other], between[other][one]) = (found, found);
        }
    }
    let with_outcome = columns.iter().map(|column| product(column, &outcome).clamp(-1.0, 1.0)).collect();
    Some(Correlations { between, with_outcome })
}

/// Shapley's parts of R²; `None` when one driver follows from others.
fn shapley(found: &Correlations) -> Option<Vec<f64>> {
    let count = found.with_outcome.len();
    let mut r2 = vec![0.0; 1 << count];
    explain(found, &mut Factor::default(), 0, 0, 0.0, &mut r2)?;
    // |S|! (p − 1 − |S|)!/p!, by the size of S.
    let mut weights = vec![1.0 / count as f64; count];
    for size in 1..count {
        weights[size] = weights[size - 1] * size as f64 / (count - size) as f64;
    }
    let parts = (0..count).map(|driver| {
        let without = (0..1_usize << count).filter(|set| set & (1 << driver) == 0);
        without.map(|set| weights[set.count_ones() as usize] * (r2[set | 1 << driver] - r2[set])).sum::<f64>().max(0.0)
    });
    Some(parts.collect())
}

/// The Cholesky factor of the chosen drivers' correlations, and the outcome's solved by it.
#[derive(Default)]
struct Factor {
    chosen: Vec<usize>,
    rows: Vec<Vec<f64>>,
    solved: Vec<f64>,
}

/// Fills `r2` for every set of drivers: depth first, each set adding one row to its parent's factor.
fn explain(
    found: &Correlations,
    factor: &mut Factor,
    set: usize,
    from: usize,
    explained: f64,
    r2: &mut [f64],
) -> Option<()> {
    r2[set] = explained;
    for driver in from..found.with_outcome.len() {
        let mut row: Vec<f64> = Vec::with_capacity(factor.rows.len() + 1);
        for (place, earlier) in factor.rows.iter().enumerate() {
            let known: f64 = row.iter().zip(earlier).map(|(a, b)| a * b).sum();
            row.push((found.between[driver][factor.chosen[place]] - known) / earlier[place]);
        }
        let own = 1.0 - row.iter().map(|entry| entry * entry).sum::<f64>();
        if own < LEAST_OWN {
            return None;
        }
        let known: f64 = row.iter().zip(&factor.solved).map(|(a, b)| a * b).sum();
        let gain = (found.with_outcome[driver] - known) / own.sqrt();
        row.push(own.sqrt());
        factor.chosen.push(driver);
        factor.rows.push(row);
        factor.solved.push(gain);
        explain(found, factor, set | 1 << driver, driver + 1, explained + gain * gain, r2)?;
        factor.chosen.pop();
        factor.rows.pop();
        factor.solved.pop();
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(count: usize, cases: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        let mut generator = Generator::new(7);
        let drivers: Vec<Vec<f64>> = (0..count).map(|_| (0..cases).map(|_| generator.unit()).collect()).collect();
        let outcome = (0..cases).map(|case| 2.0 * drivers[0][case] + drivers[1][case] + generator.unit()).collect();
        (outcome, drivers)
    }

    #[test]
    fn parts_add_up_and_the_stronger_driver_comes_first() {
        let (outcome, drivers) = columns(5, 300);
        let found = lmg(&outcome, &drivers).unwrap();
        assert!((found.parts.iter().sum::<f64>() - found.r2).abs() < 1e-12);
        assert!(found.parts[0] > found.parts[1] && found.parts[1] > found.parts[2]);
        let limits = lmg_bootstrap(&outcome, &drivers, 100, 1).unwrap();
        assert!(limits.first[0] > 0.99);
        assert!(limits.parts[0].contains(found.parts[0] / found.r2));
        assert_eq!(lmg_bootstrap(&outcome, &drivers, 100, 1), Some(limits));
    }

    #[test]
    fn what_cannot_be_divided_is_not() {
        let (outcome, mut drivers) = columns(3, 50);
        drivers.push(drivers[0].iter().map(|value| 3.0 * value - 1.0).collect());
        assert_eq!(lmg(&outcome, &drivers), None);
        drivers[3] = vec![2.0; 50];
        assert_eq!(lmg(&outcome, &drivers), None);
        assert_eq!(lmg(&outcome, &[]), None);
        assert_eq!(lmg(&[1.0], &[vec![2.0]]), None);
        let (outcome, drivers) = columns(15, 50);
        assert_eq!(lmg(&outcome, &drivers), None);
    }
}
