//! JSON columns: written and read in one way, with the row named when it cannot be read.

use crate::{Result, StoreError};

/// Reads a JSON column, naming the row when it cannot be read.
pub(crate) fn read<T: serde::de::DeserializeOwned>(
    text: &str,
    table: &'static str,
    column: &'static str,
    row: impl ToString,
) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt {
        table,
        column,
        row: row.to_string(),
        why: error.to_string(),
    })
}

/// Writes a JSON column.
pub(crate) fn write(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Driver(error.to_string()))
}
