//! Learned values in SQLite: what trusted answers say of a dimension and its owner did not list.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::Dimension;
use bearing_shared::id::SiteId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Transaction, params};

use super::filter::{self, Bound};
use super::rows;
use crate::Result;
use crate::counts::frequent::Frequent;
use crate::counts::generation::Learned;
use crate::counts::trust::{self, History, is_value};

/// The learned values of a site.
pub(super) fn values(connection: &Connection, site: &SiteId) -> Result<Learned> {
    let mut statement = connection
        .prepare_cached("SELECT dimension, value FROM learned WHERE site_id = ?1 ORDER BY dimension, ordinal")?;
    let mut found = statement.query([site.as_str()])?;
    let mut values = Learned::new();
    while let Some(row) = found.next()? {
        values.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(values)
}

/// The names of those of these dimensions that a site does not declare yet; none when there is no such site.
pub(super) fn undeclared(connection: &Connection, site: &SiteId, asked: &[Dimension]) -> Result<Vec<String>> {
    let before = rows::site(connection, "id", site.as_str())?;
    Ok(before.map(|before| trust::undeclared(&before.settings.dimensions, asked)).unwrap_or_default())
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
                total.add(value, 1);
            }
        }
    }
    let values = totals.into_iter().map(|total| total.into_most().collect());
    Ok(names.into_iter().zip(values).collect())
}

/// [`trust::is_trusted`] as a condition on rows.
fn trusted(bound: &mut Bound) -> String {
    let (counted, verified) = (ResponseState::Counted.name(), Identity::Verified.name());
    format!(
        "state = {} AND (source = 'server' OR identity = {})",
        bound.add(counted.to_owned()),
        bound.add(verified.to_owned())
    )
}

/// Keeps what a history says of a site's declared dimensions, as far as they have room.
pub(super) fn keep_history(
    transaction: &Transaction<'_>,
    site: &SiteId,
    listed: &[Dimension],
    history: &History,
) -> Result<()> {
    let learned = values(transaction, site)?;
    for (dimension, value) in trust::lessons(listed, &learned, history) {
        keep(transaction, site, &dimension, value)?;
    }
    Ok(())
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
