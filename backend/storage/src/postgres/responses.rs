//! Responses in PostgreSQL: the batch that is stored, erased and counted in one transaction.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use futures_util::future;

use super::attacks::Tokens;
use super::columns::{self, Columns};
use super::counting::Countings;
use super::faults::Tries;
use super::filter::{self, Bound, List};
use super::session::{Lock, Session, Sites};
use super::{PostgresStore, attacks, build, generations, inbox, learned, retention, rows, webhooks};
use crate::counts::change::Changes;
use crate::counts::edition::{self, judged, replaced};
use crate::counts::trust;
use crate::deleted::OF_A_SITE;
use crate::responses::{Accept, Arrival, Cursor, EventCount, Outcome, ResponseFilter, ResponseStore, StoredResponse};
use crate::retention::is_named_late;
use crate::webhooks::{Delivery, fan_out};
use crate::{Result, StoreError};

/// What is under an id: the site and the response's id.
pub(super) type Key<'a> = (&'a SiteId, ResponseId);

/// Responses that are there, with their places.
pub(super) type There<'a> = BTreeMap<Key<'a>, (StoredResponse, i64)>;

/// A batch as it is taken in: done, or to be tried again holding the sites alone.
pub(super) enum Taken {
    Done { outcomes: Vec<Outcome>, changes: Changes, wrote_deliveries: bool },
    NeedsLock,
}

impl PostgresStore {
    /// Does in a transaction what a batch asks for.
    pub(super) async fn take_in_all(
        &self,
        session: &Session,
        sites: &[SiteId],
        batch: &[Arrival],
        lock: Lock,
    ) -> Result<Taken> {
        let first = keys_of(&leading(batch));
        // Neither waits for the other: one way to the server and back.
        let (mut countings, erased) =
            future::try_join(self.countings(session, sites), self.erased(session, &first)).await?;
        let mut erased = (!first.is_empty()).then_some(erased);
        // Before anything is counted: a value that is known in time never counts as `(other)`.
        if !self.teach(session, &mut countings, batch, lock).await? {
            return Ok(Taken::NeedsLock);
        }
        let (mut changes, mut deliveries) = (Changes::default(), Vec::new());
        let (mut outcomes, mut wrote_deliveries) = (Vec::with_capacity(batch.len()), false);
        let mut rest = batch;
        while let Some(first) = rest.first() {
            if let Arrival::Withdrawal(withdrawal) = first {
                outcomes.push(match countings.of(&withdrawal.site) {
                    Some(_) => {
                        // What was stored in this batch must be found by its erasure.
                        wrote_deliveries |= webhooks::insert(session, &std::mem::take(&mut deliveries)).await? > 0;
                        self.withdraw(session, &countings, &mut changes, withdrawal).await?
                    }
                    None => without_site(first),
                });
                rest = &rest[1..];
                continue;
            }
            let answers = leading(rest);
            rest = &rest[answers.len()..];
            let erased = match erased.take() {
                Some(erased) => erased,
                None => self.erased(session, &keys_of(&answers)).await?,
            };
            let run = (&answers[..], &erased);
            outcomes.extend(self.accept_all(session, &countings, &mut changes, &mut deliveries, run).await?);
        }
        wrote_deliveries |= webhooks::insert(session, &deliveries).await? > 0;
        Ok(Taken::Done { outcomes, changes, wrote_deliveries })
    }

    /// Stores a run of answers, of which these were erased; an outcome each.
    async fn accept_all(
        &self,
        session: &Session,
        countings: &Countings,
        changes: &mut Changes,
        deliveries: &mut Vec<Delivery>,
        (answers, erased): (&[&Accept], &HashSet<Key<'_>>),
    ) -> Result<Vec<Outcome>> {
        let mut tokens = Tokens::of(session, answers).await?;
        let stored: Vec<Cow<'_, StoredResponse>> = answers
            .iter()
            .map(|accept| match tokens.reused(accept) {
                Some(display) => Cow::Owned(display.reused(&accept.response)),
                None => Cow::Borrowed(&accept.response),
            })
            .collect();
        let mut new: BTreeMap<Key<'_>, &StoredResponse> = BTreeMap::new();
        for (accept, response) in answers.iter().zip(&stored) {
            if countings.of(&accept.site).is_some() {
                new.entry((&accept.site, response.id)).or_insert(&**response);
            }
        }
        new.retain(|key, _| !erased.contains(key));
        let places = insert(session, &new).await?;
        let known: Vec<Key<'_>> = new.keys().filter(|key| !places.contains_key(*key)).copied().collect();
        let mut there = find_all(session, &known).await?;
        // Held by now: nobody gives them another token.
        tokens.look(session, &known).await?;
        let mut changed: HashSet<Key<'_>> = HashSet::new();
        let mut named: BTreeMap<&SiteId, i64> = BTreeMap::new();
        let mut outcomes = Vec::with_capacity(answers.len());
        for (accept, response) in answers.iter().zip(&stored) {
            let response: &StoredResponse = response;
            let Accept { site, response: sent, .. } = accept;
            let key = (site, response.id);
            let Some(counting) = countings.of(site) else {
                outcomes.push(without_site(&Arrival::Answer((*accept).clone())));
                continue;
            };
            if erased.contains(&key) {
                outcomes.push(Outcome::Erased);
                continue;
            }
            let Some((before, place)) = there.get_mut(&key) else {
                let Some(place) = places.get(&key) else {
                    return Err(StoreError::Driver("a response is there and is not".into()));
                };
                counting.generations.count(changes, site, response, *place, 1);
                let at = response.received_at;
                deliveries.extend(fan_out(&counting.webhooks, None, response, at, &self.tombstone_key)?);
                there.insert(key, (response.clone(), *place));
                tokens.took(accept);
                outcomes.push(edition::first(response, sent));
                continue;
            };
            outcomes.push(match judged(before, response) {
                Outcome::Updated if response.is_from_visitor() && tokens.has_another(accept) => Outcome::NotTheirs,
                Outcome::Updated => {
                    tokens.took(accept);
                    let after = counting.kept(replaced(before, response), response.received_at);
                    counting.generations.count(changes, site, before, *place, -1);
                    counting.generations.count(changes, site, &after, *place, 1);
                    // The row keeps when its first edition came; this one came now.
                    let at = response.received_at;
                    deliveries.extend(fan_out(&counting.webhooks, Some(before), &after, at, &self.tombstone_key)?);
                    let outcome = edition::outcome(&after, sent);
                    changes.forget_replaced(site, before, &after);
                    if is_named_late(&after, at) {
                        let first = named.entry(site).or_insert(after.received_at);
                        *first = after.received_at.min(*first);
                    }
                    *before = after;
                    changed.insert(key);
                    outcome
                }
                refused => refused,
            });
        }
        there.retain(|key, _| changed.contains(key));
        update(session, &there).await?;
        retention::look_again(session, &named).await?;
        tokens.finish(session).await?;
        Ok(outcomes)
    }

    /// Learns the values that the trusted responses of a batch bring, and reviews each site that has learned something.
    /// False when that needs the sites alone.
    async fn teach(&self, session: &Session, countings: &mut Countings, batch: &[Arrival], lock: Lock) -> Result<bool> {
        let mut taught: Vec<&SiteId> = Vec::new();
        let answers = batch.iter().filter_map(|arrival| match arrival {
            Arrival::Answer(accept) => Some(accept),
            Arrival::Withdrawal(_) => None,
        });
        for accept in answers.filter(|accept| trust::is_trusted(&accept.response)) {
            let Accept { site, response, .. } = accept;
            let Some(counting) = countings.of(site).cloned() else { continue };
            let news: Vec<(&str, &str)> = trust::news(response, &counting.declared).collect();
            if news.is_empty() || !self.will_be_taken(session, accept).await? {
                continue;
            }
            if lock == Lock::Shared {
                return Ok(false);
            }
            for (dimension, value) in news {
                learned::keep(session, site, dimension, value).await?;
            }
            countings.again(session, site).await?;
            if !taught.contains(&site) {
                taught.push(site);
            }
        }
        for site in taught {
            build::review(session, site, self.limits.step).await?;
            countings.again(session, site).await?;
        }
        Ok(true)
    }

    async fn will_be_taken(&self, session: &Session, accept: &Accept) -> Result<bool> {
        let Accept { site, response, display } = accept;
        let key = (site, response.id);
        if !self.erased(session, &[key]).await?.is_empty() {
            return Ok(false);
        }
        let Some((before, _)) = find(session, site, response.id).await? else { return Ok(true) };
        if judged(&before, response) != Outcome::Updated {
            return Ok(false);
        }
        let named = display.map(|display| display.token);
        Ok(!response.is_from_visitor() || !attacks::has_another(session, key, named).await?)
    }
}

/// The answers that a batch begins with.
fn leading(batch: &[Arrival]) -> Vec<&Accept> {
    let answers = batch.iter().map_while(|arrival| match arrival {
        Arrival::Answer(accept) => Some(accept),
        Arrival::Withdrawal(_) => None,
    });
    answers.collect()
}

fn keys_of<'a>(answers: &[&'a Accept]) -> Vec<Key<'a>> {
    answers.iter().map(|accept| (&accept.site, accept.response.id)).collect()
}

/// Removed while the answer was under way: what belongs to no site could never be removed again.
fn without_site(arrival: &Arrival) -> Outcome {
    tracing::warn!(site = %arrival.site(), response = %arrival.id(), "a response came for a site that is not there");
    Outcome::Failed
}

/// Keys by what a row says of them.
fn by_name<'a>(keys: impl Iterator<Item = Key<'a>>) -> HashMap<(&'a str, ResponseId), Key<'a>> {
    keys.map(|key| ((key.0.as_str(), key.1), key)).collect()
}

/// Adds responses; the places of those whose ids were not there.
pub(super) async fn insert<'a>(
    session: &Session,
    new: &BTreeMap<Key<'a>, &'a StoredResponse>,
) -> Result<BTreeMap<Key<'a>, i64>> {
    let mut columns = Columns::default();
    for ((site, _), response) in new {
        columns.add(site, response)?;
    }
    if new.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "INSERT INTO response ({names}) SELECT * FROM {rows} ON CONFLICT (site_id, id) DO NOTHING
         RETURNING id, place, site_id",
        names = columns::NAMES,
        rows = columns::ROWS
    );
    let keys = by_name(new.keys().copied());
    let mut places = BTreeMap::new();
    for row in session.query(&sql, &columns.params()).await? {
        if let Some(key) = keys.get(&(row.try_get(2)?, rows::response_id(&row)?)) {
            places.insert(*key, row.try_get(1)?);
        }
    }
    inbox::tag(session, new.iter().filter(|(key, _)| places.contains_key(*key)).map(|(key, new)| (key.0, *new)))
        .await?;
    Ok(places)
}

/// Replaces responses' rows.
pub(super) async fn update(session: &Session, changed: &There<'_>) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let mut columns = Columns::default();
    for ((site, _), (response, _)) in changed {
        columns.add(site, response)?;
    }
    let sql = format!(
        "UPDATE response SET seq = new.seq, survey_id = new.survey_id, version = new.version,
           instrument = new.instrument, touchpoint = new.touchpoint, score = new.score, completed = new.completed,
           state = new.state, identity = new.identity, visitor = new.visitor, customer = new.customer,
           answers = new.answers, choices = new.choices, attributes = new.attributes, context = new.context, comment = new.comment,
           comment_folded = new.comment_folded, device = new.device, language = new.language, shown_at = new.shown_at,
           answered_at = new.answered_at, received_at = new.received_at, source = new.source, read_at = new.read_at,
           judged_at = new.judged_at, tags = new.tags, suspicion = new.suspicion
         FROM {rows} AS new ({names}) WHERE response.site_id = new.site_id AND response.id = new.id",
        names = columns::NAMES,
        rows = columns::ROWS
    );
    session.execute(&sql, &columns.params()).await?;
    Ok(())
}

/// Responses with their places, held against other servers in the order of their keys.
pub(super) async fn find_all<'a>(session: &Session, keys: &[Key<'a>]) -> Result<There<'a>> {
    let mut there = There::new();
    if keys.is_empty() {
        return Ok(there);
    }
    let (sites, ids): (Vec<&str>, Vec<&[u8]>) = keys.iter().map(|(site, id)| (site.as_str(), &id.0[..])).unzip();
    let sql = rows::select_responses(
        "WHERE (site_id, id) IN (SELECT * FROM unnest($1::text[], $2::bytea[])) ORDER BY site_id, id FOR UPDATE",
    );
    let keys = by_name(keys.iter().copied());
    for row in session.query(&sql, &[&sites, &ids]).await? {
        if let Some(key) = keys.get(&(rows::site_of(&row)?, rows::response_id(&row)?)) {
            there.insert(*key, (rows::response(&row)?, rows::position(&row)?.1));
        }
    }
    Ok(there)
}

/// A response and its place.
pub(super) async fn find(session: &Session, site: &SiteId, id: ResponseId) -> Result<Option<(StoredResponse, i64)>> {
    let sql = rows::select_responses(&format!("WHERE site_id = $1 AND id = $2 AND {OF_A_SITE}"));
    let Some(row) = session.first(&sql, &[&site.0, &&id.0[..]]).await? else { return Ok(None) };
    Ok(Some((rows::response(&row)?, rows::position(&row)?.1)))
}

async fn list(
    session: &Session,
    site: &SiteId,
    filter: &ResponseFilter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<StoredResponse>> {
    let Some(counting) = generations::current(session, site).await? else { return Ok(Vec::new()) };
    let mut bound = Bound::default();
    let filter = &filter::with_needed_end(session, site, filter, &counting).await?;
    let List { source, conditions, order } = filter::of_list(&mut bound, site, filter, after, &counting);
    let rest = format!("WHERE {} ORDER BY {order} LIMIT {limit}", conditions.join(" AND "));
    let mut found = session.stream(&rows::select_from(source, &rest), bound.values()).await?;
    let mut responses = Vec::new();
    while let Some(row) = found.next().await? {
        responses.push(rows::response(&row)?);
    }
    Ok(responses)
}

#[async_trait]
impl ResponseStore for PostgresStore {
    async fn take_in(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.take_in_batch(&batch).await
    }

    async fn count_events(&self, batch: Vec<EventCount>) -> Result<Vec<bool>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.count_batch(&batch).await
    }

    async fn response(&self, site: &SiteId, id: ResponseId) -> Result<Option<StoredResponse>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = find(&session, site, id).await;
        Ok(session.end(found).await?.map(|(response, _)| response))
    }

    async fn responses(
        &self,
        site: &SiteId,
        filter: ResponseFilter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<StoredResponse>> {
        let session = self.reading_slowly(Sites::Of(std::slice::from_ref(site))).await?;
        let found = list(&session, site, &filter, after, limit).await;
        session.end(found).await
    }

    async fn delete_response(&self, site: &SiteId, id: ResponseId, now: i64) -> Result<bool> {
        let sites = std::slice::from_ref(site);
        let mut tries = Tries::default();
        loop {
            let session = self.writing(sites, Lock::Alone).await?;
            let deleted = self.erase_one(&session, sites, id, now).await;
            match session.finish(deleted).await {
                Err(failed) if tries.again(&failed) => {}
                deleted => return Ok(deleted?),
            }
        }
    }

    async fn erase_customer(&self, site: &SiteId, customer: &str, now: i64) -> Result<u64> {
        let sites = std::slice::from_ref(site);
        let (mut erased, mut tries) = (0, Tries::default());
        loop {
            let session = self.writing(sites, Lock::Alone).await?;
            let some = self.erase_some(&session, sites, customer, now).await;
            match session.finish(some).await {
                Ok(0) => return Ok(erased),
                Ok(some) => erased += some,
                Err(failed) if tries.again(&failed) => {}
                Err(failed) => return Err(failed.into()),
            }
        }
    }
}
