//! Shared links: a report with a fixed filter, open to whoever has the link.

use async_trait::async_trait;
use bearing_shared::id::{MemberId, ShareId, SiteId};

use crate::Result;

/// One shared link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// The site that it shows a part of.
    pub site: SiteId,
    /// SHA-256 of the secret in the link.
    pub hash: [u8; 32],
    /// What it is for, in words of its owner.
    pub name: String,
    /// The filter that it is held to, as JSON.
    pub filter: String,
    /// The member who made it; `None`: a key did.
    pub created_by: Option<MemberId>,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
    /// When it ends, ms since 1970 UTC; `None`: when it is taken back.
    pub expires_at: Option<i64>,
    /// When it was last used, to about a minute, ms since 1970 UTC; `None`: never.
    pub last_used_at: Option<i64>,
}

/// Storage of shared links.
#[async_trait]
pub trait ShareStore: Send + Sync {
    /// Adds a shared link. False when there is no such site.
    async fn create_share(&self, share: Share) -> Result<bool>;

    /// A site's shared links, the oldest first, those that have ended too.
    async fn shares(&self, site: &SiteId) -> Result<Vec<Share>>;

    /// The shared link whose secret has this hash, if it has not ended at `now`.
    async fn share_by_hash(&self, hash: [u8; 32], now: i64) -> Result<Option<Share>>;

    /// Takes a shared link back. False when the site has none of that id.
    async fn delete_share(&self, site: &SiteId, id: &ShareId) -> Result<bool>;

    /// Notes when a shared link was last used, ms since 1970 UTC.
    async fn touch_share(&self, site: &SiteId, id: &ShareId, at: i64) -> Result<()>;
}
