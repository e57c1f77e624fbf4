//! Sums of counts by instrument, period, survey and value, while rows come in.

use bearing_shared::histogram::{Histogram, SLOTS};
use bearing_shared::id::SurveyId;
use bearing_shared::instrument::Instrument;
use rustc_hash::FxHashMap;

use crate::reports::Tally;

/// Texts as small numbers, each text kept once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: FxHashMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    /// The number of a text.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    /// The text of a number that [`Self::number`] gave.
    pub(crate) fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    /// The instrument.
    pub(crate) instrument: Instrument,
    /// The period, in the unit of the grouping.
    pub(crate) period: i32,
    /// The survey, where surveys are told apart.
    pub(crate) survey: Option<u32>,
    /// The value on the axis.
    pub(crate) value: u32,
}

/// The counts of each part so far.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// The names of surveys and values.
    pub(crate) names: Names,
    parts: FxHashMap<Part, Histogram>,
    /// The part that was added to last: rows of one part come in runs.
    last: Option<(Part, Histogram)>,
}

impl Sums {
    /// Adds answers of one score.
    pub(crate) fn add(&mut self, part: Part, score: u8, times: u64) {
        self.of(part).counts[usize::from(score).min(SLOTS - 1)] += times;
    }

    /// The counts of a part, to be added to.
    pub(crate) fn of(&mut self, part: Part) -> &mut Histogram {
        if self.last.as_ref().is_none_or(|(last, _)| *last != part) {
            self.settle();
        }
        &mut self.last.get_or_insert((part, Histogram::default())).1
    }

    fn settle(&mut self) {
        if let Some((part, histogram)) = self.last.take() {
            self.parts.entry(part).or_default().merge(&histogram);
        }
    }

    /// The tallies, in the order of instrument, period, survey and value; parts without answers are left out.
    pub(crate) fn into_tallies(mut self) -> Vec<Tally> {
        self.settle();
        let Self { names, parts, .. } = self;
        let filled = parts.into_iter().filter(|(_, histogram)| histogram.n() > 0);
        let mut tallies: Vec<Tally> = filled
            .map(|(part, histogram)| Tally {
                instrument: part.instrument,
                period: part.period,
                survey: part.survey.map(|survey| SurveyId::from(names.text(survey))),
                value: names.text(part.value).to_owned(),
                histogram,
            })
            .collect();
        tallies.sort_unstable_by(|left, right| key(left).cmp(&key(right)));
        tallies
    }
}

fn key(tally: &Tally) -> (Instrument, i32, Option<&str>, &str) {
    (tally.instrument, tally.period, tally.survey.as_ref().map(SurveyId::as_str), &tally.value)
}
