//! Display tokens, suspicious answers and attacks in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{ResponseId, SiteId};
use bearing_shared::suspicion::TOKEN;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{SqliteStore, rows};
use crate::Result;
use crate::attacks::{Attack, AttackStore, Display, Noted, Standing, enough, first_of, holder};
use crate::responses::States;

/// How the token stands that an answer names; a good one that was nobody's is this response's from now on.
pub(super) fn standing(
    transaction: &Transaction<'_>,
    site: &SiteId,
    id: ResponseId,
    display: Option<Display>,
) -> Result<Standing> {
    let Some(Display { token, is_good, .. }) = display else { return Ok(Standing::Nobodys) };
    let holder = holder(id);
    let insert = "INSERT INTO display (token, site_id, holder) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    if is_good && transaction.prepare_cached(insert)?.execute(params![token, site.0, holder])? > 0 {
        return Ok(Standing::New);
    }
    let mut held = transaction.prepare_cached("SELECT holder = ?3 FROM display WHERE token = ?1 AND site_id = ?2")?;
    let is_own: Option<bool> = held.query_row(params![token, site.0, holder], |row| row.get(0)).optional()?;
    Ok(match is_own {
        Some(true) => Standing::Own,
        Some(false) => Standing::Anothers,
        None => Standing::Nobodys,
    })
}

/// Leaves a token to whoever comes with it next.
pub(super) fn let_go(transaction: &Transaction<'_>, site: &SiteId, display: Display) -> Result<()> {
    let sql = "DELETE FROM display WHERE token = ?1 AND site_id = ?2";
    transaction.prepare_cached(sql)?.execute(params![display.token, site.0])?;
    Ok(())
}

/// Whether a response has a token, and not the one that is named.
pub(super) fn has_another(
    connection: &Connection,
    site: &SiteId,
    id: ResponseId,
    named: Option<[u8; TOKEN]>,
) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM display WHERE site_id = ?1 AND holder = ?2 AND token IS NOT ?3)",
    )?;
    Ok(statement.query_row(params![site.0, holder(id), named], |row| row.get(0))?)
}

fn known(connection: &Connection, site: &SiteId) -> Result<Option<Attack>> {
    let mut statement = connection.prepare_cached("SELECT began_at, until_at FROM attack WHERE site_id = ?1")?;
    let record = |row: &rusqlite::Row<'_>| Ok(Attack { began_at: row.get(0)?, until: row.get(1)? });
    Ok(statement.query_row([&site.0], record).optional()?)
}

#[async_trait]
impl AttackStore for SqliteStore {
    async fn attack(&self, site: &SiteId) -> Result<Option<Attack>> {
        let site = site.clone();
        self.readers.run(move |connection: &Connection| known(connection, &site)).await
    }

    async fn note_attack(&self, site: &SiteId, now: i64, until: i64) -> Result<Noted> {
        let site = site.clone();
        let write = move |transaction: &Transaction<'_>| {
            let noted = Noted::after(known(transaction, &site)?, now);
            let sql = "INSERT INTO attack (site_id, began_at, until_at) SELECT id, ?2, ?3 FROM site WHERE id = ?1
                       ON CONFLICT (site_id) DO UPDATE SET
                         began_at = CASE WHEN until_at > ?2 THEN began_at ELSE ?2 END,
                         until_at = max(until_at, ?3)";
            if transaction.prepare_cached(sql)?.execute(params![site.0, now, until])? == 0 {
                return Ok(Noted::Nowhere);
            }
            rows::changed(transaction)?;
            Ok(noted)
        };
        self.writer.write(write).await
    }

    async fn ended_attacks(&self, now: i64) -> Result<Vec<(SiteId, Attack)>> {
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM attack WHERE until_at <= ?1 RETURNING site_id, began_at, until_at";
            let mut statement = transaction.prepare_cached(sql)?;
            let ended = statement.query_map([now], |row| {
                Ok((SiteId(row.get(0)?), Attack { began_at: row.get(1)?, until: row.get(2)? }))
            })?;
            Ok(ended.collect::<rusqlite::Result<_>>()?)
        };
        self.writer.write(write).await
    }

    async fn suspicious(
        &self,
        site: &SiteId,
        (from, to): (i64, i64),
        states: States,
        most: u32,
    ) -> Result<Vec<ResponseId>> {
        let (site, state) = (site.clone(), states.name());
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM response WHERE site_id = ?1 AND received_at BETWEEN ?2 AND ?3 AND suspicion <> 0
                   AND suspicion & ?4 <> 0 AND (?5 IS NULL OR state = ?5) ORDER BY received_at DESC LIMIT ?6",
            )?;
            let found = statement.query_map(params![site.0, from, to, enough(), state, most], |row| row.get(0))?;
            Ok(found.map(|id| id.map(ResponseId)).collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run(read).await
    }

    async fn forget_displays(&self, before: i64, most: u32) -> Result<u64> {
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM display WHERE (token, site_id) IN (
                         SELECT token, site_id FROM display WHERE token < ?1 ORDER BY token LIMIT ?2)";
            Ok(transaction.prepare_cached(sql)?.execute(params![first_of(before), most])? as u64)
        };
        self.writer.write(write).await
    }
}
