//! Cases of one against another: scores, shares, means, pairs, segments, themes and periods.

use bearing_shared::histogram::Histogram;
use bearing_shared::metric::ces::CES2;
use bearing_shared::metric::csat::CSAT;
use bearing_shared::metric::{self, LEVEL, nps::NPS};
use bearing_shared::stats::mean::{self, Moments};
use bearing_shared::stats::{mover, multiple};

use crate::case::{self, BISECTED, CLOSED, Case, from_one, nps_of};
use crate::data::Table;
use crate::score::net;
use crate::share::csat;

pub(crate) fn nets(case: &Case) {
    let (a, b) = (case::nps(case.input("a")), case::nps(case.input("b")));
    let found = metric::difference(&NPS, &a, &b, LEVEL).unwrap();
    case.is("diff", found.delta, CLOSED);
    case.is("mover_lo", found.low, BISECTED);
    case.is("mover_hi", found.high, BISECTED);
    case.is_probability("mover_p", found.p_value, BISECTED);
    let (a, b) = (net(&a), net(&b));
    let adjusted = mover::net_z_test(&a.adjusted(), &b.adjusted(), LEVEL).unwrap();
    let error = a.adjusted().standard_error().unwrap().hypot(b.adjusted().standard_error().unwrap());
    case.is("adj_diff", 100.0 * adjusted.delta, CLOSED);
    case.is("adj_se", 100.0 * error, CLOSED);
    case.is("adj_z", adjusted.delta / error, CLOSED);
    case.is_probability("adj_p", adjusted.p_value, CLOSED);
    let plain = mover::net_z_test(&a, &b, LEVEL).unwrap();
    case.is("wald_se", 100.0 * a.standard_error().unwrap().hypot(b.standard_error().unwrap()), CLOSED);
    case.is_probability("wald_p", plain.p_value, CLOSED);
}

pub(crate) fn shares(case: &Case) {
    let side = |x: &str, n: &str| csat(case.number(x) as u64, case.number(n) as u64);
    let found = metric::difference(&CSAT, &side("x1", "n1"), &side("x2", "n2"), LEVEL).unwrap();
    case.is("diff", found.delta / 100.0, CLOSED);
    case.is("lo", found.low / 100.0, CLOSED);
    case.is("hi", found.high / 100.0, CLOSED);
}

/// Rows are the first wave's detractors, passives and promoters, columns the second's.
pub(crate) fn paired(case: &Case) {
    let table = case.numbers("table_rows_wave1_det_pas_pro");
    let cells = || (0..9).map(|place| (place / 3, place % 3, table[place]));
    let wave = |pick: fn((usize, usize, f64)) -> (usize, f64)| {
        let mut groups = [0; 3];
        cells().map(pick).for_each(|(group, count)| groups[group] += count as u64);
        metric::score(&NPS, &nps_of(groups[2], groups[1], groups[0])).unwrap()
    };
    case.is("nps1", wave(|(first, _, count)| (first, count)), CLOSED);
    case.is("nps2", wave(|(_, second, count)| (second, count)), CLOSED);
    let differences = cells().map(|(first, second, count)| (100.0 * (second as f64 - first as f64), count));
    let moments = Moments::of(differences).unwrap();
    let found = mean::paired(&moments, LEVEL).unwrap();
    case.is("n", moments.n, CLOSED);
    case.is("diff", found.comparison.delta, CLOSED);
    case.is("se", found.standard_error, CLOSED);
    case.is("t", found.t, CLOSED);
    case.is("df", found.df, CLOSED);
    case.is_probability("p", found.comparison.p_value, CLOSED);
    case.is("lo", found.comparison.low, BISECTED);
    case.is("hi", found.comparison.high, BISECTED);
}

pub(crate) fn welch(case: &Case) {
    let (a, b) = (from_one(&case.numbers("counts_a")), from_one(&case.numbers("counts_b")));
    let found = metric::mean_difference(&CES2, &a, &b, LEVEL).unwrap();
    case.is("diff", found.delta, CLOSED);
    case.is_probability("p", found.p_value, CLOSED);
    case.is("lo", found.low, BISECTED);
    case.is("hi", found.high, BISECTED);
    let moments = |histogram: &Histogram| {
        Moments::of(histogram.counts.iter().enumerate().map(|(score, count)| (score as f64, *count as f64))).unwrap()
    };
    let test = mean::welch(&moments(&a), &moments(&b), LEVEL).unwrap();
    case.is("t", test.t, CLOSED);
    case.is("df", test.df, CLOSED);
}

pub(crate) fn corrected(case: &Case) {
    let p = case.numbers("p");
    let adjusted = multiple::benjamini_hochberg(&p);
    case.are("adjusted", &adjusted, CLOSED);
    case.is("rejected", adjusted.iter().filter(|q| **q <= case.number("q")).count() as f64, 0.0);
    case.are("holm_adjusted", &multiple::holm(&p), CLOSED);
}

fn rest(parts: &[(String, Histogram)], without: usize) -> Histogram {
    let mut rest = Histogram::default();
    parts.iter().enumerate().filter(|(place, _)| *place != without).for_each(|(_, part)| rest.merge(&part.1));
    rest
}

fn score(histogram: &Histogram) -> f64 {
    metric::score(&NPS, histogram).unwrap()
}

pub(crate) fn segments(case: &Case) {
    let parts: Vec<(String, Histogram)> = case
        .input("segments")
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, counts)| {
            let counts = case::numbers(counts);
            (name.clone(), nps_of(counts[0] as u64, counts[1] as u64, counts[2] as u64))
        })
        .collect();
    case.is("total_nps", score(&rest(&parts, usize::MAX)), CLOSED);
    let found: Vec<_> = (0..parts.len())
        .map(|place| metric::difference(&NPS, &parts[place].1, &rest(&parts, place), LEVEL).unwrap())
        .collect();
    let q = multiple::benjamini_hochberg(&found.iter().map(|found| found.p_value).collect::<Vec<_>>());
    for (place, ((name, part), found)) in parts.iter().zip(&found).enumerate() {
        let key = |what: &str| format!("{name}.{what}");
        case.is(&key("nps"), score(part), CLOSED);
        case.is(&key("rest"), score(&rest(&parts, place)), CLOSED);
        case.is(&key("diff"), found.delta, CLOSED);
        case.is(&key("lo"), found.low, BISECTED);
        case.is(&key("hi"), found.high, BISECTED);
        case.is_probability(&key("p"), found.p_value, BISECTED);
        case.is_probability(&key("q"), q[place], BISECTED);
    }
}

pub(crate) fn housing(case: &Case) {
    let table = Table::read("housing");
    let mut parts: Vec<(String, Histogram)> =
        ["Low", "Medium", "High"].map(|name| (name.to_owned(), Histogram::default())).into();
    for ((satisfied, influence), count) in
        table.words("Sat").into_iter().zip(table.words("Infl")).zip(table.numbers("Freq"))
    {
        let score = match satisfied {
            "High" => 10,
            "Medium" => 8,
            "Low" => 3,
            other => panic!("{other} is no satisfaction"),
        };
        let part = parts.iter_mut().find(|(name, _)| name == influence).unwrap();
        part.1.counts[score] += count as u64;
    }
    let whole = rest(&parts, usize::MAX);
    case.is("n", whole.n() as f64, CLOSED);
    case.is("net_total", score(&whole), CLOSED);
    for (place, (name, part)) in parts.iter().enumerate() {
        let counts = case::numbers(&case.input("counts")[name]);
        assert_eq!(*part, nps_of(counts[0] as u64, counts[1] as u64, counts[2] as u64), "the data set is another one");
        let found = metric::difference(&NPS, part, &rest(&parts, place), LEVEL).unwrap();
        let key = |what: &str| format!("{name}.{what}");
        case.is(&key("net"), score(part), CLOSED);
        case.is(&key("diff"), found.delta, CLOSED);
        case.is(&key("lo"), found.low, BISECTED);
        case.is(&key("hi"), found.high, BISECTED);
        case.is_probability(&key("p"), found.p_value, BISECTED);
    }
}

pub(crate) fn theme(case: &Case) {
    let of = |key: &str| {
        let counts = case.numbers(key);
        nps_of(counts[0] as u64, counts[1] as u64, counts[2] as u64)
    };
    let (with, without) = (of("with_theme"), of("without_theme"));
    let found = metric::impact(&NPS, &with, &without, LEVEL).unwrap();
    case.is("prevalence", found.prevalence, CLOSED);
    case.is("nps_with", found.with, CLOSED);
    case.is("nps_without", found.without, CLOSED);
    let mut total = with;
    total.merge(&without);
    case.is("nps_total", score(&total), CLOSED);
    case.is("impact_points", found.impact.delta, CLOSED);
    case.is("impact_lo", found.impact.low, BISECTED);
    case.is("impact_hi", found.impact.high, BISECTED);
    case.is_probability("p", found.impact.p_value, BISECTED);
}

/// The file gives n and NPS of each segment; every histogram with that score will do.
pub(crate) fn mix_rate(case: &Case) {
    let names = ["web", "ios", "android"];
    let of = |period: &str, name: &str| {
        let given = case::numbers(&case.input(period)[name]);
        let (n, net) = (given[0] as u64, (given[0] * given[1] / 100.0).round() as u64);
        nps_of(net, n - net, 0)
    };
    let pairs = names.map(|name| (of("period0", name), of("period1", name)));
    let found = metric::mix_rate(&NPS, &pairs).unwrap();
    let whole = |pick: fn(&(Histogram, Histogram)) -> Histogram| {
        let mut whole = Histogram::default();
        pairs.iter().for_each(|pair| whole.merge(&pick(pair)));
        score(&whole)
    };
    case.is("nps0", whole(|pair| pair.0), CLOSED);
    case.is("nps1", whole(|pair| pair.1), CLOSED);
    case.is("change", found.change, CLOSED);
    case.is("mix_total", found.mix, CLOSED);
    case.is("rate_total", found.rate, CLOSED);
    for (name, (mix, rate)) in names.iter().zip(&found.segments) {
        case.is(&format!("mix.{name}"), *mix, CLOSED);
        case.is(&format!("rate.{name}"), *rate, CLOSED);
    }
}
