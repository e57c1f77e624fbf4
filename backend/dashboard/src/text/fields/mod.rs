//! Which words there are: a struct a screen.

mod account;
mod common;
mod explore;
mod overview;
mod settings;

pub use account::Account;
pub use common::Common;
pub use explore::Explore;
pub use overview::Overview;
pub use settings::Settings;

/// Every word of the dashboard in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The account, and whoever has no site yet.
    pub account: Account,
    /// What several screens say.
    pub common: Common,
    /// Exploring.
    pub explore: Explore,
    /// The overview.
    pub overview: Overview,
    /// The settings.
    pub settings: Settings,
}
