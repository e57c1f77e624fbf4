//! Customer lifetime value under a contract with constant retention: three conventions that differ, each named.

use super::Limits;

/// One of the conventions: the value of a customer who brings `margin` each period, stays with probability `retention` (0 to
/// 1) and whose money is discounted by `discount` a period; `None` where the sum has no end.
pub type Convention = fn(margin: f64, retention: f64, discount: f64) -> Option<f64>;

/// The first margin at the end of the first period, from those who stayed: `m r/(1 + d − r)` (S. Gupta and D. R. Lehmann,
/// Journal of Interactive Marketing 17 (2003) 9–24).
pub fn if_retained(margin: f64, retention: f64, discount: f64) -> Option<f64> {
    certain(margin * retention, retention, discount)
}

/// The first margin now, from everybody: `m (1 + d)/(1 + d − r)`; one margin more than [`if_retained`].
pub fn now(margin: f64, retention: f64, discount: f64) -> Option<f64> {
    certain(margin * (1.0 + discount), retention, discount)
}

/// The first margin at the end of the first period, from everybody: `m/(1 + d − r)`.
pub fn certain(margin: f64, retention: f64, discount: f64) -> Option<f64> {
    let leaving = 1.0 + discount - retention;
    (leaving > 0.0 && (0.0..=1.0).contains(&retention)).then(|| margin / leaving)
}

/// The interval of a value from that of the retention: the value rises with it, so its limits are the values at the limits.
/// `None` where one of them has no end.
pub fn limits(convention: Convention, margin: f64, retention: Limits, discount: f64) -> Option<Limits> {
    let low = convention(margin, retention.low, discount)?;
    Some(Limits { low, high: convention(margin, retention.high, discount)? })
}

/// The value without discounting, `m/churn`; `None` without churn.
pub fn undiscounted(margin: f64, churn: f64) -> Option<f64> {
    (churn > 0.0).then(|| margin / churn)
}

/// A yearly discount rate as a monthly one: `(1 + d)^(1/12) − 1`.
pub fn monthly_discount(yearly: f64) -> f64 {
    (yearly.ln_1p() / 12.0).exp_m1()
}

/// The value when margins change at first: `now + Σ mₜ (r/(1 + d))ᵗ` over periods 1 to `horizon`, or without end; `margins`
/// for the first periods, and `after` for every later one. `None` where a sum without end has none.
pub fn growing(
    now: f64,
    margins: &[f64],
    after: f64,
    retention: f64,
    discount: f64,
    horizon: Option<u32>,
) -> Option<f64> {
    let kept = retention / (1.0 + discount);
    let first = horizon.map_or(margins.len(), |periods| margins.len().min(periods as usize));
    let mut factor = 1.0;
    let mut value = now;
    for margin in &margins[..first] {
        factor *= kept;
        value += margin * factor;
    }
    let rest = match horizon {
        // The sum of a geometric series, as many terms as are left.
        Some(periods) => {
            let left = f64::from(periods) - first as f64;
            if (kept - 1.0).abs() < 1e-12 { left } else { kept * (1.0 - kept.powf(left)) / (1.0 - kept) }
        }
        None if kept < 1.0 => kept / (1.0 - kept),
        None => return None,
    };
    Some(value + after * factor * rest)
}

/// Revenue minus the cost to serve, summed, minus what acquiring the customer cost: what has been earned so far.
pub fn historic(revenue_and_cost: &[(f64, f64)], acquisition: f64) -> f64 {
    revenue_and_cost.iter().map(|(revenue, cost)| revenue - cost).sum::<f64>() - acquisition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conventions_differ_as_they_say() {
        let value = |convention: Convention| convention(100.0, 0.85, 0.12).unwrap();
        let (retained, now, certain) = (value(if_retained), value(now), value(certain));
        assert!((now - retained - 100.0).abs() < 1e-9 && (certain - retained / 0.85).abs() < 1e-9);
        assert!((retained - 314.814_814_8).abs() < 1e-6);
        assert!((undiscounted(100.0, 0.15).unwrap() - 666.666_666).abs() < 1e-5);
        assert_eq!(super::now(1.0, 1.0, 0.0), None);
    }

    #[test]
    fn the_limits_are_the_values_at_the_limits_of_retention() {
        let limits = limits(if_retained, 10.0, Limits { low: 0.7, high: 0.9 }, 0.1).unwrap();
        assert!((limits.low - 17.5).abs() < 1e-9 && (limits.high - 45.0).abs() < 1e-9);
    }

    #[test]
    fn earned_so_far() {
        assert_eq!(historic(&[(100.0, 20.0), (50.0, 10.0)], 45.0), 75.0);
    }
}
