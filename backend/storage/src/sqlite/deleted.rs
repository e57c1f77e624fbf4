//! Deleted sites in SQLite, and the steps that clear away what they leave.

use bearing_shared::id::SiteId;
use rusqlite::{Transaction, params};

use super::rows;
use crate::Result;
use crate::deleted::{FEW, MANY};

/// Deletes a site, and leaves its many rows to the steps; false when it is not there.
pub(super) fn delete(transaction: &Transaction<'_>, id: &SiteId) -> Result<bool> {
    if transaction.execute("DELETE FROM site WHERE id = ?1", [&id.0])? == 0 {
        return Ok(false);
    }
    transaction.execute("INSERT INTO deleted_site (site_id) VALUES (?1)", [&id.0])?;
    transaction
        .execute("DELETE FROM survey_version WHERE survey_id IN (SELECT id FROM survey WHERE site_id = ?1)", [&id.0])?;
    for table in FEW {
        transaction.execute(&format!("DELETE FROM {table} WHERE site_id = ?1"), [&id.0])?;
    }
    rows::changed(transaction)?;
    Ok(true)
}

/// Clears some rows of a deleted site, at most `limit`; with the last of them what is known of it.
pub(super) fn clear(transaction: &Transaction<'_>, id: &SiteId, limit: u32) -> Result<()> {
    for (table, key) in MANY {
        let sql =
            format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE site_id = ?1 LIMIT ?2)");
        if transaction.execute(&sql, params![id.0, limit])? > 0 {
            return Ok(());
        }
    }
    transaction.execute("DELETE FROM deleted_site WHERE site_id = ?1", [&id.0])?;
    Ok(())
}
