//! Posterior probabilities: how likely a score is above a target, given the answers.

use std::f64::consts::FRAC_PI_2;

use super::distribution::{beta_tails, ln_beta_density};
use super::net::Net;
use super::share::Share;
use super::{Limits, quadrature, root};

/// Jeffreys' prior: half an answer for every group.
pub const JEFFREYS: Net = Net { favourable: 0.5, neutral: 0.5, unfavourable: 0.5 };

/// A density that adds nothing to a probability; the second factor, which is the dear one, is not computed there.
const NEGLIGIBLE: f64 = 1e-20;

/// The posterior of a net share: a Dirichlet distribution over the three groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetPosterior {
    /// Answers plus prior, each above 0.
    parameters: Net,
}

impl NetPosterior {
    /// The posterior after these answers with a prior of fractional answers, each above 0.
    pub fn new(net: &Net, prior: &Net) -> Self {
        let parameters = Net {
            favourable: net.favourable + prior.favourable,
            neutral: net.neutral + prior.neutral,
            unfavourable: net.unfavourable + prior.unfavourable,
        };
        Self { parameters }
    }

    /// The posterior mean of the net share.
    pub fn mean(&self) -> f64 {
        (self.parameters.favourable - self.parameters.unfavourable) / self.parameters.n()
    }

    /// The probability that the net share is at least `x`.
    ///
    /// The share of those not neutral, `S ~ Beta(α₊ + α₋, α₀)`, and that of favourable among them, `R ~ Beta(α₊, α₋)`, are
    /// independent, and the net share is `S (2R − 1)`. So it is `∫ f_S(s) P(R ≥ (1 + x/s)/2) ds`, over `s = sin² θ`, which
    /// takes the infinite ends out of the density, and split at `s = |x|`, where the second factor becomes 0 or 1.
    pub fn at_least(&self, x: f64) -> f64 {
        if x <= -1.0 {
            return 1.0;
        }
        if x > 1.0 {
            return 0.0;
        }
        let Net { favourable, neutral, unfavourable } = self.parameters;
        let (a, b) = (favourable + unfavourable, neutral);
        let angle_of = |share: f64| share.clamp(0.0, 1.0).sqrt().asin();
        let kink = angle_of(x.abs());
        // Where the density of θ is: its standard deviation is about ½/√n anywhere.
        let middle = angle_of(a / (a + b));
        let reach = 7.0 / (a + b).sqrt();
        let low = kink.max(middle - reach);
        let high = FRAC_PI_2.min((middle + reach).max(low + reach)).max(low);
        let inner = quadrature::double_exponential(
            |theta: f64| {
                let (sine, cosine) = theta.sin_cos();
                let (s, rest) = (sine * sine, cosine * cosine);
                if s <= 0.0 || rest <= 0.0 {
                    return 0.0;
                }
                let density = (ln_beta_density(a, b, s, rest) + (2.0 * sine * cosine).ln()).exp();
                if density < NEGLIGIBLE {
                    return 0.0;
                }
                // ½(1 ± x/s), each without cancellation near its own end.
                let (up, down) = (0.5 * (s + x) / s, 0.5 * (s - x) / s);
                let above = beta_tails(favourable, unfavourable, up.clamp(0.0, 1.0), down.clamp(0.0, 1.0)).1;
                density * above
            },
            low,
            high,
        );
        // Where S is smaller than |x|, the net share is above a negative x and below a positive one.
        let outer = if x < 0.0 { beta_tails(a, b, -x, 1.0 + x).0 } else { 0.0 };
        (inner + outer).clamp(0.0, 1.0)
    }

    /// The equal-tailed interval that holds the net share with this probability.
    pub fn limits(&self, level: f64) -> Limits {
        let tail = 0.5 * (1.0 - level.clamp(0.0, 1.0));
        let quantile = |above: f64| root::crossing(|x| self.at_least(x) - above, -1.0, 1.0);
        Limits { low: quantile(1.0 - tail), high: quantile(tail) }
    }
}

/// The probability that a share is at least `x`, with Jeffreys' prior: `Beta(k + ½, n − k + ½)`.
pub fn share_at_least(share: &Share, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    beta_tails(share.successes + 0.5, share.n - share.successes + 0.5, x.min(1.0), (1.0 - x).max(0.0)).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symmetric_answers_are_as_likely_above_as_below() {
        for n in [0.0, 1.0, 50.0, 1e4, 1e7] {
            let net = Net { favourable: n, neutral: 2.0 * n, unfavourable: n };
            let posterior = NetPosterior::new(&net, &JEFFREYS);
            assert!((posterior.at_least(0.0) - 0.5).abs() < 1e-9, "{n}: {}", posterior.at_least(0.0));
        }
    }

    #[test]
    fn the_ends_are_certain() {
        let posterior = NetPosterior::new(&Net { favourable: 9.0, neutral: 0.0, unfavourable: 0.0 }, &JEFFREYS);
        assert_eq!((posterior.at_least(-1.0), posterior.at_least(1.1)), (1.0, 0.0));
        assert!(posterior.at_least(-0.99) > 1.0 - 1e-9 && posterior.at_least(0.999_999) < 0.05);
        assert_eq!(share_at_least(&Share { successes: 3.0, n: 9.0 }, 0.0), 1.0);
        assert_eq!(share_at_least(&Share { successes: 9.0, n: 9.0 }, 1.5), 0.0);
    }
}
