//! The inbox in SQLite: marks and states that a site's team changes, its tags, and how many responses there are.

use async_trait::async_trait;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::id::{ResponseId, SiteId};
use rusqlite::{Connection, Transaction, params};

use super::counting::{self, Countings};
use super::filter::{self, Bound, List};
use super::responses::{find, update};
use super::{SqliteStore, generations, rows};
use crate::Result;
use crate::counts::change::Changes;
use crate::deleted::OF_A_SITE;
use crate::inbox::{Counted, InboxStore, MarkChange, Marked, Marking, TAGS};
use crate::responses::{ResponseFilter, States, StoredResponse};

/// Puts tags on a response, in the order of lists.
pub(super) fn tag(
    transaction: &Transaction<'_>,
    site: &SiteId,
    response: &StoredResponse,
    tags: &[String],
) -> Result<()> {
    for tag in tags {
        transaction
            .prepare_cached(
                "INSERT INTO response_tag (site_id, tag, at, response_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?
            .execute(params![site.0, tag, response.received_at, response.id.0])?;
    }
    Ok(())
}

/// Takes every tag off a response.
pub(super) fn forget(transaction: &Transaction<'_>, site: &SiteId, id: ResponseId) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM response_tag WHERE site_id = ?1 AND response_id = ?2")?
        .execute(params![site.0, id.0])?;
    Ok(())
}

fn mark(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    (ids, change): (&[ResponseId], &MarkChange),
    now: i64,
) -> Result<Marking> {
    let mut found: Vec<Option<(Marked, i64)>> = Vec::with_capacity(ids.len());
    for (number, id) in ids.iter().enumerate() {
        // Named twice, it is changed once.
        let first = ids[..number].iter().position(|earlier| earlier == id).and_then(|place| found[place].clone());
        found.push(match first {
            Some((Marked { after, .. }, place)) => Some((Marked { before: after.clone(), after }, place)),
            None => match find(transaction, site, *id)? {
                Some((before, place)) => match change.applied(&before, now) {
                    Some(after) => Some((Marked { before, after }, place)),
                    None => return Ok(Marking::TooManyTags(*id)),
                },
                None => None,
            },
        });
    }
    let mut changes = Changes::default();
    for (Marked { before, after }, place) in found.iter().flatten().filter(|(marked, _)| marked.before != marked.after)
    {
        update(transaction, site, after)?;
        if before.marks.tags != after.marks.tags {
            forget(transaction, site, after.id)?;
            tag(transaction, site, after, &after.marks.tags)?;
        }
        if before.state != after.state
            && let Some(counting) = countings.of(transaction, site)?
        {
            counting.generations.count(&mut changes, site, before, *place, -1);
            counting.generations.count(&mut changes, site, after, *place, 1);
        }
    }
    counting::write(transaction, changes)?;
    Ok(Marking::Done(found.into_iter().map(|found| found.map(|(marked, _)| marked)).collect()))
}

/// Counts the responses of a list, up to `most`.
fn count(connection: &Connection, site: &SiteId, filter: &ResponseFilter, most: u32) -> Result<u32> {
    let Some(counting) = generations::current(connection, site)? else { return Ok(0) };
    let mut bound = Bound::default();
    let filter = filter::with_needed_end(connection, site, filter, &counting)?;
    let List { source, conditions, .. } = filter::of_list(&mut bound, site, &filter, None, &counting);
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {} LIMIT {most})", conditions.join(" AND "));
    Ok(connection.prepare_cached(&sql)?.query_row(bound.values(), |row| row.get(0))?)
}

#[async_trait]
impl InboxStore for SqliteStore {
    async fn mark(&self, site: &SiteId, ids: &[ResponseId], change: MarkChange, now: i64) -> Result<Marking> {
        let (site, ids) = (site.clone(), ids.to_vec());
        let work = move |transaction: &Transaction<'_>, countings: &mut Countings| {
            mark(transaction, countings, &site, (&ids, &change), now)
        };
        self.writer.run(move |pen| pen.transaction(work)).await
    }

    async fn count_responses(&self, site: &SiteId, filter: ResponseFilter, most: u32) -> Result<Counted> {
        let (of, site) = (site, site.clone());
        let read = move |connection: &Connection| {
            let transaction = connection.unchecked_transaction()?;
            let count = |filter: &ResponseFilter| count(&transaction, &site, filter, most);
            let mut by_state = [0; 4];
            for (number, state) in by_state.iter_mut().zip(ResponseState::ALL) {
                *number = count(&ResponseFilter { state: States::Only(state), ..filter.clone() })?;
            }
            let unread = ResponseFilter { read: Some(false), ..filter.clone() };
            let unread = if filter.read == Some(true) { 0 } else { count(&unread)? };
            Ok(Counted { count: count(&filter)?, unread, by_state })
        };
        self.readers.run_slow_of(of, read).await
    }

    async fn tags(&self, site: &SiteId) -> Result<Vec<(String, u64)>> {
        let (of, site) = (site, site.clone());
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT tag, count(*) FROM response_tag WHERE site_id = ?1 AND {OF_A_SITE} GROUP BY tag ORDER BY tag
                 LIMIT {TAGS}"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map([&site.0], |row| Ok((row.get(0)?, rows::unsigned(row.get(1)?))))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run_slow_of(of, read).await
    }
}
