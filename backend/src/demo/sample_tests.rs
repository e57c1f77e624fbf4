//! What the sample must be: repeatable, whole, on the scale, and with the story that the demo tells.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use bearing_shared::histogram::Histogram;
use bearing_shared::metric;

use super::*;

/// 2026-11-21T23:00:00Z.
const NOW: i64 = 1_795_302_000_000;

/// The whole sample, made once for all tests.
static WHOLE: LazyLock<Sample> = LazyLock::new(|| sample(NOW, ANSWERS));

fn score_of(sample: &Sample, place: Place, keep: impl Fn(&SampleAnswer) -> bool) -> f64 {
    let chosen = sample.answers.iter().filter(|answer| answer.place == place && keep(answer));
    let histogram = Histogram::of(chosen.map(|answer| answer.score));
    assert!(histogram.n() >= 100, "too few to compare: {}", histogram.n());
    metric::score(place.metric().default_instrument().definition(), &histogram).unwrap()
}

fn days_ago(answer: &SampleAnswer) -> i64 {
    NOW.div_euclid(DAY_MS) - answer.shown_at.div_euclid(DAY_MS)
}

#[test]
fn the_same_arguments_give_the_same_sample() {
    assert_eq!(sample(NOW, 500), sample(NOW + 1_000, 500));
    assert_ne!(sample(NOW, 500), sample(NOW + DAY_MS, 500));
}

#[test]
fn every_answer_is_there_once_on_its_scale_and_in_its_time() {
    for wished in [0, 1, 7, 500] {
        assert_eq!(sample(NOW, wished).answers.len(), wished);
    }
    let sample = &*WHOLE;
    assert_eq!(sample.answers.len(), ANSWERS);
    let ids: BTreeSet<_> = sample.answers.iter().map(|answer| answer.id).collect();
    assert_eq!(ids.len(), ANSWERS);
    assert!(sample.answers.is_sorted_by_key(|answer| answer.shown_at.div_euclid(DAY_MS)));
    for answer in &sample.answers {
        assert!(answer.place.metric().default_instrument().definition().group(answer.score).is_some());
        assert!((1..=i64::from(DAYS)).contains(&days_ago(answer)));
        assert!(answer.shown_at < answer.answered_at && answer.answered_at < NOW);
        assert_eq!(answer.id.to_string().as_bytes()[14], b'7');
        assert!(answer.completed || answer.comment.is_none() && answer.choices.is_none());
        assert!(!answer.comment.as_ref().is_some_and(|(_, text)| text.contains(['{', '}'])));
    }
}

#[test]
fn a_quarter_writes_a_comment_and_the_words_vary() {
    let sample = &*WHOLE;
    let comments: Vec<&String> = sample.answers.iter().filter_map(|answer| Some(&answer.comment.as_ref()?.1)).collect();
    let share = comments.len() as f64 / ANSWERS as f64;
    assert!((0.22..0.28).contains(&share), "{share}");
    assert!(comments.iter().collect::<BTreeSet<_>>().len() > 500);
}

#[test]
fn paying_on_a_phone_broke_five_months_ago_and_was_repaired() {
    let sample = &*WHOLE;
    let ease = |device: &str, from: i64, to: i64| {
        score_of(sample, Place::Checkout, |answer| {
            answer.visit.device == device && (from..=to).contains(&days_ago(answer))
        })
    };
    let (before, during, after) = (ease("mobile", 175, 235), ease("mobile", 144, 165), ease("mobile", 60, 120));
    assert!(during < before - 25.0 && during < after - 25.0, "{before} {during} {after}");
    let desktop = ease("desktop", 175, 235) - ease("desktop", 144, 165);
    assert!(desktop.abs() < 12.0, "only phones were hit: {desktop}");
}

#[test]
fn segments_differ_and_the_shop_grows() {
    let sample = &*WHOLE;
    let nps = |keep: fn(&SampleAnswer) -> bool| score_of(sample, Place::ThankYou, keep);
    assert!(nps(|answer| answer.visit.plan == "business") > nps(|answer| answer.visit.plan == "free") + 10.0);
    assert!(nps(|answer| answer.visit.country == "US") > nps(|answer| answer.visit.country == "DE") + 10.0);
    let recent = sample.answers.iter().filter(|answer| days_ago(answer) <= 365).count();
    assert!(recent * 2 > ANSWERS, "{recent} in the last year");
    let overall = nps(|_| true);
    assert!((25.0..55.0).contains(&overall), "{overall}");
}

#[test]
fn a_customer_keeps_plan_and_country() {
    let sample = &*WHOLE;
    let mut known = BTreeMap::new();
    for answer in &sample.answers {
        if let Some(customer) = &answer.customer {
            let home = (answer.visit.plan, answer.visit.country);
            assert_eq!(*known.entry(customer).or_insert(home), home);
        }
    }
    assert!(known.len() > 1_000);
}

#[test]
fn between_a_fifth_and_a_third_of_those_who_are_asked_answer() {
    let sample = &*WHOLE;
    for place in Place::ALL {
        let answered = sample.answers.iter().filter(|answer| answer.place == place).count() as f64;
        let mut sum = Counts::default();
        for ((_, asked, _), counts) in &sample.counts {
            if *asked == place {
                assert!(counts.eligible >= counts.shown && counts.shown >= counts.started);
                sum.eligible += counts.eligible;
                sum.shown += counts.shown;
                sum.dismissed += counts.dismissed;
            }
        }
        let rate = answered / f64::from(sum.shown);
        assert!((0.20..=0.30).contains(&rate), "{place:?} {rate}");
        assert!(sum.dismissed < sum.shown && sum.eligible > sum.shown);
    }
}
