//! Display tokens, suspicious answers and attacks in PostgreSQL.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::TOKEN;
use tokio_postgres::Row;

use super::responses::Key;
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, rows};
use crate::Result;
use crate::attacks::{Attack, AttackStore, Noted, enough, first_of, holder};
use crate::responses::{Accept, States};

/// Which answers came with a token that came with another response before; a token that is new is theirs from now on.
pub(super) async fn reused<'a>(session: &Session, answers: &[&'a Accept]) -> Result<HashSet<Key<'a>>> {
    let mut first: BTreeMap<([u8; TOKEN], &str), [u8; 16]> = BTreeMap::new();
    let shown = || answers.iter().filter_map(|accept| Some((accept, accept.display?.token)));
    for (accept, token) in shown() {
        first.entry((token, accept.site.as_str())).or_insert_with(|| holder(accept.response.id));
    }
    if first.is_empty() {
        return Ok(HashSet::new());
    }
    let tokens: Vec<&[u8]> = first.keys().map(|(token, _)| &token[..]).collect();
    let sites: Vec<&str> = first.keys().map(|(_, site)| *site).collect();
    let holders: Vec<&[u8]> = first.values().map(|holder| &holder[..]).collect();
    // What changes nothing returns who has it; in the order of the key, so that two servers wait for each other in turn.
    let sql = "INSERT INTO display (token, site_id, holder)
               SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[]) AS new (token, site_id, holder)
               ORDER BY token, site_id
               ON CONFLICT (token, site_id) DO UPDATE SET token = excluded.token
               RETURNING token, site_id, holder";
    let mut held: BTreeMap<(Vec<u8>, String), Vec<u8>> = BTreeMap::new();
    for row in session.query(sql, &[&tokens, &sites, &holders]).await? {
        held.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
    }
    let is_anothers = |(accept, token): &(&&'a Accept, [u8; TOKEN])| {
        let held = held.get(&(token.to_vec(), accept.site.0.clone()));
        held.is_some_and(|held| held[..] != holder(accept.response.id))
    };
    Ok(shown().filter(is_anothers).map(|(accept, _)| (&accept.site, accept.response.id)).collect())
}

fn read(row: &Row, first: usize) -> Result<Attack> {
    Ok(Attack { began_at: row.try_get(first)?, until: row.try_get(first + 1)? })
}

/// Notes an attack. Of two who note one that nobody knew, the second waits for the first and finds that it goes on.
async fn note(session: &Session, site: &SiteId, now: i64, until: i64) -> Result<Noted> {
    let held = "SELECT began_at, until_at FROM attack WHERE site_id = $1 FOR UPDATE";
    let known = session.first(held, &[&site.0]).await?.map(|row| read(&row, 0)).transpose()?;
    let sql = "INSERT INTO attack AS known (site_id, began_at, until_at) SELECT id, $2, $3 FROM site WHERE id = $1
               ON CONFLICT (site_id) DO UPDATE SET
                 began_at = CASE WHEN known.until_at > $2 THEN known.began_at ELSE $2 END,
                 until_at = greatest(known.until_at, $3)
               RETURNING xmax = 0";
    let Some(row) = session.first(sql, &[&site.0, &now, &until]).await? else { return Ok(Noted::Nowhere) };
    rows::changed(session).await?;
    let is_new: bool = row.try_get(0)?;
    Ok(if known.is_none() && !is_new { Noted::GoesOn } else { Noted::after(known, now) })
}

#[async_trait]
impl AttackStore for PostgresStore {
    async fn attack(&self, site: &SiteId) -> Result<Option<Attack>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = session.first("SELECT began_at, until_at FROM attack WHERE site_id = $1", &[&site.0]).await;
        let found = found.and_then(|row| row.map(|row| read(&row, 0)).transpose());
        session.end(found).await
    }

    async fn note_attack(&self, site: &SiteId, now: i64, until: i64) -> Result<Noted> {
        // Under the site's lock, so that none is noted of one that is being deleted.
        let session = self.writing(std::slice::from_ref(site), Lock::Shared).await?;
        let noted = note(&session, site, now, until).await;
        session.end(noted).await
    }

    async fn ended_attacks(&self, now: i64) -> Result<Vec<(SiteId, Attack)>> {
        // Of every site.
        let session = self.writing_freely(Sites::All).await?;
        let sql = "DELETE FROM attack WHERE until_at <= $1 RETURNING site_id, began_at, until_at";
        let ended = session.query(sql, &[&now]).await;
        let ended = ended.and_then(|rows| {
            rows.iter().map(|row| Ok((SiteId(row.try_get(0)?), read(row, 1)?))).collect::<Result<Vec<_>>>()
        });
        session.end(ended).await
    }

    async fn suspicious(
        &self,
        site: &SiteId,
        (from, to): (i64, i64),
        states: States,
        most: u32,
    ) -> Result<Vec<ResponseId>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let sql = "SELECT id FROM response WHERE site_id = $1 AND received_at BETWEEN $2 AND $3 AND suspicion <> 0
                     AND suspicion & $4 <> 0 AND ($5::text IS NULL OR state = $5) ORDER BY received_at DESC LIMIT $6";
        let enough = i32::try_from(enough()).unwrap_or(i32::MAX);
        let found = session.query(sql, &[&site.0, &from, &to, &enough, &states.name(), &i64::from(most)]).await;
        let found = found.and_then(|rows| rows.iter().map(rows::response_id).collect());
        session.end(found).await
    }

    async fn forget_displays(&self, before: i64, most: u32) -> Result<u64> {
        // Of every site.
        let session = self.writing_freely(Sites::All).await?;
        let sql = "DELETE FROM display WHERE (token, site_id) IN (
                     SELECT token, site_id FROM display WHERE token < $1 ORDER BY token LIMIT $2)";
        let forgotten = session.execute(sql, &[&&first_of(before)[..], &i64::from(most)]).await;
        session.end(forgotten).await
    }
}
