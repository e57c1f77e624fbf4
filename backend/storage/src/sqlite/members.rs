//! Members and their roles in SQLite.

use async_trait::async_trait;
use bearing_shared::id::{InvitationId, MemberId, SiteId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{SqliteStore, invitations};
use crate::members::{Accepted, Changed, Invitation, Joining, Member, MemberStore, Membership, Role};
use crate::sessions::Session;
use crate::{Result, StoreError};

const MEMBER: &str = "member.id, email, name, password, operator, locale, member.created_at";

fn record(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        id: MemberId(row.get(0)?),
        email: row.get(1)?,
        name: row.get(2)?,
        password: row.get(3)?,
        operator: row.get(4)?,
        locale: row.get(5)?,
        created_at: row.get(6)?,
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
pub(super) fn find(connection: &Connection, column: &'static str, value: &str) -> Result<Option<Member>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {MEMBER} FROM member WHERE {column} = ?1"))?;
    Ok(statement.query_row([value], record).optional()?)
}

/// Whether any member can sign in.
pub(super) fn any(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM member WHERE password IS NOT NULL) OR EXISTS (SELECT 1 FROM identity)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Adds a member; false when the address is another's.
pub(super) fn insert(transaction: &Transaction<'_>, member: &Member) -> Result<bool> {
    let made = transaction.execute(
        "INSERT INTO member (id, email, name, password, operator, locale, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (email) DO NOTHING",
        params![
            member.id.0,
            member.email,
            member.name,
            member.password,
            member.operator,
            member.locale,
            member.created_at
        ],
    )?;
    Ok(made == 1)
}

/// The role that a member has in a site.
pub(super) fn role_in(connection: &Connection, site: &SiteId, member: &MemberId) -> Result<Option<Role>> {
    let sql = "SELECT role FROM membership WHERE site_id = ?1 AND member_id = ?2";
    let found: Option<String> =
        connection.prepare_cached(sql)?.query_row([&site.0, &member.0], |row| row.get(0)).optional()?;
    found.map(|name| role(&name, &member.0)).transpose()
}

/// What a member may do, by site.
pub(super) fn memberships(connection: &Connection, member: &MemberId) -> Result<Vec<Membership>> {
    let mut statement =
        connection.prepare_cached("SELECT site_id, role FROM membership WHERE member_id = ?1 ORDER BY site_id")?;
    let found: Vec<(String, String)> =
        statement.query_map([&member.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let membership = |(site, name): (String, String)| {
        Ok(Membership { site: SiteId(site), member: member.clone(), role: role(&name, &member.0)? })
    };
    found.into_iter().map(membership).collect()
}

/// Whether a site would have nobody left who may give roles if this member were not its owner any more. Operators own
/// every site, so where there is one no site is lost.
fn is_last_owner(connection: &Connection, site: &SiteId, member: &MemberId) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM member WHERE operator) AND NOT EXISTS (
                 SELECT 1 FROM membership WHERE site_id = ?1 AND member_id <> ?2 AND role = 'owner')";
    Ok(connection.query_row(sql, [&site.0, &member.0], |row| row.get(0))?)
}

fn set_role(transaction: &Transaction<'_>, site: &SiteId, member: &MemberId, role: Role) -> Result<Changed> {
    let Some(before) = role_in(transaction, site, member)? else { return Ok(Changed::Absent) };
    if before == Role::Owner && role < Role::Owner && is_last_owner(transaction, site, member)? {
        return Ok(Changed::LastOwner);
    }
    if role < Role::Owner {
        invitations::end_of_owner(transaction, site, member)?;
    }
    let sql = "UPDATE membership SET role = ?3 WHERE site_id = ?1 AND member_id = ?2";
    transaction.execute(sql, params![site.0, member.0, role.name()])?;
    Ok(Changed::Done)
}

fn remove(transaction: &Transaction<'_>, site: &SiteId, member: &MemberId) -> Result<Changed> {
    let Some(before) = role_in(transaction, site, member)? else { return Ok(Changed::Absent) };
    if before == Role::Owner && is_last_owner(transaction, site, member)? {
        return Ok(Changed::LastOwner);
    }
    invitations::end_of_owner(transaction, site, member)?;
    transaction.execute("DELETE FROM membership WHERE site_id = ?1 AND member_id = ?2", [&site.0, &member.0])?;
    let gone = transaction.execute(
        "DELETE FROM member WHERE id = ?1 AND NOT operator
           AND NOT EXISTS (SELECT 1 FROM membership WHERE member_id = ?1)",
        [&member.0],
    )?;
    if gone == 1 {
        forget(transaction, member)?;
    }
    Ok(Changed::Done)
}

/// Takes away what belongs to a member who is gone.
fn forget(transaction: &Transaction<'_>, member: &MemberId) -> Result<()> {
    for table in ["membership", "session", "invitation", "identity", "unvouched"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE member_id = ?1"), [&member.0])?;
    }
    transaction.execute("DELETE FROM invitation WHERE created_by = ?1", [&member.0])?;
    Ok(())
}

#[async_trait]
impl MemberStore for SqliteStore {
    async fn has_members(&self) -> Result<bool> {
        self.readers.run(any).await
    }

    async fn member(&self, id: &MemberId) -> Result<Option<Member>> {
        let id = id.clone();
        self.readers.run(move |connection| find(connection, "id", &id.0)).await
    }

    async fn member_by_email(&self, email: &str) -> Result<Option<Member>> {
        let email = email.to_owned();
        self.readers.run(move |connection| find(connection, "email", &email)).await
    }

    async fn operators(&self) -> Result<Vec<Member>> {
        let read = |connection: &Connection| {
            let sql = format!("SELECT {MEMBER} FROM member WHERE operator ORDER BY id");
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_map([], record)?.collect::<rusqlite::Result<_>>()?)
        };
        self.readers.run(read).await
    }

    async fn edit_member(&self, id: &MemberId, name: Option<String>, locale: Option<Option<String>>) -> Result<bool> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            let sql = "UPDATE member SET name = coalesce(?2, name), locale = CASE WHEN ?3 THEN ?4 ELSE locale END
                       WHERE id = ?1";
            Ok(transaction.execute(sql, params![id.0, name, locale.is_some(), locale.flatten()])? == 1)
        };
        self.writer.write(write).await
    }

    async fn set_password(&self, id: &MemberId, password: String, keep: [u8; 32]) -> Result<bool> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            let set = transaction.execute("UPDATE member SET password = ?2 WHERE id = ?1", params![id.0, password])?;
            transaction.execute("DELETE FROM session WHERE member_id = ?1 AND hash <> ?2", params![id.0, keep])?;
            invitations::end_renewals(transaction, &id)?;
            Ok(set == 1)
        };
        self.writer.write(write).await
    }

    async fn site_members(&self, site: &SiteId, after: Option<MemberId>, limit: u32) -> Result<Vec<(Member, Role)>> {
        let site = site.clone();
        let after = after.map(|id| id.0).unwrap_or_default();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {MEMBER}, role FROM membership JOIN member ON member.id = member_id
                 WHERE site_id = ?1 AND member_id > ?2 ORDER BY member_id LIMIT ?3"
            ))?;
            let found: Vec<(Member, String)> = statement
                .query_map(params![site.0, after, limit], |row| Ok((record(row)?, row.get(7)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let with_role = |(member, name): (Member, String)| {
                let role = role(&name, &member.id.0)?;
                Ok((member, role))
            };
            found.into_iter().map(with_role).collect()
        };
        self.readers.run(read).await
    }

    async fn memberships(&self, member: &MemberId) -> Result<Vec<Membership>> {
        let member = member.clone();
        self.readers.run(move |connection| memberships(connection, &member)).await
    }

    async fn set_role(&self, site: &SiteId, member: &MemberId, role: Role) -> Result<Changed> {
        let (site, member) = (site.clone(), member.clone());
        self.writer.write(move |transaction| set_role(transaction, &site, &member, role)).await
    }

    async fn remove_member(&self, site: &SiteId, member: &MemberId) -> Result<Changed> {
        let (site, member) = (site.clone(), member.clone());
        self.writer.write(move |transaction| remove(transaction, &site, &member)).await
    }

    async fn delete_member(&self, id: &MemberId) -> Result<bool> {
        let id = id.clone();
        let write = move |transaction: &Transaction<'_>| {
            forget(transaction, &id)?;
            Ok(transaction.execute("DELETE FROM member WHERE id = ?1", [&id.0])? == 1)
        };
        self.writer.write(write).await
    }

    async fn create_invitation(&self, invitation: Invitation) -> Result<bool> {
        self.writer.write(move |transaction| invitations::create(transaction, &invitation)).await
    }

    async fn invite_first(&self, invitation: Invitation) -> Result<bool> {
        self.writer.write(move |transaction| invitations::create_first(transaction, &invitation)).await
    }

    async fn invitations(&self, site: &SiteId, now: i64) -> Result<Vec<Invitation>> {
        let site = site.clone();
        self.readers.run(move |connection| invitations::of_site(connection, &site, now)).await
    }

    async fn invitations_for(&self, email: &str, now: i64) -> Result<Vec<Invitation>> {
        let email = email.to_owned();
        self.readers.run(move |connection| invitations::of_address(connection, &email, now)).await
    }

    async fn invitation_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Invitation>> {
        self.readers.run(move |connection| invitations::find(connection, hash, now)).await
    }

    async fn delete_invitation(&self, site: &SiteId, id: &InvitationId) -> Result<bool> {
        let (site, id) = (site.clone(), id.clone());
        let write = move |transaction: &Transaction<'_>| {
            let sql = "DELETE FROM invitation WHERE site_id = ?1 AND id = ?2";
            Ok(transaction.execute(sql, [&site.0, &id.0])? == 1)
        };
        self.writer.write(write).await
    }

    async fn accept_invitation(&self, hash: [u8; 32], joining: Joining, session: Session) -> Result<Accepted> {
        self.writer.write(move |transaction| invitations::accept(transaction, hash, joining, session)).await
    }
}
