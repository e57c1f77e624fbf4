//! Responses in SQLite: the batch that is stored and counted in one transaction.

use async_trait::async_trait;
use bearing_shared::answer::Context;
use bearing_shared::id::{ResponseId, SiteId};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::Sha256;

use super::counting::{Changes, Countings};
use super::filter::Bound;
use super::generations::{Counting, Generations};
use super::writer::Pen;
use super::{SqliteStore, build, filter, learned, rows};
use crate::responses::{Accept, Cursor, EventCount, Outcome, ResponseFilter, ResponseStore, StoredResponse};
use crate::{Result, StoreError};

/// Responses erased in one transaction: others write between two.
const ERASED_AT_ONCE: u32 = 500;

/// Stores a batch in one transaction; when the engine refuses it for a reason that only one row can have, in halves.
fn accept(pen: &mut Pen, batch: &[Accept], limit: u32) -> Result<Vec<Outcome>> {
    match pen.transaction(|transaction, countings| accept_all(transaction, countings, batch, limit)) {
        Err(why @ (StoreError::Driver(_) | StoreError::Corrupt { .. })) if batch.len() == 1 => {
            tracing::error!(response = %batch[0].response.id, %why, "a response could not be stored");
            Ok(vec![Outcome::Failed])
        }
        Err(StoreError::Driver(_) | StoreError::Corrupt { .. }) => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut outcomes = accept(pen, first, limit)?;
            outcomes.extend(accept(pen, second, limit)?);
            Ok(outcomes)
        }
        result => result,
    }
}

fn accept_all(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    batch: &[Accept],
    limit: u32,
) -> Result<Vec<Outcome>> {
    let any_erased: bool =
        transaction.prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone)")?.query_row([], |row| row.get(0))?;
    // Before anything is counted: a value that is known in time never counts as `(other)`.
    teach(transaction, countings, batch, limit)?;
    let mut changes = Changes::default();
    let mut outcomes = Vec::with_capacity(batch.len());
    for Accept { site, response } in batch {
        let Some(counting) = countings.of(transaction, site)? else {
            // Removed while the answer was under way: what belongs to no site could never be removed again.
            tracing::warn!(%site, response = %response.id, "a response came for a site that is not there");
            outcomes.push(Outcome::Failed);
            continue;
        };
        if any_erased && is_erased(transaction, site, response.id)? {
            outcomes.push(Outcome::Erased);
            continue;
        }
        if let Some(place) = insert(transaction, site, response)? {
            counting.generations.count(&mut changes, site, response, place, 1);
            outcomes.push(Outcome::Stored);
            continue;
        }
        let Some((before, place)) = find(transaction, site, response.id)? else {
            return Err(StoreError::Driver("a response is there and is not".into()));
        };
        outcomes.push(match judged(&before, response) {
            Outcome::Updated => {
                let after = replaced(&before, response);
                update(transaction, site, &after)?;
                counting.generations.count(&mut changes, site, &before, place, -1);
                counting.generations.count(&mut changes, site, &after, place, 1);
                Outcome::Updated
            }
            refused => refused,
        });
    }
    changes.write(transaction)?;
    Ok(outcomes)
}

/// What becomes of a response whose id is there already.
fn judged(before: &StoredResponse, response: &StoredResponse) -> Outcome {
    if before.survey != response.survey {
        Outcome::Mismatch
    } else if response.seq <= before.seq {
        Outcome::Duplicate
    } else {
        Outcome::Updated
    }
}

/// Learns the values that the trusted responses of a batch bring, and reviews each site that has learned something.
fn teach(transaction: &Transaction<'_>, countings: &mut Countings, batch: &[Accept], limit: u32) -> Result<()> {
    let mut taught: Vec<&SiteId> = Vec::new();
    for Accept { site, response } in batch.iter().filter(|accept| learned::is_trusted(&accept.response)) {
        let Some(counting) = countings.of(transaction, site)? else { continue };
        let news: Vec<(&str, &str)> = learned::news(response, &counting.declared).collect();
        if news.is_empty() || !will_be_taken(transaction, site, response)? {
            continue;
        }
        for (dimension, value) in news {
            learned::keep(transaction, site, dimension, value)?;
        }
        countings.forget(site);
        if !taught.contains(&site) {
            taught.push(site);
        }
    }
    for site in taught {
        build::review(transaction, site, limit)?;
        countings.forget(site);
    }
    Ok(())
}

fn will_be_taken(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<bool> {
    Ok(!is_erased(transaction, site, response.id)?
        && match find(transaction, site, response.id)? {
            Some((before, _)) => judged(&before, response) == Outcome::Updated,
            None => true,
        })
}

/// The new edition of a response: it keeps when it was shown and received, a member's judgement, and what is
/// known of the customer, the browser and the page where the edition does not say.
fn replaced(before: &StoredResponse, edition: &StoredResponse) -> StoredResponse {
    use bearing_shared::api::responses::ResponseState::{Counted, Test};
    let judged = !matches!(before.state, Counted | Test);
    let (customer, identity) = match (&edition.customer, &before.customer) {
        // Whose response it is stays known: else it could not be erased with the customer's others.
        (None, Some(customer)) => (Some(customer.clone()), before.identity),
        (customer, _) => (customer.clone(), edition.identity),
    };
    StoredResponse {
        shown_at: before.shown_at,
        received_at: before.received_at,
        source: before.source.clone(),
        state: if judged { before.state } else { edition.state },
        // Once finished, always finished: a late comment does not undo it.
        completed: before.completed || edition.completed,
        customer,
        identity,
        // The hosted form finishes what a card began and does not know the page it stood on.
        visitor: edition.visitor.clone().or_else(|| before.visitor.clone()),
        context: Context {
            url: edition.context.url.clone().or_else(|| before.context.url.clone()),
            referrer: edition.context.referrer.clone().or_else(|| before.context.referrer.clone()),
            locale: edition.context.locale.clone().or_else(|| before.context.locale.clone()),
            device: edition.context.device.clone().or_else(|| before.context.device.clone()),
            title: edition.context.title.clone().or_else(|| before.context.title.clone()),
        },
        ..edition.clone()
    }
}

/// Adds a response; its place, or `None` when the id is there.
fn insert(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<Option<i64>> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO response (site_id, id, seq, survey_id, version, instrument, touchpoint, score, completed, state,
           identity, visitor, customer, answers, attributes, context, comment, shown_at, answered_at, received_at, source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
         ON CONFLICT (site_id, id) DO NOTHING",
    )?;
    Ok((bind(&mut statement, site, response)? == 1).then(|| transaction.last_insert_rowid()))
}

fn update(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE response SET seq = ?3, survey_id = ?4, version = ?5, instrument = ?6, touchpoint = ?7, score = ?8,
           completed = ?9, state = ?10, identity = ?11, visitor = ?12, customer = ?13, answers = ?14, attributes = ?15,
           context = ?16, comment = ?17, shown_at = ?18, answered_at = ?19, received_at = ?20, source = ?21
         WHERE site_id = ?1 AND id = ?2",
    )?;
    bind(&mut statement, site, response)?;
    Ok(())
}

fn bind(statement: &mut rusqlite::Statement<'_>, site: &SiteId, response: &StoredResponse) -> Result<usize> {
    Ok(statement.execute(params![
        site.0,
        response.id.0,
        response.seq,
        response.survey.0,
        response.version,
        response.instrument.name(),
        response.touchpoint,
        response.score,
        response.completed,
        response.state.name(),
        response.identity.name(),
        response.visitor,
        response.customer,
        rows::to_json(&response.answers)?,
        rows::to_json(&response.attributes)?,
        rows::to_json(&response.context)?,
        response.comment(),
        response.shown_at,
        response.answered_at,
        response.received_at,
        response.source,
    ])?)
}

/// A response and its place.
fn find(connection: &Connection, site: &SiteId, id: ResponseId) -> Result<Option<(StoredResponse, i64)>> {
    let mut statement = connection.prepare_cached(&rows::select_responses("WHERE site_id = ?1 AND id = ?2"))?;
    let mut found = statement.query(params![site.0, id.0])?;
    let Some(row) = found.next()? else { return Ok(None) };
    Ok(Some((rows::response(row)?, rows::position(row)?.1)))
}

/// The keyed hash under which an erased id is remembered, so that the id itself is gone.
fn tombstone(connection: &Connection, id: ResponseId) -> Result<[u8; 32]> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'tombstone_key'")?;
    let key: Vec<u8> = statement.query_row([], |row| row.get(0))?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key).map_err(|error| StoreError::Driver(format!("tombstone key: {error}")))?;
    mac.update(&id.0);
    Ok(mac.finalize().into_bytes().into())
}

fn is_erased(connection: &Connection, site: &SiteId, id: ResponseId) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM tombstone WHERE site_id = ?1 AND id_hash = ?2")?;
    let found: Option<i64> =
        statement.query_row(params![site.0, tombstone(connection, id)?], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

/// Removes a response and takes it out of the cells; false when it is not there.
fn delete(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    id: ResponseId,
    now: i64,
) -> Result<bool> {
    match uncount(transaction, countings, site, id) {
        Ok(false) => return Ok(false),
        // A person's right to be forgotten does not wait for a repair; a recount makes the cells right again.
        Err(why @ StoreError::Corrupt { .. }) => {
            tracing::error!(%site, %why, "a damaged response is erased and stays in the counts");
        }
        result => {
            result?;
        }
    }
    remove(transaction, site, id, now)?;
    Ok(true)
}

/// Takes a response out of the cells; false when it is not there.
fn uncount(transaction: &Transaction<'_>, countings: &mut Countings, site: &SiteId, id: ResponseId) -> Result<bool> {
    let Some((response, place)) = find(transaction, site, id)? else { return Ok(false) };
    if let Some(counting) = countings.of(transaction, site)? {
        let mut changes = Changes::default();
        counting.generations.count(&mut changes, site, &response, place, -1);
        changes.write(transaction)?;
    }
    Ok(true)
}

/// Puts a tombstone in a response's place.
fn remove(transaction: &Transaction<'_>, site: &SiteId, id: ResponseId, now: i64) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM response WHERE site_id = ?1 AND id = ?2")?
        .execute(params![site.0, id.0])?;
    transaction
        .prepare_cached(
            "INSERT INTO tombstone (site_id, id_hash, erased_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![site.0, tombstone(transaction, id)?, now])?;
    Ok(())
}

/// Removes some responses of a customer; how many.
fn erase_some(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    customer: &str,
    now: i64,
) -> Result<u64> {
    let ids: Vec<[u8; 16]> = transaction
        .prepare_cached("SELECT id FROM response WHERE site_id = ?1 AND customer = ?2 LIMIT ?3")?
        .query_map(params![site.0, customer, ERASED_AT_ONCE], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids.iter().copied().map(ResponseId) {
        delete(transaction, countings, site, id, now)?;
    }
    Ok(ids.len() as u64)
}

#[async_trait]
impl ResponseStore for SqliteStore {
    async fn accept(&self, batch: Vec<Accept>) -> Result<Vec<Outcome>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let limit = self.limits.step;
        self.writer.run(move |pen| accept(pen, &batch, limit)).await
    }

    async fn count_events(&self, batch: Vec<EventCount>) -> Result<()> {
        let write = move |transaction: &Transaction<'_>, countings: &mut Countings| {
            let mut changes = Changes::default();
            for event in &batch {
                let Some(site) = countings.of(transaction, &event.site)? else { continue };
                let Generations { current, building } = &site.generations;
                if let Some(counting) = current.as_ref().or(building.as_ref().map(|(counting, _)| counting)) {
                    changes.event(event, counting);
                }
            }
            changes.write(transaction)
        };
        self.writer.run(move |pen| pen.transaction(write)).await
    }

    async fn response(&self, site: &SiteId, id: ResponseId) -> Result<Option<StoredResponse>> {
        let site = site.clone();
        self.readers.run(move |connection| Ok(find(connection, &site, id)?.map(|(response, _)| response))).await
    }

    async fn responses(
        &self,
        site: &SiteId,
        filter: ResponseFilter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<StoredResponse>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            // One read transaction, so that days and names are those of the moment of the list.
            let transaction = connection.unchecked_transaction()?;
            let Some(counting) = Counting::current(&transaction, &site)? else { return Ok(Vec::new()) };
            let mut bound = Bound::default();
            let conditions = filter::of_list(&mut bound, &site, &filter, after, &counting);
            let rest = format!("WHERE {} ORDER BY received_at DESC, id DESC LIMIT {limit}", conditions.join(" AND "));
            let mut statement = transaction.prepare_cached(&rows::select_responses(&rest))?;
            let mut found = statement.query(bound.values())?;
            let mut responses = Vec::new();
            while let Some(row) = found.next()? {
                responses.push(rows::response(row)?);
            }
            Ok(responses)
        };
        self.readers.run_slow(read).await
    }

    async fn delete_response(&self, site: &SiteId, id: ResponseId, now: i64) -> Result<bool> {
        let site = site.clone();
        self.writer
            .run(move |pen| pen.transaction(|transaction, countings| delete(transaction, countings, &site, id, now)))
            .await
    }

    async fn erase_customer(&self, site: &SiteId, customer: &str, now: i64) -> Result<u64> {
        let mut erased = 0;
        loop {
            let (site, customer) = (site.clone(), customer.to_owned());
            let work = move |transaction: &Transaction<'_>, countings: &mut Countings| {
                erase_some(transaction, countings, &site, &customer, now)
            };
            match self.writer.run(move |pen| pen.transaction(work)).await? {
                0 => return Ok(erased),
                some => erased += some,
            }
        }
    }
}
