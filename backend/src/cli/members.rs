//! The links by which the first members come in: printed by a server that has none, and by `bearing user create`.

use anyhow::bail;
use bearing_shared::api::audit::Action;
use bearing_shared::id::InvitationId;
use bearing_storage::{Actor, ActorKind, AuditEntry, Invitation, InvitationPurpose, Store};
use serde_json::json;

use super::say;
use crate::auth::email::{is_email, normal};
use crate::clock::{Clock, SystemClock};
use crate::{auth, chance, time};

const DAY: i64 = 24 * 3_600_000;
/// How long the link of a server's start is good for, and that of the command: ms.
const FIRST: i64 = DAY;
const ASKED_FOR: i64 = 7 * DAY;
/// Where a server listens that was told nothing else.
const USUAL: &str = "http://127.0.0.1:8787";

fn invitation(purpose: InvitationPurpose, email: Option<String>, lasts: i64) -> (Invitation, String) {
    let (secret, now) = (chance::secret(""), SystemClock.now());
    let invitation = Invitation {
        id: InvitationId(chance::id(InvitationId::PREFIX)),
        hash: auth::hash(&secret),
        purpose,
        email,
        created_by: None,
        created_at: now,
        expires_at: now + lasts,
    };
    (invitation, secret)
}

/// Prints a link that makes the first operator, where nobody can sign in yet. Those of other servers hold beside it until one
/// of them is used.
pub(super) async fn invite_first(store: &dyn Store, base: &str) -> anyhow::Result<()> {
    let (invitation, secret) = invitation(InvitationPurpose::Operator, None, FIRST);
    match store.invite_first(invitation).await {
        Ok(true) => say(&format!("Make the owner: {base}/app/join/{secret}")),
        Ok(false) => Ok(()),
        Err(error) => {
            // Answers are taken by a server that nobody can sign in to.
            tracing::warn!(%error, "the link that makes the owner could not be made; start again for one");
            Ok(())
        }
    }
}

/// Prints a link by which an address becomes an operator's; where it is a member's, one that sets a new password.
pub(super) async fn create(
    store: &dyn Store,
    email: &str,
    public_url: Option<&str>,
    as_json: bool,
) -> anyhow::Result<()> {
    let email = normal(email);
    if !is_email(&email) {
        bail!("`{email}` is no e-mail address; give one such as ann@shop.example.");
    }
    let known = store.member_by_email(&email).await?;
    let (purpose, action) = match &known {
        Some(member) => (InvitationPurpose::Password(member.id.clone()), Action::MemberPasswordLink),
        None => (InvitationPurpose::Operator, Action::MemberInvited),
    };
    let (invitation, secret) = invitation(purpose, Some(email.clone()), ASKED_FOR);
    let (id, ends) = (invitation.id.clone(), invitation.expires_at);
    if !store.create_invitation(invitation).await? {
        bail!("{email} was removed meanwhile; run this again.");
    }
    note(store, action, id.0, email).await?;
    let link = format!("{}/app/join/{secret}", public_url.unwrap_or(USUAL).trim_end_matches('/'));
    if as_json {
        return say(&json!({ "link": link, "expires_at": time::rfc3339(ends) }).to_string());
    }
    say(&link)
}

/// Forgets the member with an address.
pub(super) async fn delete(store: &dyn Store, email: &str) -> anyhow::Result<()> {
    let email = normal(email);
    let Some(member) = store.member_by_email(&email).await? else { bail!("Nobody signs in as {email}.") };
    if !store.delete_member(&member.id).await? {
        bail!("{email} was removed meanwhile.");
    }
    // Without the address: whoever is forgotten is.
    note(store, Action::MemberRemoved, member.id.0, String::new()).await?;
    say(&format!("{email} can sign in no more."))
}

/// Notes in the audit log what the command line has done.
async fn note(store: &dyn Store, action: Action, object: String, email: String) -> anyhow::Result<()> {
    let entry = AuditEntry {
        at: SystemClock.now(),
        site: None,
        actor: Actor { kind: ActorKind::CommandLine, id: String::new(), name: String::new() },
        action: action.name().to_owned(),
        object,
        detail: if email.is_empty() { [].into() } else { [("email".to_owned(), email)].into() },
    };
    store.record(entry).await?;
    Ok(())
}
