//! Cells in PostgreSQL: reading few of them, and the denominators.

use bearing_shared::histogram::{Histogram, SLOTS};
use bearing_shared::id::SiteId;
use tokio_postgres::Row;

use super::session::Session;
use super::{generations, rows};
use crate::Result;
use crate::counts::change::WEEK;
use crate::counts::generation::Counting;
use crate::counts::plan::{FIRST_DAY, LAST_DAY, Plan, instrument_pair, spans};
use crate::counts::tallying::{CellNames, CellSums};
use crate::reports::{FunnelCounts, Grouping, ReportFilter, Tally, TallyQuery};

/// One question's site and generation.
#[derive(Clone, Copy)]
struct Reader<'a> {
    session: &'a Session,
    site: &'a SiteId,
    generation: i32,
    filter: &'a ReportFilter,
}

impl Reader<'_> {
    /// The cells of some values, in all spans, by value and period.
    async fn cells(&self, dimension: &str, values: &[String], spans: &[(i64, i32, i32)]) -> Result<Vec<Row>> {
        let (first, second) = instrument_pair(self.filter);
        let mut cells = Vec::new();
        for (grain, from, to) in spans {
            let found = self
                .session
                .query(
                    "SELECT period, instrument, survey_id, touchpoint, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10,
                            completed, value
                     FROM cell
                     WHERE site_id = $1 AND generation = $2 AND grain = $3 AND dimension = $4 AND value = ANY ($5)
                     AND period BETWEEN $6 AND $7 AND instrument IN ($8, $9)
                     AND ($10::text IS NULL OR survey_id = $10) AND ($11::text IS NULL OR touchpoint = $11)",
                    &[
                        &self.site.0,
                        &self.generation,
                        &(*grain as i16),
                        &dimension,
                        &values,
                        from,
                        to,
                        &first,
                        &second,
                        &self.filter.survey.as_ref().map(|id| id.as_str()),
                        &self.filter.touchpoint,
                    ],
                )
                .await?;
            cells.extend(found);
        }
        Ok(cells)
    }

    /// The values of a dimension that have cells, found by skipping from one to the next.
    async fn values(&self, dimension: &str) -> Result<Vec<String>> {
        let found = self
            .session
            .query(
                "WITH RECURSIVE found (value) AS (
                   (SELECT value FROM cell WHERE site_id = $1 AND generation = $2 AND grain = $3 AND dimension = $4
                    ORDER BY value LIMIT 1)
                   UNION ALL
                   SELECT (SELECT cell.value FROM cell WHERE site_id = $1 AND generation = $2 AND grain = $3
                           AND dimension = $4 AND cell.value > found.value ORDER BY cell.value LIMIT 1)
                   FROM found WHERE found.value IS NOT NULL)
                 SELECT value FROM found WHERE value IS NOT NULL",
                &[&self.site.0, &self.generation, &(WEEK as i16), &dimension],
            )
            .await?;
        found.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

/// The counts of a cell.
fn histogram(row: &Row) -> Result<Histogram> {
    let mut counts = [0; SLOTS];
    for (slot, count) in counts.iter_mut().enumerate() {
        *count = rows::unsigned(row.try_get(slot + 4)?);
    }
    Ok(Histogram { counts })
}

/// Adds up the cells of a plan.
pub(super) async fn tally(
    session: &Session,
    site: &SiteId,
    query: &TallyQuery,
    counting: &Counting,
    plan: &Plan<'_>,
) -> Result<Vec<Tally>> {
    let generation = generations::number(counting.number);
    let reader = Reader { session, site, generation, filter: &query.filter };
    let values = match plan.value {
        Some(value) => vec![value.to_owned()],
        None => reader.values(plan.dimension).await?,
    };
    let cells = reader.cells(plan.dimension, &values, &spans(&query.filter, query.grouping)).await?;
    let mut sums = CellSums::of(query);
    for row in &cells {
        sums.begin(row.try_get(16)?);
        let names = CellNames {
            period: row.try_get(0)?,
            instrument: row.try_get(1)?,
            survey: row.try_get(2)?,
            touchpoint: row.try_get(3)?,
        };
        sums.add(names, &histogram(row)?)?;
    }
    Ok(sums.finish())
}

/// Adds up the denominators of a plan, and the answers that its cells hold.
pub(super) async fn funnel(
    session: &Session,
    site: &SiteId,
    filter: &ReportFilter,
    counting: &Counting,
    plan: &Plan<'_>,
) -> Result<FunnelCounts> {
    let value = plan.value.unwrap_or_default();
    let generation = generations::number(counting.number);
    let reader = Reader { session, site, generation, filter };
    let (mut answered, mut completed) = (0, 0);
    for row in reader.cells(plan.dimension, &[value.to_owned()], &spans(filter, Grouping::Whole)).await? {
        answered += histogram(&row)?.n();
        completed += rows::unsigned(row.try_get(15)?);
    }
    let (first, second) = instrument_pair(filter);
    let row = session
        .one(
            "SELECT coalesce(sum(eligible), 0)::bigint, coalesce(sum(shown), 0)::bigint,
                    coalesce(sum(started), 0)::bigint, coalesce(sum(dismissed), 0)::bigint
             FROM funnel WHERE site_id = $1 AND dimension = $2 AND value = $3 AND period BETWEEN $4 AND $5
             AND instrument IN ($6, $7) AND ($8::text IS NULL OR survey_id = $8)
             AND ($9::text IS NULL OR touchpoint = $9)",
            &[
                &site.0,
                &plan.dimension,
                &value,
                &filter.from_day.unwrap_or(FIRST_DAY),
                &filter.to_day.unwrap_or(LAST_DAY),
                &first,
                &second,
                &filter.survey.as_ref().map(|id| id.as_str()),
                &filter.touchpoint,
            ],
        )
        .await?;
    let count = |place: usize| Ok::<u64, crate::StoreError>(rows::unsigned(row.try_get(place)?));
    Ok(FunnelCounts {
        eligible: count(0)?,
        shown: count(1)?,
        started: count(2)?,
        answered,
        completed,
        dismissed: count(3)?,
    })
}
