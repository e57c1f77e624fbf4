//! Differences from the intervals of the two sides: MOVER, and the p-value that inverting it gives.

use super::distribution::{normal_p, z_of_level};
use super::net::{Net, score_limits_at};
use super::{Comparison, Limits, root};

/// A z whose p-value, 3e-316, is the smallest that is told from 0.
const LARGEST_Z: f64 = 38.0;

/// The difference of two estimates, `first − second`, from functions that give each one's limits at a z.
///
/// MOVER, the method of variance estimates recovery: `L = Δ − √((e₁ − l₁)² + (u₂ − e₂)²)`,
/// `U = Δ + √((u₁ − e₁)² + (e₂ − l₂)²)`. G. Y. Zou and A. Donner, Statistics in Medicine 27 (2008) 1693–1702. The p-value
/// is the one whose interval just touches 0, so it never contradicts the interval. 1 where there is no difference.
pub fn difference(
    first: f64,
    first_limits: impl Fn(f64) -> Limits,
    second: f64,
    second_limits: impl Fn(f64) -> Limits,
    level: f64,
) -> Comparison {
    let delta = first - second;
    let low = |z: f64| delta - (first - first_limits(z).low).hypot(second_limits(z).high - second);
    let high = |z: f64| delta + (first_limits(z).high - first).hypot(second - second_limits(z).low);
    let z = z_of_level(level);
    let p_value = if delta == 0.0 {
        1.0
    } else {
        let touching = |z: f64| if delta > 0.0 { low(z) } else { -high(z) };
        normal_p(root::crossing(touching, 0.0, LARGEST_Z))
    };
    Comparison { delta, low: low(z), high: high(z), p_value }
}

/// The difference of two net shares, `a − b`, −2 to 2, from their score intervals; `None` when one has no answers.
pub fn net_difference(a: &Net, b: &Net, level: f64) -> Option<Comparison> {
    let (first, second) = (a.value()?, b.value()?);
    let limits =
        |net: Net, value: f64| move |z: f64| score_limits_at(&net, z).unwrap_or(Limits { low: value, high: value });
    Some(difference(first, limits(*a, first), second, limits(*b, second), level))
}

/// The z test of two net shares on their standard errors; `None` when one has no answers or neither has a variance.
///
/// On [`Net::adjusted`] counts it is the adjusted Wald test (MeasuringU, "NPS significance test"), **a cross-check**; on
/// plain counts it is wrong in one case of four at n = 10 against 50, and never shown.
pub fn net_z_test(a: &Net, b: &Net, level: f64) -> Option<Comparison> {
    let delta = a.value()? - b.value()?;
    let error = a.standard_error()?.hypot(b.standard_error()?);
    let half = z_of_level(level) * error;
    (error > 0.0).then(|| Comparison { delta, low: delta - half, high: delta + half, p_value: normal_p(delta / error) })
}
