//! French.

mod account;
mod common;
mod overview;
mod settings;

use super::Text;

pub(super) const TEXT: Text =
    Text { account: account::TEXT, common: common::TEXT, overview: overview::TEXT, settings: settings::TEXT };
