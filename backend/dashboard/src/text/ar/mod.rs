//! Arabic.

mod common;
mod explore;
mod overview;
mod response;
mod responses;

use super::Text;

pub(super) const TEXT: Text = Text {
    common: common::TEXT,
    explore: explore::TEXT,
    overview: overview::TEXT,
    response: response::TEXT,
    responses: responses::TEXT,
};
