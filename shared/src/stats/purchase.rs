//! Customers without a contract: the BG/NBD model of how often they buy and when they stop, fitted by likelihood.

use statrs::function::gamma::ln_gamma;

use super::simplex;

/// One customer: how many repeat purchases, the time of the last one, and the time watched, in one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer {
    /// Repeat purchases.
    pub frequency: u32,
    /// From the first purchase to the last, 0 without a repeat.
    pub recency: f64,
    /// From the first purchase to the end.
    pub age: f64,
}

/// The model's parameters: purchase rates are gamma distributed (`r`, `alpha`), the probability of stopping after a
/// purchase is beta distributed (`a`, `b`). All above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    /// The shape of purchase rates.
    pub r: f64,
    /// Their scale, in the unit of time.
    pub alpha: f64,
    /// Stopping after a purchase: for.
    pub a: f64,
    /// Stopping after a purchase: against.
    pub b: f64,
}

impl BgNbd {
    /// The logarithm of the likelihood of customers: P. S. Fader, B. G. S. Hardie and K. L. Lee, Marketing Science 24
    /// (2005) 275–284, equation 6, in logarithms.
    pub fn log_likelihood(&self, customers: &[Customer]) -> f64 {
        let Self { r, alpha, a, b } = *self;
        let most = customers.iter().map(|customer| customer.frequency).max().unwrap_or(0);
        // What depends on the frequency only.
        let common: Vec<f64> = (0..=most)
            .map(|frequency| {
                let x = f64::from(frequency);
                ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + ln_gamma(a + b) + ln_gamma(b + x)
                    - ln_gamma(b)
                    - ln_gamma(a + b + x)
            })
            .collect();
        let one = |customer: &Customer| {
            let x = f64::from(customer.frequency);
            let alive = -(r + x) * (alpha + customer.age).ln();
            let gone = if customer.frequency > 0 {
                a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + customer.recency).ln()
            } else {
                f64::NEG_INFINITY
            };
            let (larger, smaller) = if alive > gone { (alive, gone) } else { (gone, alive) };
            common[customer.frequency as usize] + larger + (smaller - larger).exp().ln_1p()
        };
        customers.iter().map(one).sum()
    }

    /// The likeliest parameters and their log-likelihood; `None` when nobody ever bought again.
    pub fn fit(customers: &[Customer]) -> Option<(Self, f64)> {
        if customers.iter().all(|customer| customer.frequency == 0) {
            return None;
        }
        // In logarithms every parameter is above 0.
        let model = |at: &[f64]| Self { r: at[0].exp(), alpha: at[1].exp(), a: at[2].exp(), b: at[3].exp() };
        let (at, value) = simplex::minimum(|at| -model(at).log_likelihood(customers), &[0.0, 1.0, 0.0, 1.0], 0.5);
        Some((model(&at), -value))
    }
}
