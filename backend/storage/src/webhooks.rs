//! Webhooks and the outbox: what is to be told to whom, claimed by one server at a time, and what became of it.
//!
//! Deliveries are written in the transaction that stores the answer ([`crate::ResponseStore::take_in`]), so that none is
//! missing and none tells of an answer that was never stored. They hold no customer and no text: erasing a response
//! leaves nothing to find here.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::api::webhooks::{DeliveryState, Disabled, Notice};
use bearing_shared::id::{DeliveryId, ResponseId, SiteId, WebhookId};
use bearing_shared::instrument::{Instrument, Orientation};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::responses::StoredResponse;
use crate::{Result, StoreError};

/// How long an endpoint may fail before it is disabled, in ms: 5 days, which is longer than any delivery is tried.
pub const FAILING_LIMIT_MS: i64 = 5 * 24 * 3_600_000;

/// The source of responses that nobody gave, which nobody is told of.
const SAMPLE: &str = "sample";

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Its site.
    pub site: SiteId,
    /// Where messages go.
    pub url: String,
    /// What it is told.
    pub notices: Vec<Notice>,
    /// The highest low score; `None` for what each instrument calls unfavourable.
    pub score_max: Option<u8>,
    /// The secret that messages are signed with, exactly as printed.
    pub secret: String,
    /// The secret before, and until when (ms since 1970 UTC) it signs too.
    pub previous: Option<(String, i64)>,
    /// Why it gets nothing; `None` while it does.
    pub disabled: Option<Disabled>,
    /// Since when no attempt has succeeded, ms since 1970 UTC.
    pub failing_since: Option<i64>,
    /// Until when nothing is sent, as its receiver asked, ms since 1970 UTC; 0 for not at all.
    pub paused_until: i64,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
}

impl Webhook {
    /// What it is told when a response becomes `after`; `before` is the edition that was replaced.
    ///
    /// Only what is in the score is told: a try-out alarms nobody. `score.low` is told once a response: a later edition
    /// that is low as well is no news.
    pub(crate) fn told<'a>(
        &'a self,
        before: Option<&'a StoredResponse>,
        after: &'a StoredResponse,
    ) -> impl Iterator<Item = Notice> + 'a {
        let counts = |response: &StoredResponse| response.state == ResponseState::Counted && response.source != SAMPLE;
        let is_low = move |response: &StoredResponse| counts(response) && self.is_low(response);
        self.notices.iter().copied().filter(move |notice| match notice {
            Notice::ResponseStored => counts(after),
            Notice::ScoreLow => is_low(after) && !before.is_some_and(is_low),
            Notice::Test => false,
        })
    }

    /// Whether a response's score is low. Where a low score is the good one (effort, CES 1.0) a limit from below means
    /// nothing: there the instrument's unfavourable band decides.
    fn is_low(&self, response: &StoredResponse) -> bool {
        is_low(response.instrument, response.score, self.score_max)
    }
}

fn is_low(instrument: Instrument, score: u8, score_max: Option<u8>) -> bool {
    let definition = instrument.definition();
    match score_max {
        Some(most) if definition.orientation == Orientation::HigherIsBetter => score <= most,
        _ => {
            let [.., unfavourable] = definition.bands;
            (unfavourable.low..=unfavourable.high).contains(&score)
        }
    }
}

/// A change to a webhook: only what is named changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Where messages go.
    pub url: Option<String>,
    /// What it is told.
    pub notices: Option<Vec<Notice>>,
    /// The highest low score.
    pub score_max: Option<Option<u8>>,
    /// Whether it gets messages. True also forgets that it was failing: it starts afresh.
    pub enabled: Option<bool>,
}

impl WebhookChange {
    /// Changes a webhook.
    pub(crate) fn apply(self, webhook: &mut Webhook) {
        if let Some(url) = self.url {
            webhook.url = url;
        }
        if let Some(notices) = self.notices {
            webhook.notices = notices;
        }
        webhook.score_max = self.score_max.unwrap_or(webhook.score_max);
        match self.enabled {
            Some(true) => (webhook.disabled, webhook.failing_since, webhook.paused_until) = (None, None, 0),
            Some(false) => webhook.disabled = Some(Disabled::Owner),
            None => {}
        }
    }
}

/// One delivery: something that is to be told to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, the same on every attempt.
    pub id: DeliveryId,
    /// Its site.
    pub site: SiteId,
    /// The webhook.
    pub webhook: WebhookId,
    /// What is told.
    pub notice: Notice,
    /// The response that is told of; `None` without one, and once that was erased.
    pub response: Option<ResponseId>,
    /// The edition that made it.
    pub seq: Option<u32>,
    /// When that happened, ms since 1970 UTC.
    pub created_at: i64,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts that have ended.
    pub attempts: u32,
    /// When it is due, ms since 1970 UTC; while an attempt is under way, when its lease ends. `None` unless pending.
    pub next_at: Option<i64>,
    /// The status of the last reply.
    pub status: Option<u16>,
    /// Why the last attempt failed: one word.
    pub error: Option<String>,
    /// When the last attempt ended, ms since 1970 UTC.
    pub attempted_at: Option<i64>,
    /// When it arrived, ms since 1970 UTC.
    pub delivered_at: Option<i64>,
}

impl Delivery {
    /// A test of a webhook, due at once.
    pub fn test(id: DeliveryId, site: SiteId, webhook: WebhookId, now: i64) -> Self {
        Self {
            id,
            site,
            webhook,
            notice: Notice::Test,
            response: None,
            seq: None,
            created_at: now,
            state: DeliveryState::Pending,
            attempts: 0,
            next_at: Some(now),
            status: None,
            error: None,
            attempted_at: None,
            delivered_at: None,
        }
    }
}

/// What webhooks are to be told of a response that became `after`, at a time (ms since 1970 UTC).
pub(crate) fn fan_out(
    webhooks: &[Webhook],
    before: Option<&StoredResponse>,
    after: &StoredResponse,
    at: i64,
    tombstone_key: &[u8],
) -> Result<Vec<Delivery>> {
    let mut deliveries = Vec::new();
    for webhook in webhooks {
        for notice in webhook.told(before, after) {
            let id = delivery_id(tombstone_key, webhook, notice, after)?;
            deliveries.push(Delivery {
                notice,
                response: Some(after.id),
                seq: Some(after.seq),
                ..Delivery::test(id, webhook.site.clone(), webhook.id.clone(), at)
            });
        }
    }
    Ok(deliveries)
}

/// The id of a delivery: the same whenever the same is told, and nothing that the response's id could be told from.
fn delivery_id(key: &[u8], webhook: &Webhook, notice: Notice, response: &StoredResponse) -> Result<DeliveryId> {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).map_err(|error| StoreError::Driver(format!("tombstone key: {error}")))?;
    // No id holds a NUL, and no erased id is hashed with one: the two uses of the key never meet.
    for part in ["delivery", webhook.site.as_str(), webhook.id.as_str(), notice.name()] {
        mac.update(part.as_bytes());
        mac.update(b"\0");
    }
    mac.update(&response.id.0);
    // A score is low once a response, whichever edition says so first.
    if notice == Notice::ResponseStored {
        mac.update(&response.seq.to_be_bytes());
    }
    let bytes = mac.finalize().into_bytes();
    Ok(DeliveryId(format!("{}{}", DeliveryId::PREFIX, HEXLOWER.encode(&bytes[..16]))))
}

/// Where a page of deliveries goes on: behind this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryCursor {
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
    /// Its id.
    pub id: DeliveryId,
}

/// How many deliveries a server takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Now, ms since 1970 UTC.
    pub now: i64,
    /// Until when they are this server's, ms since 1970 UTC: then they are due again, for any server.
    pub until: i64,
    /// The most of endpoints whose last attempt succeeded, or that are new.
    pub well: u32,
    /// The most of endpoints whose last attempt failed: they have a lane of their own, so that they never hold up the
    /// others.
    pub failing: u32,
    /// The most that may be under way at one endpoint that is well, by all servers; at one that fails it is 1.
    pub each: u32,
}

/// A webhook with something due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) site: SiteId,
    pub(crate) webhook: WebhookId,
    /// Since when its first one is due, ms since 1970 UTC.
    pub(crate) due_at: i64,
    /// Whether its last attempt failed.
    pub(crate) is_failing: bool,
    /// How many are under way, by all servers.
    pub(crate) under_way: u32,
}

/// A webhook, and how many of its deliveries are to be taken on.
pub(crate) type Share = (SiteId, WebhookId, u32);

/// What could be taken on: how many are under way at the endpoint before it, since when the endpoint's first one is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    under_way: u32,
    due_at: i64,
    endpoint: usize,
}

/// How the room of a claim is shared out: to each endpoint with something due, first to those with the fewest under way.
pub(crate) fn share_out(waiting: Vec<Waiting>, claim: Claim) -> Vec<Share> {
    let (mut well, mut failing): (Vec<Slot>, Vec<Slot>) = (Vec::new(), Vec::new());
    for (endpoint, Waiting { due_at, is_failing, under_way, .. }) in waiting.iter().enumerate() {
        let (lane, most) = if *is_failing { (&mut failing, 1) } else { (&mut well, claim.each) };
        lane.extend((*under_way..most).map(|under_way| Slot { under_way, due_at: *due_at, endpoint }));
    }
    let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
    for (mut lane, room) in [(well, claim.well), (failing, claim.failing)] {
        lane.sort_unstable();
        for slot in lane.into_iter().take(room as usize) {
            *counts.entry(slot.endpoint).or_default() += 1;
        }
    }
    let mut waiting: Vec<Option<Waiting>> = waiting.into_iter().map(Some).collect();
    counts
        .into_iter()
        .filter_map(|(endpoint, count)| waiting[endpoint].take().map(|it| (it.site, it.webhook, count)))
        .collect()
}

/// A delivery that this server may attempt now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery.
    pub delivery: Delivery,
    /// The webhook as it was when the delivery was claimed.
    pub webhook: Webhook,
    /// The claim's number: whatever is settled with another is too late.
    pub number: i64,
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It has arrived.
    Delivered,
    /// It is tried again at this time, ms since 1970 UTC.
    Again(i64),
    /// No attempt is left.
    Failed,
    /// There is nothing to tell any more.
    Erased,
    /// The attempt did not take place: it is due again at once, and counts as not tried.
    Released,
}

/// What an attempt says of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Nothing.
    Unknown,
    /// It is well.
    Well,
    /// It fails; it is left alone until this time (ms since 1970 UTC; 0 for not at all).
    Failing(i64),
    /// It wants no more: it is disabled.
    Gone,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The site.
    pub site: SiteId,
    /// The delivery.
    pub id: DeliveryId,
    /// The claim's number.
    pub number: i64,
    /// When it ended, ms since 1970 UTC.
    pub at: i64,
    /// The reply's status.
    pub status: Option<u16>,
    /// Why it failed: one word.
    pub error: Option<&'static str>,
    /// What becomes of the delivery.
    pub settlement: Settlement,
    /// What it says of the endpoint.
    pub endpoint: Endpoint,
}

/// What came of asking for a delivery once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It is due now.
    Due(Delivery),
    /// The response was erased: there is nothing to send.
    Erased,
    /// The webhook is disabled.
    Disabled,
}

/// Storage of webhooks and deliveries.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// Adds a webhook, unless its site is not there or has `most` already: then false.
    async fn create_webhook(&self, webhook: Webhook, most: u32) -> Result<bool>;

    /// One webhook of a site.
    async fn webhook(&self, site: &SiteId, id: &WebhookId) -> Result<Option<Webhook>>;

    /// The webhooks of a site in the order they were made.
    async fn webhooks(&self, site: &SiteId) -> Result<Vec<Webhook>>;

    /// Changes a webhook; as it is then. `None` when there is none.
    async fn change_webhook(&self, site: &SiteId, id: &WebhookId, change: WebhookChange) -> Result<Option<Webhook>>;

    /// Gives a webhook a new secret; the one before signs too until `until` (ms since 1970 UTC), and the one before that
    /// no longer. `None` when there is no such webhook.
    async fn rotate_webhook(
        &self,
        site: &SiteId,
        id: &WebhookId,
        secret: String,
        until: i64,
    ) -> Result<Option<Webhook>>;

    /// Removes a webhook with its deliveries. False when there is none.
    async fn delete_webhook(&self, site: &SiteId, id: &WebhookId) -> Result<bool>;

    /// Adds a delivery that no answer makes. False when there is no such webhook, or it is disabled.
    async fn add_delivery(&self, delivery: Delivery) -> Result<bool>;

    /// One delivery of a webhook.
    async fn delivery(&self, site: &SiteId, webhook: &WebhookId, id: &DeliveryId) -> Result<Option<Delivery>>;

    /// Deliveries of a webhook, newest first.
    async fn deliveries(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        state: Option<DeliveryState>,
        after: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<Delivery>>;

    /// Makes a delivery due now, with all its attempts before it. `None` when there is none.
    async fn replay_delivery(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        id: &DeliveryId,
        now: i64,
    ) -> Result<Option<Replayed>>;

    /// Takes on deliveries that are due, those of the endpoints with the fewest under way first: one endpoint's backlog
    /// never keeps another waiting. Several servers may claim at once; a delivery is one server's until its lease ends.
    async fn claim_deliveries(&self, claim: Claim) -> Result<Vec<Claimed>>;

    /// Says how attempts ended, all in one flush. What was claimed anew, replayed or erased meanwhile stays as it is.
    async fn settle_deliveries(&self, settled: Vec<Settled>) -> Result<()>;

    /// Resolves when deliveries have been written through this store since it resolved last; those of other processes
    /// are found by claiming now and then.
    async fn delivery_written(&self);

    /// How many deliveries wait, those of disabled webhooks too; counted up to `most`.
    async fn waiting_deliveries(&self, most: u32) -> Result<u32>;

    /// Removes up to `limit` deliveries made before a time (ms since 1970 UTC), whatever became of them; how many.
    async fn prune_deliveries(&self, before: i64, limit: u32) -> Result<u32>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_is_what_the_instrument_calls_unfavourable_or_what_the_owner_says() {
        let lows = |instrument: Instrument, most| -> Vec<u8> {
            let definition = instrument.definition();
            (definition.min..=definition.max).filter(|score| is_low(instrument, *score, most)).collect()
        };
        assert_eq!(lows(Instrument::Nps, None), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(lows(Instrument::Csat, None), [1, 2]);
        assert_eq!(lows(Instrument::Ces2, None), [1, 2, 3]);
        assert_eq!(lows(Instrument::Nps, Some(0)), [0]);
        assert_eq!(lows(Instrument::Csat, Some(3)), [1, 2, 3]);
        // Much effort is the bad end of this scale, and a limit from below cannot name it.
        assert_eq!(lows(Instrument::Ces1, None), [4, 5]);
        assert_eq!(lows(Instrument::Ces1, Some(2)), [4, 5]);
    }
}
