//! Erasing in SQLite: a response leaves rows and cells for good, and a tombstone keeps its id out.

use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::TOKEN;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sha2::Sha256;

use super::counting::{self, Countings};
use super::responses::find;
use super::{attacks, build, inbox, learned, retention, webhooks};
use crate::counts::change::Changes;
use crate::counts::edition;
use crate::deleted::OF_A_SITE;
use crate::responses::{Outcome, Right, Withdrawal};
use crate::retention::Burial;
use crate::{Result, StoreError};

/// Responses erased in one transaction: others write between two.
const ERASED_AT_ONCE: u32 = 500;

/// The key under which erased ids are remembered.
pub(super) fn tombstone_key(connection: &Connection) -> Result<Vec<u8>> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'tombstone_key'")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The keyed hash under which an erased id is remembered, so that the id itself is gone.
fn tombstone(connection: &Connection, id: ResponseId) -> Result<[u8; 32]> {
    let key = tombstone_key(connection)?;
    let mut mac =
        Hmac::<Sha256>::new_from_slice(&key).map_err(|error| StoreError::Driver(format!("tombstone key: {error}")))?;
    mac.update(&id.0);
    Ok(mac.finalize().into_bytes().into())
}

/// Whether an id was erased.
pub(super) fn is_erased(connection: &Connection, site: &SiteId, id: ResponseId) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM tombstone WHERE site_id = ?1 AND id_hash = ?2")?;
    let found: Option<i64> =
        statement.query_row(params![site.0, tombstone(connection, id)?], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

/// Whether a visitor's browser may take a response back that is there.
fn is_theirs(
    connection: &Connection,
    site: &SiteId,
    id: ResponseId,
    token: Option<[u8; TOKEN]>,
    now: i64,
) -> Result<bool> {
    // Not the whole row: a damaged one can be taken back too.
    let sql = format!("SELECT source, shown_at FROM response WHERE site_id = ?1 AND id = ?2 AND {OF_A_SITE}");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement
        .query_row(params![site.0, id.0], |row| Ok(edition::is_open(row.get_ref(0)?.as_str()?, row.get(1)?, now)));
    match found.optional()? {
        Some(is_open) => Ok(is_open && !attacks::has_another(connection, site, id, token)?),
        // There is nothing to be anybody's.
        None => Ok(true),
    }
}

/// Erases a response for good, there or not, as its respondent wishes.
pub(super) fn withdraw(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    changes: &mut Changes,
    Withdrawal { site, id, right, keeps_out, at }: &Withdrawal,
) -> Result<Outcome> {
    if let Right::Visitor { token } = *right
        && !is_theirs(transaction, site, *id, token, *at)?
    {
        return Ok(Outcome::NotTheirs);
    }
    let burial = Burial::wished(*at);
    if !delete(transaction, countings, changes, site, *id, burial)? {
        match is_erased(transaction, site, *id)? {
            true => {}
            false if *keeps_out => bury(transaction, site, *id, burial)?,
            false => return Ok(Outcome::Unknown),
        }
    }
    Ok(Outcome::Withdrawn)
}

/// Removes a response and takes it out of the cells, once `changes` are written; false when it is not there.
pub(super) fn delete(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    changes: &mut Changes,
    site: &SiteId,
    id: ResponseId,
    burial: Burial,
) -> Result<bool> {
    match uncount(transaction, countings, changes, site, id) {
        Ok(false) => return Ok(false),
        // A person's right to be forgotten does not wait for a repair; a recount makes the cells right again.
        Err(why @ StoreError::Corrupt { .. }) => {
            tracing::error!(%site, %why, "a damaged response is erased and stays in the counts");
        }
        result => {
            result?;
        }
    }
    remove(transaction, site, id, burial)?;
    Ok(true)
}

/// Takes a response out of the cells; false when it is not there.
fn uncount(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    changes: &mut Changes,
    site: &SiteId,
    id: ResponseId,
) -> Result<bool> {
    let Some((response, place)) = find(transaction, site, id)? else { return Ok(false) };
    changes.forget(site, &response);
    if let Some(counting) = countings.of(transaction, site)? {
        counting.generations.count(changes, site, &response, place, -1);
    }
    Ok(true)
}

/// Puts a tombstone in a response's place.
fn remove(transaction: &Transaction<'_>, site: &SiteId, id: ResponseId, burial: Burial) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM response WHERE site_id = ?1 AND id = ?2")?
        .execute(params![site.0, id.0])?;
    inbox::forget(transaction, site, id)?;
    webhooks::forget_response(transaction, site, id)?;
    retention::forget(transaction, site, id)?;
    bury(transaction, site, id, burial)
}

/// Keeps an id from being stored again.
fn bury(transaction: &Transaction<'_>, site: &SiteId, id: ResponseId, burial: Burial) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO tombstone (site_id, id_hash, erased_at, until) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![site.0, tombstone(transaction, id)?, burial.at, burial.until])?;
    Ok(())
}

/// Writes the changes of a transaction that may have erased responses, and forgets what only they said.
pub(super) fn finish(transaction: &Transaction<'_>, countings: &mut Countings, mut changes: Changes) -> Result<()> {
    let said = changes.take_said();
    counting::write(transaction, changes)?;
    for (site, name, value) in said {
        if learned::forget(transaction, &site, &name, &value)? {
            build::review(transaction, &site, crate::STEP_LIMIT)?;
            countings.forget(&site);
        }
    }
    Ok(())
}

/// Removes some responses of a customer; how many.
pub(super) fn erase_some(
    transaction: &Transaction<'_>,
    countings: &mut Countings,
    site: &SiteId,
    customer: &str,
    now: i64,
) -> Result<u64> {
    let ids: Vec<[u8; 16]> = transaction
        .prepare_cached(&format!(
            "SELECT id FROM response WHERE site_id = ?1 AND customer = ?2 AND {OF_A_SITE} LIMIT ?3"
        ))?
        .query_map(params![site.0, customer, ERASED_AT_ONCE], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut changes = Changes::default();
    for id in ids.iter().copied().map(ResponseId) {
        delete(transaction, countings, &mut changes, site, id, Burial::wished(now))?;
    }
    finish(transaction, countings, changes)?;
    Ok(ids.len() as u64)
}
