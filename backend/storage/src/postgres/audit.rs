//! The audit log in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use tokio_postgres::Row;

use super::PostgresStore;
use super::session::{Session, Sites, lock_key};
use crate::audit::{Actor, ActorKind, AuditEntry, AuditStore};
use crate::{Result, StoreError, json};

fn read(row: &Row) -> Result<(i64, AuditEntry)> {
    let (number, kind): (i64, &str) = (row.try_get(0)?, row.try_get(3)?);
    let kind = ActorKind::named(kind).ok_or_else(|| StoreError::Corrupt {
        table: "audit",
        column: "actor_kind",
        row: number.to_string(),
        why: format!("`{kind}` is no kind of caller"),
    })?;
    let entry = AuditEntry {
        at: row.try_get(1)?,
        site: row.try_get::<_, Option<String>>(2)?.map(SiteId),
        actor: Actor { kind, id: row.try_get(4)?, name: row.try_get(5)? },
        action: row.try_get(6)?,
        object: row.try_get(7)?,
        detail: json::read(row.try_get(8)?, "audit", "detail", number)?,
    };
    Ok((number, entry))
}

async fn record(session: &Session, entry: &AuditEntry) -> Result<i64> {
    // Numbers in the order of commits, without a gap: whoever is next waits for the one before.
    session.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_key("the audit log")]).await?;
    let last: i64 = session.one("SELECT coalesce(max(id), 0) FROM audit", &[]).await?.try_get(0)?;
    session
        .execute(
            "INSERT INTO audit (id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                &(last + 1),
                &entry.at,
                &entry.site.as_ref().map(|site| &site.0),
                &entry.actor.kind.name(),
                &entry.actor.id,
                &entry.actor.name,
                &entry.action,
                &entry.object,
                &json::write(&entry.detail)?,
            ],
        )
        .await?;
    Ok(last + 1)
}

#[async_trait]
impl AuditStore for PostgresStore {
    async fn record(&self, entry: AuditEntry) -> Result<i64> {
        // The last number may be an entry of any site.
        let session = self.writing_freely(Sites::All).await?;
        let recorded = record(&session, &entry).await;
        session.end(recorded).await
    }

    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<(i64, AuditEntry)>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let sql = "SELECT id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail FROM audit
                   WHERE site_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
        let before = before.unwrap_or(i64::MAX);
        let found = session.query(sql, &[&site.0, &before, &i64::from(limit)]).await;
        let found = found.and_then(|rows| rows.iter().map(read).collect());
        session.end(found).await
    }
}
