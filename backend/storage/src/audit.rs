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

/// An entry as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its number: later entries have higher ones, whatever their chain.
    pub number: i64,
    /// What was noted.
    pub entry: AuditEntry,
    /// What ties it to the entry before it in its chain, in hexadecimal ([`crate::link`]). `None`: a server noted it that
    /// knew of no chain, and none that does has noted anything since.
    pub hash: Option<String>,
}

/// Storage of the audit log: it is added to, and there is no method that changes an entry or takes one away. A deleted
/// site's entries stay.
///
/// The entries of a site are a chain, and those of no site are one: each holds a hash over the one before it and over all
/// that it says itself ([`crate::link`]).
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an entry at the end of its chain; its number is one more than the last. The hash is made in the transaction
    /// that adds it, under a lock that every server takes: a chain never forks. Entries of the chain that have no hash yet
    /// get theirs first.
    async fn record(&self, entry: AuditEntry) -> Result<i64>;

    /// A site's entries, the latest first: those below `before`, at most `limit`.
    async fn audit(&self, site: &SiteId, before: Option<i64>, limit: u32) -> Result<Vec<Recorded>>;

    /// A chain's entries, the oldest first: those above `after`, at most `limit`. Without a site the chain of what belongs
    /// to none.
    async fn audit_chain(&self, site: Option<&SiteId>, after: i64, limit: u32) -> Result<Vec<Recorded>>;

    /// Every chain that has an entry, by its site; `None` is that of no site and comes first.
    async fn audit_chains(&self) -> Result<Vec<Option<SiteId>>>;
}
