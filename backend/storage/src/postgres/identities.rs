//! Identities in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::MemberId;

use super::session::{Session as Transaction, Sites};
use super::{PostgresStore, invitations, members};
use crate::Result;
use crate::identities::{Identity, IdentityStore, Linked};
use crate::members::Member;

async fn find(transaction: &Transaction, identity: &Identity) -> Result<Option<Member>> {
    let sql = "SELECT member_id FROM identity WHERE issuer = $1 AND subject = $2";
    let Some(row) = transaction.first(sql, &[&identity.issuer, &identity.subject]).await? else { return Ok(None) };
    members::find(transaction, "id", row.try_get(0)?).await
}

async fn link(transaction: &Transaction, member: &MemberId, identity: &Identity, now: i64) -> Result<Linked> {
    if !members::hold(transaction, member).await? {
        return Ok(Linked::Absent);
    }
    if find(transaction, identity).await?.is_some_and(|found| found.id == *member) {
        return Ok(Linked::Done);
    }
    // An older binary forgets a member without its identities.
    let stale = "DELETE FROM identity WHERE issuer = $1 AND subject = $2 AND member_id NOT IN (SELECT id FROM member)";
    transaction.execute(stale, &[&identity.issuer, &identity.subject]).await?;
    let sql = "INSERT INTO identity (issuer, subject, member_id, linked_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING";
    if transaction.execute(sql, &[&identity.issuer, &identity.subject, &member.0, &now]).await? == 0 {
        return Ok(Linked::Taken);
    }
    if transaction.execute("DELETE FROM unvouched WHERE member_id = $1", &[&member.0]).await? == 1 {
        transaction.execute("UPDATE member SET password = NULL WHERE id = $1", &[&member.0]).await?;
        transaction.execute("DELETE FROM session WHERE member_id = $1", &[&member.0]).await?;
        invitations::end_renewals(transaction, member).await?;
    }
    Ok(Linked::Done)
}

#[async_trait]
impl IdentityStore for PostgresStore {
    async fn member_by_identity(&self, identity: &Identity) -> Result<Option<Member>> {
        let transaction = self.reading(Sites::Of(&[])).await?;
        let found = find(&transaction, identity).await;
        transaction.end(found).await
    }

    async fn link_identity(&self, member: &MemberId, identity: Identity, now: i64) -> Result<Linked> {
        // Links for passwords are no site's.
        let transaction = self.writing_freely(Sites::All).await?;
        let linked = link(&transaction, member, &identity, now).await;
        transaction.end(linked).await
    }
}
