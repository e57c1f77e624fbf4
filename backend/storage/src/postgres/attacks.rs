//! Display tokens, suspicious answers and attacks in PostgreSQL.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::TOKEN;
use tokio_postgres::Row;

use super::responses::Key;
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, rows};
use crate::attacks::{Attack, AttackStore, Display, Noted, enough, first_of, holder};
use crate::responses::{Accept, States};
use crate::{Result, StoreError};

/// A site's token.
type Token<'a> = (&'a SiteId, [u8; TOKEN]);

/// Whose the display tokens of a run of answers are.
#[derive(Default)]
pub(super) struct Tokens<'a> {
    /// The holder of each good token that is named.
    holders: HashMap<Token<'a>, [u8; 16]>,
    /// Those that were nobody's before, and belong to no answer that was taken yet.
    loose: BTreeSet<Token<'a>>,
    /// The tokens that responses have which are there.
    held: HashMap<Key<'a>, Vec<[u8; TOKEN]>>,
}

impl<'a> Tokens<'a> {
    /// Those that answers name; a good one that was nobody's is the first's, until [`Self::finish`].
    pub(super) async fn of(session: &Session, answers: &[&'a Accept]) -> Result<Self> {
        let mut first: BTreeMap<([u8; TOKEN], &'a SiteId), [u8; 16]> = BTreeMap::new();
        for accept in answers {
            if let Some(display) = accept.display.filter(|display| display.is_good) {
                first.entry((display.token, &accept.site)).or_insert_with(|| holder(accept.response.id));
            }
        }
        let mut known = Self::default();
        if first.is_empty() {
            return Ok(known);
        }
        let tokens: Vec<&[u8]> = first.keys().map(|(token, _)| &token[..]).collect();
        let sites: Vec<&str> = first.keys().map(|(_, site)| site.as_str()).collect();
        let holders: Vec<&[u8]> = first.values().map(|holder| &holder[..]).collect();
        // What changes nothing returns who has it; in the order of the key, so that two servers wait for each other in turn.
        let sql = "INSERT INTO display (token, site_id, holder)
                   SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[]) AS new (token, site_id, holder)
                   ORDER BY token, site_id
                   ON CONFLICT (token, site_id) DO UPDATE SET token = excluded.token
                   RETURNING token, site_id, holder, xmax = 0";
        let by_name: HashMap<([u8; TOKEN], &str), Token<'a>> =
            first.keys().map(|(token, site)| ((*token, site.as_str()), (*site, *token))).collect();
        for row in session.query(sql, &[&tokens, &sites, &holders]).await? {
            let Some(token) = by_name.get(&(bytes(&row, 0)?, row.try_get(1)?)) else { continue };
            known.holders.insert(*token, bytes(&row, 2)?);
            if row.try_get(3)? {
                known.loose.insert(*token);
            }
        }
        Ok(known)
    }

    /// Learns which tokens responses have that are there.
    pub(super) async fn look(&mut self, session: &Session, there: &[Key<'a>]) -> Result<()> {
        for (key, token) in held(session, there).await? {
            if !self.loose.contains(&(key.0, token)) {
                self.held.entry(key).or_default().push(token);
            }
        }
        Ok(())
    }

    /// What becomes of an answer whose token another response had before.
    pub(super) fn reused(&self, accept: &'a Accept) -> Option<Display> {
        let display = accept.display.filter(|display| display.is_good)?;
        let is_anothers = self.holders.get(&(&accept.site, display.token))? != &holder(accept.response.id);
        is_anothers.then_some(display)
    }

    /// Whether the response that an answer is an edition of has a token, and not the one that is named.
    pub(super) fn has_another(&self, accept: &'a Accept) -> bool {
        let named = accept.display.map(|display| display.token);
        let held = self.held.get(&(&accept.site, accept.response.id));
        held.is_some_and(|held| named.is_none_or(|named| !held.contains(&named)))
    }

    /// An answer was taken: its token is its response's for good.
    pub(super) fn took(&mut self, accept: &'a Accept) {
        let Some(display) = accept.display.filter(|_| self.reused(accept).is_none()) else { return };
        if self.loose.remove(&(&accept.site, display.token)) {
            self.held.entry((&accept.site, accept.response.id)).or_default().push(display.token);
        }
    }

    /// Leaves the tokens of answers that were not taken to whoever comes with them next: else the next edition could name
    /// them.
    pub(super) async fn finish(self, session: &Session) -> Result<()> {
        if self.loose.is_empty() {
            return Ok(());
        }
        let (sites, tokens): (Vec<&str>, Vec<&[u8]>) =
            self.loose.iter().map(|(site, token)| (site.as_str(), &token[..])).unzip();
        let sql = "DELETE FROM display WHERE (token, site_id) IN (SELECT * FROM unnest($1::bytea[], $2::text[]))";
        session.execute(sql, &[&tokens, &sites]).await?;
        Ok(())
    }
}

fn bytes<const N: usize>(row: &Row, column: usize) -> Result<[u8; N]> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StoreError::Driver("a display token is not as long as tokens are".into()))
}

/// The tokens that responses have.
pub(super) async fn held<'a>(session: &Session, keys: &[Key<'a>]) -> Result<Vec<(Key<'a>, [u8; TOKEN])>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let of: HashMap<(&str, [u8; 16]), Key<'a>> =
        keys.iter().map(|key| ((key.0.as_str(), holder(key.1)), *key)).collect();
    let (sites, holders): (Vec<&str>, Vec<&[u8]>) = of.keys().map(|(site, holder)| (*site, &holder[..])).unzip();
    let sql = "SELECT site_id, holder, token FROM display
               WHERE (site_id, holder) IN (SELECT * FROM unnest($1::text[], $2::bytea[]))";
    let mut held = Vec::new();
    for row in session.query(sql, &[&sites, &holders]).await? {
        if let Some(key) = of.get(&(row.try_get(0)?, bytes(&row, 1)?)) {
            held.push((*key, bytes(&row, 2)?));
        }
    }
    Ok(held)
}

/// Whether a response has a token, and not the one that is named.
pub(super) async fn has_another(session: &Session, key: Key<'_>, named: Option<[u8; TOKEN]>) -> Result<bool> {
    let held = held(session, &[key]).await?;
    Ok(!held.is_empty() && !held.iter().any(|(_, token)| Some(*token) == named))
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
