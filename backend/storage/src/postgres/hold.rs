//! The hold on the database: the stores that serve share it, and the one that is being filled has it alone.
//!
//! A server knows what nobody else may change under it: the key of erased ids, and how each site is counted. The hold
//! is a lock of a session, on a connection of its own. It goes with the process, and is taken again when the connection
//! was lost: before the next write, and only if the database is still the one that was opened.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::connections::{Connection, Lane};
use super::faults::Failed;
use super::rows;
use super::session::lock_key;
use crate::transfer::Purpose;
use crate::{Result, StoreError};

/// How long a hold is tried for: the connection of a process that has just ended may not be gone yet.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);
/// How long taking it again may last in all: a connection, and then a lock.
const ANSWER: Duration = Duration::from_secs(10);

/// The hold of one store.
pub(super) struct Hold {
    /// Of one connection.
    lane: Lane,
    /// The database, for sentences.
    name: String,
    purpose: Purpose,
    held: Mutex<Held>,
}

/// What is held.
#[derive(Default)]
struct Held {
    /// The connection whose session has the lock.
    client: Option<Connection>,
    /// When it was last tried in vain to have another, and why.
    failed: Option<(Instant, String)>,
}

impl Hold {
    /// Takes the hold.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence that says what to do: somebody else holds what this one needs.
    pub(super) async fn take(lane: Lane, name: String, purpose: Purpose) -> Result<Self> {
        let hold = Self { lane, name, purpose, held: Mutex::default() };
        let Some(client) = hold.locked().await? else { return Err(StoreError::Unusable(hold.refusal())) };
        hold.held.lock().await.client = Some(client);
        Ok(hold)
    }

    /// Sees to it that the hold is there, before something is written.
    pub(super) async fn keep(&self, tombstone_key: &[u8]) -> Result<()> {
        let asked = Instant::now();
        let mut held = self.held.lock().await;
        if held.client.as_ref().is_some_and(|client| !client.is_closed()) {
            return Ok(());
        }
        // Whoever waits for the same attempt has its end: one after the other they would wait for ever longer.
        if let Some((_, why)) = held.failed.as_ref().filter(|(at, _)| *at >= asked) {
            return Err(StoreError::Unwritable(why.clone()));
        }
        // What is closed goes back to no pool.
        drop(held.client.take());
        let taken = timeout(ANSWER, self.take_again(tombstone_key)).await;
        let taken = taken.unwrap_or_else(|_| Err(StoreError::Unwritable("the database does not answer".into())));
        match taken {
            Ok(client) => {
                held.client = Some(client);
                Ok(())
            }
            Err(error) => {
                held.failed = Some((Instant::now(), error.to_string()));
                Err(error)
            }
        }
    }

    async fn take_again(&self, tombstone_key: &[u8]) -> Result<Connection> {
        let client = self.locked().await?.ok_or_else(|| StoreError::Unwritable(self.refusal()))?;
        if self.purpose == Purpose::Serve {
            let sql = "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'tombstone_key' AND bytes = $1)
                       AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'moving')";
            if !client.client()?.query_one(sql, &[&tombstone_key]).await?.try_get::<_, bool>(0)? {
                return Err(StoreError::Unwritable(format!(
                    "The PostgreSQL database `{}` has been filled anew since this server opened it; start the server \
                     again when that has ended.",
                    self.name
                )));
            }
            // Another machine may have taken the database's place, and know less than what the caches here hold.
            client.client()?.execute(rows::CHANGED, &[]).await?;
        }
        Ok(client)
    }

    /// Lets go, so that the next one need not wait until the connection is closed.
    pub(super) async fn release(&self) {
        if let Some(client) = self.held.lock().await.client.take()
            && let Ok(client) = client.client()
        {
            let _ = client.batch_execute("SELECT pg_advisory_unlock_all()").await;
        }
        self.lane.close();
    }

    /// A connection whose session has the lock; `None` while somebody else is in its way.
    async fn locked(&self) -> Result<Option<Connection>> {
        let sql = match self.purpose {
            Purpose::Serve => "SELECT pg_try_advisory_lock_shared($1)",
            Purpose::Fill => "SELECT pg_try_advisory_lock($1)",
        };
        let client = self.lane.get().await.map_err(Failed::from)?;
        let begun = Instant::now();
        loop {
            if client.client()?.query_one(sql, &[&lock_key("the store")]).await?.try_get(0)? {
                return Ok(Some(client));
            }
            if begun.elapsed() > PATIENCE {
                return Ok(None);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn refusal(&self) -> String {
        let why = match self.purpose {
            Purpose::Serve => {
                "is being filled by `bearing migrate` or `bearing restore`; start the server when that has ended"
            }
            Purpose::Fill => {
                "is open in another process; stop every server and command that works on it, then run this again"
            }
        };
        format!("The PostgreSQL database `{}` {why}.", self.name)
    }
}
