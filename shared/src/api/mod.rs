//! Wire types: what goes over HTTP, one file a resource. They may use the domain types, never the reverse.

pub mod audit;
pub mod embed;
pub mod error;
pub mod explain;
pub mod inbox;
pub mod intake;
pub mod keys;
pub mod members;
pub mod origins;
pub mod reports;
pub mod responses;
pub mod session;
pub mod shares;
pub mod sites;
pub mod stream;
pub mod surveys;
pub mod webhooks;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}
