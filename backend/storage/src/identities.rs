//! Identities: who a member is to a provider that signs people in.

use async_trait::async_trait;
use bearing_shared::id::MemberId;

use crate::Result;
use crate::members::Member;

/// A person as a provider knows them. Both texts together never come to mean somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's address.
    pub issuer: String,
    /// Its own id of the person.
    pub subject: String,
}

/// What became of linking a member to an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It is the member's, now or already.
    Done,
    /// It is another member's, or the member is somebody else to this provider.
    Taken,
    /// There is no such member.
    Absent,
}

/// Storage of identities.
#[async_trait]
pub trait IdentityStore: Send + Sync {
    /// The member with this identity.
    async fn member_by_identity(&self, identity: &Identity) -> Result<Option<Member>>;

    /// Gives a member an identity, at `now`. A member has one to a provider, and it is nobody else's.
    ///
    /// Whoever joined by a link that was for anybody chose the address, and may have chosen another's: such a member loses
    /// the password, its links and all sessions with the first identity, so that only the address's owner is left.
    async fn link_identity(&self, member: &MemberId, identity: Identity, now: i64) -> Result<Linked>;
}
