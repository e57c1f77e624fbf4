//! Every word of the dashboard, in Arabic.

mod account;
mod audit;
mod board;
mod common;
mod editor;
mod explore;
mod overview;
pub(super) mod reasons;
mod response;
mod responses;
mod settings;
mod surveys;

use super::Text;

pub(super) const TEXT: Text = Text {
    account: account::TEXT,
    board: board::TEXT,
    common: common::TEXT,
    editor: editor::TEXT,
    explore: explore::TEXT,
    overview: overview::TEXT,
    response: response::TEXT,
    responses: responses::TEXT,
    settings: settings::TEXT,
    audit: audit::TEXT,
    surveys: surveys::TEXT,
};
