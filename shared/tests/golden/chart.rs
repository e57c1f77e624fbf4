//! Cases of watching: control charts, their run lengths, and the discounted score.

use bearing_shared::metric::{self, nps::NPS};
use bearing_shared::stats::alarm::Discounted;
use bearing_shared::stats::{arl, chart};
use serde_json::Value;

use crate::case::{self, CLOSED, Case, FITTED, nps_of};
use crate::score::net;

pub(crate) fn nist(case: &Case) {
    let (lambda, target) = (case.number("lam"), case.number("target"));
    case.are("ewma", &chart::ewma(&case.numbers("x"), lambda, target), CLOSED);
    let limits = chart::ewma_limits(target, case.number("s"), lambda, case.number("L"));
    case.is("ucl", limits.high, CLOSED);
    case.is("lcl", limits.low, CLOSED);
}

pub(crate) fn limits(case: &Case) {
    let lambda = case.number("lam");
    for length in [365, 500, 1000, 1825, 3650, 10_000] {
        case.is(&format!("L_{length}"), arl::ewma_limit(lambda, f64::from(length)), FITTED);
    }
    case.is("ARL1_shift_0.905sd_L2.7175", arl::ewma(lambda, 2.7175, 0.905), FITTED);
}

pub(crate) fn cusum(case: &Case) {
    let k = case.number("k");
    for h in case.numbers("h") {
        let one_sided = arl::cusum(k, h, 0.0);
        case.is(&format!("one_sided_arl0_h{h}"), one_sided, FITTED);
        case.is(&format!("two_sided_arl0_h{h}"), 0.5 * one_sided, FITTED);
        case.is(&format!("arl1_h{h}"), arl::cusum(k, h, 1.0), FITTED);
        case.is(&format!("siegmund_h{h}"), arl::cusum_siegmund(k, h, 0.0), CLOSED);
    }
}

pub(crate) fn stream(case: &Case) {
    let baseline = case.numbers("baseline");
    let baseline = net(&nps_of(baseline[0] as u64, baseline[1] as u64, baseline[2] as u64));
    let (variance, phi) = (baseline.variance().unwrap(), case.number("phi"));
    let middle = 100.0 * baseline.value().unwrap();
    assert_eq!(1.0 - case.number("lam"), bearing_shared::stats::alarm::KEPT);
    let mut line = Discounted::default();
    let (mut lines, mut deviations, mut z) = (Vec::new(), Vec::new(), Vec::new());
    for day in case.input("days_promoter_passive_detractor").as_array().unwrap().iter().map(|day: &Value| {
        let counts = case::numbers(day);
        nps_of(counts[0] as u64, counts[1] as u64, counts[2] as u64)
    }) {
        let [promoters, _, detractors] = NPS.bands.map(|band| day.between(band.low, band.high) as f64);
        line.step(promoters - detractors, day.n() as f64);
        let value = 100.0 * line.mean().unwrap();
        let deviation = 100.0 * (phi * variance * (line.variance() + 1.0 / baseline.n())).sqrt();
        lines.push(value);
        deviations.push(deviation);
        z.push((value - middle) / deviation);
    }
    case.are("dnps", &lines, CLOSED);
    case.are("sd", &deviations, CLOSED);
    case.are("z", &z, CLOSED);
    // The first day's line is that day's score.
    assert_eq!(metric::score(&NPS, &nps_of(26, 14, 10)).unwrap(), lines[0]);
}
