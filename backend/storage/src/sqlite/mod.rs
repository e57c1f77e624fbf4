//! The embedded engine: one SQLite file in WAL mode, one writer thread, readers in a pool of their own.

mod counting;
mod keys;
mod open;
mod readers;
mod reports;
mod responses;
mod rows;
mod sites;
mod surveys;
mod upkeep;
mod writer;

use std::path::Path;

use rusqlite::ErrorCode;

use crate::{Result, StoreError};
use readers::Readers;
use writer::Writer;

/// A store in one SQLite file.
pub(crate) struct SqliteStore {
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens or makes the file and brings its schema up to date.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = open::for_writing(path)?;
        Ok(Self { writer: Writer::start(connection)?, readers: Readers::new(path) })
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
            _ => Self::Driver(error.to_string()),
        }
    }
}
