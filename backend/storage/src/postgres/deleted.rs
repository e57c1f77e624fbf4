//! Deleted sites in PostgreSQL, and the steps that clear away what they leave.

use bearing_shared::id::SiteId;

use super::rows;
use super::session::Session;
use crate::Result;
use crate::deleted::{FEW, MANY};

/// Deletes a site, and leaves its many rows to the steps; false when it is not there.
pub(super) async fn delete(session: &Session, id: &SiteId) -> Result<bool> {
    if session.execute("DELETE FROM site WHERE id = $1", &[&id.0]).await? == 0 {
        return Ok(false);
    }
    session.execute("INSERT INTO deleted_site (site_id) VALUES ($1)", &[&id.0]).await?;
    session.execute("DELETE FROM survey_version WHERE site_id = $1", &[&id.0]).await?;
    for table in FEW {
        session.execute(&format!("DELETE FROM {table} WHERE site_id = $1"), &[&id.0]).await?;
    }
    rows::changed(session).await?;
    Ok(true)
}

/// Clears some rows of a deleted site, at most `limit`; with the last of them what is known of it.
pub(super) async fn clear(session: &Session, id: &SiteId, limit: u32) -> Result<()> {
    for (table, key) in MANY {
        // The number stands in the text, so that the plan is one for few rows.
        let some = format!("SELECT {key} FROM {table} WHERE site_id = $1 LIMIT {limit}");
        let sql = format!("DELETE FROM {table} WHERE site_id = $1 AND ({key}) IN ({some})");
        if session.execute(&sql, &[&id.0]).await? > 0 {
            return Ok(());
        }
    }
    session.execute("DELETE FROM deleted_site WHERE site_id = $1", &[&id.0]).await?;
    Ok(())
}
