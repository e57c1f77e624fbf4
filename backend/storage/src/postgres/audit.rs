//! The audit log in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use tokio_postgres::Row;

use super::PostgresStore;
use super::session::{Params, Session, Sites, lock_key};
use crate::audit::{Actor, ActorKind, AuditEntry, AuditStore, Recorded};
use crate::chain::link;
use crate::{Result, StoreError, json};

/// What [`read`] reads.
const COLUMNS: &str =
    "SELECT id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail, link FROM audit";

fn read(row: &Row) -> Result<Recorded> {
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
    Ok(Recorded { number, entry, hash: row.try_get(9)? })
}

async fn entries(session: &Session, condition: &str, params: Params<'_>) -> Result<Vec<Recorded>> {
    session.query(&format!("{COLUMNS} {condition}"), params).await?.iter().map(read).collect()
}

/// Which entries are a chain's: `IS NOT DISTINCT FROM` would look through all of them.
fn of(site: Option<&SiteId>) -> &'static str {
    if site.is_some() { "site_id = $1" } else { "site_id IS NULL AND $1::text IS NULL" }
}

/// The hash of the last entry of a chain below a number.
async fn head(session: &Session, site: Option<&SiteId>, below: i64) -> Result<Option<String>> {
    let sql = format!("SELECT link FROM audit WHERE {} AND id < $2 ORDER BY id DESC LIMIT 1", of(site));
    match session.first(&sql, &[&site.map(SiteId::as_str), &below]).await? {
        Some(row) => Ok(row.try_get(0)?),
        None => Ok(None),
    }
}

/// Numbers and hashes in the order of commits: whoever is next waits for the one before.
async fn lock(session: &Session) -> Result<()> {
    session.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_key("the audit log")]).await?;
    Ok(())
}

/// Ties entries that have no hash to what stands before them.
async fn tie(session: &Session, loose: Vec<Recorded>) -> Result<()> {
    for Recorded { number, entry, .. } in loose {
        let before = head(session, entry.site.as_ref(), number).await?;
        let made = link(before.as_deref(), number, &entry);
        session.execute("UPDATE audit SET link = $2 WHERE id = $1", &[&number, &made]).await?;
    }
    Ok(())
}

async fn tie_all(session: &Session) -> Result<()> {
    lock(session).await?;
    let loose = entries(session, "WHERE link IS NULL ORDER BY id", &[]).await?;
    tie(session, loose).await
}

async fn record(session: &Session, entry: &AuditEntry) -> Result<i64> {
    lock(session).await?;
    let last: i64 = session.one("SELECT coalesce(max(id), 0) FROM audit", &[]).await?.try_get(0)?;
    let (chain, site) = (entry.site.as_ref(), entry.site.as_ref().map(SiteId::as_str));
    let loose = entries(session, &format!("WHERE link IS NULL AND {} ORDER BY id", of(chain)), &[&site]).await?;
    tie(session, loose).await?;
    let before = head(session, chain, i64::MAX).await?;
    session
        .execute(
            "INSERT INTO audit (id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail, link)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            &[
                &(last + 1),
                &entry.at,
                &site,
                &entry.actor.kind.name(),
                &entry.actor.id,
                &entry.actor.name,
                &entry.action,
                &entry.object,
                &json::write(&entry.detail)?,
                &link(before.as_deref(), last + 1, entry),
            ],
        )
        .await?;
    Ok(last + 1)
}

impl PostgresStore {
    /// Ties what a server has left that knew of no chain.
    pub(super) async fn tie_all(&self) -> Result<()> {
        let session = self.reading(Sites::All).await?;
        let any = session.one("SELECT EXISTS (SELECT 1 FROM audit WHERE link IS NULL)", &[]).await;
        if !session.end(any).await?.try_get::<_, bool>(0)? {
            return Ok(());
        }
        let session = self.writing_freely(Sites::All).await?;
        let tied = tie_all(&session).await;
        session.end(tied).await
    }
}

#[async_trait]
impl AuditStore for PostgresStore {
    async fn record(&self, entry: AuditEntry) -> Result<i64> {
        // The last number may be an entry of any site.
        let session = self.writing_freely(Sites::All).await?;
        let recorded = record(&session, &entry).await;
        session.end(recorded).await
    }

    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<Recorded>> {
        let session = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let before = before.unwrap_or(i64::MAX);
        let condition = "WHERE site_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
        let found = entries(&session, condition, &[&site.0, &before, &i64::from(limit)]).await;
        session.end(found).await
    }

    async fn audit_chain(&self, site: Option<&SiteId>, after: i64, limit: u32) -> Result<Vec<Recorded>> {
        // An entry of no site is met only by who names all.
        let session = self.reading(site.map_or(Sites::All, |site| Sites::Of(std::slice::from_ref(site)))).await?;
        let condition = format!("WHERE {} AND id > $2 ORDER BY id LIMIT $3", of(site));
        let found = entries(&session, &condition, &[&site.map(SiteId::as_str), &after, &i64::from(limit)]).await;
        session.end(found).await
    }

    async fn audit_chains(&self) -> Result<Vec<Option<SiteId>>> {
        let session = self.reading_slowly(Sites::All).await?;
        let sql = "SELECT DISTINCT site_id FROM audit ORDER BY site_id NULLS FIRST";
        let found = session.query(sql, &[]).await;
        let found = found.and_then(|rows| {
            rows.iter().map(|row| Ok(row.try_get::<_, Option<String>>(0)?.map(SiteId))).collect::<Result<Vec<_>>>()
        });
        session.end(found).await
    }
}
