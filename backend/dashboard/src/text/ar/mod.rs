//! Arabic.

mod account;
mod common;
mod explore;
mod overview;
mod settings;

use super::Text;

pub(super) const TEXT: Text = Text {
    account: account::TEXT,
    common: common::TEXT,
    explore: explore::TEXT,
    overview: overview::TEXT,
    settings: settings::TEXT,
};
