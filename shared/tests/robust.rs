//! The far ends: billions of answers, levels near certainty, probabilities near nothing; every number stays a number.

#![cfg(test)]

use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::{self, nps::NPS};
use bearing_shared::stats::alarm::{self, Day};
use bearing_shared::stats::bayes::{JEFFREYS, NetPosterior};
use bearing_shared::stats::net::Net;
use bearing_shared::stats::{arl, distribution, mean, sample, share};

const LEVELS: [f64; 8] = [0.0, 0.5, 0.8, 0.95, 0.99, 0.9999, 1.0 - 1e-12, 1.0];
const SIZES: [u64; 7] = [1, 2, 3, 30, 10_000, 1_000_000_000, 1 << 52];

/// Histograms with all answers at one score, at both ends, or spread.
fn shapes(definition: &bearing_shared::instrument::Definition, n: u64) -> Vec<Histogram> {
    let (low, high) = (usize::from(definition.min), usize::from(definition.max));
    let mut shapes = Vec::new();
    for score in low..=high {
        let mut one = Histogram::default();
        one.counts[score] = n;
        shapes.push(one);
        let mut but_one = one;
        but_one.counts[low] += 1;
        shapes.push(but_one);
    }
    let mut spread = Histogram::default();
    (low..=high).for_each(|score| spread.counts[score] = n);
    shapes.push(spread);
    shapes
}

#[test]
fn every_number_stays_a_number() {
    for instrument in Instrument::ALL {
        let definition = instrument.definition();
        let all: Vec<Histogram> = SIZES.iter().flat_map(|n| shapes(definition, *n)).collect();
        for level in LEVELS {
            for (place, histogram) in all.iter().enumerate() {
                let limits = metric::interval(definition, histogram, level).unwrap();
                let means = metric::mean_interval(definition, histogram, level).unwrap();
                for number in [limits.low, limits.high, means.low, means.high] {
                    assert!(number.is_finite(), "{} {level} {histogram:?}: {limits:?} {means:?}", instrument.name());
                }
                let other = &all[(place * 7 + 3) % all.len()];
                let found = metric::difference(definition, histogram, other, level).unwrap();
                assert!(found.low <= found.delta && found.delta <= found.high, "{found:?}");
                assert!((0.0..=1.0).contains(&found.p_value), "{found:?}");
                if let Some(found) = metric::mean_difference(definition, histogram, other, level) {
                    assert!((0.0..=1.0).contains(&found.p_value) && found.low.is_finite(), "{level} {found:?}");
                }
            }
        }
        assert!(metric::shrunken(definition, &all).into_iter().flatten().all(f64::is_finite));
    }
}

#[test]
fn targets_are_judged_with_billions_of_answers() {
    for n in SIZES {
        for histogram in shapes(&NPS, n) {
            for wanted in [-100.0, -99.999, -30.0, 0.0, 50.0, 100.0, 200.0] {
                let found = metric::target(&NPS, &histogram, wanted, 0.95).unwrap();
                assert!((0.0..=1.0).contains(&found.probability), "{n} {wanted}: {found:?}");
            }
        }
    }
}

#[test]
fn a_tiny_p_value_is_told_until_it_is_nothing() {
    let of = |promoters, detractors| {
        let mut histogram = Histogram::default();
        (histogram.counts[10], histogram.counts[0]) = (promoters, detractors);
        histogram
    };
    let found = metric::difference(&NPS, &of(600, 400), &of(400, 600), 0.95).unwrap();
    assert!(found.p_value > 1e-21 && found.p_value < 1e-17, "{found:?}");
    let nothing = metric::difference(&NPS, &of(600_000, 400_000), &of(400_000, 600_000), 0.95).unwrap();
    assert!(nothing.p_value < 1e-300, "{nothing:?}");
}

#[test]
fn the_posterior_meets_the_normal_distribution_where_answers_are_many() {
    let net = Net { favourable: 5e6, neutral: 3e6, unfavourable: 2e6 };
    let (value, error) = (net.value().unwrap(), net.standard_error().unwrap());
    let posterior = NetPosterior::new(&net, &JEFFREYS);
    for z in [-3.0, -1.0, 0.0, 0.5, 2.0] {
        let (found, wanted) = (posterior.at_least(value + z * error), 1.0 - distribution::normal_cdf(z));
        assert!((found - wanted).abs() < 2e-4, "{z}: {found} {wanted}");
    }
    let limits = posterior.limits(0.95);
    let score = bearing_shared::stats::net::score_limits(&net, 0.95).unwrap();
    assert!((limits.low - score.low).abs() < 1e-6 && (limits.high - score.high).abs() < 1e-6);
}

#[test]
fn quantiles_and_tails_undo_each_other() {
    for level in [0.5, 0.9, 0.95, 0.99, 0.9999, 1.0 - 1e-9] {
        let z = distribution::z_of_level(level);
        assert!((distribution::normal_p(z) / (1.0 - level) - 1.0).abs() < 1e-9, "{level}");
        for df in [1.0, 2.5, 9.0, 120.0, 9_999.0, 1e7, 1e12] {
            let t = distribution::student_of_level(level, df);
            assert!((distribution::student_p(t, df) / (1.0 - level) - 1.0).abs() < 1e-6, "{level} {df} {t}");
        }
    }
}

#[test]
fn odd_questions_get_answers() {
    assert_eq!(metric::answers_for_margin(&NPS, None, 0.0, 0.95), u64::MAX);
    assert_eq!(metric::answers_for_margin(&NPS, None, f64::NAN, 0.95), u64::MAX);
    assert_eq!(metric::answers_for_margin(&NPS, None, 500.0, 0.95), 1);
    assert!(metric::answers_for_margin(&NPS, Some(&Histogram::of([9])), 5.0, 1.0) > 1_000);
    assert_eq!(sample::population_factor(5.0, 1.0), 0.0);
    assert_eq!(metric::mix_rate(&NPS, &[]), None);
    assert_eq!(share::wilson(&share::Share { successes: 0.0, n: 0.0 }, 0.95), None);
    assert_eq!(mean::Moments::of([].into_iter()), None);
    assert!(arl::ewma_limit(0.1, 365.0 * f64::from(u32::MAX)).is_finite());
    let busy = Day { favourable: 1 << 40, unfavourable: 1 << 39, n: 1 << 41 };
    let watch = alarm::watch(&[busy; 80], 0..60, u32::MAX);
    assert!(watch.alarms.is_empty() && watch.points.iter().all(|point| point.low < point.high));
    assert!(alarm::watch_volume(&[1 << 50; 80], 0..60, u32::MAX).alarms.is_empty());
}
