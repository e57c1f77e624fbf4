//! Counts: what every engine does alike, without a word of SQL. An engine reads rows, asks here, and writes rows.

pub(crate) mod change;
pub(crate) mod days;
pub(crate) mod edition;
pub(crate) mod expected;
pub(crate) mod fold;
pub(crate) mod frequent;
pub(crate) mod generation;
pub(crate) mod plan;
pub(crate) mod ratings;
pub(crate) mod respondents;
pub(crate) mod sums;
pub(crate) mod tallying;
pub(crate) mod trust;
