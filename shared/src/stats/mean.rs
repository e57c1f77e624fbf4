//! Means of raw scores: the adjusted t interval that is shown, Welch's and the paired difference, and plain t.

use super::distribution::{student_of_level, student_p};
use super::{Comparison, Limits};

/// The count, mean and sum of squared deviations of scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many.
    pub n: f64,
    /// Their mean.
    pub mean: f64,
    /// The sum of their squared deviations from the mean.
    pub squares: f64,
}

impl Moments {
    /// The moments of values with counts; `None` when all counts are zero.
    pub fn of(counted: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let n: f64 = counted.clone().map(|(_, count)| count).sum();
        if n <= 0.0 {
            return None;
        }
        let mean = counted.clone().map(|(value, count)| value * count).sum::<f64>() / n;
        // Two passes: squares of deviations never cancel.
        let squares = counted.map(|(value, count)| count * (value - mean) * (value - mean)).sum();
        Some(Self { n, mean, squares })
    }

    /// The sample variance, over n − 1; `None` below two.
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1.0).then(|| self.squares / (self.n - 1.0))
    }

    /// The standard error of the mean; `None` below two.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.n).sqrt())
    }
}

/// The plain t interval of a mean, not clipped; `None` below two values. It covers 73 % to 83 % instead of 95 % at n = 10
/// near the end of a scale: **a cross-check only**, never shown.
pub fn t_limits(moments: &Moments, level: f64) -> Option<Limits> {
    let half = student_of_level(level, moments.n - 1.0) * moments.standard_error()?;
    Some(Limits { low: moments.mean - half, high: moments.mean + half })
}

/// The adjusted t interval of a mean on the scale `min..=max`: with one pseudo-answer spread evenly over the scale's
/// points, the t interval with n − 1 degrees of freedom, clipped to the scale. With one answer nothing is known of the
/// spread, and the interval is the whole scale.
///
/// Of this house (research note §2): it covers 95 % or more in all seven shapes that were simulated at n = 10 to 100,
/// where plain t falls to 73 %. Its middle is the adjusted mean, not the mean; both are inside.
pub fn adjusted_t_limits(moments: &Moments, min: u8, max: u8, level: f64) -> Limits {
    let (low, high) = (f64::from(min), f64::from(max));
    let points = high - low + 1.0;
    let middle = 0.5 * (low + high);
    let n = moments.n + 1.0;
    let mean = (moments.n * moments.mean + middle) / n;
    // The points' own spread, (K² − 1)/12, and that between the two parts.
    let own = (points * points - 1.0) / 12.0;
    let squares = moments.squares + own + moments.n / n * (moments.mean - middle) * (moments.mean - middle);
    let half = student_of_level(level, moments.n - 1.0) * (squares / moments.n / n).sqrt();
    let limits = Limits { low: mean - half, high: mean + half }.clipped(low, high);
    Limits { low: limits.low.min(moments.mean), high: limits.high.max(moments.mean) }
}

/// The middle of [`adjusted_t_limits`] before it is clipped.
pub fn adjusted_mean(moments: &Moments, min: u8, max: u8) -> f64 {
    (moments.n * moments.mean + 0.5 * (f64::from(min) + f64::from(max))) / (moments.n + 1.0)
}

/// The outcome of a t test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TTest {
    /// The difference, its limits and its p-value.
    pub comparison: Comparison,
    /// The difference in standard errors.
    pub t: f64,
    /// The degrees of freedom.
    pub df: f64,
    /// The standard error of the difference.
    pub standard_error: f64,
}

fn t_test(delta: f64, standard_error: f64, df: f64, level: f64) -> TTest {
    let half = student_of_level(level, df) * standard_error;
    let t = delta / standard_error;
    let comparison = Comparison { delta, low: delta - half, high: delta + half, p_value: student_p(t, df) };
    TTest { comparison, t, df, standard_error }
}

/// Welch's test of two means, `a − b`, without assuming equal variances; degrees of freedom after Satterthwaite. `None`
/// when one has fewer than two values or neither varies: then nothing says how far chance would go.
///
/// B. L. Welch, Biometrika 34 (1947) 28–35.
pub fn welch(a: &Moments, b: &Moments, level: f64) -> Option<TTest> {
    let (va, vb) = (a.variance()? / a.n, b.variance()? / b.n);
    let sum = va + vb;
    let df = sum * sum / (va * va / (a.n - 1.0) + vb * vb / (b.n - 1.0));
    (sum > 0.0 && df.is_finite()).then(|| t_test(a.mean - b.mean, sum.sqrt(), df, level))
}

/// The test of a mean difference within pairs, against 0: one-sample t with n − 1 degrees of freedom. `None` below two
/// pairs or when all differ by the same.
pub fn paired(differences: &Moments, level: f64) -> Option<TTest> {
    let error = differences.standard_error()?;
    (error > 0.0).then(|| t_test(differences.mean, error, differences.n - 1.0, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_says_nothing_of_the_spread() {
        let one = Moments::of([(5.0, 1.0)].into_iter()).unwrap();
        assert_eq!(adjusted_t_limits(&one, 1, 5, 0.95), Limits { low: 1.0, high: 5.0 });
        assert_eq!((t_limits(&one, 0.95), welch(&one, &one, 0.95)), (None, None));
    }
}
