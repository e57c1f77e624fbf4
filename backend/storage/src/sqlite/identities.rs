//! Identities in SQLite.

use async_trait::async_trait;
use bearing_shared::id::MemberId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{SqliteStore, invitations, members};
use crate::Result;
use crate::identities::{Identity, IdentityStore, Linked};
use crate::members::Member;

fn find(connection: &Connection, identity: &Identity) -> Result<Option<Member>> {
    let sql = "SELECT member_id FROM identity WHERE issuer = ?1 AND subject = ?2";
    let id: Option<String> = connection
        .prepare_cached(sql)?
        .query_row([&identity.issuer, &identity.subject], |row| row.get(0))
        .optional()?;
    id.map_or(Ok(None), |id| members::find(connection, "id", &id))
}

fn link(transaction: &Transaction<'_>, member: &MemberId, identity: &Identity, now: i64) -> Result<Linked> {
    if members::find(transaction, "id", &member.0)?.is_none() {
        return Ok(Linked::Absent);
    }
    if find(transaction, identity)?.is_some_and(|found| found.id == *member) {
        return Ok(Linked::Done);
    }
    // An older binary forgets a member without its identities.
    let stale = "DELETE FROM identity WHERE issuer = ?1 AND subject = ?2 AND member_id NOT IN (SELECT id FROM member)";
    transaction.execute(stale, [&identity.issuer, &identity.subject])?;
    let sql = "INSERT INTO identity (issuer, subject, member_id, linked_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO NOTHING";
    if transaction.execute(sql, params![identity.issuer, identity.subject, member.0, now])? == 0 {
        return Ok(Linked::Taken);
    }
    if transaction.execute("DELETE FROM unvouched WHERE member_id = ?1", [&member.0])? == 1 {
        transaction.execute("UPDATE member SET password = NULL WHERE id = ?1", [&member.0])?;
        transaction.execute("DELETE FROM session WHERE member_id = ?1", [&member.0])?;
        invitations::end_renewals(transaction, member)?;
    }
    Ok(Linked::Done)
}

#[async_trait]
impl IdentityStore for SqliteStore {
    async fn member_by_identity(&self, identity: &Identity) -> Result<Option<Member>> {
        let identity = identity.clone();
        self.readers.run(move |connection| find(connection, &identity)).await
    }

    async fn link_identity(&self, member: &MemberId, identity: Identity, now: i64) -> Result<Linked> {
        let member = member.clone();
        self.writer.write(move |transaction| link(transaction, &member, &identity, now)).await
    }
}
