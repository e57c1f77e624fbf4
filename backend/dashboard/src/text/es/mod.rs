//! Spanish.

mod common;
mod editor;
mod explore;
mod overview;
mod response;
mod responses;
mod surveys;

use super::Text;

pub(super) const TEXT: Text = Text {
    common: common::TEXT,
    editor: editor::TEXT,
    explore: explore::TEXT,
    overview: overview::TEXT,
    response: response::TEXT,
    responses: responses::TEXT,
    surveys: surveys::TEXT,
};
