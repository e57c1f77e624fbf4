//! Finding where a function crosses zero, between two places that are known to lie on either side.

/// More steps than any bracket of `f64` needs.
const MOST_STEPS: u32 = 200;

/// The place in `low..=high` where `f` crosses zero, to within a few units in the last place of the larger end.
///
/// Chandrupatla's method (T. R. Chandrupatla, Advances in Engineering Software 28 (1997) 145–149): inverse quadratic
/// interpolation where it is safe, else bisection, so it is never slower than bisection by more than a factor. When
/// both ends have the same sign, the end nearer to zero is returned: the crossing lies just outside by rounding.
pub fn crossing(mut f: impl FnMut(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut a, mut b) = (high, low);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 || fb == 0.0 || fa.signum() == fb.signum() {
        return if fa.abs() < fb.abs() { a } else { b };
    }
    let (mut c, mut fc);
    let mut t = 0.5;
    let smallest = 2.0 * f64::EPSILON * low.abs().max(high.abs()).max(f64::MIN_POSITIVE);
    for _ in 0..MOST_STEPS {
        let x = a + t * (b - a);
        let fx = f(x);
        if fx.signum() == fa.signum() {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let (best, value) = if fa.abs() < fb.abs() { (a, fa) } else { (b, fb) };
        let tolerance = smallest.min(2.0 * f64::EPSILON * best.abs()).max(f64::MIN_POSITIVE) + 0.5 * smallest;
        let limit = tolerance / (b - a).abs();
        if limit > 0.5 || value == 0.0 {
            return best;
        }
        let xi = (a - b) / (c - b);
        let phi = (fa - fb) / (fc - fb);
        t = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        } else {
            0.5
        };
        t = t.clamp(limit, 1.0 - limit);
    }
    if fa.abs() < fb.abs() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_crossings_are_found_to_the_last_places() {
        assert!((crossing(|x| x * x - 2.0, 0.0, 2.0) - 2.0_f64.sqrt()).abs() < 1e-15);
        assert!((crossing(|x| x.cos() - x, 0.0, 1.0) - 0.739_085_133_215_160_6).abs() < 1e-15);
        // A vertical tangent, where secants crawl.
        assert!((crossing(|x: f64| x.cbrt() - 0.1, -1.0, 1.0) - 0.001).abs() < 1e-15);
    }

    #[test]
    fn without_a_crossing_the_nearer_end_is_the_answer() {
        assert_eq!(crossing(|x| x + 1.0, 0.0, 5.0), 0.0);
        assert_eq!(crossing(|x| x - 9.0, 0.0, 5.0), 5.0);
    }
}
