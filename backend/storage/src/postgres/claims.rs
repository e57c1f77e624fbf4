//! Claims in PostgreSQL: which deliveries a server takes on, and how their attempts ended.
//!
//! Servers claim one after the other and pass over what somebody else holds at the moment (`SKIP LOCKED`); a lease in the
//! row, and not a lock, keeps a delivery for its server while the attempt is under way.

use bearing_shared::api::webhooks::Disabled;
use bearing_shared::id::{SiteId, WebhookId};

use super::faults::Tries;
use super::session::{Session, Sites, lock_key};
use super::webhooks::{DELIVERY, delivery, find};
use super::{PostgresStore, rows};
use crate::Result;
use crate::webhooks::{Claim, Claimed, Endpoint, FAILING_LIMIT_MS, Settled, Settlement, Share, Waiting, share_out};

/// Every (site, webhook) with deliveries of a condition, found by leaps through an index: however many one has, it costs
/// one.
fn places(condition: &str) -> String {
    format!(
        "WITH RECURSIVE place (site_id, webhook_id) AS (
           (SELECT site_id, webhook_id FROM delivery WHERE {condition} ORDER BY site_id, webhook_id LIMIT 1)
           UNION ALL
           SELECT next.site_id, next.webhook_id FROM place, LATERAL (
             SELECT delivery.site_id, delivery.webhook_id FROM delivery
             WHERE {condition} AND (delivery.site_id, delivery.webhook_id) > (place.site_id, place.webhook_id)
             ORDER BY delivery.site_id, delivery.webhook_id LIMIT 1) AS next)"
    )
}

/// How the room of a claim is shared out.
async fn shares(session: &Session, claim: Claim) -> Result<Vec<Share>> {
    let sql = format!(
        "{}
         SELECT site_id, webhook_id, first.next_at, webhook.failing_since IS NOT NULL,
                (SELECT count(*) FROM delivery WHERE delivery.site_id = webhook.site_id
                 AND delivery.webhook_id = webhook.id AND claimed_until > $1)
         FROM place JOIN webhook USING (site_id), LATERAL (
           SELECT next_at FROM delivery WHERE state = 'pending' AND delivery.site_id = webhook.site_id
           AND delivery.webhook_id = webhook.id ORDER BY next_at LIMIT 1) AS first
         WHERE webhook.id = place.webhook_id AND webhook.disabled IS NULL AND webhook.paused_until <= $1
         AND first.next_at <= $1
         ORDER BY site_id, webhook_id",
        places("state = 'pending'")
    );
    let mut waiting = Vec::new();
    for row in session.query(&sql, &[&claim.now]).await? {
        let site: String = row.try_get(0)?;
        waiting.push(Waiting {
            webhook: WebhookId(row.try_get(1)?),
            due_at: row.try_get(2)?,
            is_failing: row.try_get(3)?,
            under_way: rows::small(row.try_get(4)?, "delivery", "claimed_until", &site)?,
            site: SiteId(site),
        });
    }
    Ok(share_out(waiting, claim))
}

/// Takes on what is shared out. Servers take turns: how much room an endpoint has is what the others have under way.
async fn take_a_turn(session: &Session, claim: Claim) -> Result<Vec<Claimed>> {
    session.query("SELECT pg_advisory_xact_lock($1)", &[&lock_key("the claims")]).await?;
    let shares = shares(session, claim).await?;
    take(session, claim, &shares).await
}

/// Takes on what was shared out, as far as it is still due and no other server's.
async fn take(session: &Session, claim: Claim, shares: &[Share]) -> Result<Vec<Claimed>> {
    let mut claimed = Vec::new();
    let sql = format!(
        "WITH due AS (
           SELECT {DELIVERY}, claim + 1 AS number FROM delivery
           WHERE state = 'pending' AND site_id = $1 AND webhook_id = $2 AND next_at <= $3 ORDER BY next_at LIMIT $4
           FOR UPDATE SKIP LOCKED),
         marked AS (
           UPDATE delivery SET claim = due.number, claimed_until = $5, next_at = $5 FROM due
           WHERE delivery.site_id = due.site_id AND delivery.id = due.id)
         SELECT * FROM due ORDER BY next_at"
    );
    for (site, id, count) in shares {
        // It may have been disabled since.
        let Some(webhook) = find(session, site, id).await?.filter(|webhook| webhook.disabled.is_none()) else {
            continue;
        };
        for row in session.query(&sql, &[&site.0, &id.0, &claim.now, &i64::from(*count), &claim.until]).await? {
            claimed.push(Claimed { delivery: delivery(&row)?, webhook: webhook.clone(), number: row.try_get(14)? });
        }
    }
    Ok(claimed)
}

/// Writes how attempts ended.
async fn settle(session: &Session, settled: &[Settled]) -> Result<()> {
    let mut disabled = false;
    for Settled { site, id, number, at, status, error, settlement, endpoint } in settled {
        let (state, next_at, tried) = match settlement {
            Settlement::Delivered => ("delivered", None, true),
            Settlement::Again(next_at) => ("pending", Some(*next_at), true),
            Settlement::Failed => ("failed", None, true),
            Settlement::Erased => ("erased", None, false),
            Settlement::Released => ("pending", Some(*at), false),
        };
        let found = session
            .first(
                "UPDATE delivery SET state = $4, next_at = $5, claimed_until = NULL,
                   attempts = attempts + CASE WHEN $6 THEN 1 ELSE 0 END,
                   status = CASE WHEN $6 THEN $7 ELSE status END, error = CASE WHEN $6 THEN $8 ELSE error END,
                   attempted_at = CASE WHEN $6 THEN $9 ELSE attempted_at END,
                   delivered_at = CASE WHEN $4 = 'delivered' THEN $9 ELSE delivered_at END,
                   response_id = CASE WHEN $4 = 'erased' THEN NULL ELSE response_id END
                 WHERE site_id = $1 AND id = $2 AND claim = $3 AND state = 'pending' RETURNING webhook_id",
                &[&site.0, &id.0, number, &state, &next_at, &tried, &status.map(i32::from), error, at],
            )
            .await?;
        let Some(row) = found else { continue };
        disabled |= judge(session, site, &WebhookId(row.try_get(0)?), *endpoint, *at).await?;
    }
    if disabled {
        // The next answers make no deliveries for it.
        rows::changed(session).await?;
    }
    Ok(())
}

/// Writes what an attempt says of the endpoint; true when that disables it.
async fn judge(session: &Session, site: &SiteId, id: &WebhookId, endpoint: Endpoint, at: i64) -> Result<bool> {
    let reason = match endpoint {
        Endpoint::Unknown => return Ok(false),
        Endpoint::Well => {
            session
                .execute(
                    "UPDATE webhook SET failing_since = NULL, paused_until = 0
                     WHERE site_id = $1 AND id = $2 AND (failing_since IS NOT NULL OR paused_until <> 0)",
                    &[&site.0, &id.0],
                )
                .await?;
            return Ok(false);
        }
        Endpoint::Gone => Disabled::Gone,
        Endpoint::Failing(paused_until) => {
            session
                .execute(
                    "UPDATE webhook SET failing_since = coalesce(failing_since, $3),
                       paused_until = greatest(paused_until, $4) WHERE site_id = $1 AND id = $2",
                    &[&site.0, &id.0, &at, &paused_until],
                )
                .await?;
            Disabled::Failing
        }
    };
    let disabled = session
        .execute(
            "UPDATE webhook SET disabled = $3
             WHERE site_id = $1 AND id = $2 AND disabled IS NULL AND ($3 = 'gone' OR failing_since <= $4)",
            &[&site.0, &id.0, &reason.name(), &(at - FAILING_LIMIT_MS)],
        )
        .await?;
    Ok(disabled == 1)
}

impl PostgresStore {
    /// Takes on deliveries that are due.
    pub(super) async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>> {
        // Looked for in a session that writes nothing: with nothing due, nothing is written.
        let session = self.reading(Sites::All).await?;
        let found = shares(&session, claim).await;
        if session.end(found).await?.is_empty() {
            return Ok(Vec::new());
        }
        let session = self.writing_freely(Sites::All).await?;
        let taken = take_a_turn(&session, claim).await;
        session.end(taken).await
    }

    /// Writes how attempts ended, in the order of their deliveries.
    pub(super) async fn settle(&self, mut settled: Vec<Settled>) -> Result<()> {
        if settled.is_empty() {
            return Ok(());
        }
        settled.sort_unstable_by(|left, right| (&left.site, &left.id).cmp(&(&right.site, &right.id)));
        let mut tries = Tries::default();
        loop {
            let session = self.writing_freely(Sites::All).await?;
            let ended = settle(&session, &settled).await;
            match session.finish(ended).await {
                Err(failed) if tries.again(&failed) => {}
                ended => return Ok(ended?),
            }
        }
    }

    /// Removes some deliveries made before a time, of the first webhook, there or not, that has any; how many.
    pub(super) async fn prune(&self, before: i64, limit: u32) -> Result<u32> {
        let sql = format!(
            "{}
             DELETE FROM delivery USING (
               SELECT old.site_id, old.id FROM place, LATERAL (
                 SELECT site_id, id FROM delivery
                 WHERE delivery.site_id = place.site_id AND delivery.webhook_id = place.webhook_id AND created_at < $1
                 ORDER BY created_at, id LIMIT $2) AS old
               LIMIT $2) AS old
             WHERE delivery.site_id = old.site_id AND delivery.id = old.id",
            places("true")
        );
        let mut tries = Tries::default();
        loop {
            let session = self.writing_freely(Sites::All).await?;
            let pruned = session.execute(&sql, &[&before, &i64::from(limit)]).await;
            match session.finish(pruned).await {
                Err(failed) if tries.again(&failed) => {}
                pruned => return Ok(u32::try_from(pruned?).unwrap_or(u32::MAX)),
            }
        }
    }
}
