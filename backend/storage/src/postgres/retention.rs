//! Retention in PostgreSQL: what has been kept long enough goes step by step, under the site's lock.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};

use super::erase::finish;
use super::faults::Tries;
use super::responses::{There, update};
use super::session::{Lock, Params, Session, Sites};
use super::{PostgresStore, rows};
use crate::counts::change::Changes;
use crate::deleted::OF_A_SITE;
use crate::retention::{Burial, Cutoffs, Expired, ExpiryStep, RetentionStore};
use crate::{Result, StoreError};

/// Behind which response of a site, by (`received_at`, id), nobody has looked for identities yet.
async fn mark(session: &Session, site: &SiteId) -> Result<(i64, Vec<u8>)> {
    let sql = "SELECT received_at, response_id FROM expiry WHERE site_id = $1";
    match session.first(sql, &[&site.0]).await? {
        Some(row) => Ok((row.try_get(0)?, row.try_get(1)?)),
        None => Ok((i64::MIN, Vec::new())),
    }
}

/// Has identities of sites looked for again from responses on that were received at these times: they have got one.
pub(super) async fn look_again(session: &Session, named: &BTreeMap<&SiteId, i64>) -> Result<()> {
    let sql = "UPDATE expiry SET received_at = $2, response_id = '' WHERE site_id = $1 AND received_at >= $2";
    for (site, received_at) in named {
        session.execute(sql, &[&site.0, received_at]).await?;
    }
    Ok(())
}

/// Takes the ids of responses that are erased out of a site's mark.
pub(super) async fn forget(session: &Session, site: &SiteId, ids: &[ResponseId]) -> Result<()> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
    let sql = "UPDATE expiry SET response_id = '' WHERE site_id = $1 AND response_id = ANY($2)";
    session.execute(sql, &[&site.0, &ids]).await?;
    Ok(())
}

/// What was looked at.
struct Stripped {
    seen: u32,
    changed: u64,
    /// The last by (`received_at`, id).
    last: Option<(i64, Vec<u8>)>,
}

/// Takes out of the responses that a condition finds what is kept no longer.
async fn strip(session: &Session, site: &SiteId, cutoffs: Cutoffs, rest: &str, params: Params<'_>) -> Result<Stripped> {
    let (mut stripped, mut there) = (Stripped { seen: 0, changed: 0, last: None }, There::new());
    for row in session.query(&rows::select_responses(rest), params).await? {
        let id = rows::response_id(&row)?;
        stripped.seen += 1;
        stripped.last = Some((rows::received_at(&row)?, id.0.to_vec()));
        match rows::response(&row) {
            Ok(response) => {
                let after = cutoffs.applied(response.clone());
                if after != response {
                    there.insert((site, id), (after, rows::position(&row)?.1));
                }
            }
            // What cannot be read is not kept longer for that.
            Err(why @ StoreError::Corrupt { .. }) => {
                tracing::error!(%site, %why, "a damaged response loses what is kept no longer, and more");
                let sql = "UPDATE response SET comment = NULL, comment_folded = NULL, answers = '[]', visitor = NULL,
                             customer = NULL, context = '{}' WHERE site_id = $1 AND id = $2";
                stripped.changed += session.execute(sql, &[&site.0, &&id.0[..]]).await?;
            }
            Err(error) => return Err(error),
        }
    }
    update(session, &there).await?;
    stripped.changed += there.len() as u64;
    Ok(stripped)
}

impl PostgresStore {
    /// Erases some responses; how many.
    async fn erase_old(&self, session: &Session, sites: &[SiteId], before: i64, limit: i64, now: i64) -> Result<u64> {
        let site = &sites[0];
        let sql = format!(
            "SELECT id FROM response WHERE site_id = $1 AND received_at < $2 AND {OF_A_SITE} ORDER BY received_at LIMIT $3"
        );
        let found = session.query(&sql, &[&site.0, &before, &limit]).await?;
        let ids: Vec<ResponseId> = found.iter().map(rows::response_id).collect::<Result<_>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let countings = self.countings(session, sites).await?;
        let mut changes = Changes::default();
        let erased = self.delete(session, &countings, &mut changes, (site, &ids), Burial::aged(now)).await?;
        finish(session, changes).await?;
        Ok(erased)
    }

    async fn expire_some(
        &self,
        session: &Session,
        sites: &[SiteId],
        cutoffs: Cutoffs,
        (limit, now): (u32, i64),
    ) -> Result<ExpiryStep> {
        let (site, most) = (&sites[0], i64::from(limit));
        if let Some(before) = cutoffs.answers {
            let answers = self.erase_old(session, sites, before, most, now).await?;
            if answers > 0 {
                return Ok(ExpiryStep { expired: Expired { answers, ..Expired::default() }, has_more: true });
            }
        }
        if let Some(before) = cutoffs.comments {
            let rest = format!(
                "WHERE site_id = $1 AND comment IS NOT NULL AND received_at < $2 AND {OF_A_SITE}
                 ORDER BY received_at, id LIMIT $3 FOR UPDATE"
            );
            let Stripped { seen, changed, .. } =
                strip(session, site, cutoffs, &rest, &[&site.0, &before, &most]).await?;
            if seen > 0 {
                return Ok(ExpiryStep { expired: Expired { comments: changed, ..Expired::default() }, has_more: true });
            }
        }
        let Some(before) = cutoffs.identity else { return Ok(ExpiryStep::default()) };
        let (at, id) = mark(session, site).await?;
        let rest = format!(
            "WHERE site_id = $1 AND (received_at, id) > ($2, $3) AND received_at < $4 AND {OF_A_SITE}
             ORDER BY received_at, id LIMIT $5 FOR UPDATE"
        );
        let Stripped { seen, changed, last } =
            strip(session, site, cutoffs, &rest, &[&site.0, &at, &id, &before, &most]).await?;
        if let Some((received_at, id)) = last {
            session
                .execute(
                    "INSERT INTO expiry (site_id, received_at, response_id) VALUES ($1, $2, $3)
                     ON CONFLICT (site_id) DO UPDATE
                     SET received_at = excluded.received_at, response_id = excluded.response_id",
                    &[&site.0, &received_at, &id],
                )
                .await?;
        }
        Ok(ExpiryStep { expired: Expired { identities: changed, ..Expired::default() }, has_more: seen == limit })
    }
}

async fn count(session: &Session, site: &SiteId, cutoffs: Cutoffs, most: u32) -> Result<Expired> {
    let count = async |condition: &str, cutoff: Option<i64>, after: (i64, Vec<u8>)| -> Result<u64> {
        let Some(before) = cutoff else { return Ok(0) };
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM response WHERE site_id = $1 AND received_at < $2 AND {OF_A_SITE}
               AND (received_at, id) > ($3, $4){condition} LIMIT $5) AS found"
        );
        let row = session.one(&sql, &[&site.0, &before, &after.0, &after.1, &i64::from(most)]).await?;
        Ok(rows::unsigned(row.try_get(0)?))
    };
    let start = || (i64::MIN, Vec::new());
    Ok(Expired {
        answers: count("", cutoffs.answers, start()).await?,
        comments: count(" AND comment IS NOT NULL", cutoffs.comments, start()).await?,
        identities: count("", cutoffs.identity, mark(session, site).await?).await?,
    })
}

#[async_trait]
impl RetentionStore for PostgresStore {
    async fn expire(&self, site: &SiteId, cutoffs: Cutoffs, limit: u32, now: i64) -> Result<ExpiryStep> {
        let sites = std::slice::from_ref(site);
        let mut tries = Tries::default();
        loop {
            let session = self.writing(sites, Lock::Alone).await?;
            let expired = self.expire_some(&session, sites, cutoffs, (limit, now)).await;
            match session.finish(expired).await {
                Err(failed) if tries.again(&failed) => {}
                expired => return Ok(expired?),
            }
        }
    }

    async fn count_expired(&self, site: &SiteId, cutoffs: Cutoffs, most: u32) -> Result<Expired> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let counted = count(&session, site, cutoffs, most).await;
        session.end(counted).await
    }

    async fn forget_tombstones(&self, now: i64, limit: u32) -> Result<u32> {
        let session = self.writing_freely(Sites::All).await?;
        let sql = "DELETE FROM tombstone WHERE (site_id, id_hash) IN (
                     SELECT site_id, id_hash FROM tombstone WHERE until < $1 LIMIT $2)";
        let forgotten = session.execute(sql, &[&now, &i64::from(limit)]).await;
        Ok(u32::try_from(session.end(forgotten).await?).unwrap_or(u32::MAX))
    }

    async fn scrub(&self) -> Result<bool> {
        // Its log is overwritten in turn, and its tables are vacuumed, by itself.
        Ok(true)
    }
}
