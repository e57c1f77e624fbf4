//! Which words there are: a struct a screen.

mod common;
mod explore;
mod overview;

pub use common::Common;
pub use explore::Explore;
pub use overview::Overview;

/// Every word of the dashboard in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// What several screens say.
    pub common: Common,
    /// Exploring.
    pub explore: Explore,
    /// The overview.
    pub overview: Overview,
}
