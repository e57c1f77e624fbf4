//! Two years of plausible sample answers from a fixed seed: a pure function of the day it is made and the wished number.
//!
//! What is in it, so that reports have something to find: growth, weekdays, a busy winter, segments that differ, late
//! deliveries every December, and a month in which paying on a phone was broken, about five months before `now`.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use bearing_shared::id::ResponseId;
use bearing_shared::instrument::Definition;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::comments::{LAMPS, Theme, Tone, endings, sentences};
use super::draw::{id, moment, normal, pick, score};
use super::visit::{Place, Visit};

/// The days that a sample covers; the last one is the day before `now`.
pub(super) const DAYS: i32 = 730;
/// The answers of the demo's sample.
pub const ANSWERS: usize = 50_000;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// One sample answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SampleAnswer {
    /// Its id, a UUIDv7 of the time it was shown.
    pub id: ResponseId,
    /// Where it was asked.
    pub place: Place,
    /// The raw score, on the scale of the metric's usual instrument.
    pub score: u8,
    /// When the survey was shown, ms since 1970 UTC.
    pub shown_at: i64,
    /// When it was answered, ms since 1970 UTC.
    pub answered_at: i64,
    /// Whether the respondent went through the follow-ups.
    pub completed: bool,
    /// The text, with the id of the question it answers.
    pub comment: Option<(&'static str, String)>,
    /// The picked choices, with the id of the question they answer.
    pub choices: Option<(&'static str, Vec<&'static str>)>,
    /// Who answered.
    pub visit: Visit,
    /// The browser's random id.
    pub visitor: String,
    /// The shop's id of a customer who was signed in.
    pub customer: Option<String>,
}

/// What happened on one day to the showings of one survey to one kind of visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Visitors who could have been asked.
    pub eligible: u32,
    /// Showings.
    pub shown: u32,
    /// Begun answers.
    pub started: u32,
    /// Closed cards.
    pub dismissed: u32,
}

/// A whole sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// The answers in the order of showing.
    pub answers: Vec<SampleAnswer>,
    /// The denominators, by day (days since 1970-01-01), page and visit.
    pub counts: BTreeMap<(i32, Place, Visit), Counts>,
}

/// A sample of exactly `answers` answers over the [`DAYS`] days before the day of `now` (ms since 1970 UTC).
///
/// The same arguments give the same sample. Showings lie between 6:00 and 21:30 UTC, so that their day is the same in
/// UTC and in the sample site's time zone.
pub(super) fn sample(now: i64, answers: usize) -> Sample {
    let mut rng = ChaCha8Rng::seed_from_u64(0x6265_6172_696e_6721);
    let today = i32::try_from(now.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    let days: Vec<Day> = (0..DAYS).map(|index| Day::new(today, index, &mut rng)).collect();
    let volume: f64 = days.iter().map(|day| day.volume).sum::<f64>() * Place::ALL.len() as f64;
    let mut sample = Sample::default();
    let mut wished = 0.0;
    for day in &days {
        let first = sample.answers.len();
        for place in Place::ALL {
            // Rounding the running sum and not each day keeps the total exact.
            wished += day.volume / volume * answers as f64;
            let count = (wished.round() as usize).saturating_sub(sample.answers.len());
            for _ in 0..count {
                let answer = day.answer(place, &mut rng);
                sample.answers.push(answer);
            }
            day.count(place, &sample.answers[sample.answers.len() - count..], &mut sample.counts, &mut rng);
        }
        sample.answers[first..].sort_by_key(|answer| answer.shown_at);
    }
    sample
}

/// One day of the shop, and what is special about it.
struct Day {
    /// Days since 1970-01-01.
    date: i32,
    /// How far into the sample it is, 0 to 1.
    progress: f64,
    /// How broken paying on a phone was, 0 to 1.
    trouble: f64,
    /// How late deliveries were, 0 to 1.
    lateness: f64,
    /// Relative number of answers.
    volume: f64,
}

impl Day {
    fn new(today: i32, index: i32, rng: &mut ChaCha8Rng) -> Self {
        let date = today - DAYS + index;
        let progress = f64::from(index) / f64::from(DAYS);
        let of_year = f64::from(date).rem_euclid(365.2425);
        // The first of January 1970 was a Thursday.
        let weekday = [1.02, 0.98, 0.9, 0.86, 1.24, 1.06, 1.0][(date + 4).rem_euclid(7) as usize % 7];
        let winter = 1.0 + 0.35 * (TAU * (of_year - 345.0) / 365.2425).cos();
        let sale = if (325.0..333.0).contains(&of_year) { 1.5 } else { 1.0 };
        let noise = (0.12 * normal(rng)).exp();
        Self {
            date,
            progress,
            trouble: trouble(today - date),
            lateness: if (338.0..360.0).contains(&of_year) { 1.0 } else { 0.0 },
            volume: (0.8 * progress).exp() * weekday * winter * sale * noise,
        }
    }

    /// How much better or worse than usual a visit was: the tilt of its score's distribution.
    fn tilt(&self, place: Place, visit: &Visit) -> f64 {
        let mobile = visit.device == "mobile";
        let plan = match visit.plan {
            "business" => 0.75,
            "pro" => 0.35,
            _ => -0.25,
        };
        let special = match place {
            Place::ThankYou => -0.9 * self.lateness - if mobile { 0.9 * self.trouble } else { 0.0 },
            Place::Product => 0.0,
            Place::Checkout => -if mobile { 0.35 + 2.2 * self.trouble } else { 0.0 },
        };
        0.7 * (self.progress - 0.5) + visit.warmth() + plan + special
    }

    fn answer(&self, place: Place, rng: &mut ChaCha8Rng) -> SampleAnswer {
        let (visit, customer) = Visit::draw(self.progress, rng);
        let definition = place.metric().default_instrument().definition();
        let score = score(definition, place, self.tilt(place, &visit) + 0.6 * normal(rng), rng);
        let tone = tone(definition, score);
        let shown_at = i64::from(self.date) * DAY_MS + moment(rng);
        let completed = rng.random_bool(0.7);
        let theme = self.theme(place, tone, &visit, rng);
        let words = completed && rng.random_bool(if tone == Tone::Bad { 0.55 } else { 0.32 });
        SampleAnswer {
            id: id(shown_at, rng),
            place,
            score,
            shown_at,
            answered_at: shown_at + rng.random_range(2_500..45_000),
            completed,
            comment: words.then(|| (text_question(place, tone), comment(place, tone, theme, visit.locale, rng))),
            choices: if completed { choices(place, tone, theme, rng) } else { None },
            visit,
            visitor: format!("v_{:016x}", rng.random::<u64>()),
            customer,
        }
    }

    fn theme(&self, place: Place, tone: Tone, visit: &Visit, rng: &mut ChaCha8Rng) -> Theme {
        use Theme::{Delivery, Price, Quality, Range, Service, Website};
        if tone == Tone::Bad
            && visit.device == "mobile"
            && place != Place::Product
            && rng.random_bool(0.85 * self.trouble)
        {
            return Website;
        }
        if tone == Tone::Bad && place == Place::ThankYou && rng.random_bool(0.6 * self.lateness) {
            return Delivery;
        }
        match place {
            Place::ThankYou => {
                let shares = match tone {
                    Tone::Good => [36.0, 12.0, 6.0, 20.0, 11.0, 15.0],
                    Tone::Mixed => [24.0, 14.0, 20.0, 22.0, 12.0, 8.0],
                    Tone::Bad => [13.0, 4.0, 24.0, 30.0, 16.0, 13.0],
                };
                [Quality, Range, Price, Delivery, Website, Service][pick(rng, &shares)]
            }
            Place::Product => {
                [Quality, Range, Price, Delivery, Website, Service][pick(rng, &[16.0, 26.0, 16.0, 6.0, 28.0, 8.0])]
            }
            Place::Checkout => [Website, Price, Delivery][pick(rng, &[55.0, 22.0, 23.0])],
        }
    }

    /// Adds the denominators of a day's answers: everybody who answered was shown the survey, and about three in four of
    /// those who were shown it did not answer.
    fn count(
        &self,
        place: Place,
        answers: &[SampleAnswer],
        counts: &mut BTreeMap<(i32, Place, Visit), Counts>,
        rng: &mut ChaCha8Rng,
    ) {
        let mut entry = |visit: Visit, eligible: u32, shown: u32, started: u32, dismissed: u32| {
            let counts = counts.entry((self.date, place, visit)).or_default();
            counts.eligible += eligible;
            counts.shown += shown;
            counts.started += started;
            counts.dismissed += dismissed;
        };
        for answer in answers {
            entry(answer.visit, 1, 1, 1, 0);
        }
        let usual = match place {
            Place::ThankYou => 0.29,
            Place::Product => 0.22,
            Place::Checkout => 0.25,
        };
        let rate = (usual - 0.03 * self.progress) * (0.05 * normal(rng)).exp();
        let silent = (answers.len() as f64 * (1.0 / rate - 1.0)).round() as usize;
        for _ in 0..silent {
            let visit = Visit::draw(self.progress, rng).0;
            let (started, dismissed) = (rng.random_bool(0.02), rng.random_bool(0.42));
            entry(visit, 1, 1, u32::from(started), u32::from(dismissed));
        }
        for _ in 0..(silent + answers.len()) / 4 {
            entry(Visit::draw(self.progress, rng).0, 1, 0, 0, 0);
        }
    }
}

/// How broken paying on a phone was so many days ago: quickly broken, three weeks long, slowly repaired.
fn trouble(days_ago: i32) -> f64 {
    let ago = f64::from(days_ago);
    ((168.0 - ago) / 3.0).min((ago - 126.0) / 18.0).clamp(0.0, 1.0)
}

/// Favourable, neutral or unfavourable.
fn tone(definition: &Definition, score: u8) -> Tone {
    let band = definition.bands.iter().position(|band| (band.low..=band.high).contains(&score));
    match band {
        Some(0) => Tone::Good,
        Some(1) => Tone::Mixed,
        _ => Tone::Bad,
    }
}

/// The text question that a score of this tone is asked.
fn text_question(place: Place, tone: Tone) -> &'static str {
    match (place, tone) {
        (Place::ThankYou, Tone::Good) => "liked",
        (Place::ThankYou, Tone::Mixed) => "missing",
        (Place::ThankYou, Tone::Bad) => "improve",
        _ => "why",
    }
}

fn choices(place: Place, tone: Tone, theme: Theme, rng: &mut ChaCha8Rng) -> Option<(&'static str, Vec<&'static str>)> {
    match (place, tone) {
        (Place::ThankYou, _) => {
            let mut picked = vec![theme.topic()?];
            let second = [Theme::Quality, Theme::Price, Theme::Delivery][rng.random_range(0..3)];
            if second != theme && rng.random_bool(0.3) {
                picked.extend(second.topic());
            }
            rng.random_bool(0.8).then_some(("topics", picked))
        }
        (Place::Product, _) => {
            let shares = match (tone, theme) {
                (Tone::Good, Theme::Range) => [1.0, 0.0, 0.0],
                (Tone::Bad, Theme::Range) => [0.0, 0.2, 0.8],
                (Tone::Good, _) => [0.86, 0.12, 0.02],
                (Tone::Mixed, _) => [0.4, 0.45, 0.15],
                (Tone::Bad, _) => [0.12, 0.36, 0.52],
            };
            rng.random_bool(0.85).then(|| ("found", vec![["yes", "partly", "no"][pick(rng, &shares)]]))
        }
        (Place::Checkout, Tone::Good) => None,
        (Place::Checkout, _) => {
            let step = match theme {
                Theme::Delivery => "delivery",
                Theme::Website if rng.random_bool(0.35) => "address",
                _ => "payment",
            };
            rng.random_bool(0.9).then_some(("step", vec![step]))
        }
    }
}

fn comment(place: Place, tone: Tone, theme: Theme, locale: &str, rng: &mut ChaCha8Rng) -> String {
    let own = locale.split('-').next().unwrap_or_default();
    let language = if rng.random_bool(0.8) { own } else { "en" };
    let lines = sentences(place, tone, theme, language);
    let line = lines[rng.random_range(0..lines.len())];
    // Where a language has no words for the theme, the line is English and so is its ending.
    let language = if sentences(place, tone, theme, "en").contains(&line) { "en" } else { language };
    let mut text = line
        .replace("{lamp}", LAMPS[rng.random_range(0..LAMPS.len())])
        .replace("{n}", &rng.random_range(2..=9).to_string());
    let endings = endings(tone, language);
    if !endings.is_empty() && rng.random_bool(0.3) {
        text.push(' ');
        text.push_str(endings[rng.random_range(0..endings.len())]);
    }
    text
}

#[cfg(test)]
#[path = "sample_tests.rs"]
mod tests;
