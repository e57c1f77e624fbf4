//! Members: the people who sign in, what they may do in which site, and who is invited to become one.
//!
//! Members belong to no site. Whoever is an operator is owner of every site and may make sites; everybody else has a role
//! in each site that they are a member of.

use async_trait::async_trait;
pub use bearing_shared::api::members::Role;
use bearing_shared::id::{InvitationId, MemberId, SiteId};

use crate::Result;
use crate::sessions::Session;

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// The address that the member signs in with: trimmed, in lower case, unique.
    pub email: String,
    /// The name.
    pub name: String,
    /// The password's hash as a PHC string; `None`: nobody can sign in with a password.
    pub password: Option<String>,
    /// Whether the member may make sites and is owner of every site.
    pub operator: bool,
    /// The language of the screens; `None`: the browser's.
    pub locale: Option<String>,
    /// When the account was made, ms since 1970 UTC.
    pub created_at: i64,
}

/// What a member may do in a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The site.
    pub site: SiteId,
    /// The member.
    pub member: MemberId,
    /// The role.
    pub role: Role,
}

/// What an invitation leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be a member of a site.
    Join {
        /// The site.
        site: SiteId,
        /// The role in it.
        role: Role,
    },
    /// To be an operator.
    Operator,
    /// To set a new password, as a member who is there already.
    Password(MemberId),
}

/// One invitation: a link that works once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// SHA-256 of the secret in its link.
    pub hash: [u8; 32],
    /// What it leads to.
    pub purpose: Purpose,
    /// The one address that may use it; `None`: whoever has the link.
    pub email: Option<String>,
    /// The member who made it; `None`: the server or the command line.
    pub created_by: Option<MemberId>,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
    /// When it ends, ms since 1970 UTC.
    pub expires_at: i64,
}

/// Who uses an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Somebody who was no member before.
    New(Member),
    /// A member, who has proved to be it.
    Known(MemberId),
    /// The member whose password it is, with the new one's PHC string.
    Password(String),
}

/// What became of using an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is used, by this member, whose session has begun.
    Done(MemberId),
    /// There is no such invitation: it was used, has ended, or is for something else than was asked for.
    Gone,
    /// The address is a member's already: they have to prove that they are it.
    EmailTaken,
}

/// What became of a change to who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// There is no such member in the site.
    Absent,
    /// A site would have no owner left, and there is no operator who could give it one.
    LastOwner,
}

/// Whether somebody new who uses an invitation chose the address: a link to a site that was for nobody in particular. Whoever
/// becomes operator by such a link had it from the server itself.
pub(crate) fn chose_address(invitation: &Invitation) -> bool {
    invitation.email.is_none() && matches!(invitation.purpose, Purpose::Join { .. })
}

/// The most links of [`MemberStore::invite_first`] that hold at once: as many servers as may start together, and no more
/// than that of those that start again and again.
pub(crate) const FIRST_LINKS: u32 = 8;

/// Storage of members, their roles and invitations.
///
/// A link for a password holds as long as nothing has changed about its member: it ends with the next one, with a new
/// password, and when the member joins another site or becomes an operator, since whoever made it was asked about less.
/// What an owner has invited to ends when they are owner no more: nobody comes back by a link of their own.
#[async_trait]
pub trait MemberStore: Send + Sync {
    /// Whether anybody can sign in yet: a member who has a password, or whom a provider vouches for.
    async fn has_members(&self) -> Result<bool>;

    /// The member with this id.
    async fn member(&self, id: &MemberId) -> Result<Option<Member>>;

    /// The member who signs in with this address, which is in lower case.
    async fn member_by_email(&self, email: &str) -> Result<Option<Member>>;

    /// Every operator, by id.
    async fn operators(&self) -> Result<Vec<Member>>;

    /// Sets a member's name and language, each where it is given. False when there is no such member.
    async fn edit_member(&self, id: &MemberId, name: Option<String>, locale: Option<Option<String>>) -> Result<bool>;

    /// Sets a member's password (a PHC string) and ends all the member's sessions but the one with this hash, and the links
    /// by which another could be set. False when there is no such member.
    async fn set_password(&self, id: &MemberId, password: String, keep: [u8; 32]) -> Result<bool>;

    /// A page of a site's members with their roles, by id: those behind `after`, at most `limit`. Operators who have no
    /// role of their own in the site are not among them.
    async fn site_members(&self, site: &SiteId, after: Option<MemberId>, limit: u32) -> Result<Vec<(Member, Role)>>;

    /// What a member may do, by site.
    async fn memberships(&self, member: &MemberId) -> Result<Vec<Membership>>;

    /// Gives a member of a site another role. What an owner has invited to ends with that role.
    async fn set_role(&self, site: &SiteId, member: &MemberId, role: Role) -> Result<Changed>;

    /// Takes a member out of a site, and what they have invited to. Whoever is in no site then, and is no operator, is a
    /// member no more: nothing is kept of people who have nothing to do here.
    async fn remove_member(&self, site: &SiteId, member: &MemberId) -> Result<Changed>;

    /// Forgets a member with all roles, sessions and links, those that they have made too. Whoever does this from outside
    /// any site may leave sites without an owner, and can make an operator at any time. False when there is no such member.
    async fn delete_member(&self, id: &MemberId) -> Result<bool>;

    /// Adds an invitation and forgets those that have ended, and an earlier one for the same member's password. False when
    /// its site or member is not there.
    async fn create_invitation(&self, invitation: Invitation) -> Result<bool>;

    /// Adds an invitation of the first operator beside earlier ones, of which the newest eight hold: each server that starts
    /// on an empty store prints one. All of them end as soon as anybody joins. False when anybody can sign in already.
    async fn invite_first(&self, invitation: Invitation) -> Result<bool>;

    /// The invitations to a site that have not ended at `now`, the oldest first.
    async fn invitations(&self, site: &SiteId, now: i64) -> Result<Vec<Invitation>>;

    /// The invitations that only this address may use, to a site or to be an operator, and that have not ended at `now`, the
    /// oldest first. The address is in lower case.
    async fn invitations_for(&self, email: &str, now: i64) -> Result<Vec<Invitation>>;

    /// The invitation whose link's secret has this hash, if it has not ended at `now`.
    async fn invitation_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Invitation>>;

    /// Takes an invitation to a site back. False when the site has none of that id.
    async fn delete_invitation(&self, site: &SiteId, id: &InvitationId) -> Result<bool>;

    /// Uses the invitation with this hash, once: whoever joins becomes a member or gets what the invitation gives, the
    /// session begins (its `member` is put right), and the invitation is gone. A role that the member has is never
    /// lowered. A new password ends the member's other sessions.
    async fn accept_invitation(&self, hash: [u8; 32], joining: Joining, session: Session) -> Result<Accepted>;
}
