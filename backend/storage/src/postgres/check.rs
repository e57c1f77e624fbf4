//! The check: do the cells hold what the answers say? The pages themselves are the server's care.

use bearing_shared::id::SiteId;
use tokio_postgres::types::Type;

use super::session::Session;
use super::{generations, rows};
use crate::counts::change::{Change, Changes};
use crate::counts::expected::Expected;
use crate::upkeep::CheckReport;
use crate::{Result, StoreError};

/// Checks the store, in a session that sees all sites at one moment.
pub(super) async fn check(session: &Session) -> Result<CheckReport> {
    let mut report = CheckReport::default();
    match expected(session, &mut report).await {
        Ok(expected) => compare(session, expected, &mut report).await?,
        Err(error @ StoreError::Corrupt { .. }) => report.problems.push(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(report)
}

/// The sites of the store.
pub(super) async fn site_ids(session: &Session) -> Result<Vec<SiteId>> {
    let found = session.query("SELECT id FROM site ORDER BY id", &[]).await?;
    found.iter().map(|row| Ok(SiteId(row.try_get(0)?))).collect()
}

/// What the cells that are read, and those that are being built, should hold.
async fn expected(session: &Session, report: &mut CheckReport) -> Result<Expected> {
    let mut cells = Expected::default();
    for site in site_ids(session).await? {
        let generations = generations::read(session, &site).await?;
        let mut changes = Changes::default();
        let sql = rows::select_responses("WHERE site_id = $1");
        let mut found = session.stream(&sql, vec![(&site.0, Type::TEXT)]).await?;
        while let Some(row) = found.next().await? {
            let (_, place) = rows::position(&row)?;
            generations.count(&mut changes, &site, &rows::response(&row)?, place, 1);
            report.responses += 1;
        }
        cells.add(&site, changes);
    }
    Ok(cells)
}

/// Compares the cells with what they should hold. Those of retired generations and deleted sites hold what nobody reads.
async fn compare(session: &Session, mut expected: Expected, report: &mut CheckReport) -> Result<()> {
    let sql = "SELECT concat_ws(' | ', site_id, generation, grain, dimension, value, period, instrument, survey_id,
                      touchpoint), c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, completed
               FROM cell WHERE NOT EXISTS (
                 SELECT 1 FROM generation
                 WHERE generation.site_id = cell.site_id AND number = generation AND generation.state = 'retired')
               AND site_id IN (SELECT id FROM site)";
    let mut found = session.stream(sql, Vec::new()).await?;
    while let Some(row) = found.next().await? {
        let mut held = Change::default();
        for (slot, count) in held.scores.iter_mut().enumerate() {
            *count = row.try_get(slot + 1)?;
        }
        held.completed = row.try_get(held.scores.len() + 1)?;
        expected.compare(row.try_get(0)?, &held, report);
    }
    expected.finish(report);
    Ok(())
}
