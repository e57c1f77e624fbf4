//! The embedded engine: one SQLite file in WAL mode, one writer thread, readers in a pool of their own.

mod attacks;
mod audit;
mod backup;
mod build;
mod cells;
mod check;
mod claims;
mod counting;
mod damage;
mod deleted;
mod erase;
mod filter;
mod generations;
mod identities;
mod inbox;
mod invitations;
mod keys;
mod learned;
mod live;
mod log;
mod members;
mod open;
mod ratings;
mod readers;
mod reports;
mod responses;
mod retention;
mod rows;
mod scan;
mod seal;
mod sessions;
mod shares;
mod sightings;
mod sites;
mod surveys;
mod transfer;
mod upkeep;
mod webhooks;
mod writer;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use rusqlite::ErrorCode;
use tokio::sync::Notify;

use crate::seal::Keyring;
use crate::transfer::Purpose;
use crate::{Limits, Result, StoreError};
pub(crate) use backup::{back_up, restore, settle, stage};
use readers::Readers;
pub(crate) use seal::is_sealed;
use writer::Writer;

/// A store in one SQLite file.
pub(crate) struct SqliteStore {
    writer: Writer,
    readers: Readers,
    limits: Limits,
    /// Told when deliveries have been written.
    written: Notify,
    /// Whether the WAL may hold rows that were erased; a start does not know better.
    has_remnants: AtomicBool,
    /// What opens its secrets.
    keyring: Keyring,
}

impl SqliteStore {
    /// Opens or makes the file and brings its schema up to date; without a keyring secrets come and go as they are kept.
    pub(crate) fn open(path: &Path, limits: Limits, purpose: Purpose, keyring: Option<Keyring>) -> Result<Self> {
        // A step of nothing would never end.
        let limits = Limits { step: limits.step.max(1), ..limits };
        let mut connection = open::for_writing(path, purpose)?;
        if purpose == Purpose::Serve {
            purpose.check(transfer::moving(&connection)?)?;
            build::begin_missing(&mut connection, limits.step)?;
            audit::tie_all(&mut connection)?;
            if let Some(keyring) = &keyring {
                seal::seal(&mut connection, keyring)?;
            }
        }
        let (writer, readers) = (Writer::start(connection)?, Readers::new(path, limits.read));
        let (written, keyring) = (Notify::new(), keyring.unwrap_or_else(Keyring::none));
        Ok(Self { writer, readers, limits, written, has_remnants: AtomicBool::new(true), keyring })
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        match code {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked,
            ) => Self::Unwritable(error.to_string()),
            // Nothing but the readers' deadline interrupts.
            Some(ErrorCode::OperationInterrupted) => Self::TooSlow,
            _ => Self::Driver(error.to_string()),
        }
    }
}
