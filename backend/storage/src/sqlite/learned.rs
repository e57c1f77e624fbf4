//! Learned values: what trusted answers say of a dimension and its owner did not list.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{Dimension, OTHER, VALUES_LIMIT};
use bearing_shared::id::SiteId;
use bearing_shared::question::is_name;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction, params};

use super::filter::{self, Bound};
use super::frequent::Frequent;
use super::{generations, rows};
use crate::Result;
use crate::responses::StoredResponse;

/// The learned values of a site's dimension, the first learned first.
pub(super) fn values(connection: &Connection, site: &SiteId, dimension: &str) -> Result<Vec<String>> {
    let mut statement = connection
        .prepare_cached("SELECT value FROM learned WHERE site_id = ?1 AND dimension = ?2 ORDER BY ordinal")?;
    let values = statement.query_map([site.as_str(), dimension], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(values)
}

/// What answers that are there say of dimensions that were not declared when they came: the values of each, the most
/// frequent first.
pub(super) type History = Vec<(String, Vec<String>)>;

/// The names of those of these dimensions that a site does not declare yet; none when there is no such site.
pub(super) fn undeclared(connection: &Connection, site: &SiteId, asked: &[Dimension]) -> Result<Vec<String>> {
    let Some(before) = rows::site(connection, "id", site.as_str())? else { return Ok(Vec::new()) };
    let mut names: Vec<String> = Vec::new();
    for Dimension { name, .. } in asked {
        let is_declared = before.settings.dimensions.iter().any(|dimension| dimension.name == *name);
        if is_name(name) && !is_declared && !names.contains(name) {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// What the trusted answers of a site say of these attributes, of which there is at least one: every answer is read.
pub(super) fn history(connection: &Connection, site: &SiteId, names: Vec<String>) -> Result<History> {
    let mut bound = Bound::default();
    let sent: Vec<String> = names.iter().map(|name| filter::attribute(&mut bound, name)).collect();
    let sql = format!(
        "SELECT {} FROM response INDEXED BY response_shown WHERE site_id = {} AND {} AND json_valid(attributes)",
        sent.join(", "),
        bound.add(site.0.clone()),
        trusted(&mut bound),
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(bound.values())?;
    let mut totals: Vec<Frequent> = names.iter().map(|_| Frequent::default()).collect();
    while let Some(row) = found.next()? {
        for (column, total) in totals.iter_mut().enumerate() {
            if let ValueRef::Text(value) = row.get_ref(column)?
                && let Ok(value) = str::from_utf8(value)
                && is_value(value)
            {
                total.add(value);
            }
        }
    }
    let values = totals.into_iter().map(|total| total.into_most().collect());
    Ok(names.into_iter().zip(values).collect())
}

/// Keeps what a history says of a site's declared dimensions, as far as they have room.
pub(super) fn keep_history(
    transaction: &Transaction<'_>,
    site: &SiteId,
    listed: &[Dimension],
    history: &History,
) -> Result<()> {
    for mut dimension in generations::declared(transaction, site, listed)? {
        let values = history.iter().filter(|(name, _)| *name == dimension.name).flat_map(|(_, values)| values);
        for value in values {
            if dimension.values.len() < VALUES_LIMIT && !dimension.values.contains(value) {
                keep(transaction, site, &dimension.name, value)?;
                dimension.values.push(value.clone());
            }
        }
    }
    Ok(())
}

/// Whether what a response says of itself is its site's own word: strangers invent values without end.
pub(super) fn is_trusted(response: &StoredResponse) -> bool {
    response.state == ResponseState::Counted && (response.source == "server" || response.identity == Identity::Verified)
}

/// [`is_trusted`] as a condition on rows.
fn trusted(bound: &mut Bound) -> String {
    let (counted, verified) = (ResponseState::Counted.name(), Identity::Verified.name());
    format!(
        "state = {} AND (source = 'server' OR identity = {})",
        bound.add(counted.to_owned()),
        bound.add(verified.to_owned())
    )
}

/// Whether a text can be told apart as a value: the empty one and the remainder's name cannot.
fn is_value(text: &str) -> bool {
    !text.is_empty() && text != OTHER
}

/// The (dimension, value) pairs of a response that its site's dimensions do not tell apart and have room for.
pub(super) fn news<'a>(
    response: &'a StoredResponse,
    declared: &'a [Dimension],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    declared.iter().filter(|dimension| dimension.values.len() < VALUES_LIMIT).filter_map(|dimension| {
        let value = response.attributes.get(&dimension.name)?.as_str();
        let is_new = is_value(value) && !dimension.values.iter().any(|known| known == value);
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
