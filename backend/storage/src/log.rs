//! Applying a replicated intake log: what its messages hold and how far they are in the store, in one transaction.
//!
//! The store remembers the number of the last message that is in it, so that each is applied once, in order, by whichever
//! server is quickest, and events (which have no id) are counted once as well.

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::responses::{Arrival, EventCount, Outcome};
use crate::{Result, Store, StoreError};

/// What some messages of a log hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogEntries {
    /// What visitors' browsers brought, in the order of the log.
    pub arrivals: Vec<Arrival>,
    /// Events.
    pub events: Vec<EventCount>,
}

/// What became of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// They are in the store, with the new position: an outcome for each arrival.
    Done(Vec<Outcome>),
    /// The position is another one, since another server was quicker; nothing changed.
    Overtaken,
}

/// Storage of what a log says.
#[async_trait]
pub trait LogStore: Send + Sync {
    /// A name for this store that a move or a restored backup keeps, and that tells nothing of it: a log belongs to one
    /// store.
    async fn identity(&self) -> Result<String>;

    /// The number of the last message of a log that is in the store; 0 before the first.
    async fn applied(&self, log: &str) -> Result<u64>;

    /// Applies the messages behind `from` up to and including `to`, all or nothing, as long as `from` is still the
    /// position. One row that the engine refuses is a fault of them all; [`apply_log`] gets by it.
    async fn apply(&self, log: &str, from: u64, to: u64, entries: LogEntries) -> Result<Applied>;
}

/// Applies messages as [`LogStore::apply`] does, and holds up no log for a row that the engine refuses for a reason of
/// its own: such an arrival is [`Outcome::Failed`], as in [`crate::ResponseStore::take_in`].
///
/// # Errors
/// The store cannot be reached or written; the same call may succeed later.
pub async fn apply_log(store: &dyn Store, log: &str, from: u64, to: u64, entries: LogEntries) -> Result<Applied> {
    match store.apply(log, from, to, entries.clone()).await {
        Err(StoreError::Driver(_) | StoreError::Corrupt { .. }) => {}
        result => return result,
    }
    if store.applied(log).await? != from {
        return Ok(Applied::Overtaken);
    }
    // Answers are stored once however often they come, so they may go before the position; events go with it.
    let outcomes = store.take_in(entries.arrivals).await?;
    if outcomes.contains(&Outcome::Unwritable) {
        return Err(StoreError::Unwritable("a site of the log's messages is locked".into()));
    }
    let events = LogEntries { arrivals: Vec::new(), events: entries.events };
    let count = events.events.len();
    let applied = match store.apply(log, from, to, events).await {
        Err(why @ (StoreError::Driver(_) | StoreError::Corrupt { .. })) => {
            tracing::error!(%why, count, "events could not be counted and are left out");
            store.apply(log, from, to, LogEntries::default()).await?
        }
        result => result?,
    };
    Ok(match applied {
        Applied::Done(_) => Applied::Done(outcomes),
        Applied::Overtaken => Applied::Overtaken,
    })
}

/// The name of the store that remembers erased ids under this key.
pub(crate) fn identity_of(tombstone_key: &[u8]) -> String {
    let digest = Sha256::new().chain_update("bearing store ").chain_update(tombstone_key).finalize();
    HEXLOWER.encode(&digest[..16])
}
