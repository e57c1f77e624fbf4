//! API keys: known by the hash of their secret, bound to one site, with a scope.

use async_trait::async_trait;
use bearing_shared::id::{KeyId, SiteId};

use crate::Result;

/// What a key may do; each scope includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read surveys, responses and reports.
    Read,
    /// Also change surveys and remove responses.
    Write,
    /// Also change or remove the site.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// The name on the command line and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

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
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
}

/// Storage of API keys.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Adds a key. False when there is no such site.
    async fn create_key(&self, key: Key) -> Result<bool>;

    /// The key whose secret has this hash.
    async fn key_by_hash(&self, hash: [u8; 32]) -> Result<Option<Key>>;
}
