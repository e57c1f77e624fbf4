//! The engine for a fleet: one PostgreSQL database that any number of servers share.
//!
//! What SQLite has by its one writer, servers here have by locks: whoever adds answers shares a site's lock with the
//! others that do, and whoever changes how the site is counted, or takes answers away, holds it alone
//! ([`session::Lock`]). Counts are added to, never read and written back, and rows are touched in the order of their
//! keys, so that two servers wait for each other in one direction only.

mod attacks;
mod audit;
mod build;
mod cells;
mod check;
mod claims;
mod columns;
mod commits;
mod connections;
mod counting;
mod deleted;
mod erase;
mod faults;
mod filter;
mod generations;
mod hold;
mod identities;
mod inbox;
mod intake;
mod invitations;
mod keys;
mod learned;
mod live;
mod log;
mod members;
mod open;
mod ratings;
mod reports;
mod responses;
mod retention;
mod rows;
mod scan;
mod seal;
mod session;
mod sessions;
mod shares;
mod sightings;
mod sites;
mod surveys;
mod tls;
mod transfer;
mod upkeep;
mod webhooks;

use std::sync::Mutex;

use tokio::sync::Notify;

use crate::seal::Keyring;
use crate::transfer::{Purpose, TransferStore as _};
use crate::{Limits, Result};

/// A store in one PostgreSQL database.
pub(crate) struct PostgresStore {
    connections: connections::Connections,
    hold: hold::Hold,
    limits: Limits,
    /// The key under which erased ids are remembered.
    tombstone_key: Vec<u8>,
    /// How sites count, as far as this server knows.
    countings: Mutex<counting::Known>,
    /// Told when deliveries were written through this store.
    written: Notify,
    line: live::Line,
    /// What opens its secrets.
    keyring: Keyring,
}

impl PostgresStore {
    /// Connects, and brings the schema up to date; without a keyring secrets come and go as they are kept.
    pub(crate) async fn open(url: &str, limits: Limits, purpose: Purpose, keyring: Option<Keyring>) -> Result<Self> {
        // A step of nothing would never end.
        let limits = Limits { step: limits.step.max(1), ..limits };
        let open::Opened { connections, hold, line, tombstone_key } = open::open(url, purpose).await?;
        let (countings, written) = (Mutex::default(), Notify::new());
        let (asked, keyring) = (keyring.is_some(), keyring.unwrap_or_else(Keyring::none));
        let store = Self { connections, hold, limits, tombstone_key, countings, written, line, keyring };
        if purpose == Purpose::Serve {
            purpose.check(store.moving().await?)?;
            store.begin_missing().await?;
            store.tie_all().await?;
            if asked {
                store.seal().await?;
            }
        }
        Ok(store)
    }
}
