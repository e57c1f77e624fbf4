//! Claims in SQLite: which deliveries a server takes on, and how their attempts ended.

use bearing_shared::api::webhooks::Disabled;
use bearing_shared::id::{SiteId, WebhookId};
use rusqlite::{Connection, Transaction, params};

use super::rows;
use super::webhooks::{DELIVERY, delivery, find, next_webhook};
use crate::Result;
use crate::webhooks::{Claim, Claimed, Endpoint, FAILING_LIMIT_MS, Settled, Settlement, Share, Waiting, share_out};

/// How the room of a claim is shared out: to each endpoint with something due, first to those with the fewest under way.
///
/// The webhooks with something pending are found by leaps through the index: however long one's backlog is, it costs one.
pub(super) fn shares(connection: &Connection, claim: Claim) -> Result<Vec<Share>> {
    let mut waiting = Vec::new();
    let mut place = (SiteId::from(""), WebhookId::from(""));
    let leap = "SELECT site_id, webhook_id FROM delivery WHERE state = 'pending' AND (site_id, webhook_id) > (?1, ?2)
                ORDER BY site_id, webhook_id LIMIT 1";
    while let Some(next) = next_webhook(connection, leap, &place)? {
        place = next;
        let (site, id) = &place;
        let mut first = connection.prepare_cached(
            "SELECT min(next_at) FROM delivery WHERE state = 'pending' AND site_id = ?1 AND webhook_id = ?2",
        )?;
        let due_at: Option<i64> = first.query_row([site.as_str(), id.as_str()], |row| row.get(0))?;
        let Some(due_at) = due_at.filter(|at| *at <= claim.now) else { continue };
        let Some(webhook) = find(connection, site, id)? else { continue };
        if webhook.disabled.is_some() || webhook.paused_until > claim.now {
            continue;
        }
        let mut count = connection.prepare_cached(
            "SELECT count(*) FROM delivery WHERE site_id = ?1 AND webhook_id = ?2 AND claimed_until > ?3",
        )?;
        let under_way: u32 = count.query_row(params![site.0, id.0, claim.now], |row| row.get(0))?;
        let is_failing = webhook.failing_since.is_some();
        waiting.push(Waiting { site: site.clone(), webhook: id.clone(), due_at, is_failing, under_way });
    }
    Ok(share_out(waiting, claim))
}

/// Takes on what was shared out, as far as it is still due.
pub(super) fn take(transaction: &Transaction<'_>, claim: Claim, shares: &[Share]) -> Result<Vec<Claimed>> {
    let mut claimed = Vec::new();
    for (site, id, count) in shares {
        // It may have been disabled since.
        let Some(webhook) = find(transaction, site, id)?.filter(|webhook| webhook.disabled.is_none()) else { continue };
        let sql = format!(
            "SELECT {DELIVERY}, claim FROM delivery
             WHERE state = 'pending' AND site_id = ?1 AND webhook_id = ?2 AND next_at <= ?3 ORDER BY next_at LIMIT ?4"
        );
        let mut statement = transaction.prepare_cached(&sql)?;
        let mut found = statement.query(params![site.0, id.0, claim.now, count])?;
        let first = claimed.len();
        while let Some(row) = found.next()? {
            let (delivery, before): (_, i64) = (delivery(row)?, row.get(14)?);
            claimed.push(Claimed { delivery, webhook: webhook.clone(), number: before + 1 });
        }
        let mut mark = transaction.prepare_cached(
            "UPDATE delivery SET claim = ?3, claimed_until = ?4, next_at = ?4 WHERE site_id = ?1 AND id = ?2",
        )?;
        for Claimed { delivery, number, .. } in &claimed[first..] {
            mark.execute(params![site.0, delivery.id.0, number, claim.until])?;
        }
    }
    Ok(claimed)
}

/// Writes how attempts ended.
pub(super) fn settle(transaction: &Transaction<'_>, settled: &[Settled]) -> Result<()> {
    let mut disabled = false;
    for ended in settled {
        let Settled { site, id, number, at, status, error, settlement, endpoint } = ended;
        let (state, next_at, tried) = match settlement {
            Settlement::Delivered => ("delivered", None, 1),
            Settlement::Again(next_at) => ("pending", Some(*next_at), 1),
            Settlement::Failed => ("failed", None, 1),
            Settlement::Erased => ("erased", None, 0),
            Settlement::Released => ("pending", Some(*at), 0),
        };
        let mut statement = transaction.prepare_cached(
            "UPDATE delivery SET state = ?4, next_at = ?5, claimed_until = NULL, attempts = attempts + ?6,
               status = iif(?6, ?7, status), error = iif(?6, ?8, error), attempted_at = iif(?6, ?9, attempted_at),
               delivered_at = iif(?4 = 'delivered', ?9, delivered_at),
               response_id = iif(?4 = 'erased', NULL, response_id)
             WHERE site_id = ?1 AND id = ?2 AND claim = ?3 AND state = 'pending' RETURNING webhook_id",
        )?;
        let mut found = statement.query(params![site.0, id.0, number, state, next_at, tried, status, error, at])?;
        let Some(row) = found.next()? else { continue };
        let webhook = WebhookId(row.get(0)?);
        drop(found);
        disabled |= judge(transaction, site, &webhook, *endpoint, *at)?;
    }
    if disabled {
        // The next answers make no deliveries for it.
        rows::changed(transaction)?;
    }
    Ok(())
}

/// Writes what an attempt says of the endpoint; true when that disables it.
fn judge(transaction: &Transaction<'_>, site: &SiteId, id: &WebhookId, endpoint: Endpoint, at: i64) -> Result<bool> {
    let reason = match endpoint {
        Endpoint::Unknown => return Ok(false),
        Endpoint::Well => {
            transaction
                .prepare_cached(
                    "UPDATE webhook SET failing_since = NULL, paused_until = 0
                     WHERE site_id = ?1 AND id = ?2 AND (failing_since IS NOT NULL OR paused_until <> 0)",
                )?
                .execute([site.as_str(), id.as_str()])?;
            return Ok(false);
        }
        Endpoint::Gone => Disabled::Gone,
        Endpoint::Failing(paused_until) => {
            transaction
                .prepare_cached(
                    "UPDATE webhook SET failing_since = coalesce(failing_since, ?3),
                       paused_until = max(paused_until, ?4) WHERE site_id = ?1 AND id = ?2",
                )?
                .execute(params![site.0, id.0, at, paused_until])?;
            Disabled::Failing
        }
    };
    let mut statement = transaction.prepare_cached(
        "UPDATE webhook SET disabled = ?3
         WHERE site_id = ?1 AND id = ?2 AND disabled IS NULL AND (?3 = 'gone' OR failing_since <= ?4)",
    )?;
    Ok(statement.execute(params![site.0, id.0, reason.name(), at - FAILING_LIMIT_MS])? == 1)
}

/// A webhook, there or not, that has deliveries made before a time.
pub(super) fn old(connection: &Connection, before: i64) -> Result<Option<(SiteId, WebhookId)>> {
    let mut place = (SiteId::from(""), WebhookId::from(""));
    let leap = "SELECT site_id, webhook_id FROM delivery WHERE (site_id, webhook_id) > (?1, ?2)
                ORDER BY site_id, webhook_id LIMIT 1";
    while let Some(next) = next_webhook(connection, leap, &place)? {
        place = next;
        let sql = "SELECT EXISTS (SELECT 1 FROM delivery WHERE site_id = ?1 AND webhook_id = ?2 AND created_at < ?3)";
        let (site, id) = &place;
        if connection.prepare_cached(sql)?.query_row(params![site.0, id.0, before], |row| row.get(0))? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
