//! Who comes in: the member with this identity; the first time the member, or whoever was invited, with this address.
//!
//! Nobody is made a member who was not invited, and an address counts only where the provider has verified it.

use axum::http::HeaderMap;
use bearing_shared::api::audit::Action;
use bearing_shared::id::MemberId;
use bearing_storage::{Accepted, Invitation, InvitationPurpose as Purpose, Joining, Linked, Member};

use super::{Failure, Person};
use crate::app::App;
use crate::auth::{member_actor, session};
use crate::error::ApiResult;
use crate::{audit, chance};

/// The most characters of a member's name.
const NAME_LIMIT: usize = 100;

/// What became of somebody who came by the provider.
pub enum Entered {
    /// A session has begun; this is what its cookie holds.
    In(String),
    /// They are not let in.
    Out(Failure),
}

/// Lets a person in whom the provider named `by` vouches for.
///
/// # Errors
/// What the store says.
pub async fn enter(app: &App, by: &str, person: Person, headers: &HeaderMap) -> ApiResult<Entered> {
    if let Some(member) = app.store.member_by_identity(&person.identity).await? {
        return begin(app, &member, headers).await;
    }
    let Some(email) = person.email.clone() else { return Ok(Entered::Out(Failure::Unverified)) };
    let Some(member) = app.store.member_by_email(&email).await? else {
        return join(app, by, person, email, headers).await;
    };
    match app.store.link_identity(&member.id, person.identity, app.clock.now()).await? {
        Linked::Done => {}
        Linked::Taken => return Ok(Entered::Out(Failure::Taken(email))),
        Linked::Absent => return Ok(Entered::Out(Failure::Unknown(email))),
    }
    let memberships = app.store.memberships(&member.id).await?;
    let sites: Vec<_> = memberships.iter().map(|membership| &membership.site).collect();
    // An operator may have no site of their own.
    let sites = if sites.is_empty() { vec![None] } else { sites.into_iter().map(Some).collect() };
    for site in sites {
        audit::note(app, member_actor(&member), site, Action::MemberLinked, member.id.as_str(), &[("provider", by)])
            .await;
    }
    begin(app, &member, headers).await
}

async fn begin(app: &App, member: &Member, headers: &HeaderMap) -> ApiResult<Entered> {
    let (session, cookie) = session::begin(app, member.id.clone(), headers);
    Ok(match app.store.create_session(session).await? {
        true => Entered::In(cookie),
        // Removed a moment ago.
        false => Entered::Out(Failure::Unknown(member.email.clone())),
    })
}

/// Makes somebody a member by the invitations that are for this address.
async fn join(app: &App, by: &str, person: Person, email: String, headers: &HeaderMap) -> ApiResult<Entered> {
    let now = app.clock.now();
    let invitations = app.store.invitations_for(&email, now).await?;
    let name: String = match person.name.as_str() {
        "" => email.clone(),
        name => name.chars().take(NAME_LIMIT).collect(),
    };
    let id = MemberId(chance::id(MemberId::PREFIX));
    let (operator, locale, created_at) = (false, None, now);
    let new = Member { id: id.clone(), email: email.clone(), name, password: None, operator, locale, created_at };
    let mut joining = Joining::New(new.clone());
    let mut begun: Option<(bearing_shared::id::SessionId, String)> = None;
    for invitation in invitations {
        let (session, cookie) = session::begin(app, id.clone(), headers);
        let session_id = session.id.clone();
        match app.store.accept_invitation(invitation.hash, joining.clone(), session).await? {
            Accepted::Done(_) => {}
            // Taken back a moment ago.
            Accepted::Gone => continue,
            // Joined by another window a moment ago: to begin again finds them.
            Accepted::EmailTaken => return Ok(Entered::Out(Failure::Stale)),
        }
        if begun.is_none() && app.store.link_identity(&id, person.identity.clone(), now).await? != Linked::Done {
            return Ok(Entered::Out(Failure::Taken(email)));
        }
        // Each invitation begins a session; the last one stays.
        if let Some((before, _)) = begun.replace((session_id, cookie)) {
            app.store.end_session(&id, &before).await?;
        }
        note(app, by, &new, &invitation).await;
        joining = Joining::Known(id.clone());
    }
    Ok(match begun {
        Some((_, cookie)) => Entered::In(cookie),
        None => Entered::Out(Failure::Unknown(email)),
    })
}

/// Notes in the audit log that an invitation was used.
async fn note(app: &App, by: &str, member: &Member, invitation: &Invitation) {
    let (site, role) = match &invitation.purpose {
        Purpose::Join { site, role } => (Some(site), role.name()),
        Purpose::Operator | Purpose::Password(_) => (None, "operator"),
    };
    let detail = [("role", role), ("provider", by)];
    audit::note(app, member_actor(member), site, Action::MemberJoined, member.id.as_str(), &detail).await;
}
