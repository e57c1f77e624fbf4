//! On which origins a site's tag was seen, on the wire.

use serde::{Deserialize, Serialize};

/// One origin: seen, or on the site's list and not seen yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OriginSeen {
    /// The origin, such as `https://shop.example`; `null` of pages that have none; an entry of the site's list as it
    /// stands there, where no page of it was seen.
    pub origin: String,
    /// Whether its pages may send answers now.
    pub allowed: bool,
    /// When the tag was first seen there, of what is still known; null: never.
    pub first_seen_at: Option<String>,
    /// When the tag was last seen there: when a request reached the server, which a browser spares for a minute after
    /// the one before. Null: never.
    pub last_seen_at: Option<String>,
    /// The requests that reached the server: fewer than page views.
    pub requests: u64,
}

/// Where a site's tag was seen within 90 days, the last first; below them what is on the list and was not seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OriginsReply {
    /// The origins: at most 50 that were seen, and those of the list.
    pub items: Vec<OriginSeen>,
    /// Requests from further origins, for which there was no place.
    pub others: u64,
}
