//! The screens, a file each.

mod account;
#[cfg(feature = "showing")]
mod board;
mod explore;
mod no_site;
mod overview;
mod response;
mod responses;
mod settings;
mod survey;
mod surveys;

pub(crate) use account::Account;
#[cfg(feature = "showing")]
pub(crate) use board::show as show_board;
pub(crate) use explore::Explore;
pub(crate) use no_site::NoSite;
pub(crate) use overview::Overview;
pub(crate) use response::Response;
pub(crate) use responses::Responses;
pub(crate) use settings::Settings;
pub(crate) use survey::Survey;
pub(crate) use surveys::Surveys;
