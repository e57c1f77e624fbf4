//! Shared links on the wire: boards with a fixed filter, for whoever has the link.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::ShareId;
use crate::metric::Metric;

/// A shared link to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ShareCreate {
    /// What it is for, in words of whoever makes it: 1 to 100 characters.
    pub name: String,
    /// What it is held to, by the names that reports take: `metric`, `survey`, `version`, `touchpoint`, `device`, `locale`
    /// and `attr.<name>`. What is left out is shown whole; without a metric there are all three.
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
    /// Whether it shows comments too.
    #[serde(default)]
    pub comments: bool,
    /// After how many days it ends, 1 to 3,650; left out: when it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
}

/// One shared link without its secret; with it right after it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareReply {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ShareId,
    /// What it is for.
    pub name: String,
    /// What it is held to, by the names that reports take.
    pub filter: BTreeMap<String, String>,
    /// Whether it shows comments too.
    pub comments: bool,
    /// The name or address of the member who made it; null: one who is a member no more.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it ends, or has ended; null: when it is taken back.
    pub expires_at: Option<String>,
    /// When it was last used, to about a minute; null: never.
    pub last_used_at: Option<String>,
    /// The link itself, `…/app/shared#shr_…`: shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What a shared link shows, as whoever has it reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedReply {
    /// What it is for.
    pub name: String,
    /// The site's name.
    pub site: String,
    /// The time zone in which the site's days begin.
    pub time_zone: String,
    /// What it is held to, by the names that reports take.
    pub filter: BTreeMap<String, String>,
    /// What its answers can have measured.
    pub metrics: Vec<Metric>,
    /// The name of the filter's survey; null where it has none.
    pub survey: Option<String>,
    /// Whether it shows comments too.
    pub comments: bool,
    /// The language of the member who made it, for a reader whose browser names none that there is; null: none was chosen.
    pub locale: Option<String>,
    /// When it ends; null: when it is taken back.
    pub expires_at: Option<String>,
    /// Whether the answers are a made-up sample.
    pub sample: bool,
}

/// A comment as whoever has the link reads it: nothing that says who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedComment {
    /// What its survey measures.
    pub metric: Metric,
    /// The score that was picked with it.
    pub score: u8,
    /// Its text.
    pub comment: String,
    /// The touchpoint as sent; empty without one.
    pub touchpoint: String,
    /// The survey's name.
    pub survey: String,
    /// The day, in the site's time zone.
    pub day: String,
}
