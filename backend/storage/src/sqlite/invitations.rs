//! Invitations in SQLite: links that work once.

use bearing_shared::id::{InvitationId, MemberId, SiteId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{members, sessions};
use crate::Result;
use crate::members::{Accepted, FIRST_LINKS, Invitation, Joining, Purpose, chose_address};
use crate::sessions::Session;

const INVITATION: &str =
    "SELECT id, hash, site_id, role, member_id, email, created_by, created_at, expires_at FROM invitation";

/// What tells the links of the first operator, which the server makes, from all others.
const FIRST: &str = "site_id IS NULL AND member_id IS NULL AND email IS NULL AND created_by IS NULL";

/// What an invitation leads to, as the columns `site_id`, `role` and `member_id`.
fn purpose_columns(purpose: &Purpose) -> (Option<&str>, Option<&str>, Option<&str>) {
    match purpose {
        Purpose::Join { site, role } => (Some(&site.0), Some(role.name()), None),
        Purpose::Operator => (None, None, None),
        Purpose::Password(member) => (None, None, Some(&member.0)),
    }
}

type Columns = (Invitation, Option<String>, Option<String>);

/// A row, and the site and role that are still to be read into it.
fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    let member: Option<String> = row.get(4)?;
    let invitation = Invitation {
        id: InvitationId(row.get(0)?),
        hash: row.get(1)?,
        purpose: member.map_or(Purpose::Operator, |member| Purpose::Password(MemberId(member))),
        email: row.get(5)?,
        created_by: row.get::<_, Option<String>>(6)?.map(MemberId),
        created_at: row.get(7)?,
        expires_at: row.get(8)?,
    };
    Ok((invitation, row.get(2)?, row.get(3)?))
}

fn record((invitation, site, role): Columns) -> Result<Invitation> {
    let Some(site) = site else { return Ok(invitation) };
    let role = members::role(&role.unwrap_or_default(), &invitation.id.0)?;
    Ok(Invitation { purpose: Purpose::Join { site: SiteId(site), role }, ..invitation })
}

/// Adds an invitation; false when its site or member is not there.
pub(super) fn create(transaction: &Transaction<'_>, invitation: &Invitation) -> Result<bool> {
    transaction.execute("DELETE FROM invitation WHERE expires_at <= ?1", [invitation.created_at])?;
    let (site, role, member) = purpose_columns(&invitation.purpose);
    if let Purpose::Password(member) = &invitation.purpose {
        end_renewals(transaction, member)?;
    }
    let made = transaction.execute(
        "INSERT INTO invitation (id, hash, site_id, role, member_id, email, created_by, created_at, expires_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
         WHERE (?3 IS NULL OR EXISTS (SELECT 1 FROM site WHERE id = ?3))
           AND (?5 IS NULL OR EXISTS (SELECT 1 FROM member WHERE id = ?5))",
        params![
            invitation.id.0,
            invitation.hash,
            site,
            role,
            member,
            invitation.email,
            invitation.created_by.as_ref().map(|id| &id.0),
            invitation.created_at,
            invitation.expires_at
        ],
    )?;
    Ok(made == 1)
}

/// Ends the links by which a member's password could be set.
pub(super) fn end_renewals(transaction: &Transaction<'_>, member: &MemberId) -> Result<()> {
    transaction.execute("DELETE FROM invitation WHERE member_id = ?1", [&member.0])?;
    Ok(())
}

/// Ends what a member who is a site's owner no more has invited to: to the site, and for passwords.
pub(super) fn end_of_owner(transaction: &Transaction<'_>, site: &SiteId, owner: &MemberId) -> Result<()> {
    let sql = "DELETE FROM invitation WHERE created_by = ?2 AND (site_id = ?1 OR member_id IS NOT NULL)";
    transaction.execute(sql, [&site.0, &owner.0])?;
    Ok(())
}

/// Adds an invitation of the first operator; false when anybody can sign in.
pub(super) fn create_first(transaction: &Transaction<'_>, invitation: &Invitation) -> Result<bool> {
    if members::any(transaction)? {
        return Ok(false);
    }
    let sql = format!(
        "DELETE FROM invitation WHERE {FIRST} AND id NOT IN (
           SELECT id FROM invitation WHERE {FIRST} ORDER BY created_at DESC, id LIMIT ?1)"
    );
    transaction.execute(&sql, [FIRST_LINKS - 1])?;
    create(transaction, invitation)
}

/// The invitations to a site that have not ended.
pub(super) fn of_site(connection: &Connection, site: &SiteId, now: i64) -> Result<Vec<Invitation>> {
    let mut statement = connection
        .prepare_cached(&format!("{INVITATION} WHERE site_id = ?1 AND expires_at > ?2 ORDER BY created_at, id"))?;
    let found: Vec<Columns> = statement.query_map(params![site.0, now], columns)?.collect::<rusqlite::Result<_>>()?;
    found.into_iter().map(record).collect()
}

/// The invitations that only this address may use and that have not ended.
pub(super) fn of_address(connection: &Connection, email: &str, now: i64) -> Result<Vec<Invitation>> {
    let sql =
        format!("{INVITATION} WHERE email = ?1 AND member_id IS NULL AND expires_at > ?2 ORDER BY created_at, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let found: Vec<Columns> = statement.query_map(params![email, now], columns)?.collect::<rusqlite::Result<_>>()?;
    found.into_iter().map(record).collect()
}

/// The invitation with this hash, if it has not ended.
pub(super) fn find(connection: &Connection, hash: [u8; 32], now: i64) -> Result<Option<Invitation>> {
    let mut statement = connection.prepare_cached(&format!("{INVITATION} WHERE hash = ?1 AND expires_at > ?2"))?;
    statement.query_row(params![hash, now], columns).optional()?.map(record).transpose()
}

/// Uses an invitation.
pub(super) fn accept(
    transaction: &Transaction<'_>,
    hash: [u8; 32],
    joining: Joining,
    session: Session,
) -> Result<Accepted> {
    let Some(invitation) = find(transaction, hash, session.created_at)? else { return Ok(Accepted::Gone) };
    let id = match (&invitation.purpose, joining) {
        (Purpose::Password(id), Joining::Password(password)) => {
            transaction.execute("UPDATE member SET password = ?2 WHERE id = ?1", params![id.0, password])?;
            transaction.execute("DELETE FROM session WHERE member_id = ?1", [&id.0])?;
            id.clone()
        }
        (Purpose::Password(_), _) | (_, Joining::Password(_)) => return Ok(Accepted::Gone),
        (_, Joining::New(member)) => {
            if !members::insert(transaction, &member)? {
                return Ok(Accepted::EmailTaken);
            }
            // Whoever else has one of them comes too late.
            transaction.execute(&format!("DELETE FROM invitation WHERE {FIRST}"), [])?;
            if chose_address(&invitation) {
                transaction.execute("INSERT INTO unvouched (member_id) VALUES (?1)", [&member.id.0])?;
            }
            member.id
        }
        (_, Joining::Known(id)) => id,
    };
    end_renewals(transaction, &id)?;
    match &invitation.purpose {
        Purpose::Join { site, role } => {
            let before = members::role_in(transaction, site, &id)?;
            let role = before.map_or(*role, |before| before.max(*role));
            transaction.execute(
                "INSERT INTO membership (site_id, member_id, role) VALUES (?1, ?2, ?3)
                 ON CONFLICT (site_id, member_id) DO UPDATE SET role = excluded.role",
                params![site.0, id.0, role.name()],
            )?;
        }
        Purpose::Operator => {
            transaction.execute("UPDATE member SET operator = 1 WHERE id = ?1", [&id.0])?;
        }
        Purpose::Password(_) => {}
    }
    transaction.execute("DELETE FROM invitation WHERE id = ?1", [&invitation.id.0])?;
    if !sessions::insert(transaction, &Session { member: id.clone(), ..session })? {
        // Whoever was known is no member any more: nothing of this may stay.
        return Err(crate::StoreError::Driver("the member who accepts an invitation is gone".into()));
    }
    Ok(Accepted::Done(id))
}
