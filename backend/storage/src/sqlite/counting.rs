//! Counting in SQLite: how each site counts, and writing the sums of one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use bearing_shared::id::SiteId;
use rusqlite::{Connection, Transaction, params};

use super::{generations, learned, rows, webhooks};
use crate::Result;
use crate::counts::change::{CellKey, Change, Changes};
use crate::counts::generation::{SiteCounting, declared};

fn read(connection: &Connection, site: &SiteId) -> Result<Option<SiteCounting>> {
    let Some(found) = rows::site(connection, "id", site.as_str())? else { return Ok(None) };
    let generations = generations::read(connection, site)?;
    let declared = declared(&found.settings.dimensions, &learned::values(connection, site)?);
    let webhooks = webhooks::subscribed(connection, site)?;
    let retention = found.settings.retention;
    Ok(Some(SiteCounting { generations, declared, webhooks, retention }))
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
        let counting = read(transaction, site)?.map(Arc::new);
        self.sites.insert(site.clone(), counting.clone());
        Ok(counting)
    }
}

/// Writes the changes of one transaction: each touched cell once.
pub(super) fn write(transaction: &Transaction<'_>, changes: Changes) -> Result<()> {
    let rows = changes.into_rows();
    for (grain, key, change) in &rows.answers {
        add_answers(transaction, *grain, key, change)?;
    }
    for (key, counts) in &rows.events {
        add_events(transaction, key, counts)?;
    }
    Ok(())
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
