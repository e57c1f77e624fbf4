//! Generations of counts: what the counts of a site tell apart, and which responses each generation holds.
//!
//! At every commit the cells of a generation are the sum over the responses that [`Progress::has_counted`] names (all of
//! them, once it is complete): that rule alone keeps a build exact beside any number of writers.

use bearing_shared::cell::{self, Dimension, VALUES_LIMIT};
use bearing_shared::id::SiteId;
use bearing_shared::question::is_name;
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::counting::{Changes, WEEK};
use super::{days, learned, rows};
use crate::responses::StoredResponse;
use crate::sites::{Building, CountingStatus};
use crate::{Result, StoreError};

/// What the cells of a generation tell apart, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Config {
    /// The IANA time zone of its days.
    pub(super) zone: String,
    /// Attributes with their values, the listed ones before the learned ones.
    pub(super) dimensions: Vec<Dimension>,
    /// The touchpoints that surveys name.
    pub(super) touchpoints: Vec<String>,
}

impl Config {
    /// What a site's settings, learned values and surveys ask for; `None` when there is no such site.
    pub(super) fn wanted(connection: &Connection, site: &SiteId) -> Result<Option<Self>> {
        let Some(found) = rows::site(connection, "id", site.as_str())? else { return Ok(None) };
        let dimensions = declared(connection, site, &found.settings.dimensions)?;
        let touchpoints = named_touchpoints(connection, site)?;
        zone(&found.settings.time_zone, "site", "settings", site.to_string())?;
        Ok(Some(Self { zone: found.settings.time_zone, dimensions, touchpoints }))
    }

    /// The values told apart of the dimension with this cell name (`attr.plan`); `None` when it is not declared.
    pub(super) fn values(&self, dimension: &str) -> Option<&[String]> {
        let name = dimension.strip_prefix(cell::ATTRIBUTE)?;
        self.dimensions.iter().find(|dimension| dimension.name == name).map(|dimension| dimension.values.as_slice())
    }
}

/// The time zone of this name. Never a silent UTC: every day's count would be wrong, and nobody would see it.
fn zone(name: &str, table: &'static str, column: &'static str, row: String) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|error| StoreError::Corrupt { table, column, row, why: error.to_string() })
}

/// The declared dimensions with their listed and learned values, each dimension and each value once.
pub(super) fn declared(connection: &Connection, site: &SiteId, listed: &[Dimension]) -> Result<Vec<Dimension>> {
    let mut declared: Vec<Dimension> = Vec::with_capacity(listed.len());
    for dimension in listed {
        // No response has an attribute of another name.
        if !is_name(&dimension.name) || declared.iter().any(|earlier| earlier.name == dimension.name) {
            continue;
        }
        let mut values: Vec<String> = Vec::new();
        for value in dimension.values.iter().cloned().chain(learned::values(connection, site, &dimension.name)?) {
            if values.len() < VALUES_LIMIT && !values.contains(&value) {
                values.push(value);
            }
        }
        declared.push(Dimension { name: dimension.name.clone(), values });
    }
    Ok(declared)
}

/// The touchpoints that a site's surveys name in any version ever published.
fn named_touchpoints(connection: &Connection, site: &SiteId) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT point.value FROM survey
         JOIN survey_version ON survey_version.survey_id = survey.id,
         json_each(survey_version.content, '$.touchpoints') AS point WHERE survey.site_id = ?1 ORDER BY 1",
    )?;
    let names = statement.query_map([site.as_str()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}

/// How one generation counts.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    /// Its number, from 1; 0 stands for having no cells yet.
    pub(super) number: u32,
    /// What it tells apart.
    pub(super) config: Config,
    /// The time zone that the config names.
    pub(super) zone: TimeZone,
}

impl Counting {
    fn new(number: u32, config: Config, site: &SiteId) -> Result<Self> {
        let zone = zone(&config.zone, "generation", "config", format!("{site} {number}"))?;
        Ok(Self { number, config, zone })
    }

    /// How the answers of a site are read now: as the current generation counts them; without one, in the time zone of
    /// the settings and with no attribute told apart. `None` when there is no such site.
    pub(super) fn current(connection: &Connection, site: &SiteId) -> Result<Option<Self>> {
        let Generations { current, building } = Generations::read(connection, site)?;
        if current.is_some() {
            return Ok(current);
        }
        let Some(found) = rows::site(connection, "id", site.as_str())? else { return Ok(None) };
        let touchpoints = building.map(|(counting, _)| counting.config.touchpoints).unwrap_or_default();
        let config = Config { zone: found.settings.time_zone, dimensions: Vec::new(), touchpoints };
        Self::new(0, config, site).map(Some)
    }

    /// The touchpoint of a cell.
    pub(super) fn touchpoint<'a>(&'a self, sent: &'a str) -> &'a str {
        cell::touchpoint(sent, self.config.touchpoints.iter().map(String::as_str))
    }

    /// The day of a moment, days since 1970-01-01.
    pub(super) fn day_of(&self, ms: i64) -> i32 {
        days::day_of(ms, &self.zone)
    }
}

/// How far a generation in the making is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// (`shown_at`, place) of the last response that a step has counted.
    pub(super) at: (i64, i64),
    /// The last place when it began: responses behind it count as they arrive.
    pub(super) last: i64,
    /// The responses that steps have counted.
    pub(super) done: i64,
}

impl Progress {
    /// Whether a response is in the cells already: only then does changing or removing it change them.
    pub(super) fn has_counted(&self, shown_at: i64, place: i64) -> bool {
        place > self.last || (shown_at, place) <= self.at
    }
}

/// The generations of a site that answers are counted in.
#[derive(Debug, Default)]
pub(super) struct Generations {
    /// The one that reports read.
    pub(super) current: Option<Counting>,
    /// The next one, while it is being built.
    pub(super) building: Option<(Counting, Progress)>,
}

impl Generations {
    /// Reads those of a site.
    pub(super) fn read(connection: &Connection, site: &SiteId) -> Result<Self> {
        let mut statement = connection.prepare_cached(
            "SELECT number, config, state, progress_at, progress, last, done FROM generation
             WHERE site_id = ?1 AND state <> 'retired' ORDER BY number",
        )?;
        let mut found = statement.query([site.as_str()])?;
        let mut generations = Self::default();
        while let Some(row) = found.next()? {
            let number = row.get(0)?;
            let name = format!("{site} {number}");
            let config: String = row.get(1)?;
            let counting = Counting::new(number, rows::json(&config, "generation", "config", &name)?, site)?;
            let progress = Progress { at: (row.get(3)?, row.get(4)?), last: row.get(5)?, done: row.get(6)? };
            match row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)? {
                "current" if generations.current.is_none() => generations.current = Some(counting),
                "building" if generations.building.is_none() => generations.building = Some((counting, progress)),
                state => {
                    let why = format!("`{state}` is no state, or stands there twice");
                    return Err(StoreError::Corrupt { table: "generation", column: "state", row: name, why });
                }
            }
        }
        Ok(generations)
    }

    /// The generations whose cells hold a response.
    pub(super) fn that_counted(&self, shown_at: i64, place: i64) -> impl Iterator<Item = &Counting> {
        let building = self.building.as_ref().filter(|(_, progress)| progress.has_counted(shown_at, place));
        self.current.iter().chain(building.map(|(counting, _)| counting))
    }

    /// Adds a response at its place to the cells that hold it, or takes it away (`sign` −1).
    pub(super) fn count(&self, changes: &mut Changes, site: &SiteId, response: &StoredResponse, place: i64, sign: i64) {
        for counting in self.that_counted(response.shown_at, place) {
            changes.response(site, response, counting, sign);
        }
    }
}

/// The answers in the cells of a generation, from the fewest cells that hold each of them once: to count the responses
/// themselves would take seconds where there are millions.
fn answers(connection: &Connection, site: &SiteId, generation: u32) -> Result<u64> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10), 0) FROM cell
         WHERE site_id = ?1 AND generation = ?2 AND grain = ?3 AND dimension = ?4",
    )?;
    let sum = statement.query_row(params![site.as_str(), generation, WEEK, cell::ALL], |row| row.get(0))?;
    Ok(rows::unsigned(sum))
}

/// How a site's answers are counted now; `None` when there is no such site.
pub(super) fn status(connection: &Connection, site: &SiteId) -> Result<Option<CountingStatus>> {
    let Some(Counting { number, config, .. }) = Counting::current(connection, site)? else { return Ok(None) };
    let building = match Generations::read(connection, site)?.building {
        Some((_, progress)) => {
            let done = rows::unsigned(progress.done);
            Some(Building { done, total: answers(connection, site, number)?.max(done) })
        }
        None => None,
    };
    let Config { zone, dimensions, touchpoints } = config;
    Ok(Some(CountingStatus { generation: number, zone, dimensions, touchpoints, building }))
}
