//! The audit log: who changed what, added to and never changed.

use std::collections::BTreeMap;

use async_trait::async_trait;
pub use bearing_shared::api::audit::{Actor, ActorKind};
use bearing_shared::id::SiteId;

use crate::Result;

/// One entry to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, ms since 1970 UTC.
    pub at: i64,
    /// The site whose thing was changed; `None`: a thing of no site.
    pub site: Option<SiteId>,
    /// Who changed it.
    pub actor: Actor,
    /// What was done: `survey.published`.
    pub action: String,
    /// The id of what it was done to.
    pub object: String,
    /// What has changed, by name; never an answer's text, a secret or a customer's id.
    pub detail: BTreeMap<String, String>,
}

/// Storage of the audit log. A deleted site's entries stay.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an entry; its number is one more than the last. Entries follow each other in the order of their numbers, so
    /// that each can vouch for the one before it.
    async fn record(&self, entry: AuditEntry) -> Result<i64>;

    /// A site's entries with their numbers, the latest first: those below `before`, at most `limit`.
    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<(i64, AuditEntry)>>;
}
