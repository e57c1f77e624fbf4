//! Which words there are: a struct a screen.

mod common;
mod explore;
mod overview;
mod response;
mod responses;

pub use common::Common;
pub use explore::Explore;
pub use overview::Overview;
pub use response::Response;
pub use responses::Responses;

/// Every word of the dashboard in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// What several screens say.
    pub common: Common,
    /// Exploring.
    pub explore: Explore,
    /// The overview.
    pub overview: Overview,
    /// One response.
    pub response: Response,
    /// The list of responses.
    pub responses: Responses,
}
