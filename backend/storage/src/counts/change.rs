//! Changes: which cells an answer falls in, and the sums of one transaction, each touched cell once.

use std::collections::BTreeSet;
use std::fmt::Write;

use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell::{self, Facts};
use bearing_shared::histogram::SLOTS;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use rustc_hash::FxHashMap;

use super::generation::Counting;
use crate::responses::{EventCount, StoredResponse};

/// Cells by day.
pub(crate) const DAY: i64 = 0;
/// Cells by ISO week.
pub(crate) const WEEK: i64 = 1;

/// Where counts are kept: everything of a cell's key but grain, and the day in place of the period.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CellKey {
    pub(crate) site: String,
    pub(crate) generation: u32,
    pub(crate) dimension: String,
    pub(crate) value: String,
    pub(crate) day: i32,
    pub(crate) instrument: &'static str,
    pub(crate) survey: String,
    pub(crate) touchpoint: String,
}

/// What one day's cell gains or loses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Answers per score.
    pub(crate) scores: [i64; SLOTS],
    /// Answers that were finished.
    pub(crate) completed: i64,
    /// eligible, shown, started, dismissed.
    pub(crate) funnel: [i64; 4],
}

impl Change {
    fn is_of_answers(&self) -> bool {
        self.completed != 0 || self.scores.iter().any(|count| *count != 0)
    }

    /// Adds the answers of another change.
    pub(crate) fn add_answers(&mut self, other: &Self) {
        for (sum, count) in self.scores.iter_mut().zip(other.scores) {
            *sum += count;
        }
        self.completed += other.completed;
    }
}

/// The changes of one transaction as they are written.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Answers by grain ([`DAY`], [`WEEK`]) and cell, whose day is the first of the grain's period.
    pub(crate) answers: Vec<(i64, CellKey, Change)>,
    /// Events by day: eligible, shown, started, dismissed.
    pub(crate) events: Vec<(CellKey, [i64; 4])>,
}

/// The changes of one transaction.
///
/// Nearly every answer falls in cells that an earlier one of its batch has touched: those are found by a name that is
/// put together in one buffer, and only a cell's first change allocates its name and key.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    cells: Vec<(CellKey, Change)>,
    /// Where in `cells` a name's cell is.
    places: FxHashMap<String, usize>,
    name: String,
    /// What responses that were erased or replaced said of themselves.
    said: BTreeSet<Said>,
}

/// A site, and an attribute with its value.
pub(crate) type Said = (SiteId, String, String);

/// Everything of a cell's key but its dimension and value.
#[derive(Clone, Copy)]
struct Place<'a> {
    site: &'a SiteId,
    generation: u32,
    day: i32,
    instrument: Instrument,
    survey: &'a SurveyId,
    touchpoint: &'a str,
}

impl Changes {
    /// Counts a response (`sign` 1) or takes it back (−1). Responses outside the score are not counted.
    pub(crate) fn response(&mut self, site: &SiteId, response: &StoredResponse, counting: &Counting, sign: i64) {
        if response.state != ResponseState::Counted {
            return;
        }
        let facts = Facts {
            version: response.version,
            device: response.context.device.as_deref(),
            locale: response.context.locale.as_deref(),
            attributes: &response.attributes,
            answers: &response.answers,
        };
        let place = Place {
            site,
            generation: counting.number,
            day: counting.day_of(response.shown_at),
            instrument: response.instrument,
            survey: &response.survey,
            touchpoint: counting.touchpoint(&response.touchpoint),
        };
        for (dimension, value) in cell::dimensions(facts, &counting.config.dimensions) {
            let change = self.at(place, &dimension, &value);
            change.scores[usize::from(response.score).min(SLOTS - 1)] += sign;
            change.completed += sign * i64::from(response.completed);
        }
    }

    /// Remembers what a response that is erased said of itself: perhaps nobody else does.
    pub(crate) fn forget(&mut self, site: &SiteId, response: &StoredResponse) {
        let said = response.attributes.iter();
        self.said.extend(said.map(|(name, value)| (site.clone(), name.clone(), value.clone())));
    }

    /// Remembers what a response said of itself and its next edition does not: perhaps nobody else does.
    pub(crate) fn forget_replaced(&mut self, site: &SiteId, before: &StoredResponse, after: &StoredResponse) {
        let replaced = before.attributes.iter().filter(|(name, value)| after.attributes.get(*name) != Some(*value));
        self.said.extend(replaced.map(|(name, value)| (site.clone(), name.clone(), value.clone())));
    }

    /// No change of counts, and what responses that were replaced said.
    pub(crate) fn of_said(said: BTreeSet<Said>) -> Self {
        Self { said, ..Self::default() }
    }

    /// What responses that were erased or replaced said of themselves, once.
    pub(crate) fn take_said(&mut self) -> BTreeSet<Said> {
        std::mem::take(&mut self.said)
    }

    /// Counts events.
    pub(crate) fn event(&mut self, event: &EventCount, counting: &Counting) {
        let step = match event.kind {
            EventKind::Eligible => 0,
            EventKind::Shown => 1,
            EventKind::Started => 2,
            EventKind::Dismissed => 3,
        };
        let facts = Facts {
            version: event.version,
            device: event.device.as_deref(),
            locale: event.locale.as_deref(),
            attributes: &event.attributes,
            answers: &[],
        };
        let place = Place {
            site: &event.site,
            generation: counting.number,
            day: counting.day_of(event.at),
            instrument: event.instrument,
            survey: &event.survey,
            touchpoint: counting.touchpoint(&event.touchpoint),
        };
        for (dimension, value) in cell::dimensions(facts, &counting.config.dimensions) {
            self.at(place, &dimension, &value).funnel[step] += i64::from(event.count);
        }
    }

    fn at(&mut self, place: Place<'_>, dimension: &str, value: &str) -> &mut Change {
        let instrument = place.instrument.name();
        self.name.clear();
        for part in [&place.site.0, dimension, value, instrument, &place.survey.0, place.touchpoint] {
            // No part holds a NUL: intake strips control characters, and two keys must never share a name.
            self.name.push_str(part);
            self.name.push('\0');
        }
        let _ = write!(self.name, "{} {}", place.generation, place.day);
        let index = match self.places.get(&self.name) {
            Some(index) => *index,
            None => {
                let key = CellKey {
                    site: place.site.0.clone(),
                    generation: place.generation,
                    dimension: dimension.to_owned(),
                    value: value.to_owned(),
                    day: place.day,
                    instrument,
                    survey: place.survey.0.clone(),
                    touchpoint: place.touchpoint.to_owned(),
                };
                self.cells.push((key, Change::default()));
                self.places.insert(self.name.clone(), self.cells.len() - 1);
                self.cells.len() - 1
            }
        };
        &mut self.cells[index].1
    }

    /// The changes, each with its cell.
    pub(crate) fn into_cells(self) -> impl Iterator<Item = (CellKey, Change)> {
        self.cells.into_iter()
    }

    /// What is to be written: each touched cell once.
    pub(crate) fn into_rows(self) -> Rows {
        let (mut rows, mut weeks) = (Rows::default(), FxHashMap::<CellKey, Change>::default());
        for (key, change) in self.into_cells() {
            if change.funnel.iter().any(|count| *count != 0) {
                rows.events.push((key.clone(), change.funnel));
            }
            if change.is_of_answers() {
                let week = CellKey { day: cell::week_of(key.day), ..key.clone() };
                weeks.entry(week).or_default().add_answers(&change);
                rows.answers.push((DAY, key, change));
            }
        }
        rows.answers.extend(weeks.into_iter().map(|(key, change)| (WEEK, key, change)));
        rows
    }
}
