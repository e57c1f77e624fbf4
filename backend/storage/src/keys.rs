//! API keys: known by the hash of their secret, bound to one site, with a scope.

use async_trait::async_trait;
pub use bearing_shared::api::keys::Scope;
use bearing_shared::id::{KeyId, SiteId};

use crate::Result;

/// One API key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// The site it opens.
    pub site: SiteId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it may do.
    pub scope: Scope,
    /// What it is for, in words of its owner; empty where nobody said.
    pub name: String,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
    /// When it was last used, to about a minute, ms since 1970 UTC; `None`: never.
    pub last_used_at: Option<i64>,
}

/// Storage of API keys.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Adds a key. False when there is no such site.
    async fn create_key(&self, key: Key) -> Result<bool>;

    /// The key whose secret has this hash.
    async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<Key>>;

    /// The keys of a site, the oldest first.
    async fn keys(&self, site: &SiteId) -> Result<Vec<Key>>;

    /// Takes a key away: it opens nothing any more. False when the site has none of that id.
    async fn delete_key(&self, site: &SiteId, id: &KeyId) -> Result<bool>;

    /// Notes when keys were last used, each ms since 1970 UTC; never an earlier time than is noted. Caches do not hang on
    /// it. Keys that are gone are passed over.
    async fn touch_keys(&self, used: Vec<(KeyId, i64)>) -> Result<()>;
}
