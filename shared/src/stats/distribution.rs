//! Normal, Student and beta distributions: `statrs` where it is exact, and our own where large samples leave it.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::{erfc, erfc_inv};
use statrs::function::gamma::ln_gamma;

use super::{quadrature, root};

/// Most terms of the continued fraction; it needs about the square root of the larger parameter.
const MOST_TERMS: u32 = 20_000;
/// Above this both parameters of a beta distribution are large enough to integrate its smooth density.
const LARGE: f64 = 3000.0;
/// Degrees of freedom from which the expansion around the normal distribution is exact to 13 digits.
const MANY: f64 = 1e5;

/// The z that a two-sided level asks for: 1.96 for 0.95. Levels outside 0 to 1 are taken as the nearer end, and the
/// result is finite.
pub fn z_of_level(level: f64) -> f64 {
    // Below the smallest tail that `1 − level` can tell from zero.
    let tail = (1.0 - level.clamp(0.0, 1.0)).max(f64::EPSILON / 2.0);
    SQRT_2 * erfc_inv(tail)
}

/// The probability that a standard normal number is at most `z`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// The density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The z below which a standard normal number lies with probability `p`, `0 < p < 1`.
pub fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0))
}

/// The probability of a standard normal number at least as far from zero as `z`: a two-sided p-value.
pub fn normal_p(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

/// The probability of a Student number with `df` degrees of freedom at least as far from zero as `t`: a two-sided
/// p-value. 1 when `df` is not above zero.
///
/// `I_{df/(df+t²)}(df/2, 1/2)` (Abramowitz and Stegun 26.7.1), from 10⁵ degrees on the normal distribution at
/// `t (1 − 1/4df)/√(1 + t²/2df)` (26.7.8).
pub fn student_p(t: f64, df: f64) -> f64 {
    // Also when it is NaN.
    if df.is_nan() || df <= 0.0 {
        return 1.0;
    }
    if df > MANY {
        return normal_p(t * (1.0 - 0.25 / df) / (0.5 * t * t / df).mul_add(1.0, 1.0).sqrt());
    }
    let square = t * t;
    beta_tails(0.5 * df, 0.5, df / (df + square), square / (df + square)).0
}

/// The t that a two-sided level asks for with `df` degrees of freedom; infinite when `df` is not above zero.
pub fn student_of_level(level: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 {
        return f64::INFINITY;
    }
    let tail = (1.0 - level.clamp(0.0, 1.0)).max(f64::EPSILON / 2.0);
    let z = z_of_level(level);
    // Cornish–Fisher (Abramowitz and Stegun 26.7.5): exact for many degrees of freedom, elsewhere a start.
    let square = z * z;
    let near = z
        * (1.0
            + (square + 1.0) / (4.0 * df)
            + ((5.0 * square + 16.0) * square + 3.0) / (96.0 * df * df)
            + (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / (384.0 * df * df * df));
    if df > MANY {
        return near;
    }
    let mut high = near.max(z).max(1.0) * 2.0;
    while student_p(high, df) > tail && high < 1e300 {
        high *= 4.0;
    }
    // In logarithms the tail is nearly straight, whatever its size.
    root::crossing(|t| student_p(t, df).max(f64::MIN_POSITIVE).ln() - tail.ln(), 0.0, high)
}

/// `ln Γ(z) − ((z − ½) ln z − z + ½ ln 2π)`: what Stirling's formula leaves out.
fn stirling_rest(z: f64) -> f64 {
    if z < 12.0 {
        return ln_gamma(z) - ((z - 0.5) * z.ln() - z + 0.5 * (2.0 * PI).ln());
    }
    let square = z * z;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square) / square)
        / z
}

/// `ln (x^a y^b / B(a, b))` with `y = 1 − x`, without the cancellation of large logarithms (C. Loader, Fast and
/// Accurate Computation of Binomial Probabilities, 2000).
fn ln_beta_weight(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let shift = if x < y { x * n - a } else { b - y * n };
    // `ln(1 + u)` where the argument is near 1, and the plain logarithm where it is not.
    let log = |ratio: f64, u: f64| if u.abs() < 0.5 { u.ln_1p() } else { ratio.ln() };
    a * log(x * n / a, shift / a)
        + b * log(y * n / b, -shift / b)
        + 0.5 * (a / (2.0 * PI) * (b / n)).ln()
        + stirling_rest(n)
        - stirling_rest(a)
        - stirling_rest(b)
}

/// The logarithm of the beta density at `x`, with `y = 1 − x`; `0 < x < 1`.
pub fn ln_beta_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    ln_beta_weight(a, b, x, y) - x.ln() - y.ln()
}

/// The probabilities that a beta number (`a, b > 0`) lies below and above `x`, with `y = 1 − x` given for accuracy.
///
/// The continued fraction of Abramowitz and Stegun 26.5.8 by Lentz's method, on the side where it converges; where both
/// parameters are above 3,000, Gauss–Legendre quadrature of the density over the nearer tail. `statrs` stops after
/// 140 terms, which is not enough from some thousand answers on.
pub fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if a > LARGE && b > LARGE {
        return smooth_tails(a, b, x, y);
    }
    if x < (a + 1.0) / (a + b + 2.0) {
        let low = (ln_beta_weight(a, b, x, y).exp() / a * fraction(a, b, x)).min(1.0);
        (low, 1.0 - low)
    } else {
        let high = (ln_beta_weight(b, a, y, x).exp() / b * fraction(b, a, y)).min(1.0);
        (1.0 - high, high)
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for m in 1..=MOST_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(even.mul_add(d, 1.0));
        c = away(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(odd.mul_add(d, 1.0));
        c = away(1.0 + odd / c);
        let step = d * c;
        result *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    result
}

/// Both tails of a beta distribution with two large parameters: the smaller one by quadrature.
fn smooth_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let n = a + b;
    let mean = a / n;
    let deviation = (mean * (b / n) / (n + 1.0)).sqrt();
    let below = x < mean;
    // From x outwards; nine standard deviations further on less than 1e-18 is left.
    let reach = if below { (x - 9.0 * deviation).max(0.0) } else { (x + 9.0 * deviation).min(1.0) };
    if (x - mean).abs() > 40.0 * deviation {
        return if below { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    let (low, high) = if below { (reach, x) } else { (x, reach) };
    let density = |at: f64| {
        // Measured from x, whose complement is known exactly.
        let rest = y - (at - x);
        if at <= 0.0 || rest <= 0.0 { 0.0 } else { ln_beta_density(a, b, at, rest).exp() }
    };
    let tail = quadrature::gauss_legendre(density, low, high, 1).clamp(0.0, 1.0);
    if below { (tail, 1.0 - tail) } else { (1.0 - tail, tail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64, relative: f64) {
        assert!((found - wanted).abs() <= relative * wanted.abs(), "{found} is not {wanted}");
    }

    #[test]
    fn tabled_values_of_the_normal_distribution() {
        near(z_of_level(0.95), 1.959_963_984_540_054, 1e-15);
        near(z_of_level(0.9999), 3.890_591_886_413_12, 1e-13);
        near(normal_p(8.0), 1.244_192_114_854_356_8e-15, 1e-10);
        near(normal_p(35.0), 2.249_821_412_944_812e-268, 1e-10);
        assert!(z_of_level(1.0).is_finite());
    }

    #[test]
    fn student_meets_its_closed_forms_and_the_normal_distribution() {
        // df = 1 is Cauchy's, df = 2 is algebraic.
        near(student_of_level(0.95, 1.0), (0.475 * PI).tan(), 1e-12);
        let p: f64 = 0.975;
        near(student_of_level(0.95, 2.0), (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt(), 1e-12);
        near(student_of_level(0.95, 29.0), 2.045_229_642_132_703, 1e-12);
        near(student_of_level(0.95, 1e9), z_of_level(0.95), 1e-8);
        // The two branches meet.
        near(student_of_level(0.99, MANY * 0.999_999), student_of_level(0.99, MANY * 1.000_001), 1e-10);
        near(student_p(2.5, MANY * 0.999_999), student_p(2.5, MANY * 1.000_001), 1e-9);
        assert_eq!((student_p(1.0, 0.0), student_of_level(0.95, f64::NAN)), (1.0, f64::INFINITY));
    }

    #[test]
    fn beta_meets_its_closed_forms_and_itself() {
        near(beta_tails(1.0, 5.0, 0.1, 0.9).1, 0.9_f64.powi(5), 1e-14);
        near(beta_tails(0.5, 0.5, 0.3, 0.7).0, 2.0 / PI * 0.3_f64.sqrt().asin(), 1e-14);
        for (a, b, x) in [(2999.0, 4000.0, 0.42), (3001.0, 4000.0, 0.435), (3001.0, 1e6, 0.003)] {
            let (low, high) = beta_tails(a, b, x, 1.0 - x);
            near(low + high, 1.0, 1e-13);
            let by_fraction = ln_beta_weight(a, b, x, 1.0 - x).exp() / a * fraction(a, b, x);
            near(low, by_fraction, 1e-10);
        }
        // The median of a symmetric one, however large.
        near(beta_tails(5e8, 5e8, 0.5, 0.5).0, 0.5, 1e-9);
    }
}
