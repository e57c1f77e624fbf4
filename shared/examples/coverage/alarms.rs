//! The deviation alarm on streams without a change and with one, held against the research note, §3.

use bearing_shared::stats::alarm::{self, Day, Discounted};
use bearing_shared::stats::arl;
use bearing_shared::stats::random::Generator;

use crate::sampler::{Shares, mean, quantile, share};
use crate::{Expected, Figure};

const RUNS: u32 = 10_000;
/// Days of the baseline in the note's simulations, and its L with an estimated baseline.
const BASELINE: usize = 56;
const LIMIT: f64 = 2.72;
/// Days that a stream without a change is followed; runs past it count as this long.
const FOLLOWED: usize = 1_500;
/// Days without a change before one comes, so that the line has settled.
const SETTLED: usize = 60;

pub(crate) fn figures() -> Vec<Figure> {
    let mut generator = Generator::new(20_261_122);
    let mut figures = vec![week_on_week(&mut generator)];
    figures.extend(known(&mut generator));
    figures.extend(estimated(&mut generator));
    figures.extend(by_weeks(&mut generator));
    figures
}

/// What the alarm replaces: the rule that tells every week which is five points away from the one before.
fn week_on_week(generator: &mut Generator) -> Figure {
    let mut week = || {
        let counts = Shares::USUAL.day(generator, 7 * 50);
        100.0 * (counts.favourable as f64 - counts.unfavourable as f64) / counts.n as f64
    };
    let moves: Vec<f64> = (0..RUNS).map(|_| (week() - week()).abs()).collect();
    let told = share(&moves, |points| points >= 5.0);
    Figure::new("50 a day, no change: % of weeks 5 points off the one before", told, Expected::Near(40.0, 0.5))
}

/// Published to ± 3 %, and printed to a tenth or to a whole.
fn delay(published: f64, digit: f64) -> Expected {
    Expected::Near(published, 0.03 * published + 0.5 * digit)
}

/// A quantile of whole days: what lies between two of them falls on either.
fn whole_days(published: f64) -> Expected {
    Expected::Near(published, 0.03 * published + 1.0)
}

/// With the baseline known: what the limits are calibrated for.
fn known(generator: &mut Generator) -> Vec<Figure> {
    let limit = alarm::limit(1, alarm::Step::Day);
    let quiet: Vec<f64> = (0..RUNS).map(|_| known_run(generator, 50, limit, 0.0)).collect();
    let mut figures = vec![
        Figure::new("L of one stream", (limit, 0.0), Expected::Near(2.696, 0.000_5)),
        Figure::new("exact days to a false alarm at L 2.7", (arl::ewma(0.1, 2.7, 0.0), 0.0), Expected::AtLeast(365.0)),
        Figure::new("50 a day, no change: mean days to a false alarm", mean(&quiet), Expected::Near(365.0, 10.0)),
    ];
    for (name, n, points, expected) in [
        ("50 a day, -5 points: mean days to the alarm", 50, -5.0, delay(33.0, 1.0)),
        ("50 a day, -10 points: mean days to the alarm", 50, -10.0, delay(11.4, 0.1)),
        ("50 a day, -20 points: mean days to the alarm", 50, -20.0, delay(4.6, 0.1)),
        ("10 a day, -10 points: mean days to the alarm", 10, -10.0, delay(37.0, 1.0)),
        ("200 a day, -10 points: mean days to the alarm", 200, -10.0, delay(4.7, 0.1)),
    ] {
        let runs: Vec<f64> = (0..RUNS).map(|_| known_run(generator, n, limit, points)).collect();
        figures.push(Figure::new(name, mean(&runs), expected));
    }
    figures
}

/// Days until the line leaves limits around the true score, from the day of a change; the line has settled before it, on
/// the score, as the exact run lengths have it.
fn known_run(generator: &mut Generator, n: u64, limit: f64, points: f64) -> f64 {
    let shares = Shares::USUAL.moved(points);
    let net = 0.3;
    let variance: f64 = 0.7 - net * net;
    let mut line = Discounted::default();
    for _ in 0..200 {
        line.step(net * n as f64, n as f64);
    }
    let reach = limit * (variance * line.variance()).sqrt();
    let mut days = 0;
    loop {
        days += 1;
        let day = shares.day(generator, n);
        line.step(day.favourable as f64 - day.unfavourable as f64, n as f64);
        if line.mean().is_some_and(|value| (value - net).abs() > reach) {
            return f64::from(days);
        }
    }
}

/// What the product does: a baseline of 56 days with its own error and dispersion in the limits.
fn estimated(generator: &mut Generator) -> Vec<Figure> {
    let quiet: Vec<f64> = (0..4_000).map(|_| estimated_run(generator, 50, 0.0, 0.0)).collect();
    let fall: Vec<f64> = (0..RUNS).map(|_| estimated_run(generator, 50, -10.0, 0.0)).collect();
    let slow: Vec<f64> = (0..RUNS).map(|_| estimated_run(generator, 10, -10.0, 0.0)).collect();
    let wobbling: Vec<f64> = (0..2_000).map(|_| estimated_run(generator, 50, 0.0, 5.0)).collect();
    // 1,500 runs: one standard error of a share p is √(p (1 − p)/1500); two of them, and half a digit.
    let of_runs = |percent: f64| {
        Expected::Near(percent, 200.0 * (percent / 100.0 * (1.0 - percent / 100.0) / 1500.0).sqrt() + 0.5)
    };
    vec![
        // A median of 1,500 runs has a standard error of 3.7 %: 64 days are less than three of them.
        Figure::new(
            "estimated baseline, no change: median days to a false alarm",
            quantile(&quiet, 0.5),
            Expected::Near(639.0, 64.0),
        ),
        Figure::new(
            "estimated baseline: % of quiet years with a false alarm",
            share(&quiet, |d| d <= 365.0),
            Expected::AtMost(63.2),
        ),
        Figure::new("estimated baseline: % with a false alarm in 90 days", share(&quiet, |d| d <= 90.0), of_runs(14.0)),
        Figure::new("estimated baseline: % with a false alarm in 30 days", share(&quiet, |d| d <= 30.0), of_runs(6.5)),
        Figure::new("estimated baseline, -10 points: mean days to the alarm", mean(&fall), delay(15.5, 0.1)),
        Figure::new("estimated baseline, -10 points: median", quantile(&fall, 0.5), whole_days(12.0)),
        Figure::new("estimated baseline, -10 points: 90 %", quantile(&fall, 0.9), whole_days(30.0)),
        Figure::new("10 a day, estimated baseline, -10 points: median", quantile(&slow, 0.5), whole_days(51.0)),
        Figure::new(
            "5 points of wobble a day: % with a false alarm in 90 days",
            share(&wobbling, |d| d <= 90.0),
            of_runs(22.0),
        ),
    ]
}

/// Days until the product's alarm, from the day of a change `points` after the baseline, or from the baseline's end
/// without one. Each day's true score strays by a normal number of `wobble` points.
fn estimated_run(generator: &mut Generator, n: u64, points: f64, wobble: f64) -> f64 {
    let day = |generator: &mut Generator, shares: Shares| {
        let astray = if wobble > 0.0 { wobble * crate::sampler::normal(generator) } else { 0.0 };
        shares.moved(astray).day(generator, n)
    };
    let followed = if points == 0.0 { FOLLOWED } else { 300 };
    loop {
        let mut days: Vec<Day> = (0..BASELINE).map(|_| day(generator, Shares::USUAL)).collect();
        let settled = if points == 0.0 { 0 } else { SETTLED };
        days.extend((0..settled).map(|_| day(generator, Shares::USUAL)));
        days.extend((0..followed).map(|_| day(generator, Shares::USUAL.moved(points))));
        let watch = alarm::watch_at(&days, 0..BASELINE, LIMIT);
        let from = BASELINE + settled;
        match watch.alarms.first() {
            // A false alarm before the change: another stream.
            Some(first) if first.at < from => {}
            Some(first) => return (first.at + 1 - from) as f64,
            None => return followed as f64,
        }
    }
}

/// A site with one answer a day, which steps by weeks; the bounds are this house's own.
fn by_weeks(generator: &mut Generator) -> Vec<Figure> {
    // As many days as make 200 answers, and whole weeks.
    const DAYS: usize = 210;
    let limit = alarm::limit(1, alarm::Step::Week);
    let mut run = |points: f64| loop {
        let settled = if points == 0.0 { 0 } else { 126 };
        let mut days: Vec<Day> = (0..DAYS + settled).map(|_| Shares::USUAL.day(generator, 1)).collect();
        days.extend((0..364).map(|_| Shares::USUAL.moved(points).day(generator, 1)));
        let from = DAYS + settled;
        match alarm::watch_at(&days, 0..DAYS, limit).alarms.first() {
            Some(first) if first.at < from => {}
            Some(first) => return (first.at + 1 - from) as f64,
            None => return f64::from(u16::MAX),
        }
    };
    let quiet: Vec<f64> = (0..RUNS).map(|_| run(0.0)).collect();
    let fall: Vec<f64> = (0..RUNS).map(|_| run(-40.0)).collect();
    vec![
        Figure::new("L of one stream by weeks", (limit, 0.0), Expected::AtMost(2.0)),
        Figure::new(
            "1 a day, by weeks: % of quiet years with a false alarm",
            share(&quiet, |days| days <= 364.0),
            Expected::AtMost(63.2),
        ),
        Figure::new(
            "1 a day, by weeks, -40 points: median days to the alarm",
            quantile(&fall, 0.5),
            Expected::AtMost(42.0),
        ),
    ]
}
