//! Tallying: adding up the cells, or the answers, that an engine reads for a question.

use bearing_shared::cell;
use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::Instrument;

use super::fold::{Fold, Sent};
use super::frequent::Frequent;
use super::generation::Counting;
use super::plan::instrument;
use super::respondents::{Last, Moment, Respondent};
use super::sums::{Names, Part, Sums};
use crate::Result;
use crate::reports::{Axis, Grouping, Tally, TallyQuery};

/// Sums over cells.
pub(crate) struct CellSums<'a> {
    query: &'a TallyQuery,
    sums: Sums,
    /// The value that the cells are of, where it is what the question parts by.
    own: u32,
}

/// What a cell's key says that a question may ask for.
#[derive(Clone, Copy)]
pub(crate) struct CellNames<'a> {
    pub(crate) period: i32,
    pub(crate) instrument: &'a str,
    pub(crate) survey: &'a str,
    pub(crate) touchpoint: &'a str,
}

impl<'a> CellSums<'a> {
    /// No sums yet.
    pub(crate) fn of(query: &'a TallyQuery) -> Self {
        let mut sums = Sums::default();
        let own = sums.names.number("");
        Self { query, sums, own }
    }

    /// Says that the cells that follow are of this value of the plan's dimension.
    pub(crate) fn begin(&mut self, value: &str) {
        let shown = if matches!(self.query.by, Some(Axis::Dimension(_))) { value } else { "" };
        self.own = self.sums.names.number(shown);
    }

    /// Adds a cell.
    pub(crate) fn add(&mut self, cell: CellNames<'_>, histogram: &Histogram) -> Result<()> {
        let names = &mut self.sums.names;
        let part = Part {
            instrument: instrument(cell.instrument)?,
            period: match self.query.grouping {
                Grouping::Day => cell.period,
                Grouping::Week => cell::week_of(cell.period),
                Grouping::Whole | Grouping::Hour => 0,
            },
            survey: match &self.query.by {
                Some(axis) if axis.tells_surveys_apart() => Some(names.number(cell.survey)),
                _ => None,
            },
            value: match self.query.by {
                Some(Axis::Survey) => names.number(cell.survey),
                Some(Axis::Touchpoint) => names.number(cell.touchpoint),
                Some(Axis::Dimension(_)) | None => self.own,
            },
        };
        self.sums.of(part).merge(histogram);
        Ok(())
    }

    /// The tallies.
    pub(crate) fn finish(self) -> Vec<Tally> {
        self.sums.into_tallies()
    }
}

/// One answer, or several that are alike, as a scan meets them.
pub(crate) struct Met<'a> {
    pub(crate) instrument: Instrument,
    /// The period, in the unit of the grouping.
    pub(crate) period: i32,
    /// The survey, where surveys are told apart.
    pub(crate) survey: Option<&'a str>,
    pub(crate) score: u8,
    /// Whether it has the values that the filter asks for.
    pub(crate) matches: bool,
    /// What it holds of the axis.
    pub(crate) sent: Sent<'a>,
    /// How many answers it stands for.
    pub(crate) times: u64,
}

/// A respondent, and the moment of the answer.
pub(crate) type Given = (Respondent, Moment);

impl Met<'_> {
    /// Visits the values under which the answer counts: none unless it matches.
    fn each_value(&self, fold: &Fold<'_>, counting: &Counting, visit: impl FnMut(&str)) -> Result<()> {
        if self.matches { fold.each(self.sent, counting, visit) } else { Ok(()) }
    }
}

/// Whatever answers are shown to, one after the other.
pub(crate) trait Meeting {
    /// Meets an answer. Where respondents are counted, each answer of a known one comes with it, whether it matches or
    /// not: which is the last is decided before.
    fn meet(&mut self, met: &Met<'_>, given: Option<Given>) -> Result<()>;
}

/// What of an answer is counted: the score under each of the values.
struct Picked {
    instrument: Instrument,
    period: i32,
    survey: Option<u32>,
    values: Vec<u32>,
    score: u8,
}

/// Sums over answers.
pub(crate) struct AnswerSums<'a> {
    fold: &'a Fold<'a>,
    counting: &'a Counting,
    sums: Sums,
    picked: Last<Respondent, Picked>,
}

impl<'a> AnswerSums<'a> {
    /// No sums yet.
    pub(crate) fn of(fold: &'a Fold<'a>, counting: &'a Counting) -> Self {
        Self { fold, counting, sums: Sums::default(), picked: Last::new() }
    }

    /// The tallies.
    pub(crate) fn finish(self) -> Vec<Tally> {
        let Self { mut sums, picked, .. } = self;
        for (_, (_, Picked { instrument, period, survey, values, score })) in picked.into_kept() {
            for value in values {
                sums.add(Part { instrument, period, survey, value }, score, 1);
            }
        }
        sums.into_tallies()
    }
}

impl Meeting for AnswerSums<'_> {
    fn meet(&mut self, met: &Met<'_>, given: Option<Given>) -> Result<()> {
        let Self { fold, counting, sums, picked } = self;
        match given {
            None => met.each_value(fold, counting, |value| {
                let part = Part {
                    instrument: met.instrument,
                    period: met.period,
                    survey: met.survey.map(|survey| sums.names.number(survey)),
                    value: sums.names.number(value),
                };
                sums.add(part, met.score, met.times);
            }),
            Some((respondent, moment)) => picked.keep(respondent, moment, || {
                let survey = met.survey.map(|survey| sums.names.number(survey));
                let mut values = Vec::new();
                met.each_value(fold, counting, |value| values.push(sums.names.number(value)))?;
                Ok(Picked { instrument: met.instrument, period: met.period, survey, values, score: met.score })
            }),
        }
    }
}

/// How often each value of an attribute that nobody has declared was sent.
pub(crate) struct ValueCounts<'a> {
    fold: &'a Fold<'a>,
    counting: &'a Counting,
    totals: Frequent,
    picked: Last<Respondent, Vec<u32>>,
    names: Names,
}

impl<'a> ValueCounts<'a> {
    /// None yet.
    pub(crate) fn of(fold: &'a Fold<'a>, counting: &'a Counting) -> Self {
        Self { fold, counting, totals: Frequent::default(), picked: Last::new(), names: Names::default() }
    }

    /// The most frequent values, as a list for [`Fold::Attribute`]: what is counted under them in the end is exact.
    pub(crate) fn finish(self) -> Vec<String> {
        let Self { mut totals, picked, names, .. } = self;
        for (_, (_, values)) in picked.into_kept() {
            values.into_iter().for_each(|value| totals.add(names.text(value), 1));
        }
        totals.into_most().collect()
    }
}

impl Meeting for ValueCounts<'_> {
    fn meet(&mut self, met: &Met<'_>, given: Option<Given>) -> Result<()> {
        let Self { fold, counting, totals, picked, names } = self;
        match given {
            None => met.each_value(fold, counting, |value| totals.add(value, met.times)),
            Some((respondent, moment)) => picked.keep(respondent, moment, || {
                let mut values = Vec::new();
                met.each_value(fold, counting, |value| values.push(names.number(value)))?;
                Ok(values)
            }),
        }
    }
}
