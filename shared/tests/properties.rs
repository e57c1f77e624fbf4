//! What holds for every histogram: 10,000 random ones for each property, from one answer to billions.

#![cfg(test)]

use bearing_shared::histogram::{Histogram, SLOTS};
use bearing_shared::instrument::{Definition, Instrument};
use bearing_shared::metric::{self, Unit, Verdict, ces::CES1, csat::CSAT, nps::NPS};
use bearing_shared::stats::alarm::{self, Day};
use bearing_shared::stats::suppress::{self, Hidden};
use bearing_shared::stats::{driver, multiple, volume};
use proptest::prelude::*;

const CASES: u32 = 10_000;

/// A count: often none or few, sometimes very many. One number makes it, since generating is most of the work here.
fn count() -> impl Strategy<Value = u64> {
    any::<u64>().prop_map(|number| number / 5 % [1, 5, 61, 5_001, 1_000_000_001][(number % 5) as usize])
}

/// An instrument and a histogram of it, perhaps without answers.
fn asked() -> impl Strategy<Value = (&'static Definition, Histogram)> {
    (0..Instrument::ALL.len(), prop::array::uniform11(count())).prop_map(|(which, counts)| {
        let definition = Instrument::ALL[which].definition();
        (definition, within(definition, counts))
    })
}

/// An instrument and two histograms of it, each with answers.
fn two() -> impl Strategy<Value = (&'static Definition, Histogram, Histogram)> {
    (asked(), prop::array::uniform11(count()))
        .prop_map(|((definition, one), counts)| (definition, one, within(definition, counts)))
        .prop_filter("both have answers", |(_, one, other)| one.n() > 0 && other.n() > 0)
}

fn within(definition: &Definition, mut counts: [u64; SLOTS]) -> Histogram {
    for (score, count) in counts.iter_mut().enumerate() {
        if !(usize::from(definition.min)..=usize::from(definition.max)).contains(&score) {
            *count = 0;
        }
    }
    Histogram { counts }
}

fn level() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.95), 0.5..0.9999]
}

/// The ends of a score's scale.
fn scale(definition: &Definition) -> (f64, f64) {
    match definition.metric.unit() {
        Unit::Points => (-100.0, 100.0),
        Unit::Percent => (0.0, 100.0),
    }
}

/// Best and worst change places.
fn mirrored(definition: &Definition, histogram: &Histogram) -> Histogram {
    let mut mirrored = Histogram::default();
    for score in definition.min..=definition.max {
        mirrored.counts[usize::from(definition.min + definition.max - score)] = histogram.counts[usize::from(score)];
    }
    mirrored
}

fn near(one: f64, other: f64, within: f64) -> bool {
    (one - other).abs() <= within
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]

    #[test]
    fn a_score_is_in_range_and_there_is_none_without_answers((definition, histogram) in asked()) {
        let (low, high) = scale(definition);
        match metric::score(definition, &histogram) {
            Some(score) => prop_assert!((low..=high).contains(&score) && histogram.n() > 0),
            None => prop_assert_eq!(histogram.n(), 0),
        }
    }

    #[test]
    fn the_order_of_answers_does_not_matter(
        which in 0..Instrument::ALL.len(),
        scores in prop::collection::vec(0..=10_u8, 0..60),
        swaps in prop::collection::vec((0..60_usize, 0..60_usize), 0..60),
    ) {
        let definition = Instrument::ALL[which].definition();
        let scores: Vec<u8> = scores.into_iter().map(|score| score.clamp(definition.min, definition.max)).collect();
        let mut shuffled = scores.clone();
        for (one, other) in swaps {
            if one < shuffled.len() && other < shuffled.len() {
                shuffled.swap(one, other);
            }
        }
        let (first, second) = (Histogram::of(scores), Histogram::of(shuffled));
        prop_assert_eq!(metric::score(definition, &first), metric::score(definition, &second));
        prop_assert_eq!(metric::interval(definition, &first, 0.95), metric::interval(definition, &second, 0.95));
    }

    #[test]
    fn parts_merge_to_the_whole((definition, one, other) in two()) {
        let mut whole = one;
        whole.merge(&other);
        let weighted = |of: fn(&Definition, &Histogram) -> f64| {
            let (a, b) = (one.n() as f64, other.n() as f64);
            (of(definition, &one) * a + of(definition, &other) * b) / (a + b)
        };
        let score = metric::score(definition, &whole).unwrap();
        prop_assert!(near(score, weighted(|definition, part| metric::score(definition, part).unwrap()), 1e-9));
        prop_assert!(near(whole.mean().unwrap(), weighted(|_, part| part.mean().unwrap()), 1e-9));
        let (a, b) = (alarm::day(definition, &one), alarm::day(definition, &other));
        let sum = Day {
            favourable: a.favourable + b.favourable,
            unfavourable: a.unfavourable + b.unfavourable,
            n: a.n + b.n,
        };
        prop_assert_eq!(alarm::day(definition, &whole), sum);
    }

    #[test]
    fn an_interval_holds_the_score_and_stays_on_the_scale((definition, histogram) in asked(), level in level()) {
        let (low, high) = scale(definition);
        let Some(limits) = metric::interval(definition, &histogram, level) else {
            prop_assert_eq!(histogram.n(), 0);
            return Ok(());
        };
        prop_assert!(low <= limits.low && limits.low < limits.high && limits.high <= high, "{limits:?}");
        prop_assert!(limits.contains(metric::score(definition, &histogram).unwrap()));
        let means = metric::mean_interval(definition, &histogram, level).unwrap();
        prop_assert!(f64::from(definition.min) <= means.low && means.high <= f64::from(definition.max), "{means:?}");
        prop_assert!(means.contains(histogram.mean().unwrap()) && means.low < means.high);
    }

    #[test]
    fn a_higher_level_makes_a_wider_interval((definition, histogram) in asked(), one in level(), other in level()) {
        prop_assume!(histogram.n() > 0);
        let narrow = metric::interval(definition, &histogram, one.min(other)).unwrap();
        let wide = metric::interval(definition, &histogram, one.max(other)).unwrap();
        prop_assert!(wide.low <= narrow.low + 1e-11 && narrow.high <= wide.high + 1e-11, "{narrow:?} {wide:?}");
    }

    #[test]
    fn promoters_and_detractors_change_places_and_the_sign_turns(
        groups in (count(), count(), count()), level in level()
    ) {
        let (promoters, passives, detractors) = groups;
        prop_assume!(promoters + passives + detractors > 0);
        let of = |promoters: u64, detractors: u64| {
            let mut histogram = Histogram::default();
            (histogram.counts[10], histogram.counts[7], histogram.counts[0]) = (promoters, passives, detractors);
            histogram
        };
        let (one, other) = (of(promoters, detractors), of(detractors, promoters));
        prop_assert_eq!(metric::score(&NPS, &one).unwrap(), -metric::score(&NPS, &other).unwrap());
        let (a, b) = (metric::interval(&NPS, &one, level).unwrap(), metric::interval(&NPS, &other, level).unwrap());
        prop_assert!(near(a.low, -b.high, 1e-9) && near(a.high, -b.low, 1e-9), "{a:?} {b:?}");
    }

    #[test]
    fn an_effort_scale_is_a_satisfaction_scale_read_from_the_other_end(
        counts in prop::array::uniform11(count()), level in level()
    ) {
        // CES 1.0 calls 1 and 2 of 5 favourable, CSAT 4 and 5: mirrored answers have the same score.
        let effort = within(&CES1, counts);
        let satisfaction = mirrored(&CES1, &effort);
        prop_assert_eq!(metric::score(&CES1, &effort), metric::score(&CSAT, &satisfaction));
        prop_assert_eq!(metric::interval(&CES1, &effort, level), metric::interval(&CSAT, &satisfaction, level));
        prop_assert_eq!(alarm::day(&CES1, &effort), alarm::day(&CSAT, &satisfaction));
        if let Some(limits) = metric::mean_interval(&CES1, &effort, level) {
            let turned = metric::mean_interval(&CSAT, &satisfaction, level).unwrap();
            prop_assert!(near(limits.low, 6.0 - turned.high, 1e-9) && near(limits.high, 6.0 - turned.low, 1e-9));
        }
    }

    #[test]
    fn p_value_and_interval_agree((definition, one, other) in two(), level in level()) {
        let found = metric::difference(definition, &one, &other, level).unwrap();
        prop_assert!((0.0..=1.0).contains(&found.p_value) && found.low <= found.delta && found.delta <= found.high);
        let outside = found.low > 0.0 || found.high < 0.0;
        let alpha = 1.0 - level;
        // Where an end is at 0 to rounding, either answer is right.
        let tight = found.low.abs().min(found.high.abs()) < 1e-9 || near(found.p_value, alpha, 1e-9);
        prop_assert!(tight || outside == (found.p_value < alpha), "{found:?}");
    }

    #[test]
    fn a_difference_turned_round_turns_its_sign((definition, one, other) in two(), level in level()) {
        let there = metric::difference(definition, &one, &other, level).unwrap();
        let back = metric::difference(definition, &other, &one, level).unwrap();
        prop_assert!(near(there.delta, -back.delta, 1e-12));
        prop_assert!(near(there.low, -back.high, 1e-9) && near(there.high, -back.low, 1e-9));
        prop_assert!(near(there.p_value, back.p_value, 1e-9));
        let means = (
            metric::mean_difference(definition, &one, &other, level),
            metric::mean_difference(definition, &other, &one, level),
        );
        match means {
            (Some(there), Some(back)) => {
                prop_assert!(near(there.low, -back.high, 1e-9) && near(there.p_value, back.p_value, 1e-12));
                prop_assert!((0.0..=1.0).contains(&there.p_value), "{there:?}");
            }
            (there, back) => prop_assert_eq!(there, back),
        }
    }

    #[test]
    fn nothing_differs_from_itself((definition, histogram) in asked(), level in level()) {
        prop_assume!(histogram.n() > 0);
        let found = metric::difference(definition, &histogram, &histogram, level).unwrap();
        prop_assert_eq!((found.delta, found.p_value), (0.0, 1.0));
        prop_assert!(found.low <= 0.0 && 0.0 <= found.high);
    }

    #[test]
    fn an_impact_is_the_whole_minus_the_rest((definition, with, without) in two(), level in level()) {
        let found = metric::impact(definition, &with, &without, level).unwrap();
        let mut whole = with;
        whole.merge(&without);
        let wanted = metric::score(definition, &whole).unwrap() - found.without;
        prop_assert!(near(found.impact.delta, wanted, 1e-9), "{found:?} {wanted}");
        let (low, high) = (found.impact.low, found.impact.high);
        prop_assert!(low <= found.impact.delta && found.impact.delta <= high && (0.0..=1.0).contains(&found.prevalence));
    }

    #[test]
    fn mix_and_rate_add_up_to_the_change(
        which in 0..Instrument::ALL.len(),
        counts in prop::collection::vec((prop::array::uniform11(count()), prop::array::uniform11(count())), 1..6),
        empty in prop::collection::vec(0..4_u8, 6),
    ) {
        let definition = Instrument::ALL[which].definition();
        let segments: Vec<(Histogram, Histogram)> = counts
            .into_iter()
            .zip(empty)
            .map(|((before, after), empty)| {
                // One segment in two is there in one period only.
                let of = |counts, gone| if gone { Histogram::default() } else { within(definition, counts) };
                (of(before, empty == 0), of(after, empty == 1))
            })
            .collect();
        let (mut before, mut after) = (Histogram::default(), Histogram::default());
        for (earlier, later) in &segments {
            before.merge(earlier);
            after.merge(later);
        }
        let scores = metric::score(definition, &after).zip(metric::score(definition, &before));
        let found = metric::mix_rate(definition, &segments);
        let Some((later, earlier)) = scores else {
            prop_assert_eq!(found, None);
            return Ok(());
        };
        let found = found.unwrap();
        prop_assert!(near(found.change, later - earlier, 1e-9) && near(found.mix + found.rate, found.change, 1e-9));
        let (mix, rate) = found.segments.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        prop_assert!(near(mix, found.mix, 1e-9) && near(rate, found.rate, 1e-9));
    }

    #[test]
    fn a_shrunken_score_lies_between_its_own_and_the_others(
        which in 0..Instrument::ALL.len(), counts in prop::collection::vec(prop::array::uniform11(count()), 1..9)
    ) {
        let definition = Instrument::ALL[which].definition();
        let segments: Vec<Histogram> = counts.into_iter().map(|counts| within(definition, counts)).collect();
        let raw: Vec<Option<f64>> = segments.iter().map(|segment| metric::score(definition, segment)).collect();
        let shrunken = metric::shrunken(definition, &segments);
        prop_assert_eq!(shrunken.len(), raw.len());
        let (low, high) = raw.iter().flatten().fold((f64::MAX, f64::MIN), |(l, h), s| (l.min(*s), h.max(*s)));
        for (own, pulled) in raw.iter().zip(&shrunken) {
            prop_assert_eq!(own.is_some(), pulled.is_some());
            if let Some(pulled) = pulled {
                prop_assert!((low - 1e-9..=high + 1e-9).contains(pulled), "{pulled} of {raw:?}");
            }
        }
    }

    #[test]
    fn a_target_is_judged_as_the_interval_lies((definition, histogram) in asked(), at in 0.0..1.0_f64, level in level()) {
        prop_assume!(histogram.n() > 0);
        let (low, high) = scale(definition);
        let wanted = low + at * (high - low);
        let limits = metric::interval(definition, &histogram, level).unwrap();
        let found = metric::target(definition, &histogram, wanted, level).unwrap();
        let verdict = if limits.low >= wanted {
            Verdict::Met
        } else if limits.high < wanted {
            Verdict::Missed
        } else {
            Verdict::Undecided
        };
        prop_assert_eq!(found.verdict, verdict);
        prop_assert_eq!(found.more_answers == Some(0), verdict != Verdict::Undecided);
        prop_assert!((0.0..=1.0).contains(&found.probability), "{found:?}");
    }

    #[test]
    fn q_values_are_above_p_values_in_their_order_and_whatever_the_order_given(
        p in prop::collection::vec(0.0..=1.0_f64, 0..40)
    ) {
        let q = multiple::benjamini_hochberg(&p);
        prop_assert_eq!(q.len(), p.len());
        let holm = multiple::holm(&p);
        for (place, p_value) in p.iter().enumerate() {
            prop_assert!(*p_value <= q[place] + 1e-15 && q[place] <= holm[place] + 1e-12 && holm[place] <= 1.0);
            for (other, q_value) in p.iter().zip(&q) {
                prop_assert!(p_value > other || q[place] <= *q_value);
            }
        }
        let backwards: Vec<f64> = p.iter().rev().copied().collect();
        let turned: Vec<f64> = multiple::benjamini_hochberg(&backwards).into_iter().rev().collect();
        prop_assert_eq!(turned, q);
    }

    #[test]
    fn no_small_part_can_be_worked_out(counts in prop::collection::vec(0..40_u64, 0..12), threshold in 0..20_u64) {
        let hidden = suppress::hidden(&counts, true, threshold);
        let not_shown: Vec<u64> =
            counts.iter().zip(&hidden).filter(|(_, hidden)| **hidden != Hidden::Shown).map(|(count, _)| *count).collect();
        for (count, hidden) in counts.iter().zip(&hidden) {
            prop_assert_eq!(*hidden == Hidden::Small, *count > 0 && *count < threshold);
            prop_assert!(*hidden != Hidden::Complementary || *count >= threshold);
        }
        let all = counts.iter().filter(|count| **count > 0).count();
        let safe = not_shown.len() >= 2 && not_shown.iter().sum::<u64>() >= threshold;
        prop_assert!(not_shown.is_empty() || safe || not_shown.len() == all, "{counts:?} {hidden:?}");
        // Without a known whole nothing can be subtracted, and only the small ones are hidden.
        let alone = suppress::hidden(&counts, false, threshold);
        prop_assert!(alone.iter().all(|hidden| *hidden != Hidden::Complementary));
    }

    #[test]
    fn parts_of_explained_variance_add_up_and_follow_their_drivers(
        rows in prop::collection::vec(prop::array::uniform5(-9..=9_i32), 8..40)
    ) {
        let column = |place: usize| rows.iter().map(|row| f64::from(row[place])).collect::<Vec<f64>>();
        let outcome = column(0);
        let drivers: Vec<Vec<f64>> = (1..5).map(column).collect();
        let Some(found) = driver::lmg(&outcome, &drivers) else { return Ok(()) };
        prop_assert!(near(found.parts.iter().sum(), found.r2, 1e-9) && (0.0..=1.0).contains(&found.r2));
        prop_assert!(found.parts.iter().all(|part| *part >= 0.0));
        let turned: Vec<Vec<f64>> = drivers.into_iter().rev().collect();
        let backwards = driver::lmg(&outcome, &turned).unwrap();
        for (part, same) in found.parts.iter().zip(backwards.parts.iter().rev()) {
            prop_assert!(near(*part, *same, 1e-9));
        }
    }

    #[test]
    fn whatever_is_watched_alarms_lie_in_the_days_and_excursions_are_told_once(
        counts in prop::collection::vec((0..30_u64, 0..30_u64, 0..30_u64), 56..140),
        busy in prop::collection::vec(0..4_u8, 140),
        from in 0..60_usize, length in 50..80_usize, limit in 0.5..5.0_f64,
    ) {
        let days: Vec<Day> = counts
            .iter()
            .zip(busy)
            // One day in four passes without an answer.
            .map(|((favourable, neutral, unfavourable), busy)| match busy {
                0 => Day::default(),
                _ => Day { favourable: *favourable, unfavourable: *unfavourable, n: favourable + neutral + unfavourable },
            })
            .collect();
        let watch = alarm::watch_at(&days, from..from + length, limit);
        let first = (from + length).min(days.len());
        prop_assert!(watch.points.iter().all(|point| point.at >= first && point.at < days.len()));
        prop_assert!(watch.points.iter().all(|point| point.low < point.high && point.line.is_finite()));
        for found in &watch.alarms {
            prop_assert!(first <= found.start && found.start <= found.at && found.at < days.len(), "{found:?}");
            let point = watch.points.iter().find(|point| point.at == found.at).unwrap();
            let outside = if found.better { point.line > point.high } else { point.line < point.low };
            prop_assert!(point.armed && outside);
        }
        // Between two alarms the line was inside.
        for pair in watch.alarms.windows(2) {
            let between = watch.points.iter().filter(|point| (pair[0].at..pair[1].at).contains(&point.at));
            prop_assert!(between.clone().any(|point| (point.low..=point.high).contains(&point.line)));
        }
        let volumes: Vec<u64> = days.iter().map(|day| day.n).collect();
        let volume = volume::watch_volume_at(&volumes, from..from + length, 1, limit);
        for found in &volume.alarms {
            prop_assert!(first <= found.alarm.start && found.alarm.start <= found.alarm.at);
            prop_assert!(found.alarm.at < days.len() && found.alarm.line.is_finite());
        }
    }
}
