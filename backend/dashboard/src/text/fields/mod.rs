//! Which words there are: a struct a screen.

mod common;
mod overview;
mod response;
mod responses;

pub use common::Common;
pub use overview::Overview;
pub use response::Response;
pub use responses::Responses;

/// Every word of the dashboard in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// What several screens say.
    pub common: Common,
    /// The overview.
    pub overview: Overview,
    /// One response.
    pub response: Response,
    /// The list of responses.
    pub responses: Responses,
}
