//! The alarms on how many answers come, on streams without a change and with one; the bounds are this house's own.

use bearing_shared::stats::random::Generator;
use bearing_shared::stats::volume::watch_volume_at;
use bearing_shared::stats::{alarm, volume::VolumeWatch};

use crate::sampler::{mean, overdispersed, poisson, quantile, share};
use crate::{Expected, Figure};

const RUNS: u32 = 2_000;
const BASELINE: usize = 56;
const YEAR: usize = 365;
/// The share of years, in percent, that have a false alarm when the mean run is a year: `1 − 1/e`.
const ONE_A_YEAR: f64 = 63.2;
/// A shop's week: busy at its start, half on its last two days.
const WEEK: [f64; 7] = [1.2, 1.2, 1.1, 1.1, 1.0, 0.8, 0.6];

pub(crate) fn figures() -> Vec<Figure> {
    let mut generator = Generator::new(7_112_026);
    let limit = alarm::limit(1, alarm::Step::Day);
    let weekly = alarm::limit(1, alarm::Step::Week);
    let mut figures = Vec::new();
    for (names, mean_a_day, phi, limit) in [
        (
            [
                "50 a day: % of quiet years with a false alarm",
                "50 a day: false alarms in a quiet year",
                "50 a day: silences told in a quiet year",
            ],
            50.0,
            1.0,
            limit,
        ),
        (
            [
                "50 a day, variance 4 times: % of quiet years with a false alarm",
                "50 a day, variance 4 times: false alarms in a quiet year",
                "50 a day, variance 4 times: silences told in a quiet year",
            ],
            50.0,
            4.0,
            limit,
        ),
        (
            [
                "5 a day: % of quiet years with a false alarm",
                "5 a day: false alarms in a quiet year",
                "5 a day: silences told in a quiet year",
            ],
            5.0,
            1.0,
            limit,
        ),
        (
            [
                "4 a week: % of quiet years with a false alarm",
                "4 a week: false alarms in a quiet year",
                "4 a week: silences told in a quiet year",
            ],
            4.0 / 7.0,
            1.0,
            weekly,
        ),
    ] {
        // Slow sites need a longer baseline for their 200 answers.
        let baseline = if mean_a_day < 3.0 { 420 } else { BASELINE };
        let years: Vec<VolumeWatch> = (0..RUNS)
            .map(|_| {
                let days = days(&mut generator, baseline + YEAR, mean_a_day, phi, 1.0, 0);
                watch_volume_at(&days, 0..baseline, 1, limit)
            })
            .collect();
        let count = |silence: bool| -> Vec<f64> {
            let told = |year: &VolumeWatch| year.alarms.iter().filter(|found| found.silence == silence).count() as f64;
            years.iter().map(told).collect()
        };
        let [share_name, count_name, silence_name] = names;
        figures.push(Figure::new(
            share_name,
            share(&count(false), |alarms| alarms > 0.0),
            Expected::AtMost(ONE_A_YEAR),
        ));
        // A baseline that is off by chance is off all year, so false alarms come in groups.
        figures.push(Figure::new(count_name, mean(&count(false)), Expected::AtMost(1.5)));
        figures.push(Figure::new(silence_name, mean(&count(true)), Expected::AtMost(1.0)));
    }
    let halved = delays(&mut generator, 50.0, 1.0, limit);
    figures.push(Figure::new(
        "50 a day, halved: median days to the alarm",
        quantile(&halved, 0.5),
        Expected::AtMost(3.0),
    ));
    let halved = delays(&mut generator, 50.0, 4.0, limit);
    figures.push(Figure::new(
        "50 a day, variance 4 times, halved: % told in 14 days",
        share(&halved, |days| days <= 14.0),
        Expected::AtLeast(95.0),
    ));
    figures
}

/// Answers a day by weekday, the days from `change` on with another factor.
fn days(generator: &mut Generator, count: usize, mean: f64, phi: f64, factor: f64, change: usize) -> Vec<u64> {
    let one = |place: usize| {
        let expected = mean * WEEK[place % 7] * if place >= change { factor } else { 1.0 };
        if phi > 1.0 { overdispersed(generator, expected, phi) } else { poisson(generator, expected) }
    };
    (0..count).map(one).collect()
}

/// Days from a halving to its alarm.
fn delays(generator: &mut Generator, mean: f64, phi: f64, limit: f64) -> Vec<f64> {
    let change = BASELINE + 42;
    let mut found = Vec::new();
    while found.len() < RUNS as usize {
        let days = days(generator, change + 100, mean, phi, 0.5, change);
        let watch = watch_volume_at(&days, 0..BASELINE, 1, limit);
        match watch.alarms.first() {
            // A false alarm before the change: another stream.
            Some(first) if first.alarm.at < change => {}
            Some(first) => found.push((first.alarm.at + 1 - change) as f64),
            None => found.push(100.0),
        }
    }
    found
}
