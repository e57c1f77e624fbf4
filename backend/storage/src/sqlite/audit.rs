//! The audit log in SQLite.

use async_trait::async_trait;
use bearing_shared::id::SiteId;
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, TransactionBehavior, params};

use super::SqliteStore;
use crate::audit::{Actor, ActorKind, AuditEntry, AuditStore, Recorded};
use crate::chain::link;
use crate::{Result, StoreError, json};

/// What [`entry`] reads.
const COLUMNS: &str =
    "SELECT id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail, link FROM audit";

fn entry(row: &Row<'_>) -> Result<Recorded> {
    let (number, kind): (i64, String) = (row.get(0)?, row.get(3)?);
    let kind = ActorKind::named(&kind).ok_or_else(|| StoreError::Corrupt {
        table: "audit",
        column: "actor_kind",
        row: number.to_string(),
        why: format!("`{kind}` is no kind of caller"),
    })?;
    let entry = AuditEntry {
        at: row.get(1)?,
        site: row.get::<_, Option<String>>(2)?.map(SiteId),
        actor: Actor { kind, id: row.get(4)?, name: row.get(5)? },
        action: row.get(6)?,
        object: row.get(7)?,
        detail: json::read(&row.get::<_, String>(8)?, "audit", "detail", number)?,
    };
    Ok(Recorded { number, entry, hash: row.get(9)? })
}

fn entries(connection: &Connection, condition: &str, params: impl Params) -> Result<Vec<Recorded>> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} {condition}"))?;
    let mut found = statement.query(params)?;
    let mut entries = Vec::new();
    while let Some(row) = found.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

/// The hash of the last entry of a chain below a number.
fn head(connection: &Connection, site: Option<&str>, below: i64) -> Result<Option<String>> {
    let sql = "SELECT link FROM audit WHERE site_id IS ?1 AND id < ?2 ORDER BY id DESC LIMIT 1";
    let found = connection.prepare_cached(sql)?.query_row(params![site, below], |row| row.get(0)).optional()?;
    Ok(found.flatten())
}

/// Ties entries that have no hash to what stands before them.
fn tie(transaction: &Transaction<'_>, loose: Vec<Recorded>) -> Result<()> {
    for Recorded { number, entry, .. } in loose {
        let before = head(transaction, entry.site.as_ref().map(SiteId::as_str), number)?;
        let sql = "UPDATE audit SET link = ?2 WHERE id = ?1";
        transaction.prepare_cached(sql)?.execute(params![number, link(before.as_deref(), number, &entry)])?;
    }
    Ok(())
}

/// Ties what a server has left that knew of no chain.
pub(super) fn tie_all(connection: &mut Connection) -> Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE link IS NULL)";
    if !connection.query_row(sql, [], |row| row.get(0))? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let loose = entries(&transaction, "WHERE link IS NULL ORDER BY id", [])?;
    tie(&transaction, loose)?;
    Ok(transaction.commit()?)
}

fn record(transaction: &Transaction<'_>, entry: &AuditEntry) -> Result<i64> {
    let last: i64 = transaction.query_row("SELECT coalesce(max(id), 0) FROM audit", [], |row| row.get(0))?;
    let site = entry.site.as_ref().map(SiteId::as_str);
    tie(transaction, entries(transaction, "WHERE link IS NULL AND site_id IS ?1 ORDER BY id", [site])?)?;
    let before = head(transaction, site, i64::MAX)?;
    transaction.execute(
        "INSERT INTO audit (id, at, site_id, actor_kind, actor_id, actor_name, action, object, detail, link)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            last + 1,
            entry.at,
            site,
            entry.actor.kind.name(),
            entry.actor.id,
            entry.actor.name,
            entry.action,
            entry.object,
            json::write(&entry.detail)?,
            link(before.as_deref(), last + 1, entry),
        ],
    )?;
    Ok(last + 1)
}

#[async_trait]
impl AuditStore for SqliteStore {
    async fn record(&self, entry: AuditEntry) -> Result<i64> {
        self.writer.write(move |transaction| record(transaction, &entry)).await
    }

    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<Recorded>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let before = before.unwrap_or(i64::MAX);
            let condition = "WHERE site_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
            entries(connection, condition, params![site.0, before, limit])
        };
        self.readers.run(read).await
    }

    async fn audit_chain(&self, site: Option<&SiteId>, after: i64, limit: u32) -> Result<Vec<Recorded>> {
        let site = site.map(|site| site.0.clone());
        let read = move |connection: &Connection| {
            let condition = "WHERE site_id IS ?1 AND id > ?2 ORDER BY id LIMIT ?3";
            entries(connection, condition, params![site, after, limit])
        };
        self.readers.run(read).await
    }

    async fn audit_chains(&self) -> Result<Vec<Option<SiteId>>> {
        let read = |connection: &Connection| {
            let mut statement = connection.prepare_cached("SELECT DISTINCT site_id FROM audit ORDER BY site_id")?;
            let found = statement.query_map([], |row| Ok(row.get::<_, Option<String>>(0)?.map(SiteId)))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run_slow(read).await
    }
}
