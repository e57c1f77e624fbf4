//! Dutch.

mod common;
mod explore;
mod overview;

use super::Text;

pub(super) const TEXT: Text = Text { common: common::TEXT, explore: explore::TEXT, overview: overview::TEXT };
