//! Erasing in PostgreSQL: a response leaves rows and cells for good, and a tombstone keeps its id out.
//!
//! Whoever erases holds the site's lock alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::TOKEN;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::counting::{self, Countings};
use super::faults::Tries;
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, attacks, build, inbox, learned, retention, rows, webhooks};
use crate::counts::change::{Changes, Said};
use crate::counts::edition;
use crate::deleted::OF_A_SITE;
use crate::responses::{Outcome, Right, Withdrawal};
use crate::retention::Burial;
use crate::{Result, StoreError};

/// Responses erased in one transaction: others write between two.
const ERASED_AT_ONCE: i64 = 500;

/// Writes the changes of a transaction that may have erased responses, and forgets what only they said.
pub(super) async fn finish(session: &Session, mut changes: Changes) -> Result<()> {
    let said = changes.take_said();
    counting::write(session, changes).await?;
    for (site, name, value) in said {
        if learned::forget(session, &site, &name, &value).await? {
            build::review(session, &site, crate::STEP_LIMIT).await?;
        }
    }
    Ok(())
}

/// Whether any of these values may be forgotten.
async fn are_abandoned(session: &Session, said: &BTreeSet<Said>) -> Result<bool> {
    for (site, name, value) in said {
        if learned::abandoned(session, site, name, value).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a visitor's browser may take a response back that is there.
async fn is_theirs(
    session: &Session,
    site: &SiteId,
    id: ResponseId,
    token: Option<[u8; TOKEN]>,
    now: i64,
) -> Result<bool> {
    // Not the whole row: a damaged one can be taken back too.
    let sql = format!("SELECT source, shown_at FROM response WHERE site_id = $1 AND id = $2 AND {OF_A_SITE}");
    match session.first(&sql, &[&site.0, &&id.0[..]]).await? {
        Some(row) => Ok(edition::is_open(row.try_get(0)?, row.try_get(1)?, now)
            && !attacks::has_another(session, (site, id), token).await?),
        // There is nothing to be anybody's.
        None => Ok(true),
    }
}

impl PostgresStore {
    /// The keyed hash under which an erased id is remembered, so that the id itself is gone.
    fn tombstone(&self, id: ResponseId) -> Result<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.tombstone_key)
            .map_err(|error| StoreError::Driver(format!("tombstone key: {error}")))?;
        mac.update(&id.0);
        Ok(mac.finalize().into_bytes().into())
    }

    /// Those of some ids that were erased.
    pub(super) async fn erased<'a>(
        &self,
        session: &Session,
        keys: &[(&'a SiteId, ResponseId)],
    ) -> Result<HashSet<(&'a SiteId, ResponseId)>> {
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let hashes: Vec<[u8; 32]> = keys.iter().map(|(_, id)| self.tombstone(*id)).collect::<Result<_>>()?;
        let (sites, bytes): (Vec<&str>, Vec<&[u8]>) =
            keys.iter().zip(&hashes).map(|((site, _), hash)| (site.as_str(), &hash[..])).unzip();
        let found = session
            .query(
                "SELECT ordinal FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS asked (site, hash, ordinal)
                 JOIN tombstone ON site_id = site AND id_hash = hash",
                &[&sites, &bytes],
            )
            .await?;
        let mut erased = HashSet::new();
        for row in found {
            let ordinal = usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or_default();
            erased.extend(ordinal.checked_sub(1).and_then(|place| keys.get(place)));
        }
        Ok(erased)
    }

    /// Erases a response for good, there or not, as its respondent wishes.
    pub(super) async fn withdraw(
        &self,
        session: &Session,
        countings: &Countings,
        changes: &mut Changes,
        Withdrawal { site, id, right, keeps_out, at }: &Withdrawal,
    ) -> Result<Outcome> {
        if let Right::Visitor { token } = *right
            && !is_theirs(session, site, *id, token, *at).await?
        {
            return Ok(Outcome::NotTheirs);
        }
        let burial = Burial::wished(*at);
        if self.delete(session, countings, changes, (site, &[*id]), burial).await? == 0 {
            match !self.erased(session, &[(site, *id)]).await?.is_empty() {
                true => {}
                false if *keeps_out => self.bury(session, site, &[*id], burial).await?,
                false => return Ok(Outcome::Unknown),
            }
        }
        Ok(Outcome::Withdrawn)
    }

    /// Removes responses of a site and takes them out of the cells, once `changes` are written; how many were there.
    pub(super) async fn delete(
        &self,
        session: &Session,
        countings: &Countings,
        changes: &mut Changes,
        (site, ids): (&SiteId, &[ResponseId]),
        burial: Burial,
    ) -> Result<u64> {
        let keys: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
        let sql = format!(
            "DELETE FROM response WHERE site_id = $1 AND id = ANY($2) AND {OF_A_SITE} RETURNING {}",
            rows::RESPONSE
        );
        let mut gone = Vec::new();
        for row in session.query(&sql, &[&site.0, &keys]).await? {
            gone.push(rows::response_id(&row)?);
            match rows::response(&row) {
                Ok(response) => {
                    changes.forget(site, &response);
                    if let Some(counting) = countings.of(site) {
                        let (_, place) = rows::position(&row)?;
                        counting.generations.count(changes, site, &response, place, -1);
                    }
                }
                // A person's right to be forgotten does not wait for a repair; a recount makes the cells right again.
                Err(why @ StoreError::Corrupt { .. }) => {
                    tracing::error!(%site, %why, "a damaged response is erased and stays in the counts");
                }
                Err(error) => return Err(error),
            }
        }
        if !gone.is_empty() {
            inbox::forget(session, site, &gone).await?;
            webhooks::forget_responses(session, site, &gone).await?;
            retention::forget(session, site, &gone).await?;
            self.bury(session, site, &gone, burial).await?;
        }
        Ok(gone.len() as u64)
    }

    /// Keeps ids from being stored again.
    async fn bury(&self, session: &Session, site: &SiteId, ids: &[ResponseId], burial: Burial) -> Result<()> {
        let hashes: Vec<[u8; 32]> = ids.iter().map(|id| self.tombstone(*id)).collect::<Result<_>>()?;
        let hashes: Vec<&[u8]> = hashes.iter().map(|hash| &hash[..]).collect();
        session
            .execute(
                "INSERT INTO tombstone (site_id, id_hash, erased_at, until)
                 SELECT $1, hash, $3, $4 FROM unnest($2::bytea[]) AS hash ON CONFLICT DO NOTHING",
                &[&site.0, &hashes, &burial.at, &burial.until],
            )
            .await?;
        Ok(())
    }

    /// Forgets what editions that were replaced said, where nobody says it any more. The editions stand whatever becomes of
    /// it.
    pub(super) async fn forget_replaced(&self, replaced: BTreeSet<Said>) {
        let mut of_sites: BTreeMap<SiteId, BTreeSet<Said>> = BTreeMap::new();
        for said in replaced {
            of_sites.entry(said.0.clone()).or_default().insert(said);
        }
        for (site, said) in of_sites {
            if let Err(error) = self.forget_of(&site, said).await {
                tracing::warn!(%site, %error, "what an answer no longer says could not be forgotten");
            }
        }
    }

    async fn forget_of(&self, site: &SiteId, said: BTreeSet<Said>) -> Result<()> {
        let sites = std::slice::from_ref(site);
        let session = self.reading(Sites::Of(sites)).await?;
        let is_any = are_abandoned(&session, &said).await;
        // Nearly always somebody else says it too, and nobody is kept from the site.
        if !session.end(is_any).await? {
            return Ok(());
        }
        let mut tries = Tries::default();
        loop {
            let session = self.writing(sites, Lock::Alone).await?;
            let forgotten = finish(&session, Changes::of_said(said.clone())).await;
            match session.finish(forgotten).await {
                Err(failed) if tries.again(&failed) => {}
                forgotten => return Ok(forgotten?),
            }
        }
    }

    /// Removes one response of a site; false when it is not there.
    pub(super) async fn erase_one(
        &self,
        session: &Session,
        sites: &[SiteId],
        id: ResponseId,
        now: i64,
    ) -> Result<bool> {
        let countings = self.countings(session, sites).await?;
        let mut changes = Changes::default();
        let deleted = self.delete(session, &countings, &mut changes, (&sites[0], &[id]), Burial::wished(now)).await?;
        finish(session, changes).await?;
        Ok(deleted == 1)
    }

    /// Removes some responses of a site's customer; how many.
    pub(super) async fn erase_some(
        &self,
        session: &Session,
        sites: &[SiteId],
        customer: &str,
        now: i64,
    ) -> Result<u64> {
        let site = &sites[0];
        let countings = self.countings(session, sites).await?;
        let sql = format!("SELECT id FROM response WHERE site_id = $1 AND customer = $2 AND {OF_A_SITE} LIMIT $3");
        let found = session.query(&sql, &[&site.0, &customer, &ERASED_AT_ONCE]).await?;
        let ids: Vec<ResponseId> = found.iter().map(rows::response_id).collect::<Result<_>>()?;
        let mut changes = Changes::default();
        let deleted = self.delete(session, &countings, &mut changes, (site, &ids), Burial::wished(now)).await?;
        finish(session, changes).await?;
        Ok(deleted)
    }
}
