//! French.

mod common;
mod editor;
mod overview;
mod surveys;

use super::Text;

pub(super) const TEXT: Text =
    Text { common: common::TEXT, editor: editor::TEXT, overview: overview::TEXT, surveys: surveys::TEXT };
