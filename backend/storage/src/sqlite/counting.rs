//! Counting: which cells an answer falls in, and the sums of one transaction, each touched cell written once.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell::{self, Dimension, Facts};
use bearing_shared::histogram::SLOTS;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::instrument::Instrument;
use rusqlite::{Connection, Transaction, params};
use rustc_hash::FxHashMap;

use super::generations::{self, Counting, Generations};
use super::{rows, webhooks};
use crate::Result;
use crate::responses::{EventCount, StoredResponse};
use crate::webhooks::Webhook;

/// Cells by day.
pub(super) const DAY: i64 = 0;
/// Cells by ISO week.
pub(super) const WEEK: i64 = 1;

/// How one site counts.
#[derive(Debug)]
pub(super) struct SiteCounting {
    /// The generations that answers are counted in.
    pub(super) generations: Generations,
    /// The declared dimensions as the next answer may add to them.
    pub(super) declared: Vec<Dimension>,
    /// The webhooks that are told of its answers.
    pub(super) webhooks: Vec<Webhook>,
}

impl SiteCounting {
    fn read(connection: &Connection, site: &SiteId) -> Result<Option<Self>> {
        let Some(found) = rows::site(connection, "id", site.as_str())? else { return Ok(None) };
        Ok(Some(Self {
            generations: Generations::read(connection, site)?,
            declared: generations::declared(connection, site, &found.settings.dimensions)?,
            webhooks: webhooks::subscribed(connection, site)?,
        }))
    }
}

/// How each site counts, read from the store and kept until its configuration changes.
#[derive(Default)]
pub(super) struct Countings {
    revision: i64,
    sites: HashMap<SiteId, Option<Arc<SiteCounting>>>,
    /// Whether deliveries were written, perhaps in vain, since somebody looked.
    pub(super) wrote_deliveries: bool,
}

impl Countings {
    /// Forgets what may have changed since the last transaction: everything when sites, surveys or generations have,
    /// and always how far a build is, which another process may have moved.
    pub(super) fn refresh(&mut self, transaction: &Transaction<'_>) -> Result<()> {
        let revision = rows::revision(transaction)?;
        if revision != self.revision {
            self.sites.clear();
            self.revision = revision;
        }
        self.sites.retain(|_, site| site.as_ref().is_none_or(|counting| counting.generations.building.is_none()));
        Ok(())
    }

    /// Forgets one site, after a change within this transaction.
    pub(super) fn forget(&mut self, site: &SiteId) {
        self.sites.remove(site);
    }

    /// Forgets everything: what a transaction that was rolled back has read may never have been.
    pub(super) fn forget_all(&mut self) {
        self.sites.clear();
    }

    /// How a site counts; `None` when it is not there (any more).
    pub(super) fn of(&mut self, transaction: &Transaction<'_>, site: &SiteId) -> Result<Option<Arc<SiteCounting>>> {
        if let Some(counting) = self.sites.get(site) {
            return Ok(counting.clone());
        }
        let counting = SiteCounting::read(transaction, site)?.map(Arc::new);
        self.sites.insert(site.clone(), counting.clone());
        Ok(counting)
    }
}

/// Where counts are kept: everything of a cell's key but grain, and the day in place of the period.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CellKey {
    pub(super) site: String,
    pub(super) generation: u32,
    pub(super) dimension: String,
    pub(super) value: String,
    pub(super) day: i32,
    pub(super) instrument: &'static str,
    pub(super) survey: String,
    pub(super) touchpoint: String,
}

/// What one day's cell gains or loses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Answers per score.
    pub(super) scores: [i64; SLOTS],
    /// Answers that were finished.
    pub(super) completed: i64,
    /// eligible, shown, started, dismissed.
    pub(super) funnel: [i64; 4],
}

impl Change {
    fn is_of_answers(&self) -> bool {
        self.completed != 0 || self.scores.iter().any(|count| *count != 0)
    }

    /// Adds the answers of another change.
    pub(super) fn add_answers(&mut self, other: &Self) {
        for (sum, count) in self.scores.iter_mut().zip(other.scores) {
            *sum += count;
        }
        self.completed += other.completed;
    }
}

/// The changes of one transaction.
///
/// Nearly every answer falls in cells that an earlier one of its batch has touched: those are found by a name that is
/// put together in one buffer, and only a cell's first change allocates its name and key.
#[derive(Debug, Default)]
pub(super) struct Changes {
    cells: Vec<(CellKey, Change)>,
    /// Where in `cells` a name's cell is.
    places: FxHashMap<String, usize>,
    name: String,
}

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
    pub(super) fn response(&mut self, site: &SiteId, response: &StoredResponse, counting: &Counting, sign: i64) {
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

    /// Counts events.
    pub(super) fn event(&mut self, event: &EventCount, counting: &Counting) {
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
    pub(super) fn into_cells(self) -> impl Iterator<Item = (CellKey, Change)> {
        self.cells.into_iter()
    }

    /// Writes the sums: each touched cell once.
    pub(super) fn write(self, transaction: &Transaction<'_>) -> Result<()> {
        let mut weeks: HashMap<CellKey, Change> = HashMap::new();
        for (key, change) in self.into_cells() {
            if change.is_of_answers() {
                add_answers(transaction, DAY, &key, &change)?;
                let week = CellKey { day: cell::week_of(key.day), ..key.clone() };
                weeks.entry(week).or_default().add_answers(&change);
            }
            if change.funnel.iter().any(|count| *count != 0) {
                add_events(transaction, &key, &change.funnel)?;
            }
        }
        for (key, change) in weeks {
            add_answers(transaction, WEEK, &key, &change)?;
        }
        Ok(())
    }
}

fn add_answers(transaction: &Transaction<'_>, grain: i64, key: &CellKey, change: &Change) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO cell (site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint,
           c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, completed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
         ON CONFLICT DO UPDATE SET
           c0 = c0 + excluded.c0, c1 = c1 + excluded.c1, c2 = c2 + excluded.c2, c3 = c3 + excluded.c3,
           c4 = c4 + excluded.c4, c5 = c5 + excluded.c5, c6 = c6 + excluded.c6, c7 = c7 + excluded.c7,
           c8 = c8 + excluded.c8, c9 = c9 + excluded.c9, c10 = c10 + excluded.c10,
           completed = completed + excluded.completed",
    )?;
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = change.scores;
    statement.execute(params![
        key.site,
        key.generation,
        grain,
        key.dimension,
        key.value,
        key.day,
        key.instrument,
        key.survey,
        key.touchpoint,
        c0,
        c1,
        c2,
        c3,
        c4,
        c5,
        c6,
        c7,
        c8,
        c9,
        c10,
        change.completed
    ])?;
    Ok(())
}

fn add_events(transaction: &Transaction<'_>, key: &CellKey, counts: &[i64; 4]) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO funnel (site_id, dimension, value, period, instrument, survey_id, touchpoint,
           eligible, shown, started, dismissed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT DO UPDATE SET
           eligible = eligible + excluded.eligible, shown = shown + excluded.shown,
           started = started + excluded.started, dismissed = dismissed + excluded.dismissed",
    )?;
    let [eligible, shown, started, dismissed] = counts;
    statement.execute(params![
        key.site,
        key.dimension,
        key.value,
        key.day,
        key.instrument,
        key.survey,
        key.touchpoint,
        eligible,
        shown,
        started,
        dismissed
    ])?;
    Ok(())
}
