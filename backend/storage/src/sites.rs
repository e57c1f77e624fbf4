//! Sites: the tenants, each with its public key, identity secret and settings.

use async_trait::async_trait;
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::Dimension;
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
    /// The key before, and until when (ms since 1970 UTC) signatures with it hold too.
    pub previous: Option<(String, i64)>,
    /// Its settings.
    pub settings: SiteSettings,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
}

impl Site {
    /// Whether another record of the site has the same settings and secrets.
    pub(crate) fn is_set_as(&self, other: &Self) -> bool {
        let secrets = |site: &Self| (site.identity_secret.clone(), site.previous.clone());
        self.settings == other.settings && secrets(self) == secrets(other)
    }
}

/// How a site's answers are counted now; it follows the settings as soon as the counts are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountingStatus {
    /// The number of the generation that reports read; 0 before the first is complete.
    pub generation: u32,
    /// The IANA time zone that days are counted in now.
    pub zone: String,
    /// The attributes that are told apart now, each with its listed values and then the learned ones; none in
    /// generation 0.
    pub dimensions: Vec<Dimension>,
    /// The touchpoints that are told apart now.
    pub touchpoints: Vec<String>,
    /// The next generation, while it is being built.
    pub building: Option<Building>,
}

/// How far the next generation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Building {
    /// Responses counted so far, of those that were there when it began.
    pub done: u64,
    /// About how many there are to count, at least `done`: the answers that the current generation counts, or `done`
    /// where there is none yet.
    pub total: u64,
}

/// What became of a change of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Replaced {
    /// The site is as asked.
    Done,
    /// Nothing changed: it is another by now than the change was made to.
    Overtaken,
    /// There is no such site.
    Missing,
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

    /// Replaces a site's settings and secrets, where they are still as `before` has them: of two who change a site at once
    /// neither takes back what the other did. When time zone or dimensions change, the site's answers are counted anew:
    /// at once where they are few, else in the background ([`crate::UpkeepStore::build_step`]). A dimension that was not
    /// declared before first learns the most frequent values of the trusted answers that are there, if these can be read
    /// in time.
    async fn update_site(&self, before: &Site, site: Site) -> Result<Replaced>;

    /// Removes a site with everything that belongs to it. From then on nothing of it is found or counted; where there is
    /// much, the rows go in the background ([`crate::UpkeepStore::build_step`]), and until then its id cannot be that of
    /// another site. False when there is no such site.
    async fn delete_site(&self, id: &SiteId) -> Result<bool>;

    /// How a site's answers are counted now. `None` when there is no such site.
    async fn counting(&self, site: &SiteId) -> Result<Option<CountingStatus>>;
}
