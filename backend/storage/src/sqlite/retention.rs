//! Retention in SQLite: what has been kept long enough goes step by step, and the WAL is emptied of it.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::counting::Countings;
use super::responses::update;
use super::{SqliteStore, erase, rows};
use crate::counts::change::Changes;
use crate::deleted::OF_A_SITE;
use crate::retention::{Burial, Cutoffs, Expired, ExpiryStep, RetentionStore};
use crate::{Result, StoreError};

/// Behind which response of a site, by (`received_at`, id), nobody has looked for identities yet.
fn mark(connection: &Connection, site: &SiteId) -> Result<(i64, Vec<u8>)> {
    let mut statement = connection.prepare_cached("SELECT received_at, response_id FROM expiry WHERE site_id = ?1")?;
    let found = statement.query_row([site.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.unwrap_or((i64::MIN, Vec::new())))
}

/// Has identities looked for again from a response on that was received at a time: it has got one.
pub(super) fn look_again(transaction: &Transaction<'_>, site: &SiteId, received_at: i64) -> Result<()> {
    let sql = "UPDATE expiry SET received_at = ?2, response_id = x'' WHERE site_id = ?1 AND received_at >= ?2";
    transaction.prepare_cached(sql)?.execute(params![site.0, received_at])?;
    Ok(())
}

/// Takes the id of a response that is erased out of the mark.
pub(super) fn forget(transaction: &Transaction<'_>, site: &SiteId, id: ResponseId) -> Result<()> {
    let sql = "UPDATE expiry SET response_id = x'' WHERE site_id = ?1 AND response_id = ?2";
    transaction.prepare_cached(sql)?.execute(params![site.0, id.0])?;
    Ok(())
}

/// Erases some responses; how many.
fn erase_old(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    (before, limit): (i64, u32),
    now: i64,
) -> Result<u32> {
    let ids: Vec<[u8; 16]> = transaction
        .prepare_cached(&format!(
            "SELECT id FROM response WHERE site_id = ?1 AND received_at < ?2 AND {OF_A_SITE} ORDER BY received_at LIMIT ?3"
        ))?
        .query_map(params![site.0, before, limit], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changes = Changes::default();
    for id in ids.iter().copied().map(ResponseId) {
        erase::delete(transaction, countings, &mut changes, site, id, Burial::aged(now))?;
    }
    erase::finish(transaction, countings, changes)?;
    Ok(ids.len() as u32)
}

/// What was looked at.
struct Stripped {
    seen: u32,
    changed: u64,
    /// The last by (`received_at`, id).
    last: Option<(i64, [u8; 16])>,
}

/// Takes out of the responses that a condition finds what is kept no longer.
fn strip(
    transaction: &Transaction<'_>,
    site: &SiteId,
    cutoffs: Cutoffs,
    rest: &str,
    params: &[&dyn ToSql],
) -> Result<Stripped> {
    let mut statement = transaction.prepare_cached(&rows::select_responses(rest))?;
    let mut found = statement.query(params)?;
    let (mut seen, mut changed, mut last) = (0, Vec::new(), None);
    let mut damaged: Vec<[u8; 16]> = Vec::new();
    while let Some(row) = found.next()? {
        let (id, received_at): ([u8; 16], i64) = (row.get("id")?, row.get("received_at")?);
        (seen, last) = (seen + 1, Some((received_at, id)));
        match rows::response(row) {
            Ok(response) => {
                let after = cutoffs.applied(response.clone());
                changed.extend((after != response).then_some(after));
            }
            Err(why @ StoreError::Corrupt { .. }) => {
                tracing::error!(%site, %why, "a damaged response loses what is kept no longer, and more");
                damaged.push(id);
            }
            Err(error) => return Err(error),
        }
    }
    for after in &changed {
        update(transaction, site, after)?;
    }
    // What cannot be read is not kept longer for that.
    for id in &damaged {
        transaction.execute(
            "UPDATE response SET comment = NULL, answers = '[]', visitor = NULL, customer = NULL, context = '{}'
             WHERE site_id = ?1 AND id = ?2",
            params![site.0, id],
        )?;
    }
    Ok(Stripped { seen, changed: (changed.len() + damaged.len()) as u64, last })
}

fn step(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    cutoffs: Cutoffs,
    (limit, now): (u32, i64),
) -> Result<ExpiryStep> {
    if let Some(before) = cutoffs.answers {
        let answers = erase_old(transaction, countings, site, (before, limit), now)?;
        if answers > 0 {
            return Ok(ExpiryStep {
                expired: Expired { answers: answers.into(), ..Expired::default() },
                has_more: true,
            });
        }
    }
    if let Some(before) = cutoffs.comments {
        let rest = format!(
            "WHERE site_id = ?1 AND comment IS NOT NULL AND received_at < ?2 AND {OF_A_SITE} ORDER BY received_at, id LIMIT ?3"
        );
        let Stripped { seen, changed: comments, .. } =
            strip(transaction, site, cutoffs, &rest, &[&site.0, &before, &limit])?;
        if seen > 0 {
            return Ok(ExpiryStep { expired: Expired { comments, ..Expired::default() }, has_more: true });
        }
    }
    let Some(before) = cutoffs.identity else { return Ok(ExpiryStep::default()) };
    let (at, id) = mark(transaction, site)?;
    let rest = format!(
        "WHERE site_id = ?1 AND (received_at, id) > (?2, ?3) AND received_at < ?4 AND {OF_A_SITE}
         ORDER BY received_at, id LIMIT ?5"
    );
    let params: [&dyn ToSql; 5] = [&site.0, &at, &id, &before, &limit];
    let Stripped { seen, changed: identities, last } = strip(transaction, site, cutoffs, &rest, &params)?;
    if let Some((received_at, id)) = last {
        transaction.execute(
            "INSERT INTO expiry (site_id, received_at, response_id) VALUES (?1, ?2, ?3)
             ON CONFLICT (site_id) DO UPDATE SET received_at = excluded.received_at, response_id = excluded.response_id",
            params![site.0, received_at, id],
        )?;
    }
    Ok(ExpiryStep { expired: Expired { identities, ..Expired::default() }, has_more: seen == limit })
}

fn count(connection: &Connection, site: &SiteId, cutoffs: Cutoffs, most: u32) -> Result<Expired> {
    let count = |condition: &str, cutoff: Option<i64>, after: (i64, Vec<u8>)| -> Result<u64> {
        let Some(before) = cutoff else { return Ok(0) };
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM response WHERE site_id = ?1 AND received_at < ?2 AND {OF_A_SITE}
               AND (received_at, id) > (?3, ?4){condition} LIMIT ?5)"
        );
        let found = connection
            .prepare_cached(&sql)?
            .query_row(params![site.0, before, after.0, after.1, most], |row| row.get(0))?;
        Ok(rows::unsigned(found))
    };
    let start = || (i64::MIN, Vec::new());
    Ok(Expired {
        answers: count("", cutoffs.answers, start())?,
        comments: count(" AND comment IS NOT NULL", cutoffs.comments, start())?,
        identities: count("", cutoffs.identity, mark(connection, site)?)?,
    })
}

impl SqliteStore {
    /// Empties the WAL if something was erased, or leaves that to the next look.
    pub(super) async fn scrub_soon(&self, has_erased: bool) {
        if !has_erased {
            return;
        }
        self.has_remnants.store(true, Ordering::Relaxed);
        if let Err(why) = self.scrub().await {
            tracing::warn!(%why, "what was erased stays in the store's log for now");
        }
    }
}

#[async_trait]
impl RetentionStore for SqliteStore {
    async fn expire(&self, site: &SiteId, cutoffs: Cutoffs, limit: u32, now: i64) -> Result<ExpiryStep> {
        let site = site.clone();
        let work = move |transaction: &Transaction<'_>, countings: &mut Countings| {
            step(transaction, countings, &site, cutoffs, (limit, now))
        };
        let step = self.writer.run(move |pen| pen.transaction(work)).await?;
        if step.expired != Expired::default() {
            self.has_remnants.store(true, Ordering::Relaxed);
        }
        Ok(step)
    }

    async fn count_expired(&self, site: &SiteId, cutoffs: Cutoffs, most: u32) -> Result<Expired> {
        let (of, site) = (site, site.clone());
        self.readers.run_slow_of(of, move |connection| count(connection, &site, cutoffs, most)).await
    }

    async fn forget_tombstones(&self, now: i64, limit: u32) -> Result<u32> {
        let is_due = move |connection: &Connection| -> Result<bool> {
            let sql = "SELECT EXISTS (SELECT 1 FROM tombstone WHERE until < ?1)";
            Ok(connection.prepare_cached(sql)?.query_row([now], |row| row.get(0))?)
        };
        // Looked for by a reader: with nothing to do, the writer is left alone.
        if !self.readers.run(is_due).await? {
            return Ok(0);
        }
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM tombstone WHERE (site_id, id_hash) IN (
                         SELECT site_id, id_hash FROM tombstone WHERE until < ?1 LIMIT ?2)";
            Ok(transaction.execute(sql, params![now, limit])? as u32)
        };
        self.writer.write(write).await
    }

    async fn scrub(&self) -> Result<bool> {
        // Set back first: what is erased meanwhile sets it anew.
        if !self.has_remnants.swap(false, Ordering::Relaxed) {
            return Ok(true);
        }
        let emptied = self.writer.empty_wal().await;
        if !matches!(emptied, Ok(true)) {
            self.has_remnants.store(true, Ordering::Relaxed);
        }
        emptied
    }
}
