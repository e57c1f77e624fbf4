//! Generations in PostgreSQL: what a site asks for, what it has, and how far the next one is.

use std::collections::BTreeSet;

use bearing_shared::cell;
use bearing_shared::id::SiteId;
use serde::Deserialize;

use super::session::Session;
use super::{learned, rows};
use crate::counts::change::WEEK;
use crate::counts::generation::{Config, Counting, Generations, Progress};
use crate::sites::CountingStatus;
use crate::{Result, json};

/// What a site's settings, learned values and surveys ask for; `None` when there is no such site.
pub(super) async fn wanted(session: &Session, site: &SiteId) -> Result<Option<Config>> {
    let Some(found) = rows::site(session, site).await? else { return Ok(None) };
    let learned = learned::values(session, site).await?;
    Config::wanted(site, &found.settings, &learned, named_touchpoints(session, site).await?).map(Some)
}

/// The touchpoints that a site's surveys name in any version ever published.
async fn named_touchpoints(session: &Session, site: &SiteId) -> Result<Vec<String>> {
    // Read here and not in SQL: a text in the survey may hold what jsonb refuses.
    #[derive(Deserialize)]
    struct Content {
        #[serde(default)]
        touchpoints: Vec<String>,
    }
    let mut names = BTreeSet::new();
    for row in session.query("SELECT content, survey_id FROM survey_version WHERE site_id = $1", &[&site.0]).await? {
        let id: &str = row.try_get(1)?;
        let content: Content = json::read(row.try_get(0)?, "survey_version", "content", id)?;
        names.extend(content.touchpoints);
    }
    Ok(names.into_iter().collect())
}

/// Reads the generations of a site.
pub(super) async fn read(session: &Session, site: &SiteId) -> Result<Generations> {
    let found = session
        .query(
            "SELECT number, config, state, progress_at, progress, last, done FROM generation
             WHERE site_id = $1 AND state <> 'retired' ORDER BY number",
            &[&site.0],
        )
        .await?;
    let mut generations = Generations::default();
    for row in found {
        let number: i32 = row.try_get(0)?;
        let number = rows::small(number.into(), "generation", "number", site.as_str())?;
        let progress =
            Progress { at: (row.try_get(3)?, row.try_get(4)?), last: row.try_get(5)?, done: row.try_get(6)? };
        generations.add(site, number, row.try_get(1)?, row.try_get(2)?, progress)?;
    }
    Ok(generations)
}

/// How the answers of a site are read now ([`Generations::into_current`]).
pub(super) async fn current(session: &Session, site: &SiteId) -> Result<Option<Counting>> {
    let generations = read(session, site).await?;
    let settings = match generations.current {
        Some(_) => None,
        None => rows::site(session, site).await?.map(|found| found.settings),
    };
    generations.into_current(site, || Ok(settings))
}

/// The answers in the cells of a generation, from the fewest cells that hold each of them once: to count the responses
/// themselves would take seconds where there are millions.
async fn answers(session: &Session, site: &SiteId, generation: u32) -> Result<u64> {
    let row = session
        .one(
            "SELECT coalesce(sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10), 0)::bigint FROM cell
             WHERE site_id = $1 AND generation = $2 AND grain = $3 AND dimension = $4",
            &[&site.0, &number(generation), &(WEEK as i16), &cell::ALL],
        )
        .await?;
    Ok(rows::unsigned(row.try_get(0)?))
}

/// A generation's number as its column holds it.
pub(super) fn number(generation: u32) -> i32 {
    i32::try_from(generation).unwrap_or(i32::MAX)
}

/// How a site's answers are counted now; `None` when there is no such site.
pub(super) async fn status(session: &Session, site: &SiteId) -> Result<Option<CountingStatus>> {
    let Some(counting) = current(session, site).await? else { return Ok(None) };
    let building = match read(session, site).await?.building {
        Some((_, progress)) => Some((progress, answers(session, site, counting.number).await?)),
        None => None,
    };
    Ok(Some(counting.into_status(building)))
}
