//! Spanish.

mod common;
mod overview;

use super::Text;

pub(super) const TEXT: Text = Text { common: common::TEXT, overview: overview::TEXT };
