//! NPS cases: the score, its intervals, its posterior, weights and rounding.

use bearing_shared::histogram::Histogram;
use bearing_shared::metric::{self, nps::NPS};
use bearing_shared::stats::bayes::NetPosterior;
use bearing_shared::stats::net::{self, Net};
use bearing_shared::stats::weight;
use serde_json::Value;

use crate::case::{self, BISECTED, CLOSED, Case, FITTED};

pub(crate) fn net(histogram: &Histogram) -> Net {
    let [favourable, neutral, unfavourable] = NPS.bands.map(|band| histogram.between(band.low, band.high) as f64);
    Net { favourable, neutral, unfavourable }
}

pub(crate) fn plain(case: &Case) {
    let histogram = case.nps();
    let net = net(&histogram);
    case.is("n", histogram.n() as f64, CLOSED);
    case.is("nps", metric::score(&NPS, &histogram).unwrap(), CLOSED);
    case.is("variance", net.variance().unwrap(), CLOSED);
    case.is("se_points", 100.0 * net.standard_error().unwrap(), CLOSED);
}

pub(crate) fn limits(case: &Case) {
    let found = metric::interval(&NPS, &case.nps(), case.number("conf")).unwrap();
    case.is("score_lo", found.low, BISECTED);
    case.is("score_hi", found.high, BISECTED);
}

pub(crate) fn intervals(case: &Case) {
    plain(case);
    limits(case);
    let (net, level) = (net(&case.nps()), case.number("conf"));
    let adjusted = net::adjusted_wald(&net, level);
    case.is("adjwald_lo", 100.0 * adjusted.low, CLOSED);
    case.is("adjwald_hi", 100.0 * adjusted.high, CLOSED);
    case.is("adjwald_center", 100.0 * net.adjusted().value().unwrap(), CLOSED);
    case.is("adjwald_se", 100.0 * net.adjusted().standard_error().unwrap(), CLOSED);
    let plain = net::wald(&net, level).unwrap();
    case.is("wald_lo", 100.0 * plain.low, CLOSED);
    case.is("wald_hi", 100.0 * plain.high, CLOSED);
}

pub(crate) fn posterior(case: &Case) {
    let prior = case.numbers("prior_promoter_passive_detractor");
    let prior = Net { favourable: prior[0], neutral: prior[1], unfavourable: prior[2] };
    let posterior = NetPosterior::new(&net(&case.nps()), &prior);
    let limits = posterior.limits(0.95);
    case.is("lo", 100.0 * limits.low, FITTED);
    case.is("hi", 100.0 * limits.high, FITTED);
    case.is("post_mean", 100.0 * posterior.mean(), CLOSED);
}

pub(crate) fn weighted(case: &Case) {
    let group = |group: &Value| (net(&case::nps(group)), group["weight"].as_f64().unwrap());
    let groups: Vec<(Net, f64)> = case.input("groups").as_array().unwrap().iter().map(group).collect();
    let found = weight::groups(&groups).unwrap();
    case.is("nps", 100.0 * found.net.value().unwrap(), CLOSED);
    case.is("n", found.n, CLOSED);
    case.is("n_eff", found.net.n(), CLOSED);
    case.is("deff", found.design_effect, CLOSED);
    let limits = net::score_limits(&found.net, 0.95).unwrap();
    case.is("score_lo", 100.0 * limits.low, BISECTED);
    case.is("score_hi", 100.0 * limits.high, BISECTED);
}

/// The product's rule is ours; the others are how languages and habits round the same score, for contrast.
pub(crate) fn rounding(case: &Case) {
    let histogram = case.nps();
    let score = metric::score(&NPS, &histogram).unwrap();
    case.is("nps", score, CLOSED);
    case.is("half_away_from_zero", metric::printed(score).parse().unwrap(), 0.0);
    case.is("js_math_round", (score + 0.5).floor(), 0.0);
    case.is("bankers", score.round_ties_even(), 0.0);
    let net = net(&histogram);
    let shares = [net.favourable, net.unfavourable].map(|count| (100.0 * count / net.n()).round());
    case.is("round_shares_then_subtract", shares[0] - shares[1], 0.0);
}
