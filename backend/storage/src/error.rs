//! What can go wrong in a store, apart by what the caller can do about it.

/// The result of a store call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A fault of the store. A thing that is not there is not a fault: it is `None` or `false`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be opened; the sentence says what to do.
    #[error("{0}")]
    Unusable(String),
    /// The disk is full or cannot be written: nothing was stored, and a later try may succeed.
    #[error("the store cannot be written: {0}")]
    Unwritable(String),
    /// A read took longer than a read may ([`crate::READ_LIMIT`]); a narrower question may be answered.
    #[error("the read took too long and was stopped")]
    TooSlow,
    /// A row holds what no version of Bearing writes.
    #[error("{table}.{column} of row {row} cannot be read: {why}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong with it.
        why: String,
    },
    /// Any other fault of the engine.
    #[error("the store failed: {0}")]
    Driver(String),
}
