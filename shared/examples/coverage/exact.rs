//! The exact coverage of the NPS interval: every possible outcome of n answers, for every population on a grid.

use bearing_shared::stats::Limits;
use bearing_shared::stats::net::{self, Net};

use crate::{Expected, Figure};

/// Steps of the research note's grid, 1,275 populations: shares are multiples of 1/49.
const STEPS: u32 = 49;
/// Steps of a second grid, so that the first is seen not to be a lucky one: multiples of 2 %.
const OTHER_STEPS: u32 = 50;

/// One possible outcome.
struct Outcome {
    counts: [u32; 3],
    limits: Limits,
    /// The logarithm of the number of orders in which it can come about.
    ways: f64,
}

pub(crate) fn figures() -> Vec<Figure> {
    let ten = coverages(10, STEPS);
    let thirty = coverages(30, STEPS);
    let other = coverages(30, OTHER_STEPS);
    let enough = |coverages: &[f64]| {
        100.0 * coverages.iter().filter(|coverage| **coverage >= 0.93).count() as f64 / coverages.len() as f64
    };
    let least = |coverages: &[f64]| 100.0 * coverages.iter().copied().fold(1.0, f64::min);
    // Where the usual interval fails: a score of 85 from ten answers.
    let at_85 = |interval: Interval| 100.0 * coverage(&outcomes(10, interval), [0.88, 0.09, 0.03]);
    vec![
        Figure::new("plain interval, n = 10 at 85: coverage, %", (at_85(net::wald), 0.0), Expected::Near(71.8, 0.05)),
        Figure::new(
            "score interval, n = 10 at 85: coverage, %",
            (at_85(net::score_limits), 0.0),
            Expected::Near(96.3, 0.05),
        ),
        Figure::new("populations on the grid", (ten.len() as f64, 0.0), Expected::Near(1275.0, 0.0)),
        Figure::new("n = 10: % of populations covered 93 % or more", (enough(&ten), 0.0), Expected::AtLeast(99.0)),
        Figure::new("n = 10: lowest coverage, %", (least(&ten), 0.0), Expected::AtLeast(90.0)),
        Figure::new("n = 30: % of populations covered 93 % or more", (enough(&thirty), 0.0), Expected::AtLeast(100.0)),
        Figure::new("n = 30: lowest coverage, %", (least(&thirty), 0.0), Expected::AtLeast(93.0)),
        Figure::new("n = 30, other grid: % covered 93 % or more", (enough(&other), 0.0), Expected::AtLeast(99.0)),
        Figure::new("n = 30, other grid: lowest coverage, %", (least(&other), 0.0), Expected::AtLeast(92.9)),
    ]
}

/// An interval of counts at a level.
type Interval = fn(&Net, f64) -> Option<Limits>;

/// Every outcome of `n` answers, with its 95 % interval.
fn outcomes(n: u32, interval: Interval) -> Vec<Outcome> {
    let factorials: Vec<f64> = (0..=n)
        .scan(0.0, |sum, k| {
            *sum += f64::from(k.max(1)).ln();
            Some(*sum)
        })
        .collect();
    let mut outcomes = Vec::new();
    for favourable in 0..=n {
        for unfavourable in 0..=n - favourable {
            let neutral = n - favourable - unfavourable;
            let counts = [favourable, neutral, unfavourable];
            let [p, z, d] = counts.map(f64::from);
            let Some(limits) = interval(&Net { favourable: p, neutral: z, unfavourable: d }, 0.95) else {
                continue;
            };
            let ways = factorials[n as usize] - counts.iter().map(|count| factorials[*count as usize]).sum::<f64>();
            outcomes.push(Outcome { counts, limits, ways });
        }
    }
    outcomes
}

/// The coverage of the score interval of `n` answers at each point of the grid.
fn coverages(n: u32, steps: u32) -> Vec<f64> {
    let outcomes = outcomes(n, net::score_limits);
    let mut coverages = Vec::new();
    for favourable in 0..=steps {
        for unfavourable in 0..=steps - favourable {
            let shares = [favourable, steps - favourable - unfavourable, unfavourable];
            let shares = shares.map(|share| f64::from(share) / f64::from(steps));
            coverages.push(coverage(&outcomes, shares));
        }
    }
    coverages
}

fn coverage(outcomes: &[Outcome], shares: [f64; 3]) -> f64 {
    let truth = shares[0] - shares[2];
    // 1e-12: where the limit is the truth, as at the ends of the scale, it is covered.
    let holds = |limits: &Limits| limits.low <= truth + 1e-12 && truth <= limits.high + 1e-12;
    let probability = |outcome: &Outcome| {
        let logs = outcome.counts.iter().zip(shares).map(|(count, share)| match count {
            0 => 0.0,
            count => f64::from(*count) * share.ln(),
        });
        (outcome.ways + logs.sum::<f64>()).exp()
    };
    outcomes.iter().filter(|outcome| holds(&outcome.limits)).map(probability).sum()
}
