//! Members and their roles in PostgreSQL.

use async_trait::async_trait;
use bearing_shared::id::{InvitationId, MemberId, SiteId};
use tokio_postgres::Row;

use super::session::{Lock, Session as Transaction, Sites};
use super::{PostgresStore, invitations};
use crate::members::{Accepted, Changed, Invitation, Joining, Member, MemberStore, Membership, Purpose, Role};
use crate::sessions::Session;
use crate::{Result, StoreError};

const MEMBER: &str = "member.id, email, name, password, operator, locale, member.created_at";

fn record(row: &Row) -> Result<Member> {
    Ok(Member {
        id: MemberId(row.try_get(0)?),
        email: row.try_get(1)?,
        name: row.try_get(2)?,
        password: row.try_get(3)?,
        operator: row.try_get::<_, i16>(4)? != 0,
        locale: row.try_get(5)?,
        created_at: row.try_get(6)?,
    })
}

/// The role of this name, in a row of this member.
pub(super) fn role(name: &str, member: &str) -> Result<Role> {
    Role::named(name).ok_or_else(|| StoreError::Corrupt {
        table: "membership",
        column: "role",
        row: member.to_owned(),
        why: format!("`{name}` is no role"),
    })
}

/// The member whose `column` (`id` or `email`) has this value.
pub(super) async fn find(transaction: &Transaction, column: &'static str, value: &str) -> Result<Option<Member>> {
    let found = transaction.first(&format!("SELECT {MEMBER} FROM member WHERE {column} = $1"), &[&value]).await?;
    found.as_ref().map(record).transpose()
}

/// Whether any member can sign in.
pub(super) async fn any(transaction: &Transaction) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM member WHERE password IS NOT NULL) OR EXISTS (SELECT 1 FROM identity)";
    Ok(transaction.one(sql, &[]).await?.try_get(0)?)
}

/// Keeps a member as it is until the end: who is taken out of one site may be joining another. False when it is gone.
pub(super) async fn hold(transaction: &Transaction, id: &MemberId) -> Result<bool> {
    Ok(transaction.first("SELECT 1 FROM member WHERE id = $1 FOR UPDATE", &[&id.0]).await?.is_some())
}

/// Adds a member; false when the address is another's.
pub(super) async fn insert(transaction: &Transaction, member: &Member) -> Result<bool> {
    let made = transaction
        .execute(
            "INSERT INTO member (id, email, name, password, operator, locale, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING",
            &[
                &member.id.0,
                &member.email,
                &member.name,
                &member.password,
                &i16::from(member.operator),
                &member.locale,
                &member.created_at,
            ],
        )
        .await?;
    Ok(made == 1)
}

/// The role that a member has in a site.
pub(super) async fn role_in(transaction: &Transaction, site: &SiteId, member: &MemberId) -> Result<Option<Role>> {
    let sql = "SELECT role FROM membership WHERE site_id = $1 AND member_id = $2";
    let found = transaction.first(sql, &[&site.0, &member.0]).await?;
    found.map(|row| role(row.try_get(0)?, &member.0)).transpose()
}

/// What a member may do, by site.
pub(super) async fn memberships(transaction: &Transaction, member: &MemberId) -> Result<Vec<Membership>> {
    let sql = "SELECT site_id, role FROM membership WHERE member_id = $1 ORDER BY site_id";
    let membership = |row: &Row| {
        let role = role(row.try_get(1)?, &member.0)?;
        Ok(Membership { site: SiteId(row.try_get(0)?), member: member.clone(), role })
    };
    transaction.query(sql, &[&member.0]).await?.iter().map(membership).collect()
}

/// Whether a site would have nobody left who may give roles if this member were not its owner any more. Operators own
/// every site, so where there is one no site is lost.
async fn is_last_owner(transaction: &Transaction, site: &SiteId, member: &MemberId) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM member WHERE operator = 1) AND NOT EXISTS (
                 SELECT 1 FROM membership WHERE site_id = $1 AND member_id <> $2 AND role = 'owner')";
    Ok(transaction.one(sql, &[&site.0, &member.0]).await?.try_get(0)?)
}

async fn set_role(transaction: &Transaction, site: &SiteId, member: &MemberId, role: Role) -> Result<Changed> {
    let Some(before) = role_in(transaction, site, member).await? else { return Ok(Changed::Absent) };
    if before == Role::Owner && role < Role::Owner && is_last_owner(transaction, site, member).await? {
        return Ok(Changed::LastOwner);
    }
    if role < Role::Owner {
        invitations::end_of_owner(transaction, site, member).await?;
    }
    let sql = "UPDATE membership SET role = $3 WHERE site_id = $1 AND member_id = $2";
    transaction.execute(sql, &[&site.0, &member.0, &role.name()]).await?;
    Ok(Changed::Done)
}

async fn remove(transaction: &Transaction, site: &SiteId, member: &MemberId) -> Result<Changed> {
    hold(transaction, member).await?;
    let Some(before) = role_in(transaction, site, member).await? else { return Ok(Changed::Absent) };
    if before == Role::Owner && is_last_owner(transaction, site, member).await? {
        return Ok(Changed::LastOwner);
    }
    invitations::end_of_owner(transaction, site, member).await?;
    let sql = "DELETE FROM membership WHERE site_id = $1 AND member_id = $2";
    transaction.execute(sql, &[&site.0, &member.0]).await?;
    let sql = "DELETE FROM member WHERE id = $1 AND operator = 0
                 AND NOT EXISTS (SELECT 1 FROM membership WHERE member_id = $1)";
    if transaction.execute(sql, &[&member.0]).await? == 1 {
        forget(transaction, member).await?;
    }
    Ok(Changed::Done)
}

/// Takes away what belongs to a member who is gone.
async fn forget(transaction: &Transaction, member: &MemberId) -> Result<()> {
    for table in ["membership", "session", "invitation", "identity", "unvouched"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE member_id = $1"), &[&member.0]).await?;
    }
    transaction.execute("DELETE FROM invitation WHERE created_by = $1", &[&member.0]).await.map(|_| ())
}

async fn delete(transaction: &Transaction, id: &MemberId) -> Result<bool> {
    if !hold(transaction, id).await? {
        return Ok(false);
    }
    forget(transaction, id).await?;
    Ok(transaction.execute("DELETE FROM member WHERE id = $1", &[&id.0]).await? == 1)
}

async fn set_password(transaction: &Transaction, id: &MemberId, password: &str, keep: [u8; 32]) -> Result<bool> {
    let set = transaction.execute("UPDATE member SET password = $2 WHERE id = $1", &[&id.0, &password]).await?;
    let sql = "DELETE FROM session WHERE member_id = $1 AND hash <> $2";
    transaction.execute(sql, &[&id.0, &&keep[..]]).await?;
    invitations::end_renewals(transaction, id).await?;
    Ok(set == 1)
}

#[async_trait]
impl MemberStore for PostgresStore {
    async fn has_members(&self) -> Result<bool> {
        let transaction = self.reading(Sites::Of(&[])).await?;
        let found = any(&transaction).await;
        transaction.end(found).await
    }

    async fn member(&self, id: &MemberId) -> Result<Option<Member>> {
        let transaction = self.reading(Sites::Of(&[])).await?;
        let found = find(&transaction, "id", &id.0).await;
        transaction.end(found).await
    }

    async fn member_by_email(&self, email: &str) -> Result<Option<Member>> {
        let transaction = self.reading(Sites::Of(&[])).await?;
        let found = find(&transaction, "email", email).await;
        transaction.end(found).await
    }

    async fn operators(&self) -> Result<Vec<Member>> {
        let transaction = self.reading(Sites::Of(&[])).await?;
        let sql = format!("SELECT {MEMBER} FROM member WHERE operator = 1 ORDER BY id");
        let found = transaction.query(&sql, &[]).await;
        let found = found.and_then(|rows| rows.iter().map(record).collect());
        transaction.end(found).await
    }

    async fn edit_member(&self, id: &MemberId, name: Option<String>, locale: Option<Option<String>>) -> Result<bool> {
        let transaction = self.writing_freely(Sites::Of(&[])).await?;
        let sql = "UPDATE member SET name = coalesce($2, name), locale = CASE WHEN $3 THEN $4 ELSE locale END
                   WHERE id = $1";
        let edited = transaction.execute(sql, &[&id.0, &name, &locale.is_some(), &locale.flatten()]).await;
        transaction.end(edited.map(|edited| edited == 1)).await
    }

    async fn set_password(&self, id: &MemberId, password: String, keep: [u8; 32]) -> Result<bool> {
        // Links for passwords are no site's.
        let transaction = self.writing_freely(Sites::All).await?;
        let set = set_password(&transaction, id, &password, keep).await;
        transaction.end(set).await
    }

    async fn site_members(&self, site: &SiteId, after: Option<MemberId>, limit: u32) -> Result<Vec<(Member, Role)>> {
        let transaction = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let after = after.map(|id| id.0).unwrap_or_default();
        let sql = format!(
            "SELECT {MEMBER}, role FROM membership JOIN member ON member.id = member_id
             WHERE site_id = $1 AND member_id > $2 ORDER BY member_id LIMIT $3"
        );
        let found = transaction.query(&sql, &[&site.0, &after, &i64::from(limit)]).await;
        let with_role = |row: &Row| {
            let member = record(row)?;
            let role = role(row.try_get(7)?, &member.id.0)?;
            Ok((member, role))
        };
        let found = found.and_then(|rows| rows.iter().map(with_role).collect());
        transaction.end(found).await
    }

    async fn memberships(&self, member: &MemberId) -> Result<Vec<Membership>> {
        let transaction = self.reading(Sites::All).await?;
        let found = memberships(&transaction, member).await;
        transaction.end(found).await
    }

    async fn set_role(&self, site: &SiteId, member: &MemberId, role: Role) -> Result<Changed> {
        // Alone: two owners who make each other editors at once would leave none.
        let transaction = self.writing_beyond(std::slice::from_ref(site), Lock::Alone).await?;
        let changed = set_role(&transaction, site, member, role).await;
        transaction.end(changed).await
    }

    async fn remove_member(&self, site: &SiteId, member: &MemberId) -> Result<Changed> {
        let transaction = self.writing_beyond(std::slice::from_ref(site), Lock::Alone).await?;
        let changed = remove(&transaction, site, member).await;
        transaction.end(changed).await
    }

    async fn delete_member(&self, id: &MemberId) -> Result<bool> {
        let transaction = self.writing_freely(Sites::All).await?;
        let gone = delete(&transaction, id).await;
        transaction.end(gone).await
    }

    async fn create_invitation(&self, invitation: Invitation) -> Result<bool> {
        let transaction = match &invitation.purpose {
            // Under the site's lock, as a key.
            Purpose::Join { site, .. } => self.writing_beyond(std::slice::from_ref(site), Lock::Shared).await?,
            Purpose::Operator | Purpose::Password(_) => self.writing_freely(Sites::All).await?,
        };
        let made = invitations::create(&transaction, &invitation).await;
        transaction.end(made).await
    }

    async fn invite_first(&self, invitation: Invitation) -> Result<bool> {
        let transaction = self.writing_freely(Sites::All).await?;
        let made = invitations::create_first(&transaction, &invitation).await;
        transaction.end(made).await
    }

    async fn invitations(&self, site: &SiteId, now: i64) -> Result<Vec<Invitation>> {
        let transaction = self.reading(Sites::Of(std::slice::from_ref(site))).await?;
        let found = invitations::of_site(&transaction, site, now).await;
        transaction.end(found).await
    }

    async fn invitations_for(&self, email: &str, now: i64) -> Result<Vec<Invitation>> {
        let transaction = self.reading(Sites::All).await?;
        let found = invitations::of_address(&transaction, email, now).await;
        transaction.end(found).await
    }

    async fn invitation_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Invitation>> {
        let transaction = self.reading(Sites::All).await?;
        let found = invitations::find(&transaction, hash, now, false).await;
        transaction.end(found).await
    }

    async fn delete_invitation(&self, site: &SiteId, id: &InvitationId) -> Result<bool> {
        let transaction = self.writing(std::slice::from_ref(site), Lock::Shared).await?;
        let sql = "DELETE FROM invitation WHERE site_id = $1 AND id = $2";
        let gone = transaction.execute(sql, &[&site.0, &id.0]).await;
        transaction.end(gone.map(|gone| gone == 1)).await
    }

    async fn accept_invitation(&self, hash: [u8; 32], joining: Joining, session: Session) -> Result<Accepted> {
        let transaction = self.reading(Sites::All).await?;
        let found = invitations::find(&transaction, hash, session.created_at, false).await;
        let Some(found) = transaction.end(found).await? else { return Ok(Accepted::Gone) };
        // The site's lock before any row: whoever removes the site takes them in this order too.
        let transaction = match &found.purpose {
            Purpose::Join { site, .. } => self.writing_beyond(std::slice::from_ref(site), Lock::Shared).await?,
            Purpose::Operator | Purpose::Password(_) => self.writing_freely(Sites::All).await?,
        };
        let accepted = invitations::accept(&transaction, (hash, &found.purpose), joining, session).await;
        transaction.end(accepted).await
    }
}
