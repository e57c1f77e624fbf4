//! CSAT and CES cases: shares, and means of raw scores.

use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::Definition;
use bearing_shared::metric::ces::{CES1, CES2};
use bearing_shared::metric::csat::CSAT;
use bearing_shared::metric::{self, LEVEL};
use bearing_shared::stats::mean::{self, Moments};
use bearing_shared::stats::share::{self, Share};
use bearing_shared::stats::{Limits, distribution};

use crate::case::{BISECTED, CLOSED, Case, from_one};
use crate::data::Table;

/// Successes among n as a CSAT histogram.
pub(crate) fn csat(successes: u64, n: u64) -> Histogram {
    let mut histogram = Histogram::default();
    (histogram.counts[5], histogram.counts[2]) = (successes, n - successes);
    histogram
}

fn input(case: &Case) -> Histogram {
    csat(case.number("successes") as u64, case.number("n") as u64)
}

pub(crate) fn wilson(case: &Case) {
    let histogram = input(case);
    let level = if case.has("conf") { case.number("conf") } else { LEVEL };
    let limits = metric::interval(&CSAT, &histogram, level).unwrap();
    case.is("p", metric::score(&CSAT, &histogram).unwrap() / 100.0, CLOSED);
    case.is("lo", limits.low / 100.0, CLOSED);
    case.is("hi", limits.high / 100.0, CLOSED);
    if case.number("successes") == case.number("n") {
        assert_eq!(limits.high, 100.0, "{}: unanimity ends at exactly 100", case.name());
    }
}

pub(crate) fn agresti_coull(case: &Case) {
    let share = Share { successes: case.number("successes"), n: case.number("n") };
    let adjusted = share.adjusted();
    let limits = share::agresti_coull(&share, case.number("conf"));
    case.is("estimate", adjusted.value().unwrap(), CLOSED);
    case.is("se", share::standard_error(adjusted.value().unwrap(), adjusted.n), CLOSED);
    case.is("lo", limits.low, CLOSED);
    case.is("hi", limits.high, CLOSED);
}

pub(crate) fn asknicely(case: &Case) {
    let histogram = from_one(&case.numbers("counts_1_to_5"));
    let mean = histogram.mean().unwrap();
    case.is("n", histogram.n() as f64, CLOSED);
    case.is("mean", mean, CLOSED);
    case.is("top2_pct", metric::score(&CSAT, &histogram).unwrap(), CLOSED);
    // Two other numbers that go by the same name; the product shows neither.
    case.is("normalised_0_100_pct", 100.0 * (mean - 1.0) / 4.0, CLOSED);
    case.is("of_max_pct", 100.0 * mean / 5.0, CLOSED);
    let limits = metric::interval(&CSAT, &histogram, LEVEL).unwrap();
    case.is("top2_lo", limits.low / 100.0, CLOSED);
    case.is("top2_hi", limits.high / 100.0, CLOSED);
}

pub(crate) fn mean_only(case: &Case) {
    let histogram = Histogram::of(case.numbers("scores").into_iter().map(|score| score as u8));
    case.is("mean", histogram.mean().unwrap(), CLOSED);
}

/// The five-point agreement scale is CSAT's: 4 and 5 count.
pub(crate) fn agreement(case: &Case) {
    let histogram = from_one(&case.numbers("counts_1_to_5"));
    let score = metric::score(&CSAT, &histogram).unwrap();
    case.is("agree_pct_4to5", score, CLOSED);
    case.is("p", score / 100.0, CLOSED);
    let limits = metric::interval(&CSAT, &histogram, LEVEL).unwrap();
    case.is("lo", limits.low / 100.0, CLOSED);
    case.is("hi", limits.high / 100.0, CLOSED);
}

/// The names of a share's numbers: in percent, as a share, and its limits.
type Names = [&'static str; 4];

pub(crate) fn means(case: &Case) {
    if case.has("counts_1_to_7") {
        let histogram = from_one(&case.numbers("counts_1_to_7"));
        with_share(case, &CES2, &histogram, ["agree_pct_5to7", "agree_p", "agree_lo", "agree_hi"]);
        if case.expects("favourable_minus_unfavourable") {
            let [favourable, _, unfavourable] = CES2.bands.map(|band| histogram.between(band.low, band.high) as f64);
            let index = 100.0 * (favourable - unfavourable) / histogram.n() as f64;
            case.is("favourable_minus_unfavourable", index, CLOSED);
        }
    } else {
        let histogram = from_one(&case.numbers("counts_1_to_5"));
        with_share(case, &CES1, &histogram, ["low_effort_pct_1to2", "low_effort_p", "low_effort_lo", "low_effort_hi"]);
        // The explicit conversion within one scale: ease = min + max − effort.
        let ease = f64::from(CES1.min + CES1.max) - histogram.mean().unwrap();
        case.is("ease_mean", ease, CLOSED);
    }
}

pub(crate) fn fair(case: &Case) {
    let histogram = Histogram::of(Table::read("fair").numbers("rate_marriage").into_iter().map(|rating| rating as u8));
    assert_eq!(histogram, from_one(&case.numbers("counts_1_to_5")), "the data set is another one");
    with_share(case, &CSAT, &histogram, ["top2_pct", "top2_p", "top2_lo", "top2_hi"]);
}

fn with_share(case: &Case, definition: &Definition, histogram: &Histogram, names: Names) {
    let counted = histogram.counts.iter().enumerate().map(|(score, count)| (score as f64, *count as f64));
    let moments = Moments::of(counted).unwrap();
    case.is("n", histogram.n() as f64, CLOSED);
    case.is("mean", histogram.mean().unwrap(), CLOSED);
    case.is("sd", moments.variance().unwrap().sqrt(), CLOSED);
    case.is("se", moments.standard_error().unwrap(), CLOSED);
    case.is("t_crit", distribution::student_of_level(LEVEL, moments.n - 1.0), BISECTED);
    let pair = |low: &str, high: &str, limits: Limits, tolerance: f64| {
        case.is(low, limits.low, tolerance);
        case.is(high, limits.high, tolerance);
    };
    pair("t_lo", "t_hi", mean::t_limits(&moments, LEVEL).unwrap(), BISECTED);
    case.is("adjt_center", mean::adjusted_mean(&moments, definition.min, definition.max), CLOSED);
    pair("adjt_lo", "adjt_hi", metric::mean_interval(definition, histogram, LEVEL).unwrap(), BISECTED);
    let [percent, share, low, high] = names;
    let score = metric::score(definition, histogram).unwrap();
    case.is(percent, score, CLOSED);
    case.is(share, score / 100.0, CLOSED);
    pair(low, high, metric::interval(definition, histogram, LEVEL).unwrap().scaled(0.01), CLOSED);
}
