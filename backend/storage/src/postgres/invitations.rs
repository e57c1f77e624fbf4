//! Invitations in PostgreSQL: links that work once.

use bearing_shared::id::{InvitationId, MemberId, SiteId};
use tokio_postgres::Row;

use super::session::{Session as Transaction, lock_key};
use super::{members, rows, sessions};
use crate::Result;
use crate::members::{Accepted, FIRST_LINKS, Invitation, Joining, Purpose, chose_address};
use crate::sessions::Session;

const INVITATION: &str =
    "SELECT id, hash, site_id, role, member_id, email, created_by, created_at, expires_at FROM invitation";

/// What tells the links of the first operator, which the server makes, from all others.
const FIRST: &str = "site_id IS NULL AND member_id IS NULL AND email IS NULL AND created_by IS NULL";

fn record(row: &Row) -> Result<Invitation> {
    let id: String = row.try_get(0)?;
    let (site, role): (Option<String>, Option<&str>) = (row.try_get(2)?, row.try_get(3)?);
    let member: Option<String> = row.try_get(4)?;
    let purpose = match (site, member) {
        (Some(site), _) => Purpose::Join { site: SiteId(site), role: members::role(role.unwrap_or_default(), &id)? },
        (None, Some(member)) => Purpose::Password(MemberId(member)),
        (None, None) => Purpose::Operator,
    };
    Ok(Invitation {
        id: InvitationId(id),
        hash: rows::hash(row, 1)?,
        purpose,
        email: row.try_get(5)?,
        created_by: row.try_get::<_, Option<String>>(6)?.map(MemberId),
        created_at: row.try_get(7)?,
        expires_at: row.try_get(8)?,
    })
}

/// Adds an invitation; false when its site or member is not there.
pub(super) async fn create(transaction: &Transaction, invitation: &Invitation) -> Result<bool> {
    transaction.execute("DELETE FROM invitation WHERE expires_at <= $1", &[&invitation.created_at]).await?;
    let (site, role, member) = match &invitation.purpose {
        Purpose::Join { site, role } => (Some(&site.0), Some(role.name()), None),
        Purpose::Operator => (None, None, None),
        Purpose::Password(member) => (None, None, Some(&member.0)),
    };
    if let Purpose::Password(member) = &invitation.purpose {
        // Two that are made at once: one of them holds.
        members::hold(transaction, member).await?;
        end_renewals(transaction, member).await?;
    }
    let made = transaction
        .execute(
            "INSERT INTO invitation (id, hash, site_id, role, member_id, email, created_by, created_at, expires_at)
             SELECT $1, $2, $3::text, $4, $5::text, $6, $7, $8, $9
             WHERE ($3::text IS NULL OR EXISTS (SELECT 1 FROM site WHERE id = $3::text))
               AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM member WHERE id = $5::text))",
            &[
                &invitation.id.0,
                &&invitation.hash[..],
                &site,
                &role,
                &member,
                &invitation.email,
                &invitation.created_by.as_ref().map(|id| &id.0),
                &invitation.created_at,
                &invitation.expires_at,
            ],
        )
        .await?;
    Ok(made == 1)
}

/// Ends the links by which a member's password could be set.
pub(super) async fn end_renewals(transaction: &Transaction, member: &MemberId) -> Result<()> {
    transaction.execute("DELETE FROM invitation WHERE member_id = $1", &[&member.0]).await.map(|_| ())
}

/// Ends what a member who is a site's owner no more has invited to: to the site, and for passwords.
pub(super) async fn end_of_owner(transaction: &Transaction, site: &SiteId, owner: &MemberId) -> Result<()> {
    let sql = "DELETE FROM invitation WHERE created_by = $2 AND (site_id = $1 OR member_id IS NOT NULL)";
    transaction.execute(sql, &[&site.0, &owner.0]).await.map(|_| ())
}

/// Keeps others from being the first, or from being told that they may be, until the end.
async fn hold_first(transaction: &Transaction) -> Result<()> {
    let key = lock_key("the first invitation");
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&key]).await.map(|_| ())
}

/// Adds an invitation of the first operator; false when anybody can sign in.
pub(super) async fn create_first(transaction: &Transaction, invitation: &Invitation) -> Result<bool> {
    hold_first(transaction).await?;
    if members::any(transaction).await? {
        return Ok(false);
    }
    let sql = format!(
        "DELETE FROM invitation WHERE {FIRST} AND id NOT IN (
           SELECT id FROM invitation WHERE {FIRST} ORDER BY created_at DESC, id LIMIT $1)"
    );
    transaction.execute(&sql, &[&i64::from(FIRST_LINKS - 1)]).await?;
    create(transaction, invitation).await
}

/// The invitations to a site that have not ended.
pub(super) async fn of_site(transaction: &Transaction, site: &SiteId, now: i64) -> Result<Vec<Invitation>> {
    let sql = format!("{INVITATION} WHERE site_id = $1 AND expires_at > $2 ORDER BY created_at, id");
    transaction.query(&sql, &[&site.0, &now]).await?.iter().map(record).collect()
}

/// The invitations that only this address may use and that have not ended.
pub(super) async fn of_address(transaction: &Transaction, email: &str, now: i64) -> Result<Vec<Invitation>> {
    let sql =
        format!("{INVITATION} WHERE email = $1 AND member_id IS NULL AND expires_at > $2 ORDER BY created_at, id");
    transaction.query(&sql, &[&email, &now]).await?.iter().map(record).collect()
}

/// The invitation with this hash, if it has not ended; kept as it is until the end where it is to be used.
pub(super) async fn find(
    transaction: &Transaction,
    hash: [u8; 32],
    now: i64,
    keep: bool,
) -> Result<Option<Invitation>> {
    let lock = if keep { "FOR UPDATE" } else { "" };
    let sql = format!("{INVITATION} WHERE hash = $1 AND expires_at > $2 {lock}");
    transaction.first(&sql, &[&&hash[..], &now]).await?.as_ref().map(record).transpose()
}

/// Uses the invitation with this hash, which was seen to be for this.
pub(super) async fn accept(
    transaction: &Transaction,
    (hash, purpose): ([u8; 32], &Purpose),
    joining: Joining,
    session: Session,
) -> Result<Accepted> {
    if let Purpose::Password(member) = purpose {
        // Before the link: whoever sets the password otherwise takes them in this order too.
        members::hold(transaction, member).await?;
    }
    if matches!(joining, Joining::New(_)) {
        // Before any row: of two who come by such links at once, one is the first.
        hold_first(transaction).await?;
    }
    let Some(invitation) = find(transaction, hash, session.created_at, true).await? else {
        return Ok(Accepted::Gone);
    };
    let id = match (&invitation.purpose, joining) {
        (Purpose::Password(id), Joining::Password(password)) => {
            transaction.execute("UPDATE member SET password = $2 WHERE id = $1", &[&id.0, &password]).await?;
            transaction.execute("DELETE FROM session WHERE member_id = $1", &[&id.0]).await?;
            id.clone()
        }
        (Purpose::Password(_), _) | (_, Joining::Password(_)) => return Ok(Accepted::Gone),
        (_, Joining::New(member)) => {
            if !members::insert(transaction, &member).await? {
                return Ok(Accepted::EmailTaken);
            }
            // Whoever else has one of them comes too late.
            transaction.execute(&format!("DELETE FROM invitation WHERE {FIRST}"), &[]).await?;
            if chose_address(&invitation) {
                transaction.execute("INSERT INTO unvouched (member_id) VALUES ($1)", &[&member.id.0]).await?;
            }
            member.id
        }
        (_, Joining::Known(id)) => id,
    };
    members::hold(transaction, &id).await?;
    end_renewals(transaction, &id).await?;
    match &invitation.purpose {
        Purpose::Join { site, role } => {
            let before = members::role_in(transaction, site, &id).await?;
            let role = before.map_or(*role, |before| before.max(*role));
            let sql = "INSERT INTO membership (site_id, member_id, role) VALUES ($1, $2, $3)
                       ON CONFLICT (site_id, member_id) DO UPDATE SET role = excluded.role";
            transaction.execute(sql, &[&site.0, &id.0, &role.name()]).await?;
        }
        Purpose::Operator => {
            transaction.execute("UPDATE member SET operator = 1 WHERE id = $1", &[&id.0]).await?;
        }
        Purpose::Password(_) => {}
    }
    transaction.execute("DELETE FROM invitation WHERE id = $1", &[&invitation.id.0]).await?;
    if !sessions::insert(transaction, &Session { member: id.clone(), ..session }).await? {
        // Whoever was known is no member any more: nothing of this may stay.
        return Err(crate::StoreError::Driver("the member who accepts an invitation is gone".into()));
    }
    Ok(Accepted::Done(id))
}
