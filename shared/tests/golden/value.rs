//! Cases of planning, weighting, rates, drivers and what a customer is worth.

use bearing_shared::metric::{self, csat::CSAT, nps::NPS};
use bearing_shared::stats::clv;
use bearing_shared::stats::purchase::{BgNbd, Customer};
use bearing_shared::stats::rate::{self, Funnel};
use bearing_shared::stats::{distribution, driver, relative, sample, share, weight};

use crate::case::{self, CLOSED, Case, FITTED};
use crate::data::Table;

pub(crate) fn margin(case: &Case) {
    let (points, variance, level) = (case.number("margin_points"), case.number("variance"), case.number("conf"));
    let n = sample::for_margin(points / 100.0, variance, level);
    case.is("n_raw", n, CLOSED);
    case.is("n", n.ceil(), 0.0);
    if variance == 1.0 {
        assert_eq!(metric::answers_for_margin(&NPS, None, points, level), n.ceil() as u64);
    }
    if case.has("population") {
        let n = sample::from_population(sample::unadjusted(points / 100.0, variance, level), case.number("population"));
        case.is("n_fpc_raw", n, CLOSED);
        case.is("n_fpc", n.ceil(), 0.0);
    }
    assert!(metric::answers_for_margin(&CSAT, None, points, level) < n.ceil() as u64, "a share varies less than a net");
}

pub(crate) fn two_groups(case: &Case) {
    let n = sample::for_difference(
        case.number("detect_points") / 100.0,
        case.number("variance_each"),
        case.number("alpha"),
        case.number("power"),
    );
    case.is("n_per_group_raw", n, CLOSED);
    case.is("n_per_group", n.ceil(), 0.0);
}

pub(crate) fn population(case: &Case) {
    let (p, n) = (case.number("p"), case.number("n"));
    let margin = 100.0 * distribution::z_of_level(0.95) * share::standard_error(p, n);
    case.is("moe_pct", margin, CLOSED);
    case.is("moe_fpc_pct", margin * sample::population_factor(n, case.number("N")), CLOSED);
}

pub(crate) fn multiple(case: &Case) {
    let (margin, retention, discount) = (case.number("margin"), case.number("retention"), case.number("discount"));
    case.is("clv", clv::if_retained(margin, retention, discount).unwrap(), CLOSED);
}

pub(crate) fn growing(case: &Case) {
    let value = |horizon| {
        clv::growing(
            case.number("year0"),
            &case.numbers("margins"),
            case.number("margin_after"),
            case.number("retention"),
            case.number("discount"),
            horizon,
        )
        .unwrap()
    };
    case.is("horizon40", value(Some(case.number("horizon") as u32)), CLOSED);
    case.is("infinite", value(None), CLOSED);
}

pub(crate) fn monthly(case: &Case) {
    let discount = clv::monthly_discount(case.number("annual_discount"));
    case.is("monthly_discount", discount, CLOSED);
    let (margin, retention) = (case.number("monthly_margin"), 1.0 - case.number("monthly_churn"));
    case.is("clv", clv::if_retained(margin, retention, discount).unwrap(), CLOSED);
}

pub(crate) fn purchases(case: &Case) {
    let table = Table::read("cdnow");
    let (frequency, recency, age) = (table.numbers("frequency"), table.numbers("recency"), table.numbers("T"));
    let customers: Vec<Customer> = frequency
        .iter()
        .zip(&recency)
        .zip(&age)
        .map(|((frequency, recency), age)| Customer { frequency: *frequency as u32, recency: *recency, age: *age })
        .collect();
    assert_eq!(customers.len() as f64, case.number("n"), "the data set is another one");
    case.is("n", customers.len() as f64, 0.0);
    let published = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    case.is("ll_at_published", published.log_likelihood(&customers), CLOSED);
    let (fitted, likelihood) = BgNbd::fit(&customers).unwrap();
    case.is("ll_max", likelihood, CLOSED);
    // The file gives the parameters rounded; where the likelihood is flat they may differ in the last place.
    case.is_about("r", fitted.r, 2e-5);
    case.is_about("alpha", fitted.alpha, 2e-4);
    case.is_about("a", fitted.a, 2e-4);
    case.is_about("b", fitted.b, 4e-4);
}

pub(crate) fn drivers(case: &Case) {
    let table = Table::read(case.name().trim_start_matches("lmg_"));
    let outcome = table.numbers(case.input("outcome").as_str().unwrap());
    let names = case.input("drivers").as_array().unwrap();
    let columns: Vec<Vec<f64>> = names.iter().map(|name| table.numbers(name.as_str().unwrap())).collect();
    let found = driver::lmg(&outcome, &columns).unwrap();
    case.are("lmg", &found.parts, CLOSED);
    case.is("r2", found.r2, CLOSED);
    case.are("share", &found.parts.iter().map(|part| part / found.r2).collect::<Vec<_>>(), CLOSED);
    case.are("johnson", &relative::johnson(&outcome, &columns).unwrap(), CLOSED);
}

pub(crate) fn raking(case: &Case) {
    let counts: Vec<Vec<f64>> =
        case.input("cell_counts_rows_EHM_cols_NoYes").as_array().unwrap().iter().map(case::numbers).collect();
    let weights = weight::rake(&counts, &case.numbers("row_totals"), &case.numbers("col_totals")).unwrap();
    case.are("weights", &weights.concat(), FITTED);
    let each = counts.concat().into_iter().zip(weights.concat());
    let each: Vec<f64> = each.flat_map(|(count, weight)| vec![weight; count as usize]).collect();
    let effective = weight::effective(each.iter().copied());
    case.is("n_eff", effective, FITTED);
    case.is("deff", each.len() as f64 / effective, FITTED);
}

pub(crate) fn pooled(case: &Case) {
    let waves = case.input("waves").as_array().unwrap();
    let waves: Vec<(u64, u64)> =
        waves.iter().map(|wave| (wave[0].as_u64().unwrap(), wave[1].as_u64().unwrap())).collect();
    case.is("pooled_pct", rate::pooled(&waves).unwrap(), CLOSED);
    // What others print, for contrast.
    let rates: Vec<f64> = waves.iter().map(|wave| rate::percent(wave.1, wave.0).unwrap()).collect();
    case.is("mean_of_rates_pct", rates.iter().sum::<f64>() / rates.len() as f64, CLOSED);
}

pub(crate) fn funnel(case: &Case) {
    let count = |key: &str| case.number(key) as u64;
    let funnel = Funnel {
        eligible: count("eligible"),
        shown: count("shown"),
        started: count("started"),
        completed: count("completed"),
        partial: count("partial"),
    };
    case.is("coverage_pct", funnel.coverage().unwrap(), CLOSED);
    case.is("response_rate_completed_over_shown_pct", funnel.response_rate().unwrap(), CLOSED);
    case.is("response_rate_incl_partial_pct", funnel.response_rate_with_partial().unwrap(), CLOSED);
    case.is("start_rate_pct", funnel.start_rate().unwrap(), CLOSED);
    case.is("completion_rate_pct", funnel.completion_rate().unwrap(), CLOSED);
}
