//! Cells in SQLite: reading few of them, and the denominators.

use bearing_shared::histogram::{Histogram, SLOTS};
use bearing_shared::id::SiteId;
use rusqlite::{Connection, Row, params};

use super::rows;
use crate::Result;
use crate::counts::change::WEEK;
use crate::counts::generation::Counting;
use crate::counts::plan::{FIRST_DAY, LAST_DAY, Plan, instrument_pair, spans};
use crate::counts::tallying::{CellNames, CellSums};
use crate::reports::{FunnelCounts, Grouping, ReportFilter, Tally, TallyQuery};

/// One question's site and generation.
#[derive(Clone, Copy)]
struct Reader<'a> {
    connection: &'a Connection,
    site: &'a SiteId,
    generation: u32,
    filter: &'a ReportFilter,
}

impl Reader<'_> {
    /// Visits the cells of one value, span by span, in the order of their periods.
    fn each(
        &self,
        dimension: &str,
        value: &str,
        spans: &[(i64, i32, i32)],
        mut visit: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "SELECT period, instrument, survey_id, touchpoint, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, completed
             FROM cell WHERE site_id = ?1 AND generation = ?2 AND grain = ?3 AND dimension = ?4 AND value = ?5
             AND period BETWEEN ?6 AND ?7 AND instrument IN (?8, ?9)
             AND (?10 IS NULL OR survey_id = ?10) AND (?11 IS NULL OR touchpoint = ?11)",
        )?;
        let (first, second) = instrument_pair(self.filter);
        let survey = self.filter.survey.as_ref().map(|id| id.as_str());
        let touchpoint = self.filter.touchpoint.as_deref();
        for (grain, from, to) in spans {
            let mut found = statement.query(params![
                self.site.as_str(),
                self.generation,
                grain,
                dimension,
                value,
                from,
                to,
                first,
                second,
                survey,
                touchpoint
            ])?;
            while let Some(row) = found.next()? {
                visit(row)?;
            }
        }
        Ok(())
    }

    /// The values of a dimension that have cells, found by skipping from one to the next.
    fn values(&self, dimension: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached(
            "WITH RECURSIVE found (value) AS (
               SELECT min(value) FROM cell WHERE site_id = ?1 AND generation = ?2 AND grain = ?3 AND dimension = ?4
               UNION ALL
               SELECT (SELECT min(value) FROM cell WHERE site_id = ?1 AND generation = ?2 AND grain = ?3
                       AND dimension = ?4 AND cell.value > found.value)
               FROM found WHERE found.value IS NOT NULL)
             SELECT value FROM found WHERE value IS NOT NULL",
        )?;
        let found =
            statement.query_map(params![self.site.as_str(), self.generation, WEEK, dimension], |row| row.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

/// The counts of a cell.
fn histogram(row: &Row<'_>) -> Result<Histogram> {
    let mut counts = [0; SLOTS];
    for (slot, count) in counts.iter_mut().enumerate() {
        *count = rows::unsigned(row.get(slot + 4)?);
    }
    Ok(Histogram { counts })
}

/// Adds up the cells of a plan.
pub(super) fn tally(
    connection: &Connection,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
    plan: &Plan<'_>,
) -> Result<Vec<Tally>> {
    let reader = Reader { connection, site, generation: counting.number, filter: &query.filter };
    let spans = spans(&query.filter, query.grouping);
    let values = match plan.value {
        Some(value) => vec![value.to_owned()],
        None => reader.values(plan.dimension)?,
    };
    let mut sums = CellSums::of(query);
    for value in &values {
        sums.begin(value);
        reader.each(plan.dimension, value, &spans, |row| {
            let text = |place: usize| row.get_ref(place).and_then(|value| value.as_str().map_err(Into::into));
            let names = CellNames { period: row.get(0)?, instrument: text(1)?, survey: text(2)?, touchpoint: text(3)? };
            sums.add(names, &histogram(row)?)
        })?;
    }
    Ok(sums.finish())
}

/// Adds up the denominators of a plan, and the answers that its cells hold.
pub(super) fn funnel(
    connection: &Connection,
    site: &SiteId,
    filter: &ReportFilter,
    counting: &Counting,
    plan: &Plan<'_>,
) -> Result<FunnelCounts> {
    let value = plan.value.unwrap_or_default();
    let reader = Reader { connection, site, generation: counting.number, filter };
    let (mut answered, mut completed) = (0, 0);
    reader.each(plan.dimension, value, &spans(filter, Grouping::Whole), |row| {
        answered += histogram(row)?.n();
        completed += rows::unsigned(row.get(15)?);
        Ok(())
    })?;
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(eligible), 0), coalesce(sum(shown), 0), coalesce(sum(started), 0),
                coalesce(sum(dismissed), 0)
         FROM funnel WHERE site_id = ?1 AND dimension = ?2 AND value = ?3 AND period BETWEEN ?4 AND ?5
         AND instrument IN (?6, ?7) AND (?8 IS NULL OR survey_id = ?8) AND (?9 IS NULL OR touchpoint = ?9)",
    )?;
    let (first, second) = instrument_pair(filter);
    let bound = params![
        site.as_str(),
        plan.dimension,
        value,
        filter.from_day.unwrap_or(FIRST_DAY),
        filter.to_day.unwrap_or(LAST_DAY),
        first,
        second,
        filter.survey.as_ref().map(|id| id.as_str()),
        filter.touchpoint
    ];
    let counts: [i64; 4] =
        statement.query_row(bound, |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
    let [eligible, shown, started, dismissed] = counts.map(rows::unsigned);
    Ok(FunnelCounts { eligible, shown, started, answered, completed, dismissed })
}
