//! Members' sessions in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::{MemberId, SessionId, SiteId};
use tokio_postgres::Row;

use super::session::{Session as Transaction, Sites};
use super::{PostgresStore, members, rows};
use crate::Result;
use crate::members::Membership;
use crate::sessions::{Session, SessionStore, SignedIn};

const SESSION: &str = "SELECT id, hash, member_id, created_at, seen_at, expires_at, client FROM session";

fn record(row: &Row) -> Result<Session> {
    Ok(Session {
        id: SessionId(row.try_get(0)?),
        hash: rows::hash(row, 1)?,
        member: MemberId(row.try_get(2)?),
        created_at: row.try_get(3)?,
        seen_at: row.try_get(4)?,
        expires_at: row.try_get(5)?,
        client: row.try_get(6)?,
    })
}

/// Adds a session of a member who is there; false when the member is not.
pub(super) async fn insert(transaction: &Transaction, session: &Session) -> Result<bool> {
    transaction.execute("DELETE FROM session WHERE expires_at <= $1", &[&session.created_at]).await?;
    let made = transaction
        .execute(
            "INSERT INTO session (id, hash, member_id, created_at, seen_at, expires_at, client)
             SELECT $1, $2, id, $4, $5, $6, $7 FROM member WHERE id = $3",
            &[
                &session.id.0,
                &&session.hash[..],
                &session.member.0,
                &session.created_at,
                &session.seen_at,
                &session.expires_at,
                &session.client,
            ],
        )
        .await?;
    Ok(made == 1)
}

async fn signed_in(transaction: &Transaction, hash: [u8; 32], now: i64) -> Result<Option<SignedIn>> {
    let sql = format!("{SESSION} WHERE hash = $1 AND expires_at > $2");
    let Some(row) = transaction.first(&sql, &[&&hash[..], &now]).await? else { return Ok(None) };
    let session = record(&row)?;
    let Some(member) = members::find(transaction, "id", &session.member.0).await? else { return Ok(None) };
    let sql = "SELECT site_id, role FROM membership WHERE member_id = $1 ORDER BY site_id";
    let found = transaction.query(sql, &[&member.id.0]).await?;
    let membership = |row: &Row| {
        let role = members::role(row.try_get(1)?, &member.id.0)?;
        Ok(Membership { site: SiteId(row.try_get(0)?), member: member.id.clone(), role })
    };
    let memberships = found.iter().map(membership).collect::<Result<_>>()?;
    Ok(Some(SignedIn { session, member, memberships }))
}

#[async_trait]
impl SessionStore for PostgresStore {
    async fn create_session(&self, session: Session) -> Result<bool> {
        let transaction = self.writing_freely(Sites::Of(&[])).await?;
        let made = insert(&transaction, &session).await;
        transaction.end(made).await
    }

    async fn session_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<SignedIn>> {
        // What a member may do stands behind the wall of every site that it is about.
        let transaction = self.reading(Sites::All).await?;
        let found = signed_in(&transaction, hash, now).await;
        transaction.end(found).await
    }

    async fn touch_session(&self, id: &SessionId, seen_at: i64, expires_at: i64) -> Result<()> {
        let transaction = self.writing_freely(Sites::Of(&[])).await?;
        let sql = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE id = $1";
        let touched = transaction.execute(sql, &[&id.0, &seen_at, &expires_at]).await;
        transaction.end(touched.map(|_| ())).await
    }

    async fn sessions(&self, member: &MemberId, now: i64) -> Result<Vec<Session>> {
        let transaction = self.reading(Sites::Of(&[])).await?;
        let sql = format!("{SESSION} WHERE member_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id");
        let found = transaction.query(&sql, &[&member.0, &now]).await;
        let found = found.and_then(|rows| rows.iter().map(record).collect());
        transaction.end(found).await
    }

    async fn end_session(&self, member: &MemberId, id: &SessionId) -> Result<bool> {
        let transaction = self.writing_freely(Sites::Of(&[])).await?;
        let sql = "DELETE FROM session WHERE member_id = $1 AND id = $2";
        let ended = transaction.execute(sql, &[&member.0, &id.0]).await;
        transaction.end(ended.map(|ended| ended == 1)).await
    }
}
