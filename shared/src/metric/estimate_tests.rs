//! Worked examples of what a score is worth.

use super::*;
use crate::metric::ces::{CES1, CES2};
use crate::metric::csat::CSAT;
use crate::metric::nps::NPS;

fn nps(promoters: u64, passives: u64, detractors: u64) -> Histogram {
    let mut histogram = Histogram::default();
    (histogram.counts[9], histogram.counts[7], histogram.counts[2]) = (promoters, passives, detractors);
    histogram
}

#[test]
fn without_answers_there_is_nothing_to_say() {
    let (none, some) = (Histogram::default(), nps(1, 1, 1));
    assert_eq!(interval(&NPS, &none, LEVEL), None);
    assert_eq!(mean_interval(&NPS, &none, LEVEL), None);
    assert_eq!(difference(&NPS, &some, &none, LEVEL), None);
    assert_eq!(mean_difference(&NPS, &none, &some, LEVEL), None);
    assert_eq!(target(&NPS, &none, 0.0, LEVEL), None);
    assert_eq!(impact(&NPS, &none, &some, LEVEL), None);
    assert_eq!(shrunken(&NPS, &[some, none]), [Some(0.0), None]);
}

#[test]
fn the_published_interval_of_fifty_thirty_twenty() {
    let limits = interval(&NPS, &nps(50, 30, 20), LEVEL).unwrap();
    assert!((limits.low - 13.955).abs() < 5e-4 && (limits.high - 44.339).abs() < 5e-4, "{limits:?}");
    assert_eq!((interval_method(&NPS), interval_method(&CES2)), ("tango_score", "wilson"));
}

#[test]
fn a_target_is_met_missed_or_open_with_about_how_many_answers_decide() {
    let histogram = nps(50, 30, 20);
    let judged = |wanted| target(&NPS, &histogram, wanted, LEVEL).unwrap();
    assert_eq!((judged(13.0).verdict, judged(13.0).more_answers), (Verdict::Met, Some(0)));
    assert_eq!((judged(45.0).verdict, judged(45.0).more_answers), (Verdict::Missed, Some(0)));
    let open = judged(20.0);
    assert_eq!(open.verdict, Verdict::Undecided);
    // 30 is 10 above: about as many answers as ± 10 needs at this variance.
    let more = open.more_answers.unwrap();
    assert!((120..=160).contains(&more), "{more}");
    let decided = |n: u64| interval(&NPS, &nps(n / 2, n * 3 / 10, n / 5), LEVEL).unwrap().low >= 20.0;
    assert!(decided((100 + more).div_ceil(10) * 10 + 10) && !decided((100 + more) / 10 * 10 - 10));
    assert!(open.probability > 0.85 && open.probability < 0.95, "{open:?}");
    assert_eq!(judged(30.0).more_answers, None);
}

#[test]
fn little_effort_meets_an_ease_target() {
    // CES 1.0: 80 of 100 say 1 or 2, which is good.
    let mut effort = Histogram::default();
    (effort.counts[1], effort.counts[5]) = (80, 20);
    assert_eq!(target(&CES1, &effort, 65.0, LEVEL).unwrap().verdict, Verdict::Met);
    let mut hard = Histogram::default();
    (hard.counts[1], hard.counts[5]) = (20, 80);
    let worse = difference(&CES1, &hard, &effort, LEVEL).unwrap();
    assert!(worse.delta < 0.0 && worse.high < 0.0);
    // The means run the other way, as the raw scale does.
    assert!(mean_difference(&CES1, &hard, &effort, LEVEL).unwrap().delta > 0.0);
}

#[test]
fn a_segment_that_came_is_mix_and_nothing_else() {
    let found = mix_rate(&NPS, &[(nps(50, 30, 20), nps(50, 30, 20)), (nps(0, 0, 0), nps(0, 0, 100))]).unwrap();
    assert!((found.change + 65.0).abs() < 1e-12 && (found.mix - found.change).abs() < 1e-12);
    assert_eq!(found.rate, 0.0);
}

#[test]
fn a_league_table_does_not_end_with_the_smallest() {
    let segments = [nps(50, 30, 20), nps(55, 25, 20), nps(0, 1, 3), nps(48, 30, 22)];
    let found: Vec<f64> = shrunken(&NPS, &segments).into_iter().flatten().collect();
    assert!(found[2] > -40.0 && (found[1] - 35.0).abs() < 15.0, "{found:?}");
}

#[test]
fn planning_uses_the_answers_there_are() {
    assert_eq!(answers_for_margin(&NPS, None, 10.0, LEVEL), 382);
    assert_eq!(answers_for_margin(&CSAT, None, 10.0, LEVEL), 94);
    let own = answers_for_margin(&NPS, Some(&nps(500, 300, 200)), 10.0, LEVEL);
    assert!((230..=235).contains(&own), "{own}");
}

#[test]
fn no_margin_is_reached_by_any_number_of_answers() {
    for margin in [0.0, -1.0, f64::NAN] {
        assert_eq!(answers_for_margin(&NPS, None, margin, LEVEL), u64::MAX, "{margin}");
    }
    assert_eq!(answers_for_margin(&NPS, None, 1e9, LEVEL), 1);
}

#[test]
fn a_difference_is_that_of_the_scores_to_the_last_bit_and_within_its_limits() {
    let mut all = Vec::new();
    for promoters in 0..5 {
        for passives in 0..5 {
            for detractors in 0..5 {
                all.push(nps(promoters, passives, detractors));
            }
        }
    }
    all.retain(|histogram| histogram.n() > 0);
    for a in &all {
        for b in &all {
            let found = difference(&NPS, a, b, LEVEL).unwrap();
            assert_eq!(found.delta, score(&NPS, a).unwrap() - score(&NPS, b).unwrap());
            assert!(found.low <= found.delta && found.delta <= found.high, "{found:?}");
        }
    }
}
