//! The deviation alarm: a discounted score held against a baseline, with the baseline's own error in its limits.

use std::ops::Range;

use serde::Serialize;

use super::arl;
use super::net::Net;
use crate::histogram::Histogram;
use crate::instrument::Definition;
use crate::metric::Unit;

pub use super::volume::{VolumeAlarm, VolumeWatch, watch_volume};

/// What a step's answers weigh after one more step: `w = 1 − λ`.
pub const KEPT: f64 = 0.9;
/// The fewest days of a baseline.
pub const BASELINE_DAYS: usize = 56;
/// The fewest answers of a baseline.
pub const BASELINE_ANSWERS: u64 = 200;
/// The fewest effective answers (`B²/C`) that a line is judged on.
pub const ARMED_ANSWERS: f64 = 30.0;
/// Below this many answers a day of the baseline, a week is a step.
pub const DAILY_ANSWERS: f64 = 2.0;
/// An excursion ends when the line is back within this share of its limits: a score that has moved to another level
/// flutters about its limit, and would be told again at each crossing.
pub(super) const ENDS_WITHIN: f64 = 0.5;
/// The least variance of a baseline's answers, times their number: what [`Net::adjusted`] counts have at unanimity.
const LEAST_SPREAD: f64 = 4.5;
/// One false alarm in this many days is accepted for all streams together.
const DAYS_PER_FALSE_ALARM: f64 = 365.0;

/// The L of one stream by days, which every trend asks for: what [`solved`] takes milliseconds to find.
const ONE_STREAM: f64 = 2.695_815_642_694_523_5;

/// One day's answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Promoters, satisfied, easy.
    pub favourable: u64,
    /// Detractors; 0 for a share, whose line is the favourable share.
    pub unfavourable: u64,
    /// All answers.
    pub n: u64,
}

impl Day {
    fn with(self, other: Self) -> Self {
        Self {
            favourable: self.favourable + other.favourable,
            unfavourable: self.unfavourable + other.unfavourable,
            n: self.n + other.n,
        }
    }

    /// Favourable minus unfavourable answers.
    fn net(self) -> f64 {
        self.favourable as f64 - self.unfavourable as f64
    }
}

/// A day's answers by group, from its histogram.
pub fn day(definition: &Definition, histogram: &Histogram) -> Day {
    let [favourable, _, unfavourable] = definition.bands.map(|band| histogram.between(band.low, band.high));
    let unfavourable = match definition.metric.unit() {
        Unit::Points => unfavourable,
        Unit::Percent => 0,
    };
    Day { favourable, unfavourable, n: histogram.n() }
}

/// How much time one step of the line takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A day.
    Day,
    /// Seven days, for baselines below [`DAILY_ANSWERS`] answers a day.
    Week,
}

impl Step {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The number of days.
    pub fn days(self) -> usize {
        match self {
            Self::Day => 1,
            Self::Week => 7,
        }
    }
}

/// What the line is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// The score of all its answers, in points or percent.
    pub score: f64,
    /// Its answers.
    pub n: u64,
    /// Its days.
    pub days: u32,
    /// The variance of one answer's contribution (1, 0 or −1), in net shares squared; above 0 also at unanimity.
    pub variance: f64,
    /// How many times more its steps differ than chance alone makes them (P. B. Laney 2002): 1 or more.
    pub phi: f64,
}

/// The line after one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The index of the step's last day.
    pub at: usize,
    /// The discounted score, in points or percent.
    pub line: f64,
    /// Below this it is a deviation.
    pub low: f64,
    /// Above this it is a deviation.
    pub high: f64,
    /// Whether enough answers stand behind it to be judged.
    pub armed: bool,
}

/// A deviation. Indices count the days that were given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarm {
    /// The day it was noticed.
    pub at: usize,
    /// The day it began: the likeliest split into a part as the baseline and a part with another score.
    pub start: usize,
    /// Whether it is for the better.
    pub better: bool,
    /// The line when it was noticed.
    pub line: f64,
}

/// Why nothing is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Idle {
    /// The baseline has fewer than [`BASELINE_DAYS`] days.
    ShortBaseline,
    /// The baseline has fewer than [`BASELINE_ANSWERS`] answers.
    FewAnswers,
    /// Since the baseline there have never been enough answers to judge a line.
    FewSince,
}

impl Idle {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShortBaseline => "short_baseline",
            Self::FewAnswers => "few_answers",
            Self::FewSince => "few_since",
        }
    }

    /// What it means, as the end of a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::ShortBaseline => "the baseline has fewer than 56 days.",
            Self::FewAnswers => "the baseline has fewer than 200 answers.",
            Self::FewSince => "there are too few answers since the baseline.",
        }
    }
}

/// What became of watching.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// What the line is held against; `None` when the days do not make one.
    pub baseline: Option<Baseline>,
    /// Why nothing is watched; `None` while it is.
    pub idle: Option<Idle>,
    /// How much time a step takes.
    pub step: Step,
    /// How many standard errors the line may stray: L.
    pub limit: f64,
    /// The line after each step since the baseline; weeks that are not over yet are no step.
    pub points: Vec<Point>,
    /// The deviations, one for each time the line left its limits.
    pub alarms: Vec<Alarm>,
}

/// The discounted sums behind a line: `A ← w A + x`, `B ← w B + n`, `C ← w² C + n`, so `A/B` is a mean in which an answer
/// weighs less the older it is, and `B²/C` the number of equal answers that tell as much.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Discounted {
    sum: f64,
    weight: f64,
    squares: f64,
}

impl Discounted {
    /// Takes one step with `weight` answers (or whatever the sum is held against) that add up to `sum`.
    pub fn step(&mut self, sum: f64, weight: f64) {
        self.sum = KEPT.mul_add(self.sum, sum);
        self.weight = KEPT.mul_add(self.weight, weight);
        self.squares = (KEPT * KEPT).mul_add(self.squares, weight);
    }

    /// The discounted mean; `None` before the first answer.
    pub fn mean(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }

    /// The variance of the mean for a variance of 1 per answer, `C/B²`; infinite before the first answer.
    pub fn variance(&self) -> f64 {
        if self.weight > 0.0 { self.squares / (self.weight * self.weight) } else { f64::INFINITY }
    }

    /// Whether enough stands behind it to be judged.
    pub fn is_armed(&self) -> bool {
        self.weight > 0.0 && self.variance() * ARMED_ANSWERS <= 1.0
    }
}

/// The L of a line that is one of `streams` which together give one false alarm in 365 days, for steps of this length.
pub fn limit(streams: u32, step: Step) -> f64 {
    if (streams, step) == (1, Step::Day) { ONE_STREAM } else { solved(streams, step) }
}

fn solved(streams: u32, step: Step) -> f64 {
    arl::ewma_limit(1.0 - KEPT, DAYS_PER_FALSE_ALARM * f64::from(streams.max(1)) / step.days() as f64)
}

/// Watches the days after `baseline`, one of `streams` lines that are watched together.
///
/// The line is an exponentially weighted mean with the answers as weights; it alarms where
/// `|line − baseline| > L √(φ v (C/B² + 1/n₀))`. Without the baseline's own error (`1/n₀`) and over-dispersion (`φ`) one
/// quiet quarter in three would see a false alarm instead of one in seven. Limits: J. M. Lucas and M. S. Saccucci,
/// Technometrics 32 (1990) 1–12; the weighting and the error terms are of this house (research note §3) and simulated by
/// `cargo xtask bench coverage`.
pub fn watch(days: &[Day], baseline: Range<usize>, streams: u32) -> Watch {
    let range = baseline.start.min(days.len())..baseline.end.min(days.len());
    let step = step_of(days.get(range.clone()).unwrap_or_default());
    watch_at(days, range, limit(streams, step))
}

/// [`watch`] with an L of the caller's.
pub fn watch_at(days: &[Day], baseline: Range<usize>, limit: f64) -> Watch {
    let (start, end) = (baseline.start.min(days.len()), baseline.end.min(days.len()));
    let before = days.get(start..end).unwrap_or_default();
    let step = step_of(before);
    let idle = |idle| Watch { baseline: None, idle: Some(idle), step, limit, points: Vec::new(), alarms: Vec::new() };
    if before.len() < BASELINE_DAYS {
        return idle(Idle::ShortBaseline);
    }
    let Some(held) = measured(before, step).filter(|held| held.n >= BASELINE_ANSWERS) else {
        return idle(Idle::FewAnswers);
    };
    let (points, alarms) = run(&days[end..], end, &held, step, limit);
    let idle = (!points.iter().any(|point| point.armed)).then_some(Idle::FewSince);
    Watch { baseline: Some(held), idle, step, limit, points, alarms }
}

fn step_of(days: &[Day]) -> Step {
    let answers: u64 = days.iter().map(|day| day.n).sum();
    if answers as f64 >= DAILY_ANSWERS * days.len() as f64 { Step::Day } else { Step::Week }
}

fn total(days: &[Day]) -> Day {
    days.iter().fold(Day::default(), |sum, day| sum.with(*day))
}

/// The baseline of these days; `None` without answers.
fn measured(days: &[Day], step: Step) -> Option<Baseline> {
    let all = total(days);
    let (favourable, unfavourable) = (all.favourable as f64, all.unfavourable as f64);
    let net = Net { favourable, neutral: all.n as f64 - favourable - unfavourable, unfavourable };
    let value = net.value()?;
    // At unanimity the variance is 0, and any other answer would be an alarm.
    let variance = net.variance()?.max(LEAST_SPREAD / all.n as f64);
    let (mut spread, mut count) = (0.0, 0.0);
    for sum in days.chunks_exact(step.days()).map(total).filter(|sum| sum.n > 0) {
        let n = sum.n as f64;
        spread += (sum.net() - n * value).powi(2) / (n * variance);
        count += 1.0;
    }
    let phi = if count > 1.0 { (spread / (count - 1.0)).max(1.0) } else { 1.0 };
    Some(Baseline {
        score: 100.0 * value,
        n: all.n,
        days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        variance,
        phi,
    })
}

/// The line over `days`, of which the first has the index `first`, and its alarms.
fn run(days: &[Day], first: usize, baseline: &Baseline, step: Step, limit: f64) -> (Vec<Point>, Vec<Alarm>) {
    let (mut points, mut alarms) = (Vec::new(), Vec::new());
    let steps: Vec<Day> = days.chunks_exact(step.days()).map(total).collect();
    let mut line = Discounted::default();
    // Whether the line is outside, and the first step of the stretch that a change is looked for in.
    let (mut outside, mut since) = (false, 0);
    for (place, sum) in steps.iter().enumerate() {
        line.step(sum.net(), sum.n as f64);
        let value = 100.0 * line.mean().unwrap_or(baseline.score / 100.0);
        let variance = baseline.phi * baseline.variance * (line.variance() + 1.0 / baseline.n as f64);
        // Before the first answer the limits are the widest that a score allows.
        let reach = (100.0 * limit * variance.sqrt()).min(200.0);
        let armed = line.is_armed();
        let at = first + (place + 1) * step.days() - 1;
        points.push(Point { at, line: value, low: baseline.score - reach, high: baseline.score + reach, armed });
        let strays = (value - baseline.score).abs();
        if outside && strays <= ENDS_WITHIN * reach {
            (outside, since) = (false, place + 1);
        } else if !outside && strays > reach && armed {
            let better = value > baseline.score;
            let excess = |day: &Day| (day.net() - day.n as f64 * baseline.score / 100.0, day.n as f64);
            let start = since + likeliest_start(steps[since..=place].iter().map(excess), better);
            alarms.push(Alarm { at, start: first + start * step.days(), better, line: value });
            outside = true;
        }
    }
    (points, alarms)
}

/// The step from which a change to the better (or worse) is likeliest, of steps that are given by their excess over what
/// was expected and their weight: where `(Σ excess)²/Σ weight` from there to the end is largest.
///
/// The likelihood ratio of a shifted mean against the baseline's, with the shift at its best (D. V. Hinkley, Biometrika
/// 57 (1970) 1–17).
pub(super) fn likeliest_start(
    steps: impl DoubleEndedIterator<Item = (f64, f64)> + ExactSizeIterator,
    better: bool,
) -> usize {
    let (mut excess, mut weight) = (0.0, 0.0);
    let mut best = (0.0, 0);
    for (place, (more, by)) in steps.enumerate().rev() {
        excess += more;
        weight += by;
        let ratio = if weight > 0.0 && (excess > 0.0) == better { excess * excess / weight } else { 0.0 };
        if ratio > best.0 {
            best = (ratio, place);
        }
    }
    best.1
}

#[cfg(test)]
#[path = "alarm_tests.rs"]
mod tests;
