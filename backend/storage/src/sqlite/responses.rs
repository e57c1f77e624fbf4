//! Responses in SQLite: the batch that is stored, erased and counted in one transaction.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use rusqlite::{Connection, Transaction, params};

use super::counting::{self, Countings};
use super::filter::{Bound, List};
use super::writer::Pen;
use super::{SqliteStore, attacks, build, erase, filter, generations, inbox, learned, retention, rows, webhooks};
use crate::attacks::Standing;
use crate::counts::change::Changes;
use crate::counts::edition::{self, judged, replaced};
use crate::counts::trust;
use crate::deleted::OF_A_SITE;
use crate::inbox::tags_text;
use crate::responses::{Accept, Arrival, Cursor, EventCount, Outcome, ResponseFilter, ResponseStore, StoredResponse};
use crate::retention::{Burial, is_named_late};
use crate::{Result, StoreError, json};

/// Stores a batch in one transaction; when the engine refuses it for a reason that only one row can have, in halves.
fn take_in(pen: &mut Pen, batch: &[Arrival], limit: u32) -> Result<Vec<Outcome>> {
    match pen.transaction(|transaction, countings| take_in_all(transaction, countings, batch, limit)) {
        Err(why @ (StoreError::Driver(_) | StoreError::Corrupt { .. })) if batch.len() == 1 => {
            tracing::error!(response = %batch[0].id(), %why, "a response could not be stored");
            Ok(vec![Outcome::Failed])
        }
        Err(StoreError::Driver(_) | StoreError::Corrupt { .. }) => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut outcomes = take_in(pen, first, limit)?;
            outcomes.extend(take_in(pen, second, limit)?);
            Ok(outcomes)
        }
        result => result,
    }
}

pub(super) fn take_in_all(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    batch: &[Arrival],
    limit: u32,
) -> Result<Vec<Outcome>> {
    let mut any_erased: bool =
        transaction.prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone)")?.query_row([], |row| row.get(0))?;
    // Before anything is counted: a value that is known in time never counts as `(other)`.
    teach(transaction, countings, batch, limit)?;
    let mut changes = Changes::default();
    let mut outcomes = Vec::with_capacity(batch.len());
    for arrival in batch {
        let site = arrival.site();
        let Some(counting) = countings.of(transaction, site)? else {
            // Removed while the answer was under way: what belongs to no site could never be removed again.
            tracing::warn!(%site, response = %arrival.id(), "a response came for a site that is not there");
            outcomes.push(Outcome::Failed);
            continue;
        };
        let accept = match arrival {
            Arrival::Answer(accept) => accept,
            Arrival::Withdrawal(withdrawal) => {
                outcomes.push(erase::withdraw(transaction, countings, &mut changes, withdrawal)?);
                any_erased = true;
                continue;
            }
        };
        let Accept { response: sent, display, .. } = accept;
        if any_erased && erase::is_erased(transaction, site, sent.id)? {
            outcomes.push(Outcome::Erased);
            continue;
        }
        let standing = attacks::standing(transaction, site, sent.id, *display)?;
        let reused = display.filter(|display| display.is_good && standing == Standing::Anothers);
        let reused = reused.map(|display| display.reused(sent));
        let response = reused.as_ref().unwrap_or(sent);
        if let Some(place) = insert(transaction, site, response)? {
            counting.generations.count(&mut changes, site, response, place, 1);
            let made = webhooks::fan_out(transaction, &counting.webhooks, None, response, response.received_at)?;
            countings.wrote_deliveries |= made > 0;
            outcomes.push(edition::first(response, sent));
            continue;
        }
        let Some((before, place)) = find(transaction, site, response.id)? else {
            return Err(StoreError::Driver("a response is there and is not".into()));
        };
        outcomes.push(match judge(transaction, &before, accept, standing)? {
            Outcome::Updated => {
                let after = counting.kept(replaced(&before, response), response.received_at);
                update(transaction, site, &after)?;
                changes.forget_replaced(site, &before, &after);
                if is_named_late(&after, response.received_at) {
                    retention::look_again(transaction, site, after.received_at)?;
                }
                counting.generations.count(&mut changes, site, &before, place, -1);
                counting.generations.count(&mut changes, site, &after, place, 1);
                // The row keeps when its first edition came; this one came now.
                let at = response.received_at;
                let made = webhooks::fan_out(transaction, &counting.webhooks, Some(&before), &after, at)?;
                countings.wrote_deliveries |= made > 0;
                edition::outcome(&after, sent)
            }
            refused => {
                // What changes nothing gives a response no token: else the next edition could name it.
                if let (Some(display), Standing::New) = (display, standing) {
                    attacks::let_go(transaction, site, *display)?;
                }
                refused
            }
        });
    }
    erase::finish(transaction, countings, changes)?;
    Ok(outcomes)
}

/// What becomes of a response that is there, once its display token is looked at.
fn judge(
    connection: &Connection,
    before: &StoredResponse,
    Accept { site, response, display }: &Accept,
    standing: Standing,
) -> Result<Outcome> {
    let named = display.map(|display| display.token);
    Ok(match judged(before, response) {
        Outcome::Updated
            if response.is_from_visitor()
                && standing != Standing::Own
                && attacks::has_another(connection, site, response.id, named)? =>
        {
            Outcome::NotTheirs
        }
        outcome => outcome,
    })
}

/// Adds events to the denominators.
pub(super) fn count_all(transaction: &Transaction<'_>, countings: &mut Countings, batch: &[EventCount]) -> Result<()> {
    let mut changes = Changes::default();
    for event in batch {
        let Some(site) = countings.of(transaction, &event.site)? else { continue };
        if let Some(counting) = site.generations.of_events() {
            changes.event(event, counting);
        }
    }
    counting::write(transaction, changes)
}

/// Learns the values that the trusted responses of a batch bring, and reviews each site that has learned something.
fn teach(transaction: &Transaction<'_>, countings: &mut Countings, batch: &[Arrival], limit: u32) -> Result<()> {
    let mut taught: Vec<&SiteId> = Vec::new();
    let answers = batch.iter().filter_map(|arrival| match arrival {
        Arrival::Answer(accept) => Some(accept),
        Arrival::Withdrawal(_) => None,
    });
    for accept in answers.filter(|accept| trust::is_trusted(&accept.response)) {
        let Accept { site, response, .. } = accept;
        let Some(counting) = countings.of(transaction, site)? else { continue };
        let news: Vec<(&str, &str)> = trust::news(response, &counting.declared).collect();
        if news.is_empty() || !will_be_taken(transaction, accept)? {
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

fn will_be_taken(connection: &Connection, accept: &Accept) -> Result<bool> {
    let (site, id) = (&accept.site, accept.response.id);
    Ok(!erase::is_erased(connection, site, id)?
        && match find(connection, site, id)? {
            Some((before, _)) => judge(connection, &before, accept, Standing::Nobodys)? == Outcome::Updated,
            None => true,
        })
}

/// Adds a response; its place, or `None` when the id is there.
pub(super) fn insert(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<Option<i64>> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO response (site_id, id, seq, survey_id, version, instrument, touchpoint, score, completed, state,
           identity, visitor, customer, answers, attributes, context, comment, shown_at, answered_at, received_at, source,
           read_at, judged_at, tags, suspicion)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
           ?24, ?25)
         ON CONFLICT (site_id, id) DO NOTHING",
    )?;
    if bind(&mut statement, site, response)? == 0 {
        return Ok(None);
    }
    let place = transaction.last_insert_rowid();
    inbox::tag(transaction, site, response, &response.marks.tags)?;
    Ok(Some(place))
}

/// Replaces a response's row.
pub(super) fn update(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE response SET seq = ?3, survey_id = ?4, version = ?5, instrument = ?6, touchpoint = ?7, score = ?8,
           completed = ?9, state = ?10, identity = ?11, visitor = ?12, customer = ?13, answers = ?14, attributes = ?15,
           context = ?16, comment = ?17, shown_at = ?18, answered_at = ?19, received_at = ?20, source = ?21,
           read_at = ?22, judged_at = ?23, tags = ?24, suspicion = ?25
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
        json::write(&response.answers)?,
        json::write(&response.attributes)?,
        json::write(&response.context)?,
        response.comment(),
        response.shown_at,
        response.answered_at,
        response.received_at,
        response.source,
        response.marks.read_at,
        response.marks.judged_at,
        tags_text(&response.marks.tags)?,
        response.suspicion.bits(),
    ])?)
}

/// A response and its place.
pub(super) fn find(connection: &Connection, site: &SiteId, id: ResponseId) -> Result<Option<(StoredResponse, i64)>> {
    let mut statement = connection
        .prepare_cached(&rows::select_responses(&format!("WHERE site_id = ?1 AND id = ?2 AND {OF_A_SITE}")))?;
    let mut found = statement.query(params![site.0, id.0])?;
    let Some(row) = found.next()? else { return Ok(None) };
    Ok(Some((rows::response(row)?, rows::position(row)?.1)))
}

#[async_trait]
impl ResponseStore for SqliteStore {
    async fn take_in(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let limit = self.limits.step;
        let take = move |pen: &mut Pen| {
            let outcomes = take_in(pen, &batch, limit);
            outcomes.map(|outcomes| (outcomes, pen.wrote_deliveries()))
        };
        let (outcomes, wrote_deliveries) = self.writer.run(take).await?;
        if wrote_deliveries {
            self.written.notify_one();
        }
        if outcomes.contains(&Outcome::Withdrawn) {
            // The visitor is answered before that is done: the next look does it.
            self.has_remnants.store(true, Ordering::Relaxed);
        }
        Ok(outcomes)
    }

    async fn count_events(&self, batch: Vec<EventCount>) -> Result<Vec<bool>> {
        let counted = vec![true; batch.len()];
        let write =
            move |transaction: &Transaction<'_>, countings: &mut Countings| count_all(transaction, countings, &batch);
        self.writer.run(move |pen| pen.transaction(write)).await.map(|()| counted)
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
        let (of, site) = (site, site.clone());
        let read = move |connection: &Connection| {
            // One read transaction, so that days and names are those of the moment of the list.
            let transaction = connection.unchecked_transaction()?;
            let Some(counting) = generations::current(&transaction, &site)? else { return Ok(Vec::new()) };
            let mut bound = Bound::default();
            let filter = filter::with_needed_end(&transaction, &site, &filter, &counting)?;
            let List { source, conditions, order } = filter::of_list(&mut bound, &site, &filter, after, &counting);
            let rest = format!("WHERE {} ORDER BY {order} LIMIT {limit}", conditions.join(" AND "));
            let mut statement = transaction.prepare_cached(&rows::select_from(source, &rest))?;
            let mut found = statement.query(bound.values())?;
            let mut responses = Vec::new();
            while let Some(row) = found.next()? {
                responses.push(rows::response(row)?);
            }
            Ok(responses)
        };
        self.readers.run_slow_of(of, read).await
    }

    async fn delete_response(&self, site: &SiteId, id: ResponseId, now: i64) -> Result<bool> {
        let site = site.clone();
        let work = move |transaction: &Transaction<'_>, countings: &mut Countings| {
            let mut changes = Changes::default();
            let deleted = erase::delete(transaction, countings, &mut changes, &site, id, Burial::wished(now))?;
            erase::finish(transaction, countings, changes)?;
            Ok(deleted)
        };
        let deleted = self.writer.run(move |pen| pen.transaction(work)).await?;
        self.scrub_soon(deleted).await;
        Ok(deleted)
    }

    async fn erase_customer(&self, site: &SiteId, customer: &str, now: i64) -> Result<u64> {
        let mut erased = 0;
        loop {
            let (site, customer) = (site.clone(), customer.to_owned());
            let work = move |transaction: &Transaction<'_>, countings: &mut Countings| {
                erase::erase_some(transaction, countings, &site, &customer, now)
            };
            match self.writer.run(move |pen| pen.transaction(work)).await? {
                0 => {
                    self.scrub_soon(erased > 0).await;
                    return Ok(erased);
                }
                some => erased += some,
            }
        }
    }
}
