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
use rusqlite::{Transaction, params_from_iter, types::Value};
use rustc_hash::FxHashMap;

use super::rows;
use crate::Result;
use crate::responses::{EventCount, StoredResponse};

/// Cells by day.
pub(super) const DAY: i64 = 0;
/// Cells by ISO week.
pub(super) const WEEK: i64 = 1;

/// How one site counts: its declared attributes and the touchpoints that its surveys name.
#[derive(Debug, Default)]
pub(super) struct Counting {
    pub(super) dimensions: Vec<Dimension>,
    pub(super) touchpoints: Vec<String>,
}

/// How each site counts, read from the store and kept until its configuration changes.
#[derive(Default)]
pub(super) struct Countings {
    revision: i64,
    sites: HashMap<SiteId, Option<Arc<Counting>>>,
}

impl Countings {
    /// Forgets everything when another process or an earlier job changed sites or surveys.
    pub(super) fn refresh(&mut self, transaction: &Transaction<'_>) -> Result<()> {
        let revision = rows::revision(transaction)?;
        if revision != self.revision {
            self.sites.clear();
            self.revision = revision;
        }
        Ok(())
    }

    /// How a site counts; `None` when it is not there (any more).
    pub(super) fn of(&mut self, transaction: &Transaction<'_>, site: &SiteId) -> Result<Option<Arc<Counting>>> {
        if let Some(counting) = self.sites.get(site) {
            return Ok(counting.clone());
        }
        let counting = Counting::read(transaction, site)?.map(Arc::new);
        self.sites.insert(site.clone(), counting.clone());
        Ok(counting)
    }
}

impl Counting {
    /// Reads how a site counts; `None` when there is no such site.
    pub(super) fn read(connection: &rusqlite::Connection, site: &SiteId) -> Result<Option<Self>> {
        let Some(found) = rows::site(connection, "id", site.as_str())? else { return Ok(None) };
        Ok(Some(Self { dimensions: found.settings.dimensions, touchpoints: touchpoints(connection, site)? }))
    }

    fn touchpoint<'a>(&'a self, sent: &'a str) -> &'a str {
        cell::touchpoint(sent, self.touchpoints.iter().map(String::as_str))
    }
}

/// The touchpoints that a site's surveys name in any version ever published.
pub(super) fn touchpoints(connection: &rusqlite::Connection, site: &SiteId) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT point.value FROM survey
         JOIN survey_version ON survey_version.survey_id = survey.id,
         json_each(survey_version.content, '$.touchpoints') AS point WHERE survey.site_id = ?1 ORDER BY 1",
    )?;
    let names = statement.query_map([site.as_str()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}

/// Where counts are kept: everything of a cell's key but grain, and the day in place of the period.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CellKey {
    pub(super) site: String,
    pub(super) dimension: String,
    pub(super) value: String,
    pub(super) instrument: &'static str,
    pub(super) survey: String,
    pub(super) touchpoint: String,
    pub(super) day: i32,
}

/// What one day's cell gains or loses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) scores: [i64; SLOTS],
    /// eligible, shown, started, answered, completed, dismissed.
    pub(super) funnel: [i64; 6],
}

/// The changes of one transaction.
///
/// Nearly every answer falls in cells that an earlier one of its batch has touched: those are found by a name that is
/// put together in one buffer, and only a cell's first change allocates its key.
#[derive(Debug, Default)]
pub(super) struct Changes {
    cells: FxHashMap<String, (CellKey, Change)>,
    name: String,
}

/// Everything of a cell's key but its dimension and value.
#[derive(Clone, Copy)]
struct Place<'a> {
    site: &'a SiteId,
    instrument: Instrument,
    survey: &'a SurveyId,
    touchpoint: &'a str,
    day: i32,
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
            instrument: response.instrument,
            survey: &response.survey,
            touchpoint: counting.touchpoint(&response.touchpoint),
            day: response.day,
        };
        for (dimension, value) in cell::dimensions(facts, &counting.dimensions) {
            let change = self.at(place, &dimension, &value);
            change.scores[usize::from(response.score).min(SLOTS - 1)] += sign;
            change.funnel[3] += sign;
            change.funnel[4] += sign * i64::from(response.completed);
        }
    }

    /// Counts events.
    pub(super) fn event(&mut self, event: &EventCount, counting: &Counting) {
        let step = match event.kind {
            EventKind::Eligible => 0,
            EventKind::Shown => 1,
            EventKind::Started => 2,
            EventKind::Dismissed => 5,
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
            instrument: event.instrument,
            survey: &event.survey,
            touchpoint: counting.touchpoint(&event.touchpoint),
            day: event.day,
        };
        for (dimension, value) in cell::dimensions(facts, &counting.dimensions) {
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
        let _ = write!(self.name, "{}", place.day);
        let first = || {
            let key = CellKey {
                site: place.site.0.clone(),
                dimension: dimension.to_owned(),
                value: value.to_owned(),
                instrument,
                survey: place.survey.0.clone(),
                touchpoint: place.touchpoint.to_owned(),
                day: place.day,
            };
            (key, Change::default())
        };
        &mut self.cells.entry(self.name.clone()).or_insert_with(first).1
    }

    /// The changes, each with its cell.
    pub(super) fn into_cells(self) -> impl Iterator<Item = (CellKey, Change)> {
        self.cells.into_values()
    }

    /// Writes the sums: each touched cell once.
    pub(super) fn write(self, transaction: &Transaction<'_>) -> Result<()> {
        let mut weeks: HashMap<CellKey, [i64; SLOTS]> = HashMap::new();
        for (key, change) in self.into_cells() {
            if change.scores.iter().any(|count| *count != 0) {
                add_scores(transaction, DAY, &key, &change.scores)?;
                let sums = weeks.entry(CellKey { day: cell::week_of(key.day), ..key.clone() }).or_default();
                for (sum, count) in sums.iter_mut().zip(change.scores) {
                    *sum += count;
                }
            }
            if change.funnel.iter().any(|count| *count != 0) {
                add_funnel(transaction, &key, &change.funnel)?;
            }
        }
        for (key, scores) in weeks {
            add_scores(transaction, WEEK, &key, &scores)?;
        }
        Ok(())
    }
}

fn add_scores(transaction: &Transaction<'_>, grain: i64, key: &CellKey, scores: &[i64; SLOTS]) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO cell VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
         ON CONFLICT DO UPDATE SET
           c0 = c0 + excluded.c0, c1 = c1 + excluded.c1, c2 = c2 + excluded.c2, c3 = c3 + excluded.c3,
           c4 = c4 + excluded.c4, c5 = c5 + excluded.c5, c6 = c6 + excluded.c6, c7 = c7 + excluded.c7,
           c8 = c8 + excluded.c8, c9 = c9 + excluded.c9, c10 = c10 + excluded.c10",
    )?;
    let head = [key.site.clone().into(), Value::Integer(grain)];
    statement.execute(params_from_iter(head.into_iter().chain(tail(key)).chain(scores.iter().map(|n| (*n).into()))))?;
    Ok(())
}

fn add_funnel(transaction: &Transaction<'_>, key: &CellKey, counts: &[i64; 6]) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO funnel VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT DO UPDATE SET
           eligible = eligible + excluded.eligible, shown = shown + excluded.shown,
           started = started + excluded.started, answered = answered + excluded.answered,
           completed = completed + excluded.completed, dismissed = dismissed + excluded.dismissed",
    )?;
    let head = [Value::from(key.site.clone())];
    statement.execute(params_from_iter(head.into_iter().chain(tail(key)).chain(counts.iter().map(|n| (*n).into()))))?;
    Ok(())
}

fn tail(key: &CellKey) -> [Value; 6] {
    [
        key.dimension.clone().into(),
        key.value.clone().into(),
        Value::from(key.instrument.to_owned()),
        key.survey.clone().into(),
        key.touchpoint.clone().into(),
        i64::from(key.day).into(),
    ]
}

/// Counts a site's responses anew; the number of responses. The denominators that are not kept stay as they are.
pub(super) fn recount_site(transaction: &Transaction<'_>, site: &SiteId) -> Result<u64> {
    let Some(counting) = Counting::read(transaction, site)? else { return Ok(0) };
    transaction.execute("DELETE FROM cell WHERE site_id = ?1", [site.as_str()])?;
    transaction.execute("UPDATE funnel SET answered = 0, completed = 0 WHERE site_id = ?1", [site.as_str()])?;
    let mut changes = Changes::default();
    let count = changes.all_of(transaction, site, &counting)?;
    changes.write(transaction)?;
    Ok(count)
}

impl Changes {
    /// Adds every response of a site.
    pub(super) fn all_of(
        &mut self,
        connection: &rusqlite::Connection,
        site: &SiteId,
        counting: &Counting,
    ) -> Result<u64> {
        let mut statement = connection.prepare(&rows::select_responses("WHERE site_id = ?1"))?;
        let mut found = statement.query([site.as_str()])?;
        let mut count = 0;
        while let Some(row) = found.next()? {
            self.response(site, &rows::response(row)?, counting, 1);
            count += 1;
        }
        Ok(count)
    }
}
