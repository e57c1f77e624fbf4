//! Sessions in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{MemberId, SessionId, SiteId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{SqliteStore, members};
use crate::Result;
use crate::members::Membership;
use crate::sessions::{Session, SessionStore, SignedIn};

const SESSION: &str = "SELECT id, hash, member_id, created_at, seen_at, expires_at, client FROM session";

fn record(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId(row.get(0)?),
        hash: row.get(1)?,
        member: MemberId(row.get(2)?),
        created_at: row.get(3)?,
        seen_at: row.get(4)?,
        expires_at: row.get(5)?,
        client: row.get(6)?,
    })
}

/// Adds a session of a member who is there; false when the member is not.
pub(super) fn insert(transaction: &Transaction<'_>, session: &Session) -> Result<bool> {
    transaction.execute("DELETE FROM session WHERE expires_at <= ?1", [session.created_at])?;
    let made = transaction.execute(
        "INSERT INTO session (id, hash, member_id, created_at, seen_at, expires_at, client)
         SELECT ?1, ?2, id, ?4, ?5, ?6, ?7 FROM member WHERE id = ?3",
        params![
            session.id.0,
            session.hash,
            session.member.0,
            session.created_at,
            session.seen_at,
            session.expires_at,
            session.client
        ],
    )?;
    Ok(made == 1)
}

fn signed_in(connection: &Connection, hash: [u8; 32], now: i64) -> Result<Option<SignedIn>> {
    // One read transaction, so that all of it is of one moment.
    let transaction = connection.unchecked_transaction()?;
    let mut statement = transaction.prepare_cached(&format!("{SESSION} WHERE hash = ?1 AND expires_at > ?2"))?;
    let Some(session) = statement.query_row(params![hash, now], record).optional()? else { return Ok(None) };
    let Some(member) = members::find(&transaction, "id", &session.member.0)? else { return Ok(None) };
    let mut statement =
        transaction.prepare_cached("SELECT site_id, role FROM membership WHERE member_id = ?1 ORDER BY site_id")?;
    let found: Vec<(String, String)> =
        statement.query_map([&member.id.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let memberships = found
        .into_iter()
        .map(|(site, role)| {
            let role = members::role(&role, &member.id.0)?;
            Ok(Membership { site: SiteId(site), member: member.id.clone(), role })
        })
        .collect::<Result<_>>()?;
    Ok(Some(SignedIn { session, member, memberships }))
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn create_session(&self, session: Session) -> Result<bool> {
        self.writer.write(move |transaction| insert(transaction, &session)).await
    }

    async fn session_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<SignedIn>> {
        self.readers.run(move |connection| signed_in(connection, hash, now)).await
    }

    async fn touch_session(&self, id: &SessionId, seen_at: i64, expires_at: i64) -> Result<()> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            transaction.execute(
                "UPDATE session SET seen_at = ?2, expires_at = ?3 WHERE id = ?1",
                params![id.0, seen_at, expires_at],
            )?;
            Ok(())
        };
        self.writer.write(write).await
    }

    async fn sessions(&self, member: &MemberId, now: i64) -> Result<Vec<Session>> {
        let member = member.clone();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{SESSION} WHERE member_id = ?1 AND expires_at > ?2 ORDER BY created_at DESC, id"
            ))?;
            Ok(statement.query_map(params![member.0, now], record)?.collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run(read).await
    }

    async fn end_session(&self, member: &MemberId, id: &SessionId) -> Result<bool> {
        let (member, id) = (member.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            Ok(transaction.execute("DELETE FROM session WHERE member_id = ?1 AND id = ?2", [&member.0, &id.0])? == 1)
        };
        self.writer.write(write).await
    }
}
