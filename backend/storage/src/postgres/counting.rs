//! Counting in PostgreSQL: how each site counts, and writing the sums of one transaction.

use std::collections::HashMap;
use std::sync::Arc;

use bearing_shared::id::SiteId;
use tokio_postgres::types::ToSql;

use super::faults::Failed;
use super::session::Session;
use super::{PostgresStore, generations, learned, rows, webhooks};
use crate::Result;
use crate::counts::change::{CellKey, Change, Changes, Rows};
use crate::counts::generation::{SiteCounting, declared};

/// How sites count, each as far as it is there.
type Sites = HashMap<SiteId, Option<Arc<SiteCounting>>>;

/// How sites count, kept by a server between its transactions.
#[derive(Default)]
pub(super) struct Known {
    revision: i64,
    sites: Sites,
}

/// How sites count, within one transaction that holds their locks.
pub(super) struct Countings(Sites);

async fn read(session: &Session, site: &SiteId) -> Result<Option<SiteCounting>> {
    let Some(found) = rows::site(session, site).await? else { return Ok(None) };
    let generations = generations::read(session, site).await?;
    let declared = declared(&found.settings.dimensions, &learned::values(session, site).await?);
    let webhooks = webhooks::subscribed(session, site).await?;
    let retention = found.settings.retention;
    Ok(Some(SiteCounting { generations, declared, webhooks, retention }))
}

impl PostgresStore {
    /// How these sites count, for a transaction that holds a lock of each: until it ends nobody changes it.
    pub(super) async fn countings(&self, session: &Session, sites: &[SiteId]) -> Result<Countings> {
        let revision = rows::revision(session).await?;
        let mut found = Sites::new();
        if let Ok(mut known) = self.countings.lock() {
            if known.revision < revision {
                *known = Known { revision, sites: Sites::new() };
            }
            let kept = sites.iter().filter(|_| known.revision == revision);
            found.extend(kept.filter_map(|site| Some((site.clone(), known.sites.get(site)?.clone()))));
        }
        for site in sites {
            if found.contains_key(site) {
                continue;
            }
            let counting = read(session, site).await?.map(Arc::new);
            // How far a build is changes with every step, without a word.
            let is_still = counting.as_ref().is_none_or(|counting| counting.generations.building.is_none());
            if is_still
                && let Ok(mut known) = self.countings.lock()
                && known.revision == revision
            {
                known.sites.insert(site.clone(), counting.clone());
            }
            found.insert(site.clone(), counting);
        }
        Ok(Countings(found))
    }
}

impl Countings {
    /// How a site counts; `None` when it is not there (any more).
    pub(super) fn of(&self, site: &SiteId) -> Option<&Arc<SiteCounting>> {
        self.0.get(site)?.as_ref()
    }

    /// Reads a site again, after a change within this transaction.
    pub(super) async fn again(&mut self, session: &Session, site: &SiteId) -> Result<()> {
        let counting = read(session, site).await?.map(Arc::new);
        self.0.insert(site.clone(), counting);
        Ok(())
    }
}

/// The columns of many cells' keys, as arrays.
#[derive(Default)]
struct Keys<'a> {
    sites: Vec<&'a str>,
    generations: Vec<i32>,
    dimensions: Vec<&'a str>,
    values: Vec<&'a str>,
    periods: Vec<i32>,
    instruments: Vec<&'a str>,
    surveys: Vec<&'a str>,
    touchpoints: Vec<&'a str>,
}

impl<'a> Keys<'a> {
    fn add(&mut self, key: &'a CellKey) {
        self.sites.push(&key.site);
        self.generations.push(generations::number(key.generation));
        self.dimensions.push(&key.dimension);
        self.values.push(&key.value);
        self.periods.push(key.day);
        self.instruments.push(key.instrument);
        self.surveys.push(&key.survey);
        self.touchpoints.push(&key.touchpoint);
    }
}

/// What is written of the changes of one transaction: each touched cell once, in the order of their keys.
fn sorted(changes: Changes) -> Rows {
    let mut rows = changes.into_rows();
    rows.answers.sort_unstable_by(|left, right| (left.0, &left.1).cmp(&(right.0, &right.1)));
    rows.events.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    rows
}

/// Writes the changes of one transaction.
pub(super) async fn write(session: &Session, changes: Changes) -> Result<()> {
    write_rows(session, &sorted(changes)).await
}

async fn write_rows(session: &Session, rows: &Rows) -> Result<()> {
    if !rows.answers.is_empty() {
        session.execute(ADD_ANSWERS, &AnswerColumns::of(&rows.answers).params()).await?;
    }
    if !rows.events.is_empty() {
        add_events(session, &rows.events).await?;
    }
    Ok(())
}

/// Writes the changes of one transaction, and commits: nothing comes after them.
pub(super) async fn write_last(session: Session, changes: Changes) -> std::result::Result<(), Failed> {
    let rows = sorted(changes);
    if rows.answers.is_empty() || !rows.events.is_empty() {
        let written = write_rows(&session, &rows).await;
        return session.finish(written).await;
    }
    let answers = AnswerColumns::of(&rows.answers);
    session.finish_with(ADD_ANSWERS, &answers.params()).await
}

/// The changes of many cells, as arrays.
struct AnswerColumns<'a> {
    keys: Keys<'a>,
    grains: Vec<i16>,
    counts: [Vec<i64>; 12],
}

impl<'a> AnswerColumns<'a> {
    fn of(answers: &'a [(i64, CellKey, Change)]) -> Self {
        let mut keys = Keys::default();
        let mut grains = Vec::with_capacity(answers.len());
        let mut counts: [Vec<i64>; 12] = std::array::from_fn(|_| Vec::with_capacity(answers.len()));
        for (grain, key, change) in answers {
            keys.add(key);
            grains.push(*grain as i16);
            for (column, count) in counts.iter_mut().zip(change.scores.iter().chain([&change.completed])) {
                column.push(*count);
            }
        }
        Self { keys, grains, counts }
    }

    fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        let Self { keys, grains, counts } = self;
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![
            &keys.sites,
            &keys.generations,
            grains,
            &keys.dimensions,
            &keys.values,
            &keys.periods,
            &keys.instruments,
            &keys.surveys,
            &keys.touchpoints,
        ];
        params.extend(counts.iter().map(|column| column as &(dyn ToSql + Sync)));
        params
    }
}

const ADD_ANSWERS: &str =
    "INSERT INTO cell (site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint,
               c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, completed)
             SELECT * FROM unnest($1::text[], $2::integer[], $3::smallint[], $4::text[], $5::text[], $6::integer[],
               $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
               $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[],
               $21::bigint[])
             ON CONFLICT (site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint)
             DO UPDATE SET
               c0 = cell.c0 + excluded.c0, c1 = cell.c1 + excluded.c1, c2 = cell.c2 + excluded.c2,
               c3 = cell.c3 + excluded.c3, c4 = cell.c4 + excluded.c4, c5 = cell.c5 + excluded.c5,
               c6 = cell.c6 + excluded.c6, c7 = cell.c7 + excluded.c7, c8 = cell.c8 + excluded.c8,
               c9 = cell.c9 + excluded.c9, c10 = cell.c10 + excluded.c10,
               completed = cell.completed + excluded.completed";

async fn add_events(session: &Session, events: &[(CellKey, [i64; 4])]) -> Result<()> {
    let mut keys = Keys::default();
    let mut counts: [Vec<i64>; 4] = std::array::from_fn(|_| Vec::with_capacity(events.len()));
    for (key, steps) in events {
        keys.add(key);
        for (column, count) in counts.iter_mut().zip(steps) {
            column.push(*count);
        }
    }
    let [eligible, shown, started, dismissed] = &counts;
    session
        .execute(
            "INSERT INTO funnel (site_id, dimension, value, period, instrument, survey_id, touchpoint,
               eligible, shown, started, dismissed)
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::text[],
               $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
             ON CONFLICT (site_id, dimension, value, period, instrument, survey_id, touchpoint) DO UPDATE SET
               eligible = funnel.eligible + excluded.eligible, shown = funnel.shown + excluded.shown,
               started = funnel.started + excluded.started, dismissed = funnel.dismissed + excluded.dismissed",
            &[
                &keys.sites,
                &keys.dimensions,
                &keys.values,
                &keys.periods,
                &keys.instruments,
                &keys.surveys,
                &keys.touchpoints,
                eligible,
                shown,
                started,
                dismissed,
            ],
        )
        .await?;
    Ok(())
}
