//! Random days: answers in shares that are known, volumes that vary as they should, and what a sample of runs says.

use bearing_shared::stats::alarm::Day;
use bearing_shared::stats::distribution::normal_quantile;
use bearing_shared::stats::random::Generator;

/// Shares for and against.
#[derive(Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) favourable: f64,
    pub(crate) unfavourable: f64,
}

impl Shares {
    /// The population of the research note: 50 / 30 / 20.
    pub(crate) const USUAL: Self = Self { favourable: 0.5, unfavourable: 0.2 };

    /// The same with another NPS, by so many points, half of them taken from either end.
    pub(crate) fn moved(self, points: f64) -> Self {
        let half = points / 200.0;
        Self { favourable: self.favourable + half, unfavourable: self.unfavourable - half }
    }

    /// A day of `n` answers.
    pub(crate) fn day(self, generator: &mut Generator, n: u64) -> Day {
        let mut day = Day { favourable: 0, unfavourable: 0, n };
        for _ in 0..n {
            let pick = generator.unit();
            day.favourable += u64::from(pick < self.favourable);
            day.unfavourable += u64::from(pick >= 1.0 - self.unfavourable);
        }
        day
    }
}

/// A standard normal number.
pub(crate) fn normal(generator: &mut Generator) -> f64 {
    normal_quantile(generator.unit().max(1e-300))
}

/// A Poisson number: exponential waiting times, in portions that do not underflow.
pub(crate) fn poisson(generator: &mut Generator, mean: f64) -> u64 {
    let mut left = mean;
    let mut count = 0;
    while left > 0.0 {
        let portion = left.min(200.0);
        let (end, mut product) = ((-portion).exp(), generator.unit());
        while product > end {
            count += 1;
            product *= generator.unit();
        }
        left -= portion;
    }
    count
}

/// A negative binomial number with variance `phi` times its mean: Poisson with a gamma distributed mean.
pub(crate) fn overdispersed(generator: &mut Generator, mean: f64, phi: f64) -> u64 {
    let scale = phi - 1.0;
    let portion = gamma(generator, mean / scale) * scale;
    poisson(generator, portion)
}

/// A gamma number of this shape (G. Marsaglia and W. W. Tsang, ACM TOMS 26 (2000) 363–372).
fn gamma(generator: &mut Generator, shape: f64) -> f64 {
    if shape < 1.0 {
        return gamma(generator, shape + 1.0) * generator.unit().max(1e-300).powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let x = normal(generator);
        let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && generator.unit().ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}

/// A share of runs in percent, and its standard error.
pub(crate) fn share(runs: &[f64], counts: impl Fn(f64) -> bool) -> (f64, f64) {
    let n = runs.len() as f64;
    let p = runs.iter().filter(|run| counts(**run)).count() as f64 / n;
    (100.0 * p, 100.0 * (p * (1.0 - p) / n).sqrt())
}

/// The mean of runs, and its standard error.
pub(crate) fn mean(runs: &[f64]) -> (f64, f64) {
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let squares = runs.iter().map(|run| (run - mean).powi(2)).sum::<f64>();
    (mean, (squares / (n - 1.0) / n).sqrt())
}

/// A quantile of runs, and its standard error: that of the rank, by the runs one standard error of rank away.
pub(crate) fn quantile(runs: &[f64], at: f64) -> (f64, f64) {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let place = |share: f64| sorted[((share * n) as usize).min(sorted.len() - 1)];
    let step = (at * (1.0 - at) / n).sqrt();
    (place(at), 0.5 * (place(at + step) - place(at - step)))
}
