//! What PostgreSQL's faults mean: to the caller, and to whoever might try the same work another way.

use deadpool_postgres::PoolError;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::StoreError;

/// How often work is tried again that another server's transaction stood in the way of.
const TRIES: u32 = 5;

/// Why a transaction failed, as far as that decides what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Another transaction stood in the way of this one: the same work may succeed at once.
    Conflict,
    /// Something was locked for longer than may be waited.
    Locked,
    /// A value that the database takes from nobody: without its row the others may succeed.
    Value,
    /// The database as a whole, or the way to it.
    Other,
}

impl Cause {
    /// The cause of a driver's fault.
    pub(super) fn of(error: &Error) -> Self {
        let Some(code) = error.code() else {
            return if is_ours(error) { Self::Value } else { Self::Other };
        };
        if [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE].contains(code) {
            return Self::Conflict;
        }
        if *code == SqlState::LOCK_NOT_AVAILABLE {
            return Self::Locked;
        }
        // Too many or too few values, what no type holds, what a constraint forbids, and what is too large.
        match ["21", "22", "23", "54"].contains(&&code.code()[..2]) {
            true => Self::Value,
            false => Self::Other,
        }
    }
}

/// A transaction that failed.
#[derive(Debug)]
pub(super) struct Failed {
    error: StoreError,
    /// `None` where the database refused nothing.
    cause: Option<Cause>,
}

impl Failed {
    pub(super) fn new(error: StoreError, cause: Option<Cause>) -> Self {
        Self { error, cause }
    }

    /// Whether something was locked for too long.
    pub(super) fn is_locked(&self) -> bool {
        self.cause == Some(Cause::Locked)
    }

    /// Whether nobody may have heard what became of it.
    pub(super) fn is_unheard(&self) -> bool {
        matches!(self.error, StoreError::Unwritable(_)) && !self.is_locked()
    }

    /// Whether a single row can be the reason: its value, or what is stored under its key.
    pub(super) fn may_be_a_rows(&self) -> bool {
        matches!(self.error, StoreError::Driver(_) | StoreError::Corrupt { .. })
            && matches!(self.cause, None | Some(Cause::Value))
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(to)
    }
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

impl From<PoolError> for Failed {
    /// No connection: whatever the database says of it, nothing was written and a later try may succeed.
    fn from(error: PoolError) -> Self {
        let said = match &error {
            PoolError::Backend(error) => said(error),
            error => error.to_string(),
        };
        Self::new(StoreError::Unwritable(said), Some(Cause::Other))
    }
}

/// The tries of one piece of work.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Whether the work is to be tried again after this.
    pub(super) fn again(&mut self, failed: &Failed) -> bool {
        let again = failed.cause == Some(Cause::Conflict) && self.0 < TRIES;
        if again {
            self.0 += 1;
            tracing::debug!(why = %failed, tries = self.0, "a transaction is tried again");
        }
        again
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let Some(fault) = error.as_db_error() else {
            return if is_ours(&error) { Self::Driver(said(&error)) } else { Self::Unwritable(said(&error)) };
        };
        let code = fault.code();
        if *code == SqlState::QUERY_CANCELED {
            return Self::TooSlow;
        }
        // A lock; a right or a table that somebody took away, as a restore does for a while.
        let passing = [SqlState::LOCK_NOT_AVAILABLE, SqlState::INSUFFICIENT_PRIVILEGE, SqlState::UNDEFINED_TABLE];
        // Connections and who may have one, the database's state and name, conflicts, a full disk or memory, somebody
        // who stops the server, and faults of its machine and its own.
        let classes = ["08", "25", "28", "3D", "40", "53", "57", "58", "XX"];
        match passing.contains(code) || classes.contains(&&code.code()[..2]) {
            true => Self::Unwritable(said(&error)),
            false => Self::Driver(said(&error)),
        }
    }
}

/// Whether a value did not fit its column's type, which is our own fault; what else the driver says itself is of the
/// connection. It tells them apart in words only.
fn is_ours(error: &Error) -> bool {
    let text = error.to_string();
    error.as_db_error().is_none() && (text.starts_with("error serializing") || text.starts_with("error deserializing"))
}

/// An error with its cause: the driver's own text says `db error` and no more. Of what the server said only the message,
/// for its details may hold a whole row, and this goes into the log.
pub(super) fn said(error: &Error) -> String {
    if let Some(fault) = error.as_db_error() {
        return format!("{} ({})", fault.message(), fault.code().code());
    }
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
