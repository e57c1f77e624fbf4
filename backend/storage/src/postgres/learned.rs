//! Learned values in PostgreSQL: what trusted answers say of a dimension and its owner did not list.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::Dimension;
use bearing_shared::id::SiteId;

use super::filter::Bound;
use super::rows;
use super::session::Session;
use crate::Result;
use crate::counts::frequent::Frequent;
use crate::counts::generation::Learned;
use crate::counts::trust::{self, History, is_value};

/// The learned values of a site.
pub(super) async fn values(session: &Session, site: &SiteId) -> Result<Learned> {
    let sql = "SELECT dimension, value FROM learned WHERE site_id = $1 ORDER BY dimension, ordinal";
    let mut values = Learned::new();
    for row in session.query(sql, &[&site.0]).await? {
        values.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    Ok(values)
}

/// What the trusted answers of a site say of these attributes, of which there is at least one: every answer is read.
pub(super) async fn history(session: &Session, site: &SiteId, names: Vec<String>) -> Result<History> {
    let mut bound = Bound::default();
    let names_bound: Vec<String> = names.iter().map(|name| bound.text(name)).collect();
    let sent: Vec<String> = names_bound.iter().map(|name| format!("attributes ->> {name}")).collect();
    // [`trust::is_trusted`] as a condition on rows.
    let sql = format!(
        "SELECT {} FROM response WHERE site_id = {} AND state = {} AND (source = 'server' OR identity = {})",
        sent.join(", "),
        bound.text(site.as_str()),
        bound.text(ResponseState::Counted.name()),
        bound.text(Identity::Verified.name()),
    );
    let mut totals: Vec<Frequent> = names.iter().map(|_| Frequent::default()).collect();
    let mut found = session.stream(&sql, bound.values()).await?;
    while let Some(row) = found.next().await? {
        for (column, total) in totals.iter_mut().enumerate() {
            if let Some(value) = row.try_get::<_, Option<&str>>(column)?.filter(|value| is_value(value)) {
                total.add(value, 1);
            }
        }
    }
    let values = totals.into_iter().map(|total| total.into_most().collect());
    Ok(names.into_iter().zip(values).collect())
}

/// Keeps what a history says of a site's declared dimensions, as far as they have room.
pub(super) async fn keep_history(
    session: &Session,
    site: &SiteId,
    listed: &[Dimension],
    history: &History,
) -> Result<()> {
    let learned = values(session, site).await?;
    for (dimension, value) in trust::lessons(listed, &learned, history) {
        keep(session, site, &dimension, value).await?;
    }
    Ok(())
}

/// Keeps a value of a dimension.
pub(super) async fn keep(session: &Session, site: &SiteId, dimension: &str, value: &str) -> Result<()> {
    session
        .execute(
            "INSERT INTO learned (site_id, dimension, ordinal, value)
             SELECT $1, $2, coalesce(max(ordinal), 0) + 1, $3 FROM learned WHERE site_id = $1 AND dimension = $2",
            &[&site.0, &dimension, &value],
        )
        .await?;
    rows::changed(session).await
}
