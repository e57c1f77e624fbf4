//! Sessions: a member who is signed in with one browser, known by the hash of what its cookie holds.

use async_trait::async_trait;
use bearing_shared::id::{MemberId, SessionId};

use crate::Result;
use crate::members::{Member, Membership};

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id, which opens nothing.
    pub id: SessionId,
    /// SHA-256 of what its cookie holds.
    pub hash: [u8; 32],
    /// Who is signed in.
    pub member: MemberId,
    /// When it began, ms since 1970 UTC.
    pub created_at: i64,
    /// When it was last used, to about five minutes, ms since 1970 UTC.
    pub seen_at: i64,
    /// When it ends unless it is used before, ms since 1970 UTC.
    pub expires_at: i64,
    /// Where, in short words: `Firefox on Linux`.
    pub client: String,
}

/// A session with all that it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Who is signed in.
    pub member: Member,
    /// What the member may do, by site.
    pub memberships: Vec<Membership>,
}

/// Storage of sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Adds a session and forgets those that have ended when it begins. False when there is no such member.
    async fn create_session(&self, session: Session) -> Result<bool>;

    /// The session with this hash, its member and what the member may do, as they are at one moment; `None` when it has
    /// ended at `now`.
    async fn session_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<SignedIn>>;

    /// Notes that a session was used, and when it ends.
    async fn touch_session(&self, id: &SessionId, seen_at: i64, expires_at: i64) -> Result<()>;

    /// A member's sessions that have not ended at `now`, the latest first.
    async fn sessions(&self, member: &MemberId, now: i64) -> Result<Vec<Session>>;

    /// Ends a session. False when the member has none of that id.
    async fn end_session(&self, member: &MemberId, id: &SessionId) -> Result<bool>;
}
