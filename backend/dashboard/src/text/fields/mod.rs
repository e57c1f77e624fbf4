//! Which words there are: a struct a screen.

mod account;
mod audit;
mod board;
mod common;
mod editor;
mod explore;
mod overview;
mod response;
mod responses;
mod settings;
mod surveys;

pub use account::Account;
pub use audit::Audit;
pub use board::Board;
pub use common::Common;
pub use editor::Editor;
pub use explore::Explore;
pub use overview::Overview;
pub use response::Response;
pub use responses::Responses;
pub use settings::Settings;
pub use surveys::Surveys;

super::said::words! {
/// Every word of the dashboard in one language.
pub struct Text {
    /// The account, and whoever has no site yet.
    pub account: Account,
    /// Boards, and the links that share them.
    pub board: Board,
    /// What several screens say.
    pub common: Common,
    /// The editor of a survey.
    pub editor: Editor,
    /// Exploring.
    pub explore: Explore,
    /// The overview.
    pub overview: Overview,
    /// One response.
    pub response: Response,
    /// The list of responses.
    pub responses: Responses,
    /// The settings.
    pub settings: Settings,
    /// What was done, in the audit log.
    pub audit: Audit,
    /// Surveys as a whole.
    pub surveys: Surveys,
}
}
