//! What a deleted site leaves: the site and what makes it one go at once, the many rows below it in steps.
//!
//! Nothing of it can be found meanwhile: whatever leads to those rows begins at the site, or asks for it.

use crate::StoreError;

/// Tables of which a site has few rows: they go with it.
pub(crate) const FEW: [&str; 11] = [
    "api_key",
    "survey",
    "webhook",
    "generation",
    "learned",
    "membership",
    "invitation",
    "share",
    "sighting",
    "attack",
    "expiry",
];

/// Tables of which a site may have very many, each with its key.
pub(crate) const MANY: [(&str, &str); 7] = [
    ("response_tag", "site_id, tag, at, response_id"),
    ("response", "site_id, id"),
    ("delivery", "site_id, id"),
    ("tombstone", "site_id, id_hash"),
    ("display", "token, site_id"),
    ("cell", "site_id, generation, grain, dimension, value, period, instrument, survey_id, touchpoint"),
    ("funnel", "site_id, dimension, value, period, instrument, survey_id, touchpoint"),
];

/// A condition on rows of those: their site is there.
pub(crate) const OF_A_SITE: &str = "site_id IN (SELECT id FROM site)";

/// Why a site is not made.
pub(crate) fn still_there() -> StoreError {
    StoreError::Driver("the id is that of a deleted site whose answers are still being cleared away".into())
}
