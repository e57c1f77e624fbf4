//! Webhooks and the outbox in SQLite.

use async_trait::async_trait;
use bearing_shared::api::webhooks::{DeliveryState, Disabled, Notice};
use bearing_shared::id::{DeliveryId, ResponseId, SiteId, WebhookId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{SqliteStore, claims, rows};
use crate::deleted::OF_A_SITE;
use crate::responses::StoredResponse;
use crate::webhooks::{
    Claim, Claimed, Delivery, DeliveryCursor, Replayed, Settled, Webhook, WebhookChange, WebhookStore,
};
use crate::{Result, StoreError, json};

/// Deliveries of a removed webhook that go in one transaction: others write between two.
const REMOVED_AT_ONCE: u32 = 1_000;

const WEBHOOK: &str = "id, site_id, url, notices, score_max, secret, previous_secret, previous_until, disabled, \
                       failing_since, paused_until, created_at";

/// The columns of a delivery, in the order in which [`delivery`] reads them.
pub(super) const DELIVERY: &str = "id, site_id, webhook_id, notice, response_id, seq, created_at, state, attempts, \
                                   next_at, status, error, attempted_at, delivered_at";

fn unknown(table: &'static str, column: &'static str, row: &str, name: &str) -> StoreError {
    StoreError::Corrupt { table, column, row: row.to_owned(), why: format!("`{name}` is no known name") }
}

fn webhook(row: &Row<'_>) -> Result<Webhook> {
    let id: String = row.get(0)?;
    let notices: String = row.get(3)?;
    let previous: Option<String> = row.get(6)?;
    let disabled: Option<String> = row.get(8)?;
    let disabled = disabled
        .map(|name| Disabled::named(&name).ok_or_else(|| unknown("webhook", "disabled", &id, &name)))
        .transpose()?;
    Ok(Webhook {
        site: SiteId(row.get(1)?),
        url: row.get(2)?,
        notices: json::read(&notices, "webhook", "notices", &id)?,
        score_max: row.get(4)?,
        secret: row.get(5)?,
        previous: previous.zip(row.get(7)?),
        disabled,
        failing_since: row.get(9)?,
        paused_until: row.get(10)?,
        created_at: row.get(11)?,
        id: WebhookId(id),
    })
}

/// A delivery from a row that begins with [`DELIVERY`].
pub(super) fn delivery(row: &Row<'_>) -> Result<Delivery> {
    let id: String = row.get(0)?;
    let (notice, state): (String, String) = (row.get(3)?, row.get(7)?);
    Ok(Delivery {
        site: SiteId(row.get(1)?),
        webhook: WebhookId(row.get(2)?),
        notice: Notice::named(&notice).ok_or_else(|| unknown("delivery", "notice", &id, &notice))?,
        response: row.get::<_, Option<[u8; 16]>>(4)?.map(ResponseId),
        seq: row.get(5)?,
        created_at: row.get(6)?,
        state: DeliveryState::named(&state).ok_or_else(|| unknown("delivery", "state", &id, &state))?,
        attempts: row.get(8)?,
        next_at: row.get(9)?,
        status: row.get(10)?,
        error: row.get(11)?,
        attempted_at: row.get(12)?,
        delivered_at: row.get(13)?,
        id: DeliveryId(id),
    })
}

/// One webhook.
pub(super) fn find(connection: &Connection, site: &SiteId, id: &WebhookId) -> Result<Option<Webhook>> {
    let sql = format!("SELECT {WEBHOOK} FROM webhook WHERE site_id = ?1 AND id = ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([site.as_str(), id.as_str()])?;
    found.next()?.map(webhook).transpose()
}

/// The webhooks of a site in the order they were made.
fn list(connection: &Connection, site: &SiteId) -> Result<Vec<Webhook>> {
    let sql = format!("SELECT {WEBHOOK} FROM webhook WHERE site_id = ?1 ORDER BY created_at, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([site.as_str()])?;
    let mut webhooks = Vec::new();
    while let Some(row) = found.next()? {
        webhooks.push(webhook(row)?);
    }
    Ok(webhooks)
}

/// The webhooks of a site that get messages.
pub(super) fn subscribed(connection: &Connection, site: &SiteId) -> Result<Vec<Webhook>> {
    Ok(list(connection, site)?.into_iter().filter(|webhook| webhook.disabled.is_none()).collect())
}

fn find_delivery(
    connection: &Connection,
    site: &SiteId,
    webhook: &WebhookId,
    id: &DeliveryId,
) -> Result<Option<Delivery>> {
    let sql =
        format!("SELECT {DELIVERY} FROM delivery WHERE site_id = ?1 AND id = ?2 AND webhook_id = ?3 AND {OF_A_SITE}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([site.as_str(), id.as_str(), webhook.as_str()])?;
    found.next()?.map(delivery).transpose()
}

/// Writes what webhooks are to be told of a response that became `after`; how many deliveries that made.
pub(super) fn fan_out(
    transaction: &Transaction<'_>,
    webhooks: &[Webhook],
    before: Option<&StoredResponse>,
    after: &StoredResponse,
    at: i64,
) -> Result<usize> {
    // Most sites have none, and the key is not asked for.
    if webhooks.is_empty() {
        return Ok(0);
    }
    let mut statement = transaction.prepare_cached("SELECT value FROM meta WHERE name = 'tombstone_key'")?;
    let key: Vec<u8> = statement.query_row([], |row| row.get(0))?;
    let mut made = 0;
    for delivery in crate::webhooks::fan_out(webhooks, before, after, at, &key)? {
        made += insert(transaction, &delivery)?;
    }
    Ok(made)
}

fn insert(transaction: &Transaction<'_>, delivery: &Delivery) -> Result<usize> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO delivery (id, site_id, webhook_id, notice, response_id, seq, created_at, state, attempts, next_at,
           claim)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', 0, ?7, 0) ON CONFLICT DO NOTHING",
    )?;
    Ok(statement.execute(params![
        delivery.id.0,
        delivery.site.0,
        delivery.webhook.0,
        delivery.notice.name(),
        delivery.response.map(|id| id.0),
        delivery.seq,
        delivery.created_at,
    ])?)
}

/// Takes a response that is erased out of the outbox: what waited is not sent, and no id of it stays.
pub(super) fn forget_response(transaction: &Transaction<'_>, site: &SiteId, id: ResponseId) -> Result<()> {
    transaction
        .prepare_cached(
            "UPDATE delivery SET response_id = NULL, next_at = NULL, claimed_until = NULL, claim = claim + 1,
               state = iif(state = 'pending', 'erased', state)
             WHERE site_id = ?1 AND response_id = ?2",
        )?
        .execute(params![site.0, id.0])?;
    Ok(())
}

fn change(transaction: &Transaction<'_>, webhook: &Webhook) -> Result<()> {
    transaction
        .prepare_cached(
            "UPDATE webhook SET url = ?3, notices = ?4, score_max = ?5, secret = ?6, previous_secret = ?7,
               previous_until = ?8, disabled = ?9, failing_since = ?10, paused_until = ?11
             WHERE site_id = ?1 AND id = ?2",
        )?
        .execute(params![
            webhook.site.0,
            webhook.id.0,
            webhook.url,
            json::write(&webhook.notices)?,
            webhook.score_max,
            webhook.secret,
            webhook.previous.as_ref().map(|(secret, _)| secret),
            webhook.previous.as_ref().map(|(_, until)| until),
            webhook.disabled.map(Disabled::name),
            webhook.failing_since,
            webhook.paused_until,
        ])?;
    Ok(())
}

fn replay(
    transaction: &Transaction<'_>,
    site: &SiteId,
    webhook: &WebhookId,
    id: &DeliveryId,
    now: i64,
) -> Result<Option<Replayed>> {
    let Some(found) = find(transaction, site, webhook)? else { return Ok(None) };
    let Some(delivery) = find_delivery(transaction, site, webhook, id)? else { return Ok(None) };
    if delivery.response.is_none() && delivery.notice != Notice::Test {
        return Ok(Some(Replayed::Erased));
    }
    if found.disabled.is_some() {
        return Ok(Some(Replayed::Disabled));
    }
    transaction
        .prepare_cached(
            "UPDATE delivery SET state = 'pending', attempts = 0, next_at = ?3, claim = claim + 1, claimed_until = NULL
             WHERE site_id = ?1 AND id = ?2",
        )?
        .execute(params![site.0, id.0, now])?;
    Ok(find_delivery(transaction, site, webhook, id)?.map(Replayed::Due))
}

#[async_trait]
impl WebhookStore for SqliteStore {
    async fn create_webhook(&self, webhook: Webhook, most: u32) -> Result<bool> {
        let secret = self.keyring.seal_for(webhook.site.as_str(), webhook.id.as_str(), &webhook.secret)?;
        let write = move |transaction: &Transaction<'_>| {
            let made = transaction.execute(
                "INSERT INTO webhook (id, site_id, url, notices, score_max, secret, paused_until, created_at)
                 SELECT ?1, id, ?3, ?4, ?5, ?6, 0, ?7 FROM site
                 WHERE id = ?2 AND (SELECT count(*) FROM webhook WHERE site_id = ?2) < ?8",
                params![
                    webhook.id.0,
                    webhook.site.0,
                    webhook.url,
                    json::write(&webhook.notices)?,
                    webhook.score_max,
                    secret,
                    webhook.created_at,
                    most,
                ],
            )?;
            rows::changed(transaction)?;
            Ok(made == 1)
        };
        self.writer.write(write).await
    }

    async fn webhook(&self, site: &SiteId, id: &WebhookId) -> Result<Option<Webhook>> {
        let (site, id) = (site.clone(), id.clone());
        let found = self.readers.run(move |connection| find(connection, &site, &id)).await?;
        found.map(|webhook| self.keyring.open_webhook(webhook)).transpose()
    }

    async fn webhooks(&self, site: &SiteId) -> Result<Vec<Webhook>> {
        let site = site.clone();
        let found = self.readers.run(move |connection| list(connection, &site)).await?;
        found.into_iter().map(|webhook| self.keyring.open_webhook(webhook)).collect()
    }

    async fn change_webhook(&self, site: &SiteId, id: &WebhookId, asked: WebhookChange) -> Result<Option<Webhook>> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let Some(mut webhook) = find(transaction, &site, &id)? else { return Ok(None) };
            asked.apply(&mut webhook);
            change(transaction, &webhook)?;
            rows::changed(transaction)?;
            Ok(Some(webhook))
        };
        let changed = self.writer.write(write).await?;
        // What waited while it was disabled is due now.
        self.written.notify_one();
        changed.map(|webhook| self.keyring.open_webhook(webhook)).transpose()
    }

    async fn rotate_webhook(
        &self,
        site: &SiteId,
        id: &WebhookId,
        secret: String,
        until: i64,
    ) -> Result<Option<Webhook>> {
        let (site, id) = (site.clone(), id.clone());
        let secret = self.keyring.seal_for(site.as_str(), id.as_str(), &secret)?;
        let write = move |transaction: &Transaction<'_>| {
            let Some(mut webhook) = find(transaction, &site, &id)? else { return Ok(None) };
            webhook.previous = Some((std::mem::replace(&mut webhook.secret, secret), until));
            change(transaction, &webhook)?;
            rows::changed(transaction)?;
            Ok(Some(webhook))
        };
        let rotated = self.writer.write(write).await?;
        rotated.map(|webhook| self.keyring.open_webhook(webhook)).transpose()
    }

    async fn delete_webhook(&self, site: &SiteId, id: &WebhookId) -> Result<bool> {
        let (of, named) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM webhook WHERE site_id = ?1 AND id = ?2";
            let deleted = transaction.execute(sql, [of.as_str(), named.as_str()])?;
            rows::changed(transaction)?;
            Ok(deleted == 1)
        };
        let deleted = self.writer.write(write).await?;
        // None of them is sent any more. Without the webhook, what a crash leaves here is pruned with age.
        loop {
            let (site, id) = (site.clone(), id.clone());
            let write = move |transaction: &Transaction<'_>| {
                let sql = "DELETE FROM delivery WHERE site_id = ?1 AND id IN (
                             SELECT id FROM delivery WHERE site_id = ?1 AND webhook_id = ?2 LIMIT ?3)";
                Ok(transaction.execute(sql, params![site.0, id.0, REMOVED_AT_ONCE])?)
            };
            if self.writer.write(write).await? == 0 {
                return Ok(deleted);
            }
        }
    }

    async fn add_delivery(&self, delivery: Delivery) -> Result<bool> {
        let write = move |transaction: &Transaction<'_>| match find(transaction, &delivery.site, &delivery.webhook)? {
            Some(webhook) if webhook.disabled.is_none() => Ok(insert(transaction, &delivery)? == 1),
            _ => Ok(false),
        };
        let added = self.writer.write(write).await?;
        self.written.notify_one();
        Ok(added)
    }

    async fn delivery(&self, site: &SiteId, webhook: &WebhookId, id: &DeliveryId) -> Result<Option<Delivery>> {
        let (site, webhook, id) = (site.clone(), webhook.clone(), id.clone());
        self.readers.run(move |connection| find_delivery(connection, &site, &webhook, &id)).await
    }

    async fn deliveries(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        state: Option<DeliveryState>,
        after: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        let (of, site, webhook) = (site, site.clone(), webhook.clone());
        let read = move |connection: &Connection| {
            // Each condition only where it is asked for: a page far down begins where the one before ended.
            let of_state = if state.is_some() { "AND state = ?4" } else { "AND ?4 IS NULL" };
            let behind =
                if after.is_some() { "AND (created_at, id) < (?5, ?6)" } else { "AND ?5 IS NULL AND ?6 IS NULL" };
            let sql = format!(
                "SELECT {DELIVERY} FROM delivery WHERE site_id = ?1 AND webhook_id = ?2 AND {OF_A_SITE} {of_state} {behind}
                 ORDER BY created_at DESC, id DESC LIMIT ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let (created_at, id) = after.map(|after| (after.created_at, after.id.0)).unzip();
            let state = state.map(DeliveryState::name);
            let mut found = statement.query(params![site.0, webhook.0, limit, state, created_at, id])?;
            let mut deliveries = Vec::new();
            while let Some(row) = found.next()? {
                deliveries.push(delivery(row)?);
            }
            Ok(deliveries)
        };
        // A state that few have may mean looking at many.
        self.readers.run_slow_of(of, read).await
    }

    async fn replay_delivery(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        id: &DeliveryId,
        now: i64,
    ) -> Result<Option<Replayed>> {
        let (site, webhook, id) = (site.clone(), webhook.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| replay(transaction, &site, &webhook, &id, now);
        let replayed = self.writer.write(write).await?;
        self.written.notify_one();
        Ok(replayed)
    }

    async fn claim_deliveries(&self, claim: Claim) -> Result<Vec<Claimed>> {
        // Looked for by a reader: with nothing due, the writer is left alone.
        let shares = self.readers.run(move |connection| claims::shares(connection, claim)).await?;
        if shares.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = self.writer.write(move |transaction| claims::take(transaction, claim, &shares)).await?;
        Ok(self.keyring.open_claimed(claimed))
    }

    async fn settle_deliveries(&self, settled: Vec<Settled>) -> Result<()> {
        if settled.is_empty() {
            return Ok(());
        }
        self.writer.write(move |transaction| claims::settle(transaction, &settled)).await
    }

    async fn delivery_written(&self) {
        self.written.notified().await;
    }

    async fn waiting_deliveries(&self, most: u32) -> Result<u32> {
        let read = move |connection: &Connection| {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 'pending' AND {OF_A_SITE} LIMIT ?1)"
            );
            Ok(connection.prepare_cached(&sql)?.query_row([most], |row| row.get(0))?)
        };
        self.readers.run_slow(read).await
    }

    async fn prune_deliveries(&self, before: i64, limit: u32) -> Result<u32> {
        let old = self.readers.run(move |connection| claims::old(connection, before)).await?;
        let Some((site, webhook)) = old else { return Ok(0) };
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM delivery WHERE site_id = ?1 AND id IN (
                         SELECT id FROM delivery WHERE site_id = ?1 AND webhook_id = ?2 AND created_at < ?3 LIMIT ?4)";
            Ok(transaction.execute(sql, params![site.0, webhook.0, before, limit])?)
        };
        Ok(self.writer.write(write).await? as u32)
    }
}

/// The first webhook in the order of site and id behind `after` that `sql` finds.
pub(super) fn next_webhook(
    connection: &Connection,
    sql: &str,
    after: &(SiteId, WebhookId),
) -> Result<Option<(SiteId, WebhookId)>> {
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((SiteId(row.get(0)?), WebhookId(row.get(1)?)));
    Ok(statement.query_row([after.0.as_str(), after.1.as_str()], read).optional()?)
}
