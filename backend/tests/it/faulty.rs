//! A store that fails when a case asks it to, and is the real one otherwise.

mod people;

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bearing_shared::api::webhooks::DeliveryState;
use bearing_shared::id::{
    DeliveryId, InvitationId, KeyId, MemberId, ResponseId, SessionId, ShareId, SiteId, SiteKey, SurveyId, WebhookId,
};
use bearing_shared::survey::Survey;
use bearing_storage::{
    Accepted, Applied, Arrival, Attack, AttackStore, AuditEntry, AuditStore, Changed, CheckReport, Claim, Claimed,
    CountingStatus, Cursor, Cutoffs, Delivery, DeliveryCursor, EventCount, Expired, ExpiryStep, FunnelCounts, Heard,
    Identity, IdentityStore, InboxStore, Invitation, Joining, Key, KeyStore, Linked, LiveStore, LogEntries, LogStore,
    MarkChange, Marking, Member, MemberStore, Membership, Noted, Outcome, Page, Position, PublishedVersion, Rating,
    RatingQuery, Recorded, Replaced, Replayed, ReportFilter, ReportStore, ResponseFilter, ResponseStore, Result,
    RetentionStore, Role, Session, SessionStore, Settled, Share, ShareStore, Sighting, SightingStore, SignedIn, Site,
    SiteStore, States, Store, StoreError, StoredResponse, StoredSurvey, SurveyStore, Tallied, TallyQuery,
    TransferStore, UpkeepStore, Webhook, WebhookChange, WebhookStore,
};
use tokio::sync::{Notify, mpsc, watch};

/// How the store fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Not at all.
    #[default]
    Well,
    /// Nothing can be written: the disk is full.
    DiskFull,
    /// Reading a survey hits a row that cannot be read.
    Corrupt,
    /// Reading a survey panics.
    Panics,
    /// Writing answers never ends.
    Stuck,
    /// Adding up takes longer than it may.
    TooSlow,
    /// Whether the configuration has changed cannot be read.
    Unrevised,
}

/// How the store fails now, which changes at any moment; and how often it was asked.
#[derive(Clone)]
pub(crate) struct Switch(Arc<watch::Sender<Mode>>, Arc<Notify>, Arc<AtomicU64>);

impl Switch {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Mode::Well)), Arc::default(), Arc::default())
    }

    /// How many calls have reached the store, those of the server's own jobs left out as far as they can be told apart.
    pub(crate) fn calls(&self) -> u64 {
        self.2.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.0.send_replace(mode);
    }

    /// A store that obeys this switch.
    pub(crate) fn around(&self, store: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(FaultyStore { store: Counted(store, Arc::clone(&self.2)), switch: self.clone() })
    }

    fn write(&self) -> Result<()> {
        match *self.0.borrow() {
            Mode::DiskFull => Err(StoreError::Unwritable("database or disk is full".into())),
            _ => Ok(()),
        }
    }

    fn read(&self) -> Result<()> {
        match *self.0.borrow() {
            Mode::Corrupt => Err(StoreError::Corrupt {
                table: "survey",
                column: "content",
                row: "sv_secret".into(),
                why: "EOF at line 1".into(),
            }),
            Mode::Panics => panic!("a secret of the inside"),
            _ => Ok(()),
        }
    }

    /// Until something waits for a store that is stuck.
    pub(crate) async fn reached(&self) {
        self.1.notified().await;
    }

    async fn unstuck(&self) {
        let mut mode = self.0.subscribe();
        if *mode.borrow() == Mode::Stuck {
            self.1.notify_one();
        }
        // The sender lives as long as the store does.
        let _ = mode.wait_for(|mode| *mode != Mode::Stuck).await;
    }
}

/// The real store; whoever reaches for it is counted, but for the jobs, which reach past it.
struct Counted(Arc<dyn Store>, Arc<AtomicU64>);

impl Deref for Counted {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.as_ref()
    }
}

struct FaultyStore {
    store: Counted,
    switch: Switch,
}

#[async_trait]
impl SiteStore for FaultyStore {
    async fn create_site(&self, site: Site) -> Result<()> {
        self.switch.write()?;
        self.store.create_site(site).await
    }
    async fn site(&self, id: &SiteId) -> Result<Option<Site>> {
        self.store.site(id).await
    }
    async fn site_by_key(&self, key: &SiteKey) -> Result<Option<Site>> {
        self.store.site_by_key(key).await
    }
    async fn sites(&self) -> Result<Vec<Site>> {
        self.store.sites().await
    }
    async fn update_site(&self, before: &Site, site: Site) -> Result<Replaced> {
        self.switch.write()?;
        self.store.update_site(before, site).await
    }
    async fn delete_site(&self, id: &SiteId) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_site(id).await
    }
    async fn counting(&self, site: &SiteId) -> Result<Option<CountingStatus>> {
        self.store.counting(site).await
    }
}

#[async_trait]
impl RetentionStore for FaultyStore {
    async fn expire(&self, site: &SiteId, cutoffs: Cutoffs, limit: u32, now: i64) -> Result<ExpiryStep> {
        self.switch.write()?;
        self.store.expire(site, cutoffs, limit, now).await
    }
    async fn count_expired(&self, site: &SiteId, cutoffs: Cutoffs, most: u32) -> Result<Expired> {
        self.store.count_expired(site, cutoffs, most).await
    }
    async fn forget_tombstones(&self, now: i64, limit: u32) -> Result<u32> {
        self.switch.write()?;
        self.store.forget_tombstones(now, limit).await
    }
    async fn scrub(&self) -> Result<bool> {
        self.switch.write()?;
        self.store.scrub().await
    }
}

#[async_trait]
impl InboxStore for FaultyStore {
    async fn mark(&self, site: &SiteId, ids: &[ResponseId], change: MarkChange, now: i64) -> Result<Marking> {
        self.switch.write()?;
        self.store.mark(site, ids, change, now).await
    }
    async fn count_responses(
        &self,
        site: &SiteId,
        filter: ResponseFilter,
        most: u32,
    ) -> Result<bearing_storage::Counted> {
        self.store.count_responses(site, filter, most).await
    }
    async fn tags(&self, site: &SiteId) -> Result<Vec<(String, u64)>> {
        self.store.tags(site).await
    }
}

#[async_trait]
impl LiveStore for FaultyStore {
    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }
    async fn say(&self, words: &str) -> Result<()> {
        self.switch.write()?;
        self.store.say(words).await
    }
    async fn listen(&self) -> mpsc::Receiver<Heard> {
        self.store.listen().await
    }
}

#[async_trait]
impl KeyStore for FaultyStore {
    async fn create_key(&self, key: Key) -> Result<bool> {
        self.switch.write()?;
        self.store.create_key(key).await
    }
    async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<Key>> {
        self.store.key_by_hash(hash).await
    }
    async fn keys(&self, site: &SiteId) -> Result<Vec<Key>> {
        self.store.keys(site).await
    }
    async fn delete_key(&self, site: &SiteId, id: &KeyId) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_key(site, id).await
    }
    async fn touch_keys(&self, used: Vec<(KeyId, i64)>) -> Result<()> {
        self.switch.write()?;
        self.store.touch_keys(used).await
    }
}

#[async_trait]
impl AttackStore for FaultyStore {
    async fn attack(&self, site: &SiteId) -> Result<Option<Attack>> {
        self.store.attack(site).await
    }
    async fn note_attack(&self, site: &SiteId, now: i64, until: i64) -> Result<Noted> {
        self.switch.write()?;
        self.store.note_attack(site, now, until).await
    }
    async fn ended_attacks(&self, now: i64) -> Result<Vec<(SiteId, Attack)>> {
        self.switch.write()?;
        self.store.ended_attacks(now).await
    }
    async fn suspicious(&self, site: &SiteId, times: (i64, i64), states: States, most: u32) -> Result<Vec<ResponseId>> {
        self.store.suspicious(site, times, states, most).await
    }
    async fn forget_displays(&self, before: i64, most: u32) -> Result<u64> {
        self.switch.write()?;
        self.store.forget_displays(before, most).await
    }
}

#[async_trait]
impl SightingStore for FaultyStore {
    async fn note_sightings(&self, site: &SiteId, seen: Vec<Sighting>, most: u32) -> Result<()> {
        self.switch.write()?;
        self.store.note_sightings(site, seen, most).await
    }
    async fn sightings(&self, site: &SiteId) -> Result<Vec<Sighting>> {
        self.store.sightings(site).await
    }
    async fn forget_sightings(&self, before: i64) -> Result<u64> {
        self.switch.write()?;
        self.store.forget_sightings(before).await
    }
}

#[async_trait]
impl SurveyStore for FaultyStore {
    async fn create_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool> {
        self.switch.write()?;
        self.store.create_survey(site, id, survey, now).await
    }
    async fn survey(&self, site: &SiteId, id: &SurveyId) -> Result<Option<StoredSurvey>> {
        self.switch.read()?;
        self.store.survey(site, id).await
    }
    async fn surveys(&self, site: &SiteId, after: Option<SurveyId>, limit: u32) -> Result<Vec<StoredSurvey>> {
        self.switch.read()?;
        self.store.surveys(site, after, limit).await
    }
    async fn edit_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool> {
        self.switch.write()?;
        self.store.edit_survey(site, id, survey, now).await
    }
    async fn publish_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<Option<u32>> {
        self.switch.write()?;
        self.store.publish_survey(site, id, now).await
    }
    async fn pause_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<bool> {
        self.switch.write()?;
        self.store.pause_survey(site, id, now).await
    }
    async fn published_versions(&self, site: &SiteId, only: Option<SurveyId>) -> Result<Vec<PublishedVersion>> {
        self.store.published_versions(site, only).await
    }
    async fn site_of_survey(&self, id: &SurveyId) -> Result<Option<SiteId>> {
        self.store.site_of_survey(id).await
    }
    async fn question_ids(&self, site: &SiteId, survey: Option<&SurveyId>) -> Result<Vec<String>> {
        self.store.question_ids(site, survey).await
    }
}

#[async_trait]
impl ResponseStore for FaultyStore {
    async fn take_in(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>> {
        self.switch.unstuck().await;
        self.switch.write()?;
        self.store.take_in(batch).await
    }
    async fn count_events(&self, batch: Vec<EventCount>) -> Result<Vec<bool>> {
        self.switch.write()?;
        self.store.count_events(batch).await
    }
    async fn response(&self, site: &SiteId, id: ResponseId) -> Result<Option<StoredResponse>> {
        self.store.response(site, id).await
    }
    async fn responses(
        &self,
        site: &SiteId,
        filter: ResponseFilter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<StoredResponse>> {
        self.store.responses(site, filter, after, limit).await
    }
    async fn delete_response(&self, site: &SiteId, id: ResponseId, now: i64) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_response(site, id, now).await
    }
    async fn erase_customer(&self, site: &SiteId, customer: &str, now: i64) -> Result<u64> {
        self.switch.write()?;
        self.store.erase_customer(site, customer, now).await
    }
}

#[async_trait]
impl LogStore for FaultyStore {
    async fn identity(&self) -> Result<String> {
        self.store.identity().await
    }

    async fn applied(&self, log: &str) -> Result<u64> {
        self.store.applied(log).await
    }

    async fn apply(&self, log: &str, from: u64, to: u64, entries: LogEntries) -> Result<Applied> {
        self.switch.write()?;
        self.store.apply(log, from, to, entries).await
    }
}

#[async_trait]
impl ReportStore for FaultyStore {
    async fn tally(&self, site: &SiteId, query: TallyQuery) -> Result<Tallied> {
        match *self.switch.0.borrow() {
            Mode::TooSlow => Err(StoreError::TooSlow),
            _ => Ok(()),
        }?;
        self.store.tally(site, query).await
    }
    async fn funnel(&self, site: &SiteId, filter: ReportFilter) -> Result<Option<FunnelCounts>> {
        self.store.funnel(site, filter).await
    }
    async fn ratings(&self, site: &SiteId, query: RatingQuery) -> Result<Vec<Rating>> {
        self.store.ratings(site, query).await
    }
}

#[async_trait]
impl WebhookStore for FaultyStore {
    async fn create_webhook(&self, webhook: Webhook, most: u32) -> Result<bool> {
        self.switch.write()?;
        self.store.create_webhook(webhook, most).await
    }
    async fn webhook(&self, site: &SiteId, id: &WebhookId) -> Result<Option<Webhook>> {
        self.store.webhook(site, id).await
    }
    async fn webhooks(&self, site: &SiteId) -> Result<Vec<Webhook>> {
        self.store.webhooks(site).await
    }
    async fn change_webhook(&self, site: &SiteId, id: &WebhookId, change: WebhookChange) -> Result<Option<Webhook>> {
        self.switch.write()?;
        self.store.change_webhook(site, id, change).await
    }
    async fn rotate_webhook(
        &self,
        site: &SiteId,
        id: &WebhookId,
        secret: String,
        until: i64,
    ) -> Result<Option<Webhook>> {
        self.switch.write()?;
        self.store.rotate_webhook(site, id, secret, until).await
    }
    async fn delete_webhook(&self, site: &SiteId, id: &WebhookId) -> Result<bool> {
        self.switch.write()?;
        self.store.delete_webhook(site, id).await
    }
    async fn add_delivery(&self, delivery: Delivery) -> Result<bool> {
        self.switch.write()?;
        self.store.add_delivery(delivery).await
    }
    async fn delivery(&self, site: &SiteId, webhook: &WebhookId, id: &DeliveryId) -> Result<Option<Delivery>> {
        self.store.delivery(site, webhook, id).await
    }
    async fn deliveries(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        state: Option<DeliveryState>,
        after: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        self.store.deliveries(site, webhook, state, after, limit).await
    }
    async fn replay_delivery(
        &self,
        site: &SiteId,
        webhook: &WebhookId,
        id: &DeliveryId,
        now: i64,
    ) -> Result<Option<Replayed>> {
        self.switch.write()?;
        self.store.replay_delivery(site, webhook, id, now).await
    }
    async fn claim_deliveries(&self, claim: Claim) -> Result<Vec<Claimed>> {
        self.switch.write()?;
        self.store.0.claim_deliveries(claim).await
    }
    async fn settle_deliveries(&self, settled: Vec<Settled>) -> Result<()> {
        self.switch.write()?;
        self.store.0.settle_deliveries(settled).await
    }
    async fn delivery_written(&self) {
        self.store.0.delivery_written().await;
    }
    async fn waiting_deliveries(&self, most: u32) -> Result<u32> {
        self.store.0.waiting_deliveries(most).await
    }
    async fn prune_deliveries(&self, before: i64, limit: u32) -> Result<u32> {
        self.switch.write()?;
        self.store.0.prune_deliveries(before, limit).await
    }
}

#[async_trait]
impl TransferStore for FaultyStore {
    async fn hand_over(&self, from: Position, limit: u32) -> Result<Page> {
        self.store.hand_over(from, limit).await
    }
    async fn take_over(&self, page: Page) -> Result<()> {
        self.switch.write()?;
        self.store.take_over(page).await
    }
    async fn begin_move(&self, source: &str) -> Result<Position> {
        self.switch.write()?;
        self.store.begin_move(source).await
    }
    async fn moving(&self) -> Result<Option<Position>> {
        self.store.moving().await
    }
    async fn end_move(&self) -> Result<()> {
        self.switch.write()?;
        self.store.end_move().await
    }
}

#[async_trait]
impl UpkeepStore for FaultyStore {
    async fn revision(&self) -> Result<i64> {
        if *self.switch.0.borrow() == Mode::Unrevised {
            return Err(StoreError::Driver("the revision cannot be read".into()));
        }
        self.store.revision().await
    }
    async fn probe(&self) -> Result<()> {
        self.switch.write()?;
        self.store.0.probe().await
    }
    async fn build_step(&self) -> Result<bool> {
        self.switch.write()?;
        self.store.0.build_step().await
    }
    async fn recount(&self) -> Result<u64> {
        self.store.recount().await
    }
    async fn check(&self) -> Result<CheckReport> {
        self.store.check().await
    }
    async fn close(&self) {
        self.store.close().await;
    }
}
