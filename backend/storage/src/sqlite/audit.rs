//! The audit log in SQLite.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use rusqlite::{Connection, Row, Transaction, params};

use super::SqliteStore;
use crate::audit::{Actor, ActorKind, AuditEntry, AuditStore};
use crate::{Result, StoreError, json};

type Columns = (i64, i64, Option<String>, String, String, String, String, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    let (site, kind) = (row.get(2)?, row.get(3)?);
    Ok((row.get(0)?, row.get(1)?, site, kind, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?))
}

fn record((number, at, site, kind, id, name, action, object, detail): Columns) -> Result<(i64, AuditEntry)> {
    let kind = ActorKind::named(&kind).ok_or_else(|| StoreError::Corrupt {
        table: "audit",
        column: "actor_kind",
        row: number.to_string(),
        why: format!("`{kind}` is no kind of caller"),
    })?;
    let detail = json::read(&detail, "audit", "detail", number)?;
    let actor = Actor { kind, id, name };
    Ok((number, AuditEntry { at, site: site.map(SiteId), actor, action, object, detail }))
}

#[async_trait]
impl AuditStore for SqliteStore {
    async fn record(&self, entry: AuditEntry) -> Result<i64> {
        let write = move |transaction: &Transaction<'_>| {
            let last: i64 = transaction.query_row("SELECT coalesce(max(id), 0) FROM audit", [], |row| row.get(0))?;
            transaction.execute(
                "INSERT INTO audit (id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    last + 1,
                    entry.at,
                    entry.site.as_ref().map(|site| &site.0),
                    entry.actor.kind.name(),
                    entry.actor.id,
                    entry.actor.name,
                    entry.action,
                    entry.object,
                    json::write(&entry.detail)?
                ],
            )?;
            Ok(last + 1)
        };
        self.writer.write(write).await
    }

    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<(i64, AuditEntry)>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail FROM audit
                 WHERE site_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            )?;
            let before = before.unwrap_or(i64::MAX);
            let found: Vec<Columns> =
                statement.query_map(params![site.0, before, limit], columns)?.collect::<rusqlite::Result<_>>()?;
            found.into_iter().map(record).collect()
        };
        self.readers.run(read).await
    }
}
