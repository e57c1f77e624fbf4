//! Webhooks and the outbox in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::api::webhooks::{DeliveryState, Disabled, Notice};
use bearing_shared::id::{DeliveryId, ResponseId, SiteId, WebhookId};
use tokio_postgres::Row;

use super::faults::Tries;
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, rows};
use crate::deleted::OF_A_SITE;
use crate::webhooks::{
    Claim, Claimed, Delivery, DeliveryCursor, Replayed, Settled, Webhook, WebhookChange, WebhookStore,
};
use crate::{Result, StoreError, json};

/// Deliveries of a removed webhook that go in one transaction: others write between two.
const REMOVED_AT_ONCE: i64 = 1_000;

const WEBHOOK: &str = "SELECT id, site_id, url, notices, score_max, secret, previous_secret, previous_until, disabled,
    failing_since, paused_until, created_at FROM webhook";

/// The columns of a delivery, in the order in which [`delivery`] reads them.
pub(super) const DELIVERY: &str = "id, site_id, webhook_id, notice, response_id, seq, created_at, state, attempts, \
                                   next_at, status, error, attempted_at, delivered_at";

fn unknown(table: &'static str, column: &'static str, row: &str, name: &str) -> StoreError {
    StoreError::Corrupt { table, column, row: row.to_owned(), why: format!("`{name}` is no known name") }
}

fn webhook(row: &Row) -> Result<Webhook> {
    let id: String = row.try_get(0)?;
    let score_max: Option<i16> = row.try_get(4)?;
    let previous: Option<String> = row.try_get(6)?;
    let disabled: Option<&str> = row.try_get(8)?;
    let disabled = disabled
        .map(|name| Disabled::named(name).ok_or_else(|| unknown("webhook", "disabled", &id, name)))
        .transpose()?;
    Ok(Webhook {
        site: SiteId(row.try_get(1)?),
        url: row.try_get(2)?,
        notices: json::read(row.try_get(3)?, "webhook", "notices", &id)?,
        score_max: score_max.map(|score| rows::small(score.into(), "webhook", "score_max", &id)).transpose()?,
        secret: row.try_get(5)?,
        previous: previous.zip(row.try_get(7)?),
        disabled,
        failing_since: row.try_get(9)?,
        paused_until: row.try_get(10)?,
        created_at: row.try_get(11)?,
        id: WebhookId(id),
    })
}

/// A delivery from a row that begins with [`DELIVERY`].
pub(super) fn delivery(row: &Row) -> Result<Delivery> {
    let id: String = row.try_get(0)?;
    let (notice, state): (&str, &str) = (row.try_get(3)?, row.try_get(7)?);
    let response: Option<&[u8]> = row.try_get(4)?;
    let response = response.map(|bytes| {
        bytes.try_into().map(ResponseId).map_err(|_| StoreError::Corrupt {
            table: "delivery",
            column: "response_id",
            row: id.clone(),
            why: "no 16 bytes".into(),
        })
    });
    let small = |number: Option<i64>, column| number.map(|it| rows::small(it, "delivery", column, &id)).transpose();
    let status: Option<i32> = row.try_get(10)?;
    Ok(Delivery {
        site: SiteId(row.try_get(1)?),
        webhook: WebhookId(row.try_get(2)?),
        notice: Notice::named(notice).ok_or_else(|| unknown("delivery", "notice", &id, notice))?,
        response: response.transpose()?,
        seq: small(row.try_get(5)?, "seq")?,
        created_at: row.try_get(6)?,
        state: DeliveryState::named(state).ok_or_else(|| unknown("delivery", "state", &id, state))?,
        attempts: rows::small(row.try_get::<_, i32>(8)?.into(), "delivery", "attempts", &id)?,
        next_at: row.try_get(9)?,
        status: status.map(|it| rows::small(it.into(), "delivery", "status", &id)).transpose()?,
        error: row.try_get(11)?,
        attempted_at: row.try_get(12)?,
        delivered_at: row.try_get(13)?,
        id: DeliveryId(id),
    })
}

/// One webhook.
pub(super) async fn find(session: &Session, site: &SiteId, id: &WebhookId) -> Result<Option<Webhook>> {
    let sql = format!("{WEBHOOK} WHERE site_id = $1 AND id = $2");
    session.first(&sql, &[&site.0, &id.0]).await?.map(|row| webhook(&row)).transpose()
}

/// The webhooks of a site in the order they were made.
async fn list(session: &Session, site: &SiteId) -> Result<Vec<Webhook>> {
    let sql = format!("{WEBHOOK} WHERE site_id = $1 ORDER BY created_at, id");
    session.query(&sql, &[&site.0]).await?.iter().map(webhook).collect()
}

/// The webhooks of a site that get messages.
pub(super) async fn subscribed(session: &Session, site: &SiteId) -> Result<Vec<Webhook>> {
    Ok(list(session, site).await?.into_iter().filter(|webhook| webhook.disabled.is_none()).collect())
}

async fn find_delivery(
    session: &Session,
    site: &SiteId,
    webhook: &WebhookId,
    id: &DeliveryId,
) -> Result<Option<Delivery>> {
    let sql =
        format!("SELECT {DELIVERY} FROM delivery WHERE site_id = $1 AND id = $2 AND webhook_id = $3 AND {OF_A_SITE}");
    let found = session.first(&sql, &[&site.0, &id.0, &webhook.0]).await?;
    found.map(|row| delivery(&row)).transpose()
}

/// Writes deliveries that are not there yet, due when they were made; how many that made.
pub(super) async fn insert(session: &Session, deliveries: &[Delivery]) -> Result<u64> {
    if deliveries.is_empty() {
        return Ok(0);
    }
    let column = |of: fn(&Delivery) -> &str| -> Vec<&str> { deliveries.iter().map(of).collect() };
    let ids = column(|delivery| delivery.id.as_str());
    let sites = column(|delivery| delivery.site.as_str());
    let webhooks = column(|delivery| delivery.webhook.as_str());
    let notices = column(|delivery| delivery.notice.name());
    let responses: Vec<Option<&[u8]>> =
        deliveries.iter().map(|delivery| delivery.response.as_ref().map(|id| &id.0[..])).collect();
    let seqs: Vec<Option<i64>> = deliveries.iter().map(|delivery| delivery.seq.map(i64::from)).collect();
    let times: Vec<i64> = deliveries.iter().map(|delivery| delivery.created_at).collect();
    session
        .execute(
            "INSERT INTO delivery (id, site_id, webhook_id, notice, response_id, seq, created_at, state, attempts,
               next_at, claim)
             SELECT id, site, webhook, notice, response, seq, at, 'pending', 0, at, 0
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bigint[], $7::bigint[])
               AS new (id, site, webhook, notice, response, seq, at)
             ORDER BY site, id ON CONFLICT (site_id, id) DO NOTHING",
            &[&ids, &sites, &webhooks, &notices, &responses, &seqs, &times],
        )
        .await
}

/// Takes responses that are erased out of the outbox: what waited is not sent, and no id of them stays.
pub(super) async fn forget_responses(session: &Session, site: &SiteId, ids: &[ResponseId]) -> Result<()> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| &id.0[..]).collect();
    session
        .execute(
            "UPDATE delivery SET response_id = NULL, next_at = NULL, claimed_until = NULL, claim = claim + 1,
               state = CASE state WHEN 'pending' THEN 'erased' ELSE state END
             WHERE site_id = $1 AND response_id = ANY($2)",
            &[&site.0, &ids],
        )
        .await?;
    Ok(())
}

async fn create(session: &Session, webhook: &Webhook, most: u32) -> Result<bool> {
    let made = session
        .execute(
            "INSERT INTO webhook (id, site_id, url, notices, score_max, secret, paused_until, created_at)
             SELECT $1, id, $3, $4, $5, $6, 0, $7 FROM site
             WHERE id = $2 AND (SELECT count(*) FROM webhook WHERE site_id = $2) < $8",
            &[
                &webhook.id.0,
                &webhook.site.0,
                &webhook.url,
                &json::write(&webhook.notices)?,
                &webhook.score_max.map(i16::from),
                &webhook.secret,
                &webhook.created_at,
                &i64::from(most),
            ],
        )
        .await?;
    rows::changed(session).await?;
    Ok(made == 1)
}

/// Changes a webhook by what `change` makes of it; as it is then.
async fn change(
    session: &Session,
    site: &SiteId,
    id: &WebhookId,
    change: impl FnOnce(&mut Webhook) + Send,
) -> Result<Option<Webhook>> {
    // Held until it is written: whoever settles deliveries writes what it says of the endpoint without the site's lock.
    let sql = format!("{WEBHOOK} WHERE site_id = $1 AND id = $2 FOR UPDATE");
    let Some(row) = session.first(&sql, &[&site.0, &id.0]).await? else { return Ok(None) };
    let mut webhook = webhook(&row)?;
    change(&mut webhook);
    session
        .execute(
            "UPDATE webhook SET url = $3, notices = $4, score_max = $5, secret = $6, previous_secret = $7,
               previous_until = $8, disabled = $9, failing_since = $10, paused_until = $11
             WHERE site_id = $1 AND id = $2",
            &[
                &site.0,
                &id.0,
                &webhook.url,
                &json::write(&webhook.notices)?,
                &webhook.score_max.map(i16::from),
                &webhook.secret,
                &webhook.previous.as_ref().map(|(secret, _)| secret),
                &webhook.previous.as_ref().map(|(_, until)| until),
                &webhook.disabled.map(Disabled::name),
                &webhook.failing_since,
                &webhook.paused_until,
            ],
        )
        .await?;
    rows::changed(session).await?;
    Ok(Some(webhook))
}

async fn delete(session: &Session, site: &SiteId, id: &WebhookId) -> Result<bool> {
    let deleted = session.execute("DELETE FROM webhook WHERE site_id = $1 AND id = $2", &[&site.0, &id.0]).await?;
    rows::changed(session).await?;
    Ok(deleted == 1)
}

async fn replay(
    session: &Session,
    site: &SiteId,
    webhook: &WebhookId,
    id: &DeliveryId,
    now: i64,
) -> Result<Option<Replayed>> {
    let Some(found) = find(session, site, webhook).await? else { return Ok(None) };
    let Some(delivery) = find_delivery(session, site, webhook, id).await? else { return Ok(None) };
    if delivery.response.is_none() && delivery.notice != Notice::Test {
        return Ok(Some(Replayed::Erased));
    }
    if found.disabled.is_some() {
        return Ok(Some(Replayed::Disabled));
    }
    session
        .execute(
            "UPDATE delivery SET state = 'pending', attempts = 0, next_at = $3, claim = claim + 1, claimed_until = NULL
             WHERE site_id = $1 AND id = $2",
            &[&site.0, &id.0, &now],
        )
        .await?;
    Ok(find_delivery(session, site, webhook, id).await?.map(Replayed::Due))
}

async fn page(
    session: &Session,
    site: &SiteId,
    webhook: &WebhookId,
    state: Option<DeliveryState>,
    after: Option<DeliveryCursor>,
    limit: u32,
) -> Result<Vec<Delivery>> {
    // Each condition only where it is asked for: a page far down begins where the one before ended.
    let of_state = if state.is_some() { "AND state = $4" } else { "AND $4::text IS NULL" };
    let behind = match after {
        Some(_) => "AND (created_at, id) < ($5, $6)",
        None => "AND $5::bigint IS NULL AND $6::text IS NULL",
    };
    let sql = format!(
        "SELECT {DELIVERY} FROM delivery WHERE site_id = $1 AND webhook_id = $2 AND {OF_A_SITE} {of_state} {behind}
         ORDER BY created_at DESC, id DESC LIMIT $3"
    );
    let (created_at, id) = after.map(|after| (after.created_at, after.id.0)).unzip();
    let state = state.map(DeliveryState::name);
    let found = session.query(&sql, &[&site.0, &webhook.0, &i64::from(limit), &state, &created_at, &id]).await?;
    found.iter().map(delivery).collect()
}

#[async_trait]
impl WebhookStore for PostgresStore {
    async fn create_webhook(&self, webhook: Webhook, most: u32) -> Result<bool> {
        let secret = self.keyring.seal_for(webhook.site.as_str(), webhook.id.as_str(), &webhook.secret)?;
        let webhook = Webhook { secret, ..webhook };
        let session = self.writing(std::slice::from_ref(&webhook.site), Lock::Alone).await?;
        let created = create(&session, &webhook, most).await;
        session.end(created).await
    }

    async fn webhook(&self, site: &SiteId, id: &WebhookId) -> Result<Option<Webhook>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = find(&session, site, id).await;
        session.end(found).await?.map(|webhook| self.keyring.open_webhook(webhook)).transpose()
    }

    async fn webhooks(&self, site: &SiteId) -> Result<Vec<Webhook>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = list(&session, site).await;
        session.end(found).await?.into_iter().map(|webhook| self.keyring.open_webhook(webhook)).collect()
    }

    async fn change_webhook(&self, site: &SiteId, id: &WebhookId, asked: WebhookChange) -> Result<Option<Webhook>> {
        let session = self.writing(std::slice::from_ref(site), Lock::Alone).await?;
        let changed = change(&session, site, id, |webhook| asked.apply(webhook)).await;
        let changed = session.end(changed).await?;
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
        let secret = self.keyring.seal_for(site.as_str(), id.as_str(), &secret)?;
        let session = self.writing(std::slice::from_ref(site), Lock::Alone).await?;
        let rotated = change(&session, site, id, |webhook| {
            webhook.previous = Some((std::mem::replace(&mut webhook.secret, secret), until));
        })
        .await;
        session.end(rotated).await?.map(|webhook| self.keyring.open_webhook(webhook)).transpose()
    }

    async fn delete_webhook(&self, site: &SiteId, id: &WebhookId) -> Result<bool> {
        let sites = std::slice::from_ref(site);
        let session = self.writing(sites, Lock::Alone).await?;
        let deleted = delete(&session, site, id).await;
        let deleted = session.end(deleted).await?;
        // None of them is sent any more. Without the webhook, what a crash leaves here is pruned with age.
        let mut tries = Tries::default();
        loop {
            let session = self.writing_freely(Sites::Of(sites)).await?;
            let sql = "DELETE FROM delivery WHERE site_id = $1 AND id IN (
                         SELECT id FROM delivery WHERE site_id = $1 AND webhook_id = $2 LIMIT $3)";
            let gone = session.execute(sql, &[&site.0, &id.0, &REMOVED_AT_ONCE]).await;
            match session.finish(gone).await {
                Ok(0) => return Ok(deleted),
                Ok(_) => {}
                Err(failed) if tries.again(&failed) => {}
                Err(failed) => return Err(failed.into()),
            }
        }
    }

    async fn add_delivery(&self, delivery: Delivery) -> Result<bool> {
        let session = self.writing(std::slice::from_ref(&delivery.site), Lock::Shared).await?;
        let added = match find(&session, &delivery.site, &delivery.webhook).await {
            Ok(Some(webhook)) if webhook.disabled.is_none() => insert(&session, std::slice::from_ref(&delivery)).await,
            found => found.map(|_| 0),
        };
        let added = session.end(added).await? == 1;
        self.written.notify_one();
        Ok(added)
    }

    async fn delivery(&self, site: &SiteId, webhook: &WebhookId, id: &DeliveryId) -> Result<Option<Delivery>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = find_delivery(&session, site, webhook, id).await;
        session.end(found).await
    }

    async fn deliveries(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        state: Option<DeliveryState>,
        after: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        // A state that few have may mean looking at many.
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let found = page(&session, site, webhook, state, after, limit).await;
        session.end(found).await
    }

    async fn replay_delivery(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        id: &DeliveryId,
        now: i64,
    ) -> Result<Option<Replayed>> {
        let mut tries = Tries::default();
        loop {
            let session = self.writing(std::slice::from_ref(site), Lock::Shared).await?;
            let replayed = replay(&session, site, webhook, id, now).await;
            match session.finish(replayed).await {
                Err(failed) if tries.again(&failed) => {}
                replayed => {
                    self.written.notify_one();
                    return Ok(replayed?);
                }
            }
        }
    }

    async fn claim_deliveries(&self, claim: Claim) -> Result<Vec<Claimed>> {
        let claimed = self.claim(claim).await?;
        Ok(self.keyring.open_claimed(claimed))
    }

    async fn settle_deliveries(&self, settled: Vec<Settled>) -> Result<()> {
        self.settle(settled).await
    }

    async fn delivery_written(&self) {
        self.written.notified().await;
    }

    async fn waiting_deliveries(&self, most: u32) -> Result<u32> {
        let session = self.reading_slowly(Sites::All).await?;
        let some = format!("SELECT 1 FROM delivery WHERE state = 'pending' AND {OF_A_SITE} LIMIT $1");
        let waiting = session.one(&format!("SELECT count(*) FROM ({some}) AS waiting"), &[&i64::from(most)]).await;
        let waiting = waiting.and_then(|row| rows::small(row.try_get(0)?, "delivery", "state", "pending"));
        session.end(waiting).await
    }

    async fn prune_deliveries(&self, before: i64, limit: u32) -> Result<u32> {
        self.prune(before, limit).await
    }
}
