//! Learned values: what trusted answers say of a dimension and its owner did not list.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{Dimension, OTHER, VALUES_LIMIT};
use bearing_shared::id::SiteId;
use rusqlite::{Connection, Transaction, params};

use super::rows;
use crate::Result;
use crate::responses::StoredResponse;

/// The learned values of a site's dimension, the first learned first.
pub(super) fn values(connection: &Connection, site: &SiteId, dimension: &str) -> Result<Vec<String>> {
    let mut statement = connection
        .prepare_cached("SELECT value FROM learned WHERE site_id = ?1 AND dimension = ?2 ORDER BY ordinal")?;
    let values = statement.query_map([site.as_str(), dimension], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(values)
}

/// Whether what a response says of itself is its site's own word: strangers invent values without end.
pub(super) fn is_trusted(response: &StoredResponse) -> bool {
    response.state == ResponseState::Counted && (response.source == "server" || response.identity == Identity::Verified)
}

/// The (dimension, value) pairs of a response that its site's dimensions do not tell apart and have room for.
pub(super) fn news<'a>(
    response: &'a StoredResponse,
    declared: &'a [Dimension],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    declared.iter().filter(|dimension| dimension.values.len() < VALUES_LIMIT).filter_map(|dimension| {
        let value = response.attributes.get(&dimension.name)?.as_str();
        let is_new = !value.is_empty() && value != OTHER && !dimension.values.iter().any(|known| known == value);
        is_new.then_some((dimension.name.as_str(), value))
    })
}

/// Keeps a value of a dimension.
pub(super) fn keep(transaction: &Transaction<'_>, site: &SiteId, dimension: &str, value: &str) -> Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO learned (site_id, dimension, ordinal, value)
             SELECT ?1, ?2, coalesce(max(ordinal), 0) + 1, ?3 FROM learned WHERE site_id = ?1 AND dimension = ?2",
        )?
        .execute(params![site.as_str(), dimension, value])?;
    rows::changed(transaction)
}
