//! Durable storage: the only crate that knows SQL.
//!
//! One trait a topic, records beside it, what engines do alike in `counts/`, a folder an engine, and one contract suite
//! (`tests/contract`) that every engine passes. What is returned as acknowledged has been flushed to disk.
//!
//! **To add a method:** declare it in the topic's trait, write it in each engine's file of that name, and add its
//! contract test. **To add an engine:** a folder beside `sqlite/` with the same files, its migrations, an arm in
//! [`open`], and a line in `tests/contract/main.rs`.
//!
//! Every method that touches a site's things takes the site's id: another tenant's row is simply not there. Rules that
//! span several rows live inside one method (`accept` = answer + cells + deliveries), never in a transaction handed up.

mod attacks;
mod audit;
mod backup;
mod chain;
mod counts;
mod deleted;
mod error;
mod identities;
mod inbox;
mod json;
mod keys;
mod letters;
mod live;
mod log;
mod members;
mod postgres;
mod reports;
mod responses;
mod retention;
mod seal;
mod sessions;
mod shares;
mod sightings;
mod sites;
mod sqlite;
mod surveys;
mod tables;
mod transfer;
mod turns;
mod upkeep;
mod webhooks;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use transfer::Purpose;

pub use attacks::{Attack, AttackStore, Display, Noted};
pub use audit::{Actor, ActorKind, AuditEntry, AuditStore, Recorded};
pub use backup::{Contents, Restored, back_up, restore};
pub use chain::{Broken, Chain, link, look_through};
pub use error::{Result, StoreError};
pub use identities::{Identity, IdentityStore, Linked};
pub use inbox::{Counted, InboxStore, MarkChange, Marked, Marking, Marks};
pub use keys::{Key, KeyStore, Scope};
pub use live::{Heard, LiveStore};
pub use log::{Applied, LogEntries, LogStore, apply_log};
pub use members::{
    Accepted, Changed, Invitation, Joining, Member, MemberStore, Membership, Purpose as InvitationPurpose, Role,
};
pub use reports::{
    Axis, Base, FunnelCounts, Grouping, Rating, RatingQuery, ReportFilter, ReportStore, Tallied, Tally, TallyQuery,
};
pub use responses::{
    Accept, Arrival, Cursor, EventCount, Outcome, ResponseFilter, ResponseStore, Right, States, StoredResponse,
    Withdrawal,
};
pub use retention::{Cutoffs, Expired, ExpiryStep, KEPT_OUT, RetentionStore};
pub use seal::{Draw, Keyring};
pub use sessions::{Session, SessionStore, SignedIn};
pub use shares::{Share, ShareStore};
pub use sightings::{Sighting, SightingStore, Standing};
pub use sites::{Building, CountingStatus, Replaced, Site, SiteStore};
pub use surveys::{PublishedVersion, StoredSurvey, SurveyStore};
pub use transfer::{Moved, Page, Position, Progress, Rows, TransferStore, Value, transfer};
pub use upkeep::{CheckReport, UpkeepStore};
pub use webhooks::{
    Claim, Claimed, Delivery, DeliveryCursor, Endpoint, FAILING_LIMIT_MS, Replayed, Settled, Settlement, Webhook,
    WebhookChange, WebhookStore,
};

/// Everything a store does.
pub trait Store:
    SiteStore
    + KeyStore
    + MemberStore
    + IdentityStore
    + SessionStore
    + AuditStore
    + ShareStore
    + SightingStore
    + AttackStore
    + SurveyStore
    + ResponseStore
    + InboxStore
    + LogStore
    + LiveStore
    + ReportStore
    + WebhookStore
    + RetentionStore
    + TransferStore
    + UpkeepStore
{
}

impl<
    T: SiteStore
        + KeyStore
        + MemberStore
        + IdentityStore
        + SessionStore
        + AuditStore
        + ShareStore
        + SightingStore
        + AttackStore
        + SurveyStore
        + ResponseStore
        + InboxStore
        + LogStore
        + LiveStore
        + ReportStore
        + WebhookStore
        + RetentionStore
        + TransferStore
        + UpkeepStore,
> Store for T
{
}

/// How long a read may take. A report that needs longer is refused ([`StoreError::TooSlow`]) rather than left to hold
/// one of the few readers: it stays below the time that a request may take.
pub const READ_LIMIT: Duration = Duration::from_millis(4_500);

/// Responses counted in one step of building: about ten milliseconds, which is what an answer that arrives may have to
/// wait for.
pub const STEP_LIMIT: u32 = 1_000;

/// How much a store does at once; tests set it lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a read may take.
    pub read: Duration,
    /// Responses counted in one step of building, at least 1.
    pub step: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { read: READ_LIMIT, step: STEP_LIMIT }
    }
}

/// Opens the store that a URL names with the usual limits, and brings its schema up to date.
///
/// `sqlite:PATH` is an embedded database file; its folder must exist. `postgres://USER:PASSWORD@HOST/DATABASE` is a
/// database that any number of servers share; without `sslmode` in it, a database on another machine is reached by TLS
/// only.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence that says what to do: an unknown scheme, a file that cannot be written, a
/// file that is no database, a schema above this binary's reach.
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    open_within(url, Limits::default()).await
}

/// Opens the store that a URL names as [`open`] does, with these limits.
///
/// # Errors
/// As [`open`].
pub async fn open_within(url: &str, limits: Limits) -> Result<Arc<dyn Store>> {
    open_with(url, limits, Keyring::none()).await
}

/// Opens the store that a URL names with these limits and these keys. Secrets that stand there plain are sealed, and those
/// that an older key sealed are sealed by the first.
///
/// # Errors
/// As [`open`], and where the keys do not open what is sealed.
pub async fn open_with(url: &str, limits: Limits, keyring: Keyring) -> Result<Arc<dyn Store>> {
    open_for(url, limits, Purpose::Serve, Some(keyring)).await
}

/// Whether the embedded store in a file holds sealed secrets; a file that is not there, or cannot be read, holds none.
pub fn is_sealed(file: &Path) -> bool {
    sqlite::is_sealed(file)
}

/// Opens a store; without a keyring its secrets come and go as they are kept.
async fn open_for(url: &str, limits: Limits, purpose: Purpose, keyring: Option<Keyring>) -> Result<Arc<dyn Store>> {
    match url.split_once(':') {
        Some(("sqlite", path)) => {
            let path = Path::new(path).to_owned();
            let opened =
                tokio::task::spawn_blocking(move || sqlite::SqliteStore::open(&path, limits, purpose, keyring)).await;
            Ok(Arc::new(opened.map_err(|error| StoreError::Driver(error.to_string()))??))
        }
        Some(("postgres" | "postgresql", _)) => {
            Ok(Arc::new(postgres::PostgresStore::open(url, limits, purpose, keyring).await?))
        }
        // What it is instead may hold a password.
        _ => Err(StoreError::Unusable(
            "The database URL names no engine; give sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE.".into(),
        )),
    }
}
