//! The deviation alarm on streams whose change is known.

use super::*;
use crate::stats::random::Generator;

/// Days of `n` answers each, with these shares for and against.
fn days(generator: &mut Generator, count: usize, n: u64, favourable: f64, unfavourable: f64) -> Vec<Day> {
    let one = |generator: &mut Generator| {
        let mut day = Day { favourable: 0, unfavourable: 0, n };
        for _ in 0..n {
            let pick = generator.unit();
            day.favourable += u64::from(pick < favourable);
            day.unfavourable += u64::from(pick >= 1.0 - unfavourable);
        }
        day
    };
    (0..count).map(|_| one(generator)).collect()
}

#[test]
fn a_fall_is_found_with_its_day_and_told_once() {
    let mut generator = Generator::new(11);
    let mut stream = days(&mut generator, 100, 60, 0.5, 0.2);
    stream.extend(days(&mut generator, 60, 60, 0.35, 0.35));
    let watch = watch(&stream, 0..60, 1);
    assert_eq!((watch.idle, watch.step), (None, Step::Day));
    let [alarm] = watch.alarms[..] else { panic!("{:?}", watch.alarms) };
    assert!(!alarm.better && (100..112).contains(&alarm.at), "{alarm:?}");
    assert!((97..=103).contains(&alarm.start), "{alarm:?}");
    assert_eq!(watch.points.len(), 100);
    assert_eq!(watch.points[0].at, 60);
}

#[test]
fn slow_sites_step_by_weeks_and_tell_the_days() {
    let mut generator = Generator::new(5);
    let mut stream = days(&mut generator, 280, 1, 0.6, 0.1);
    stream.extend(days(&mut generator, 300, 1, 0.1, 0.6));
    let watch = watch(&stream, 0..210, 1);
    assert_eq!(watch.step, Step::Week);
    assert!(watch.limit < limit(1, Step::Day));
    let alarm = watch.alarms[0];
    assert!(!alarm.better && alarm.start.is_multiple_of(7) && (alarm.at + 1).is_multiple_of(7), "{alarm:?}");
    assert!(alarm.start.abs_diff(280) <= 21, "{alarm:?}");
}

#[test]
fn why_nothing_is_watched_is_told() {
    let day = Day { favourable: 2, unfavourable: 1, n: 4 };
    let idle = |count: usize, n: u64, baseline: Range<usize>| watch(&vec![Day { n, ..day }; count], baseline, 1).idle;
    assert_eq!(idle(100, 4, 0..55), Some(Idle::ShortBaseline));
    assert_eq!(idle(100, 3, 0..56), Some(Idle::FewAnswers));
    assert_eq!(idle(56, 4, 0..56), Some(Idle::FewSince));
    assert_eq!(idle(90, 4, 0..56), None);
    assert_eq!(idle(0, 4, Range { start: 3, end: 1 }), Some(Idle::ShortBaseline));
    assert_eq!(idle(0, 4, 0..99), Some(Idle::ShortBaseline));
}

#[test]
fn a_unanimous_baseline_has_limits_too() {
    let mut stream = vec![Day { favourable: 10, unfavourable: 0, n: 10 }; 80];
    stream.push(Day { favourable: 9, unfavourable: 0, n: 10 });
    let watch = watch(&stream, 0..60, 1);
    assert!(watch.alarms.is_empty() && watch.points.iter().all(|point| point.low < 100.0));
}

#[test]
fn a_second_excursion_is_a_second_alarm() {
    let good = Day { favourable: 30, unfavourable: 10, n: 50 };
    let bad = Day { favourable: 5, unfavourable: 40, n: 50 };
    let mut stream = vec![good; 100];
    stream[70] = bad;
    stream[71] = bad;
    stream.extend(vec![good; 60]);
    stream.extend(vec![bad; 3]);
    let watch = watch(&stream, 0..60, 1);
    assert_eq!(watch.alarms.iter().map(|alarm| alarm.start).collect::<Vec<_>>(), [70, 160]);
}

#[test]
fn the_noted_limit_is_the_solved_one() {
    assert!((limit(1, Step::Day) - solved(1, Step::Day)).abs() < 1e-9);
}
