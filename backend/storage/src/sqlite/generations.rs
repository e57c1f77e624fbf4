//! Generations in SQLite: what a site asks for, what it has, and how far the next one is.

use bearing_shared::cell;
use bearing_shared::id::SiteId;
use rusqlite::{Connection, params};

use super::{learned, rows};
use crate::Result;
use crate::counts::change::WEEK;
use crate::counts::generation::{Config, Counting, Generations, Progress};
use crate::sites::CountingStatus;

/// What a site's settings, learned values and surveys ask for; `None` when there is no such site.
pub(super) fn wanted(connection: &Connection, site: &SiteId) -> Result<Option<Config>> {
    let Some(found) = rows::site(connection, "id", site.as_str())? else { return Ok(None) };
    let learned = learned::values(connection, site)?;
    Config::wanted(site, &found.settings, &learned, named_touchpoints(connection, site)?).map(Some)
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

/// Reads the generations of a site.
pub(super) fn read(connection: &Connection, site: &SiteId) -> Result<Generations> {
    let mut statement = connection.prepare_cached(
        "SELECT number, config, state, progress_at, progress, last, done FROM generation
         WHERE site_id = ?1 AND state <> 'retired' ORDER BY number",
    )?;
    let mut found = statement.query([site.as_str()])?;
    let mut generations = Generations::default();
    while let Some(row) = found.next()? {
        let progress = Progress { at: (row.get(3)?, row.get(4)?), last: row.get(5)?, done: row.get(6)? };
        let text = |place: usize| row.get_ref(place).and_then(|value| value.as_str().map_err(Into::into));
        generations.add(site, row.get(0)?, text(1)?, text(2)?, progress)?;
    }
    Ok(generations)
}

/// How the answers of a site are read now ([`Generations::into_current`]).
pub(super) fn current(connection: &Connection, site: &SiteId) -> Result<Option<Counting>> {
    read(connection, site)?
        .into_current(site, || Ok(rows::site(connection, "id", site.as_str())?.map(|found| found.settings)))
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
    let Some(counting) = current(connection, site)? else { return Ok(None) };
    let building = match read(connection, site)?.building {
        Some((_, progress)) => Some((progress, answers(connection, site, counting.number)?)),
        None => None,
    };
    Ok(Some(counting.into_status(building)))
}
