//! Learned values in PostgreSQL: what trusted answers say of a dimension and its owner did not list.

use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::cell::{self, Dimension};
use bearing_shared::id::SiteId;

use super::filter::Bound;
use super::session::Session;
use super::{generations, rows};
use crate::counts::change::WEEK;
use crate::counts::frequent::Frequent;
use crate::counts::generation::{Config, Learned, LearnedStanding};
use crate::counts::trust::{self, History, is_value};
use crate::{Result, json};

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

/// How a value stands that was learned and that no counted answer gives any more; `None` for any other.
pub(super) async fn abandoned(
    session: &Session,
    site: &SiteId,
    dimension: &str,
    value: &str,
) -> Result<Option<LearnedStanding>> {
    let sql = "SELECT 1 FROM learned WHERE site_id = $1 AND dimension = $2 AND value = $3";
    if session.first(sql, &[&site.0, &dimension, &value]).await?.is_none() {
        return Ok(None);
    }
    let Some(found) = rows::site(session, site).await? else { return Ok(None) };
    let name = cell::attribute(dimension);
    let standing = generations::read(session, site).await?.standing(&found.settings, dimension, value);
    let is_given = match standing {
        LearnedStanding::Unknown => return Ok(None),
        LearnedStanding::Told(generation) => {
            let sql = "SELECT 1 FROM cell
                       WHERE site_id = $1 AND generation = $2 AND grain = $3 AND dimension = $4 AND value = $5
                       AND c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 > 0 LIMIT 1";
            let number = generations::number(generation);
            session.first(sql, &[&site.0, &number, &(WEEK as i16), &name, &value]).await?.is_some()
        }
        LearnedStanding::Listed | LearnedStanding::Idle => false,
    };
    Ok((!is_given).then_some(standing))
}

/// Forgets a value that is abandoned: it is told apart no longer, and nothing names it. Whether there was such a value.
pub(super) async fn forget(session: &Session, site: &SiteId, dimension: &str, value: &str) -> Result<bool> {
    let Some(standing) = abandoned(session, site, dimension, value).await? else { return Ok(false) };
    let sql = "DELETE FROM learned WHERE site_id = $1 AND dimension = $2 AND value = $3";
    session.execute(sql, &[&site.0, &dimension, &value]).await?;
    if standing != LearnedStanding::Listed {
        unname(session, site, (dimension, &cell::attribute(dimension)), value).await?;
    }
    rows::changed(session).await?;
    Ok(true)
}

/// Takes a value that no answer counts in out of every generation; what happened to it becomes that of the remainder.
async fn unname(session: &Session, site: &SiteId, (dimension, name): (&str, &str), value: &str) -> Result<()> {
    for row in session.query("SELECT number, config FROM generation WHERE site_id = $1", &[&site.0]).await? {
        let number: i32 = row.try_get(0)?;
        let mut config: Config = json::read(row.try_get(1)?, "generation", "config", site.as_str())?;
        if config.forget(dimension, value) {
            let sql = "UPDATE generation SET config = $3 WHERE site_id = $1 AND number = $2";
            session.execute(sql, &[&site.0, &number, &json::write(&config)?]).await?;
        }
        let sql = "DELETE FROM cell WHERE site_id = $1 AND generation = $2 AND dimension = $3 AND value = $4";
        session.execute(sql, &[&site.0, &number, &name, &value]).await?;
    }
    session
        .execute(
            "INSERT INTO funnel (site_id, dimension, value, period, instrument, survey_id, touchpoint,
               eligible, shown, started, dismissed)
             SELECT site_id, dimension, $4, period, instrument, survey_id, touchpoint, eligible, shown, started, dismissed
             FROM funnel WHERE site_id = $1 AND dimension = $2 AND value = $3
             ON CONFLICT (site_id, dimension, value, period, instrument, survey_id, touchpoint) DO UPDATE SET
               eligible = funnel.eligible + excluded.eligible, shown = funnel.shown + excluded.shown,
               started = funnel.started + excluded.started, dismissed = funnel.dismissed + excluded.dismissed",
            &[&site.0, &name, &value, &cell::OTHER],
        )
        .await?;
    let sql = "DELETE FROM funnel WHERE site_id = $1 AND dimension = $2 AND value = $3";
    session.execute(sql, &[&site.0, &name, &value]).await?;
    Ok(())
}
