//! Every worked number of `golden.json`: published examples and independent computations, none skipped.
//!
//! [`CASES`] says which function each case reaches. A case that the table does not name, one that it names in vain, and
//! an expected number that no check looked at are each a failure. Cases about real data read what `cargo xtask setup`
//! fetches.

#![cfg(test)]

#[path = "golden/case.rs"]
mod case;
#[path = "golden/chart.rs"]
mod chart;
#[path = "golden/data.rs"]
mod data;
#[path = "golden/difference.rs"]
mod difference;
#[path = "golden/score.rs"]
mod score;
#[path = "golden/share.rs"]
mod share;
#[path = "golden/value.rs"]
mod value;

use std::collections::BTreeSet;

use case::Case;

/// A case, the functions it reaches, and its check.
type Row = (&'static str, &'static str, fn(&Case));

const NET: &str = "metric::score, net::Net::{value, variance, standard_error}";
const INTERVALS: &str = "metric::interval (net::score_limits), net::{wald, adjusted_wald}, net::Net::adjusted";
const NET_DIFFERENCE: &str = "metric::difference (mover::net_difference), mover::net_z_test";
const WILSON: &str = "metric::interval (share::wilson), share::Share::value";
const NEWCOMBE: &str = "metric::difference (share::newcombe)";
const MEANS: &str =
    "Histogram::mean, metric::{score, interval, mean_interval}, mean::{t_limits, adjusted_t_limits, adjusted_mean}";
const MARGIN: &str = "sample::{for_margin, unadjusted, from_population}, metric::answers_for_margin";
const TWO: &str = "sample::for_difference";
const ROUNDING: &str = "metric::{score, printed}";

const CASES: &[Row] = &[
    ("nps_measuringu_210", NET, score::plain),
    ("nps_0_to_10_once", NET, score::plain),
    ("nps_rocks_unit_b", NET, score::plain),
    ("nps_rocks_unit_c", NET, score::plain),
    ("nps_dela_2018", NET, score::plain),
    ("nps_bigquery_udf", NET, score::plain),
    ("nps_ci95_7_2_1", INTERVALS, score::intervals),
    ("nps_ci95_10_0_0", INTERVALS, score::intervals),
    ("nps_ci95_0_10_0", INTERVALS, score::intervals),
    ("nps_ci95_6_0_4", INTERVALS, score::intervals),
    ("nps_ci95_9_1_0", INTERVALS, score::intervals),
    ("nps_ci95_16_13_7", INTERVALS, score::intervals),
    ("nps_ci95_88_9_3", INTERVALS, score::intervals),
    ("nps_ci95_150_90_60", INTERVALS, score::intervals),
    ("nps_ci95_1_0_0", INTERVALS, score::intervals),
    ("nps_ci95_250_675_75", INTERVALS, score::intervals),
    ("nps_ci99_50_30_20", "metric::interval (net::score_limits)", score::limits),
    ("nps_bayes_0.5", "bayes::NetPosterior::{limits, mean}", score::posterior),
    ("nps_diff_50_30_20_vs_38_34_28", NET_DIFFERENCE, difference::nets),
    ("nps_diff_5_3_2_vs_60_30_10", NET_DIFFERENCE, difference::nets),
    ("nps_diff_88_9_3_vs_7_3_5", NET_DIFFERENCE, difference::nets),
    ("nps_diff_220_120_60_vs_190_120_90", NET_DIFFERENCE, difference::nets),
    ("nps_diff_10_0_0_vs_50_30_20", NET_DIFFERENCE, difference::nets),
    ("nps_paired_same_customers", "mean::paired, metric::score", difference::paired),
    ("nps_weighted", "weight::groups, net::score_limits", score::weighted),
    ("wilson_newcombe_81_263", WILSON, share::wilson),
    ("wilson_newcombe_15_148", WILSON, share::wilson),
    ("wilson_newcombe_1_29", WILSON, share::wilson),
    (
        "adjwald_statpsych_12_100",
        "share::{agresti_coull, standard_error}, share::Share::adjusted",
        share::agresti_coull,
    ),
    ("csat_asknicely_19", "metric::{score, interval}, Histogram::mean", share::asknicely),
    ("csat_simplesat_8_of_10", WILSON, share::wilson),
    ("csat_all_satisfied_12", WILSON, share::wilson),
    ("csat_diff_56_70_48_80", NEWCOMBE, difference::shares),
    ("csat_diff_5_56_0_29", NEWCOMBE, difference::shares),
    ("csat_diff_0_10_0_20", NEWCOMBE, difference::shares),
    ("ces2_cys_1000", MEANS, share::means),
    ("ces2_small_30", MEANS, share::means),
    ("ces_delighted_20", WILSON, share::agreement),
    ("ces_diff_welch", "metric::mean_difference (mean::welch)", difference::welch),
    ("ces1_lower_is_better", MEANS, share::means),
    ("ces1_zapscale", "Histogram::mean", share::mean_only),
    ("bh_1995_thrombolysis", "multiple::{benjamini_hochberg, holm}", difference::corrected),
    ("segments_vs_rest", "metric::{score, difference}, multiple::benjamini_hochberg", difference::segments),
    ("sample_size_m10_v1_c0.95_NNone", MARGIN, value::margin),
    ("sample_size_m5_v1_c0.95_NNone", MARGIN, value::margin),
    ("sample_size_m5_v0.61_c0.95_N1000", MARGIN, value::margin),
    ("sample_size_m10_v0.61_c0.9_NNone", MARGIN, value::margin),
    ("sample_size_two_10_0.61", TWO, value::two_groups),
    ("sample_size_two_5_1.0", TWO, value::two_groups),
    ("fpc_moe_30pct", "sample::population_factor, share::standard_error", value::population),
    ("clv_multiple_80_10", "clv::if_retained", value::multiple),
    ("clv_multiple_90_10", "clv::if_retained", value::multiple),
    ("clv_growing_margin", "clv::growing", value::growing),
    ("clv_monthly", "clv::{monthly_discount, if_retained}", value::monthly),
    ("clv_bgnbd_cdnow", "purchase::BgNbd::{fit, log_likelihood}", value::purchases),
    ("ewma_nist", "chart::{ewma, ewma_limits}", chart::nist),
    ("ewma_L_for_arl", "arl::{ewma_limit, ewma}", chart::limits),
    ("cusum_arl", "arl::{cusum, cusum_siegmund}", chart::cusum),
    ("discounted_nps_stream", "alarm::Discounted::{step, mean, variance}, net::Net::variance", chart::stream),
    ("lmg_swiss", "driver::lmg, relative::johnson", value::drivers),
    ("lmg_attitude", "driver::lmg, relative::johnson", value::drivers),
    ("theme_impact", "metric::{impact, score}", difference::theme),
    ("mix_vs_rate_kitagawa", "metric::mix_rate (mix::kitagawa)", difference::mix_rate),
    ("raking_api", "weight::{rake, effective}", value::raking),
    ("response_rate_pooled", "rate::{pooled, percent}", value::pooled),
    ("rates_funnel", "rate::Funnel (all rates)", value::funnel),
    ("rounding_0_7_1", ROUNDING, score::rounding),
    ("rounding_1_7_0", ROUNDING, score::rounding),
    ("rounding_2_2_3", ROUNDING, score::rounding),
    ("rounding_29_0_171", ROUNDING, score::rounding),
    ("real_statsmodels_fair_csat", MEANS, share::fair),
    ("real_MASS_housing_by_influence", "metric::{score, difference}", difference::housing),
];

#[test]
fn the_table_names_every_case_once_and_what_it_reaches() {
    let named: Vec<&str> = CASES.iter().map(|(name, ..)| *name).collect();
    let there = Case::all();
    let there: Vec<&str> = there.iter().map(Case::name).collect();
    assert_eq!(named, there);
    assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), CASES.len());
    for (name, reached, _) in CASES {
        assert!(!reached.is_empty(), "{name} reaches nothing");
        println!("{name}: {reached}");
    }
}

#[test]
fn every_number_is_reproduced() {
    for (case, (_, _, check)) in Case::all().iter().zip(CASES) {
        check(case);
        case.finish();
    }
}
