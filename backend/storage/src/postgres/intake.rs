//! Intake in PostgreSQL: how a batch of many sites becomes one transaction, or several where one site or one row stands
//! in its way.

use std::collections::{BTreeMap, BTreeSet};

use bearing_shared::id::SiteId;
use futures_util::{StreamExt, stream};

use super::connections::INTAKE;
use super::faults::{Failed, Tries};
use super::responses::Taken;
use super::session::{Lock, Session};
use super::{PostgresStore, commits, counting, erase};
use crate::counts::change::Changes;
use crate::responses::{Arrival, EventCount, Outcome};
use crate::{Result, StoreError};

/// What became of a batch, or why it is nothing.
type Done<T> = std::result::Result<T, Failed>;

impl PostgresStore {
    /// Stores a batch in one transaction. Where one site is locked for too long, the others do not wait for it again.
    pub(super) async fn take_in_batch(&self, batch: &[Arrival]) -> Result<Vec<Outcome>> {
        let take_in = |part: Vec<Arrival>| async move { self.take_in_parts(&part).await };
        Ok(match self.take_in_parts(batch).await {
            Err(failed) if failed.is_locked() => {
                by_site(failed, batch, Arrival::site, Outcome::Unwritable, take_in).await
            }
            result => result,
        }?)
    }

    /// Stores a batch in one transaction; when the engine refuses it for a reason that only one row can have, in halves.
    async fn take_in_parts(&self, batch: &[Arrival]) -> Done<Vec<Outcome>> {
        match self.take_in_together(batch).await {
            Err(failed) if failed.may_be_a_rows() && batch.len() == 1 => {
                tracing::error!(response = %batch[0].id(), why = %failed, "a response could not be stored");
                Ok(vec![Outcome::Failed])
            }
            Err(failed) if failed.may_be_a_rows() => {
                let (first, second) = batch.split_at(batch.len() / 2);
                let mut outcomes = Box::pin(self.take_in_parts(first)).await?;
                outcomes.extend(Box::pin(self.take_in_parts(second)).await?);
                Ok(outcomes)
            }
            result => result,
        }
    }

    async fn take_in_together(&self, batch: &[Arrival]) -> Done<Vec<Outcome>> {
        let sites = sites(batch.iter().map(Arrival::site));
        // Taking an answer away needs the site alone: a tombstone and an answer of one id must not pass each other.
        let takes_away = batch.iter().any(|arrival| matches!(arrival, Arrival::Withdrawal(_)));
        let mut lock = if takes_away { Lock::Alone } else { Lock::Shared };
        let (mut tries, mut replaced) = (Tries::default(), BTreeSet::new());
        loop {
            let session = self.taking_in(&sites, lock).await?;
            let taken = self.take_in_all(&session, &sites, batch, lock).await;
            let done = match taken {
                Ok(Taken::Done { outcomes, mut changes, wrote_deliveries }) => {
                    // Forgetting needs the sites alone: that is asked for once the answers are safe.
                    replaced = if takes_away { BTreeSet::new() } else { changes.take_said() };
                    let written = match takes_away {
                        true => {
                            let written = erase::finish(&session, changes).await;
                            session.finish(written).await
                        }
                        false => counting::write_last(session, changes).await,
                    };
                    written.map(|()| (outcomes, wrote_deliveries))
                }
                Ok(Taken::NeedsLock) => {
                    session.finish(Ok(())).await?;
                    lock = Lock::Alone;
                    continue;
                }
                Err(error) => session.finish(Err(error)).await,
            };
            match done {
                Ok((outcomes, wrote_deliveries)) => {
                    if wrote_deliveries {
                        self.written.notify_one();
                    }
                    self.forget_replaced(replaced).await;
                    return Ok(outcomes);
                }
                Err(failed) if tries.again(&failed) => {}
                Err(failed) => return Err(failed),
            }
        }
    }

    /// Counts events in one transaction, but for those of a site that is locked for too long; whether each is counted.
    pub(super) async fn count_batch(&self, batch: &[EventCount]) -> Result<Vec<bool>> {
        let count = |part: Vec<EventCount>| async move { self.count_together(&part).await };
        Ok(match self.count_together(batch).await {
            Err(failed) if failed.is_locked() => by_site(failed, batch, |event| &event.site, false, count).await,
            result => result,
        }?)
    }

    async fn count_together(&self, batch: &[EventCount]) -> Done<Vec<bool>> {
        let sites = sites(batch.iter().map(|event| &event.site));
        let mut tries = Tries::default();
        loop {
            let session = self.taking_in(&sites, Lock::Shared).await?;
            let number = commits::number(&session).await;
            let counted = match &number {
                Ok(_) => self.count_all(&session, &sites, batch).await,
                Err(_) => Err(StoreError::Unwritable("the transaction has no number".into())),
            };
            match session.finish(counted).await {
                Ok(()) => return Ok(vec![true; batch.len()]),
                Err(failed) if tries.again(&failed) => {}
                // Events have no ids: what was counted and is sent again would count twice.
                Err(failed) => match number {
                    Ok(number) if failed.is_unheard() && self.was_committed(&number).await => {
                        return Ok(vec![true; batch.len()]);
                    }
                    _ => return Err(failed),
                },
            }
        }
    }

    pub(super) async fn count_all(&self, session: &Session, sites: &[SiteId], batch: &[EventCount]) -> Result<()> {
        let countings = self.countings(session, sites).await?;
        let mut changes = Changes::default();
        for event in batch {
            if let Some(counting) = countings.of(&event.site).and_then(|site| site.generations.of_events()) {
                changes.event(event, counting);
            }
        }
        counting::write(session, changes).await
    }
}

/// The sites of a batch, each once.
pub(super) fn sites<'a>(of: impl Iterator<Item = &'a SiteId>) -> Vec<SiteId> {
    let mut sites: Vec<SiteId> = of.cloned().collect();
    sites.sort_unstable();
    sites.dedup();
    sites
}

/// Does each site's part of a batch by itself, since something in the batch was locked for too long; `unwritable` is what
/// becomes of the parts that fail.
async fn by_site<T: Clone, R: Clone, Work: Future<Output = Done<Vec<R>>>>(
    locked: Failed,
    batch: &[T],
    site: impl Fn(&T) -> &SiteId,
    unwritable: R,
    work: impl Fn(Vec<T>) -> Work,
) -> Done<Vec<R>> {
    let mut parts: BTreeMap<&SiteId, Vec<usize>> = BTreeMap::new();
    for (place, item) in batch.iter().enumerate() {
        parts.entry(site(item)).or_default().push(place);
    }
    if parts.len() == 1 {
        return Err(locked);
    }
    let part = |(site, places): (&SiteId, Vec<usize>)| {
        let done = work(places.iter().map(|place| batch[*place].clone()).collect());
        let site = site.clone();
        async move { (site, places, done.await) }
    };
    let parts: Vec<_> = parts.into_iter().map(part).collect();
    let mut parts = std::pin::pin!(stream::iter(parts).buffer_unordered(INTAKE));
    let mut results = vec![unwritable; batch.len()];
    let mut done = 0;
    while let Some((site, places, result)) = parts.next().await {
        match result {
            Ok(of_part) => {
                done += 1;
                places.into_iter().zip(of_part).for_each(|(place, result)| results[place] = result);
            }
            Err(why) => tracing::warn!(%site, %why, "what came for a site could not be written"),
        }
    }
    // None was done: it is not one site's fault.
    if done == 0 { Err(locked) } else { Ok(results) }
}
