//! Which words there are: a struct a screen.

mod common;
mod overview;

pub use common::Common;
pub use overview::Overview;

/// Every word of the dashboard in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// What several screens say.
    pub common: Common,
    /// The overview.
    pub overview: Overview,
}
