//! The alarms on how many answers come: more or fewer than the baseline, and none at all.

use std::ops::Range;

use super::alarm::{Alarm, BASELINE_ANSWERS, BASELINE_DAYS, DAILY_ANSWERS, Discounted, ENDS_WITHIN, Step, limit};
use super::distribution;

/// The days of a week, as a count: the pattern that is taken into account.
const WEEK: usize = 7;
/// Weeks of the mean that each weekday's own mean is mixed with, so that no weekday is expected to have none.
const SMOOTHING: f64 = 1.0;
/// The longest silence that is looked for, in days.
const LONGEST: u32 = 366;

/// A deviation in how many answers come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VolumeAlarm {
    /// When and which way; the line is in answers a day, and more answers are the better.
    pub alarm: Alarm,
    /// Whether it is a run of days without any answer.
    pub silence: bool,
}

/// What became of watching the number of answers.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeWatch {
    /// Answers a day in the baseline; 0 when the days make none.
    pub expected: f64,
    /// Days in a row without an answer that are told as silence; 0 when nothing is watched.
    pub silence_days: u32,
    /// What was found, in the order of time.
    pub alarms: Vec<VolumeAlarm>,
}

/// Expected answers by weekday (index modulo 7) and how much more than chance they vary.
struct Expected {
    by_weekday: [f64; WEEK],
    step: Step,
    /// The variance of a step's count over its expectation: 1 for chance alone.
    phi: f64,
    /// The degrees of freedom that `phi` was estimated with.
    df: f64,
    /// All answers of the baseline.
    n: f64,
}

/// Watches how many answers come on the days after `baseline`, one of `streams` lines that are watched together. The
/// baseline needs 56 days and 200 answers.
///
/// **More or fewer**: the line is `R = Σ wʲ x/Σ wʲ e`, discounted answers over discounted expectation, with `e` by weekday.
/// Its variance is `s² = φ (C/B² + 1/n₀)`, where `φ = Σ (x − e)²/e/(k − 7)`, at least 1, measures over-dispersion as in
/// [`super::alarm`]. Counts are skewed, so the limits are Wilson and Hilferty's `(1 − s²/9 ± L s/3)³` (PNAS 17 (1931)
/// 684–688), with the L of the score's alarm, taken from Student's distribution instead of the normal one where φ was
/// estimated above 1.
///
/// **Silence**: so many days in a row without an answer as would happen by chance less than once a year over all streams,
/// whatever the weekday. Days that are told as silence are left out of the line, so that they are told once.
pub fn watch_volume(days: &[u64], baseline: Range<usize>, streams: u32) -> VolumeWatch {
    let before = days.get(baseline.start.min(days.len())..baseline.end.min(days.len())).unwrap_or_default();
    let reach = limit(streams, step_of(before));
    watch_volume_at(days, baseline, streams, reach)
}

/// [`watch_volume`] with an L of the caller's for the line.
pub fn watch_volume_at(days: &[u64], baseline: Range<usize>, streams: u32, limit: f64) -> VolumeWatch {
    let (start, end) = (baseline.start.min(days.len()), baseline.end.min(days.len()));
    let before = days.get(start..end).unwrap_or_default();
    let answers: u64 = before.iter().sum();
    if before.len() < BASELINE_DAYS || answers < BASELINE_ANSWERS {
        return VolumeWatch { expected: 0.0, silence_days: 0, alarms: Vec::new() };
    }
    let expected = Expected::of(before, start);
    let silence_days = silence(before, start, &expected, streams);
    let mut alarms = silences(&days[end..], end, silence_days);
    let silent: Vec<bool> = silent_days(&days[end..], silence_days);
    alarms.extend(deviations(&days[end..], end, &silent, &expected, limit));
    alarms.sort_by_key(|found| found.alarm.at);
    VolumeWatch { expected: answers as f64 / before.len() as f64, silence_days, alarms }
}

fn step_of(days: &[u64]) -> Step {
    if days.iter().sum::<u64>() as f64 >= DAILY_ANSWERS * days.len() as f64 { Step::Day } else { Step::Week }
}

impl Expected {
    /// The expectation from baseline days, of which the first has the index `first`.
    fn of(days: &[u64], first: usize) -> Self {
        let n: f64 = days.iter().map(|count| *count as f64).sum();
        let mean = n / days.len() as f64;
        let (mut sums, mut counts) = ([SMOOTHING * mean; WEEK], [SMOOTHING; WEEK]);
        for (place, count) in days.iter().enumerate() {
            let weekday = (first + place) % WEEK;
            sums[weekday] += *count as f64;
            counts[weekday] += 1.0;
        }
        let by_weekday = std::array::from_fn(|weekday| sums[weekday] / counts[weekday]);
        let step = step_of(days);
        let mut expected = Self { by_weekday, step, phi: 1.0, df: 1.0, n };
        let steps: Vec<(f64, f64)> = expected.steps(days, first).collect();
        let spread: f64 = steps.iter().map(|(count, wanted)| (count - wanted).powi(2) / wanted).sum();
        // What was fitted: seven means, or one.
        let fitted = if step == Step::Day { WEEK as f64 } else { 1.0 };
        expected.df = steps.len() as f64 - fitted;
        expected.phi = (spread / expected.df).max(1.0);
        expected
    }

    /// The counts and expectations of the steps of `days`, of which the first has the index `first`.
    fn steps<'a>(&'a self, days: &'a [u64], first: usize) -> impl Iterator<Item = (f64, f64)> + 'a {
        let length = self.step.days();
        days.chunks_exact(length).enumerate().map(move |(step, counts)| {
            let from = first + step * length;
            let wanted = (from..from + length).map(|place| self.by_weekday[place % WEEK]).sum();
            (counts.iter().map(|count| *count as f64).sum(), wanted)
        })
    }

    /// The probability that a weekday passes without an answer, of counts with this mean and dispersion: a negative
    /// binomial distribution with variance `φ e`, which is Poisson's for φ = 1.
    fn silent(&self, weekday: usize) -> f64 {
        let mean = self.by_weekday[weekday];
        if self.phi > 1.0 + 1e-9 { (-mean * self.phi.ln() / (self.phi - 1.0)).exp() } else { (-mean).exp() }
    }
}

/// How many days in a row without an answer would happen less than once in 365 days over all streams.
///
/// A weekday is silent with the probability that its mean and dispersion make, or with the share of silent days in the
/// baseline where that is more (mixed with one day of the former). The expected number of runs of `k` days or more
/// in a year is `365/7 Σ over weekdays (1 − p₋₁) p₀ p₁ … p₍ₖ₋₁₎`; the smallest `k` that brings it to 1/streams is taken, and
/// more than the longest run of the baseline.
fn silence(days: &[u64], first: usize, expected: &Expected, streams: u32) -> u32 {
    let by_model: [f64; WEEK] = std::array::from_fn(|weekday| expected.silent(weekday));
    let (mut seen, mut counts) = (by_model, [1.0; WEEK]);
    let (mut longest, mut run) = (0, 0);
    for (place, count) in days.iter().enumerate() {
        let weekday = (first + place) % WEEK;
        counts[weekday] += 1.0;
        run = if *count == 0 { run + 1 } else { 0 };
        seen[weekday] += f64::from(u8::from(*count == 0));
        longest = longest.max(run);
    }
    let silent: [f64; WEEK] = std::array::from_fn(|weekday| by_model[weekday].max(seen[weekday] / counts[weekday]));
    let runs_a_year = |length: u32| {
        let from = |weekday: usize| {
            let run: f64 = (0..length as usize).map(|place| silent[(weekday + place) % WEEK]).product();
            (1.0 - silent[(weekday + WEEK - 1) % WEEK]) * run
        };
        365.0 / WEEK as f64 * (0..WEEK).map(from).sum::<f64>()
    };
    let wanted = 1.0 / f64::from(streams.max(1));
    (longest + 1..=LONGEST).find(|length| runs_a_year(*length) <= wanted).unwrap_or(LONGEST)
}

/// The runs of `length` days without an answer.
fn silences(days: &[u64], first: usize, length: u32) -> Vec<VolumeAlarm> {
    let mut found = Vec::new();
    let mut run = 0;
    for (place, count) in days.iter().enumerate() {
        run = if *count == 0 { run + 1 } else { 0 };
        if run == length {
            let at = first + place;
            let alarm = Alarm { at, start: at + 1 - length as usize, better: false, line: 0.0 };
            found.push(VolumeAlarm { alarm, silence: true });
        }
    }
    found
}

/// Which days belong to a silence as far as it was told: from the day that tells it to its end.
fn silent_days(days: &[u64], length: u32) -> Vec<bool> {
    let mut run = 0;
    let told = |count: &u64| {
        run = if *count == 0 { run + 1 } else { 0 };
        run >= length
    };
    days.iter().map(told).collect()
}

fn deviations(days: &[u64], first: usize, silent: &[bool], expected: &Expected, limit: f64) -> Vec<VolumeAlarm> {
    let mut found = Vec::new();
    let length = expected.step.days();
    let mean = expected.by_weekday.iter().sum::<f64>() / WEEK as f64;
    let limit = if expected.phi > 1.0 {
        distribution::student_of_level(1.0 - distribution::normal_p(limit), expected.df)
    } else {
        limit
    };
    let steps: Vec<(f64, f64)> = expected.steps(days, first).collect();
    let mut line = Discounted::default();
    let (mut outside, mut since) = (false, 0);
    for (place, ((count, wanted), silent)) in steps.iter().zip(silent.chunks(length)).enumerate() {
        if silent.iter().any(|silent| *silent) {
            continue;
        }
        line.step(*count, *wanted);
        let variance = expected.phi * (line.variance() + 1.0 / expected.n);
        let cube = |reach: f64| (1.0 - variance / 9.0 + reach * variance.sqrt() / 3.0).max(0.0).powi(3);
        let ratio = line.mean().unwrap_or(1.0);
        let beyond = |reach: f64| ratio < cube(-reach) || ratio > cube(reach);
        if outside && !beyond(ENDS_WITHIN * limit) {
            (outside, since) = (false, place + 1);
        } else if !outside && beyond(limit) && line.is_armed() {
            let better = ratio > 1.0;
            let excess = steps[since..=place].iter().map(|(count, wanted)| (count - wanted, *wanted));
            let start = since + super::alarm::likeliest_start(excess, better);
            let at = first + (place + 1) * length - 1;
            let alarm = Alarm { at, start: first + start * length, better, line: ratio * mean };
            found.push(VolumeAlarm { alarm, silence: false });
            outside = true;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(count: usize, week: [u64; WEEK]) -> Vec<u64> {
        week.repeat(count)
    }

    #[test]
    fn a_weekly_pattern_is_no_deviation() {
        let days = weeks(30, [50, 52, 48, 51, 49, 5, 3]);
        assert_eq!(watch_volume(&days, 0..56, 1).alarms, []);
    }

    #[test]
    fn half_the_answers_are_told_with_the_day_they_stayed_away() {
        let mut days = weeks(12, [50, 52, 48, 51, 49, 25, 20]);
        days[70..].iter_mut().for_each(|count| *count /= 2);
        let watch = watch_volume(&days, 0..56, 1);
        let [found] = watch.alarms[..] else { panic!("{:?}", watch.alarms) };
        assert!(!found.silence && !found.alarm.better);
        assert_eq!(found.alarm.start, 70);
        assert!((71..77).contains(&found.alarm.at), "{}", found.alarm.at);
    }

    #[test]
    fn silence_is_told_once_and_apart_from_a_quiet_weekend() {
        let mut days = weeks(20, [10, 12, 8, 11, 9, 0, 0]);
        days[84..112].iter_mut().for_each(|count| *count = 0);
        let watch = watch_volume(&days, 0..56, 1);
        // The weekends of the baseline are two silent days each.
        assert_eq!(watch.silence_days, 3);
        let told: Vec<usize> = watch.alarms.iter().filter(|found| found.silence).map(|found| found.alarm.at).collect();
        assert_eq!(told, [84]);
        assert_eq!(watch.alarms[0].alarm.start, 82);
    }

    #[test]
    fn a_young_baseline_watches_nothing() {
        assert_eq!(watch_volume(&[100; 80], 0..40, 1).silence_days, 0);
        assert_eq!(watch_volume(&[1; 80], 0..60, 1).expected, 0.0);
        assert_eq!(watch_volume(&[1; 80], Range { start: 90, end: 70 }, 1).expected, 0.0);
    }
}
