//! Sites: the tenants, each with its public key, identity secret and settings.

use async_trait::async_trait;
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::id::{SiteId, SiteKey};

use crate::Result;

/// One site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its public key.
    pub key: SiteKey,
    /// The key of customer signatures, exactly as printed.
    pub identity_secret: String,
    /// Its settings.
    pub settings: SiteSettings,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
}

/// Storage of sites.
#[async_trait]
pub trait SiteStore: Send + Sync {
    /// Adds a site; its id and key are new.
    async fn create_site(&self, site: Site) -> Result<()>;

    /// The site with this id.
    async fn site(&self, id: &SiteId) -> Result<Option<Site>>;

    /// The site with this public key.
    async fn site_by_key(&self, key: &SiteKey) -> Result<Option<Site>>;

    /// Every site, the oldest first.
    async fn sites(&self) -> Result<Vec<Site>>;

    /// Replaces a site's settings and secret. When the declared dimensions change, its cells are counted anew in the
    /// same transaction. False when there is no such site.
    async fn update_site(&self, site: Site) -> Result<bool>;

    /// Removes a site with everything that belongs to it. False when there is no such site.
    async fn delete_site(&self, id: &SiteId) -> Result<bool>;
}
