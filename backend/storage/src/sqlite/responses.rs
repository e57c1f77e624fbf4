//! Responses in SQLite: the batch that is stored and counted in one transaction.

use async_trait::async_trait;
use bearing_shared::answer::Context;
use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::question::is_name;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, Transaction, params, params_from_iter, types::Value};
use sha2::Sha256;

use super::counting::{Changes, Countings};
use super::writer::Pen;
use super::{SqliteStore, rows};
use crate::responses::{Accept, Cursor, EventCount, Outcome, ResponseFilter, ResponseStore, StoredResponse};
use crate::{Result, StoreError};

/// Stores a batch in one transaction; when the engine refuses it for a reason that only one row can have, in halves.
fn accept(pen: &mut Pen, batch: &[Accept]) -> Result<Vec<Outcome>> {
    match pen.transaction(|transaction, countings| accept_all(transaction, countings, batch)) {
        Err(why @ (StoreError::Driver(_) | StoreError::Corrupt { .. })) if batch.len() == 1 => {
            tracing::error!(response = %batch[0].response.id, %why, "a response could not be stored");
            Ok(vec![Outcome::Failed])
        }
        Err(StoreError::Driver(_) | StoreError::Corrupt { .. }) => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut outcomes = accept(pen, first)?;
            outcomes.extend(accept(pen, second)?);
            Ok(outcomes)
        }
        result => result,
    }
}

fn accept_all(transaction: &Transaction<'_>, countings: &mut Countings, batch: &[Accept]) -> Result<Vec<Outcome>> {
    let any_erased: bool =
        transaction.prepare_cached("SELECT EXISTS (SELECT 1 FROM tombstone)")?.query_row([], |row| row.get(0))?;
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
        if insert(transaction, site, response)? {
            changes.response(site, response, &counting, 1);
            outcomes.push(Outcome::Stored);
            continue;
        }
        let Some(before) = find(transaction, site, response.id)? else {
            return Err(StoreError::Driver("a response is there and is not".into()));
        };
        outcomes.push(if before.survey != response.survey {
            Outcome::Mismatch
        } else if response.seq <= before.seq {
            Outcome::Duplicate
        } else {
            let after = replaced(&before, response);
            update(transaction, site, &after)?;
            changes.response(site, &before, &counting, -1);
            changes.response(site, &after, &counting, 1);
            Outcome::Updated
        });
    }
    changes.write(transaction)?;
    Ok(outcomes)
}

/// The new edition of a response: it keeps when it was shown, received and counted, a member's judgement, and what is
/// known of the browser and the page where the edition does not say.
fn replaced(before: &StoredResponse, edition: &StoredResponse) -> StoredResponse {
    use bearing_shared::api::responses::ResponseState::{Counted, Test};
    let judged = !matches!(before.state, Counted | Test);
    StoredResponse {
        shown_at: before.shown_at,
        received_at: before.received_at,
        day: before.day,
        source: before.source.clone(),
        state: if judged { before.state } else { edition.state },
        // Once finished, always finished: a late comment does not undo it.
        completed: before.completed || edition.completed,
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

fn insert(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<bool> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO response (site_id, id, seq, survey_id, version, instrument, touchpoint, score, completed, state,
           identity, visitor, customer, answers, attributes, context, comment, shown_at, answered_at, received_at, day,
           source)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
         ON CONFLICT (site_id, id) DO NOTHING",
    )?;
    Ok(bind(&mut statement, site, response)? == 1)
}

fn update(transaction: &Transaction<'_>, site: &SiteId, response: &StoredResponse) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE response SET seq = ?3, survey_id = ?4, version = ?5, instrument = ?6, touchpoint = ?7, score = ?8,
           completed = ?9, state = ?10, identity = ?11, visitor = ?12, customer = ?13, answers = ?14, attributes = ?15,
           context = ?16, comment = ?17, shown_at = ?18, answered_at = ?19, received_at = ?20, day = ?21, source = ?22
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
        response.day,
        response.source,
    ])?)
}

fn find(connection: &Connection, site: &SiteId, id: ResponseId) -> Result<Option<StoredResponse>> {
    let mut statement = connection.prepare_cached(&rows::select_responses("WHERE site_id = ?1 AND id = ?2"))?;
    let mut found = statement.query(params![site.0, id.0])?;
    found.next()?.map(rows::response).transpose()
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

fn delete(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    id: ResponseId,
    now: i64,
) -> Result<bool> {
    let Some(response) = find(transaction, site, id)? else { return Ok(false) };
    transaction.execute("DELETE FROM response WHERE site_id = ?1 AND id = ?2", params![site.0, id.0])?;
    transaction.execute(
        "INSERT INTO tombstone (site_id, id_hash, erased_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![site.0, tombstone(transaction, id)?, now],
    )?;
    if let Some(counting) = countings.of(transaction, site)? {
        let mut changes = Changes::default();
        changes.response(site, &response, &counting, -1);
        changes.write(transaction)?;
    }
    Ok(true)
}

/// The conditions and values of a filter, after `site_id = ?1`.
pub(super) fn conditions(filter: &ResponseFilter) -> (String, Vec<Value>) {
    let mut sql = String::new();
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, value: Value| {
        values.push(value);
        // ?1 is the site.
        sql.push_str(&format!(" AND {}", condition.replace('?', &format!("?{}", values.len() + 1))));
    };
    add("state = ?", filter.state.name().to_owned().into());
    let texts =
        [("survey_id = ?", filter.survey.as_ref().map(|id| &id.0)), ("touchpoint = ?", filter.touchpoint.as_ref())];
    for (condition, value) in texts {
        if let Some(value) = value {
            add(condition, value.clone().into());
        }
    }
    let numbers = [
        ("day >= ?", filter.from_day.map(i64::from)),
        ("day <= ?", filter.to_day.map(i64::from)),
        ("score >= ?", filter.score_min.map(i64::from)),
        ("score <= ?", filter.score_max.map(i64::from)),
        ("(comment IS NOT NULL) = ?", filter.has_comment.map(i64::from)),
    ];
    for (condition, value) in numbers {
        if let Some(value) = value {
            add(condition, value.into());
        }
    }
    if let Some(part) = &filter.text {
        add("contains_text(comment, ?)", part.clone().into());
    }
    for (name, value) in &filter.attributes {
        // No response has an attribute of another name, and such a name could be a path or SQL.
        if is_name(name) {
            add(&format!("json_extract(attributes, '$.\"{name}\"') = ?"), value.clone().into());
        } else {
            add("?", false.into());
        }
    }
    (sql, values)
}

#[async_trait]
impl ResponseStore for SqliteStore {
    async fn accept(&self, batch: Vec<Accept>) -> Result<Vec<Outcome>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.writer.run(move |pen| accept(pen, &batch)).await
    }

    async fn count_events(&self, batch: Vec<EventCount>) -> Result<()> {
        let write = move |transaction: &Transaction<'_>, countings: &mut Countings| {
            let mut changes = Changes::default();
            for event in &batch {
                if let Some(counting) = countings.of(transaction, &event.site)? {
                    changes.event(event, &counting);
                }
            }
            changes.write(transaction)
        };
        self.writer.run(move |pen| pen.transaction(write)).await
    }

    async fn response(&self, site: &SiteId, id: ResponseId) -> Result<Option<StoredResponse>> {
        let site = site.clone();
        self.readers.run(move |connection| find(connection, &site, id)).await
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
            let (mut sql, mut values) = conditions(&filter);
            if let Some(cursor) = after {
                let next = values.len() + 2;
                sql.push_str(&format!(" AND (received_at, id) < (?{next}, ?{})", next + 1));
                values.extend([cursor.received_at.into(), cursor.id.0.to_vec().into()]);
            }
            let order = format!("WHERE site_id = ?1{sql} ORDER BY received_at DESC, id DESC LIMIT {limit}");
            let mut statement = connection.prepare_cached(&rows::select_responses(&order))?;
            let mut found = statement.query(params_from_iter([site.0.into()].into_iter().chain(values)))?;
            let mut responses = Vec::new();
            while let Some(row) = found.next()? {
                responses.push(rows::response(row)?);
            }
            Ok(responses)
        };
        self.readers.run(read).await
    }

    async fn delete_response(&self, site: &SiteId, id: ResponseId, now: i64) -> Result<bool> {
        let site = site.clone();
        self.writer
            .run(move |pen| pen.transaction(|transaction, countings| delete(transaction, countings, &site, id, now)))
            .await
    }
}
