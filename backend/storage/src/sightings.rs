//! Sightings: on which origins a site's tag was seen, at most so many a site.

use async_trait::async_trait;
use bearing_shared::id::SiteId;

use crate::Result;

/// How an origin stands to its site, the first kept first: strangers can send any origin, and must push out none that
/// is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The site's list names it.
    Listed,
    /// It may write without being named: by a pattern, or because the list is empty.
    Allowed,
    /// It may not write.
    Stranger,
}

impl Standing {
    /// The number in the database.
    pub(crate) fn number(self) -> i16 {
        match self {
            Self::Listed => 0,
            Self::Allowed => 1,
            Self::Stranger => 2,
        }
    }

    /// The standing of a number; of one that nobody wrote the least.
    pub(crate) fn numbered(number: i16) -> Self {
        match number {
            0 => Self::Listed,
            1 => Self::Allowed,
            _ => Self::Stranger,
        }
    }
}

/// The tag, seen on pages of an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The origin, such as `https://shop.example`; empty: all those together for which there was no place.
    pub origin: String,
    /// How it stood to its site when it was last seen.
    pub standing: Standing,
    /// When it was first seen, ms since 1970 UTC.
    pub first_at: i64,
    /// When it was last seen, ms since 1970 UTC.
    pub last_at: i64,
    /// The requests that reached the server: fewer than page views, as browsers keep what they were sent for a minute.
    pub requests: u64,
}

impl Sighting {
    /// Adds what was seen of the same origin at another time.
    pub fn add(&mut self, other: &Self) {
        if other.last_at >= self.last_at {
            self.standing = other.standing;
        }
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
        self.requests += other.requests;
    }

    /// All of these together, as those for which there was no place; `None` for none.
    pub fn together(sightings: impl IntoIterator<Item = Self>) -> Option<Self> {
        let nameless = |sighting: Self| Self { origin: String::new(), standing: Standing::Stranger, ..sighting };
        sightings.into_iter().map(nameless).reduce(|mut all, one| {
            all.add(&one);
            all
        })
    }
}

/// Storage of sightings.
#[async_trait]
pub trait SightingStore: Send + Sync {
    /// Adds what was seen to what is known of a site, and keeps `most` origins of it: by their standing, and of one
    /// standing those that were seen last. The rest becomes one, with an empty origin. A site that is gone is left out.
    async fn note_sightings(&self, site: &SiteId, seen: Vec<Sighting>, most: u32) -> Result<()>;

    /// What is known of a site, the origin that was seen last first.
    async fn sightings(&self, site: &SiteId) -> Result<Vec<Sighting>>;

    /// Forgets what was last seen before `before`, ms since 1970 UTC, of every site; how many origins.
    async fn forget_sightings(&self, before: i64) -> Result<u64>;
}
