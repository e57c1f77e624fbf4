//! Sums over cells: which questions cells answer exactly, and reading few of them.

use bearing_shared::cell;
use bearing_shared::histogram::{Histogram, SLOTS};
use bearing_shared::id::SiteId;
use bearing_shared::instrument::Instrument;
use rusqlite::{Connection, Row, params};

use super::counting::{DAY, WEEK};
use super::filter::instruments;
use super::generations::Counting;
use super::rows;
use super::sums::{Part, Sums};
use crate::reports::{Axis, Base, FunnelCounts, Grouping, ReportFilter, Tally, TallyQuery};
use crate::{Result, StoreError};

/// Days beyond every calendar, where a filter names none.
const FIRST_DAY: i32 = -5_000_000;
const LAST_DAY: i32 = 5_000_000;

/// Which cells answer a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan<'a> {
    dimension: &'a str,
    /// The one value of it; `None` for each that there is.
    value: Option<&'a str>,
}

impl<'a> Plan<'a> {
    /// The cells that answer a question exactly; `None` when none do.
    pub(super) fn of(query: &'a TallyQuery, counting: &Counting) -> Option<Self> {
        if query.base != Base::Responses || query.grouping == Grouping::Hour {
            return None;
        }
        let one = Self::of_filter(&query.filter, counting)?;
        match &query.by {
            Some(Axis::Dimension(dimension)) => match one.value {
                _ if one.dimension == dimension => Some(one),
                // Two dimensions at once have no cells: those are marginals, never products.
                _ if one.dimension != cell::ALL => None,
                _ => is_kept(dimension, counting).then_some(Self { dimension, value: None }),
            },
            Some(Axis::Touchpoint | Axis::Survey) | None => Some(one),
        }
    }

    /// The cells that answer a filter exactly; `None` when none do.
    pub(super) fn of_filter(filter: &'a ReportFilter, counting: &Counting) -> Option<Self> {
        let told_apart = |name: &String| name == cell::OTHER || counting.touchpoint(name) == name;
        if counting.number == 0 || !filter.touchpoint.as_ref().is_none_or(told_apart) {
            return None;
        }
        match filter.values.as_slice() {
            [] => Some(Self { dimension: cell::ALL, value: Some("") }),
            [(dimension, value)] => {
                let known = match counting.config.values(dimension) {
                    Some(values) => value == cell::OTHER || values.contains(value),
                    None => is_kept(dimension, counting),
                };
                known.then_some(Self { dimension, value: Some(value) })
            }
            _ => None,
        }
    }
}

/// Whether there are cells for every value of a dimension, by its cell name.
fn is_kept(dimension: &str, counting: &Counting) -> bool {
    matches!(dimension, cell::VERSION | cell::DEVICE | cell::LOCALE)
        || dimension.starts_with(cell::CHOICE)
        || counting.config.values(dimension).is_some()
}

/// The cells that make up a window of days, as (grain, first period, last period): whole weeks where weeks are enough,
/// and days at the edges.
fn spans(filter: &ReportFilter, grouping: Grouping) -> Vec<(i64, i32, i32)> {
    let from = filter.from_day.unwrap_or(FIRST_DAY).clamp(FIRST_DAY, LAST_DAY);
    let to = filter.to_day.unwrap_or(LAST_DAY).clamp(FIRST_DAY, LAST_DAY);
    // The first Monday of a week that lies inside, and the Monday behind the last such week.
    let (first, end) = (cell::week_of(from + 6), cell::week_of(to + 1));
    let spans = if grouping == Grouping::Day || first >= end {
        vec![(DAY, from, to)]
    } else {
        vec![(DAY, from, first - 1), (WEEK, first, end - 1), (DAY, end, to)]
    };
    spans.into_iter().filter(|(_, first, last)| first <= last).collect()
}

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

/// The instruments of a metric, of which there are one or two.
fn instrument_pair(filter: &ReportFilter) -> (&'static str, &'static str) {
    let mut names = instruments(filter.metric);
    let first = names.next().unwrap_or_default();
    (first, names.last().unwrap_or(first))
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
    let mut sums = Sums::default();
    for value in &values {
        let own = sums.names.number(if matches!(query.by, Some(Axis::Dimension(_))) { value } else { "" });
        reader.each(plan.dimension, value, &spans, |row| {
            let period: i32 = row.get(0)?;
            let text = |place: usize| row.get_ref(place).and_then(|value| value.as_str().map_err(Into::into));
            let part = Part {
                instrument: instrument(text(1)?)?,
                period: match query.grouping {
                    Grouping::Day => period,
                    Grouping::Week => cell::week_of(period),
                    Grouping::Whole | Grouping::Hour => 0,
                },
                survey: match &query.by {
                    Some(axis) if axis.tells_surveys_apart() => Some(sums.names.number(text(2)?)),
                    _ => None,
                },
                value: match query.by {
                    Some(Axis::Survey) => sums.names.number(text(2)?),
                    Some(Axis::Touchpoint) => sums.names.number(text(3)?),
                    Some(Axis::Dimension(_)) | None => own,
                },
            };
            sums.of(part).merge(&histogram(row)?);
            Ok(())
        })?;
    }
    Ok(sums.into_tallies())
}

/// An instrument by its name in the database.
pub(super) fn instrument(name: &str) -> Result<Instrument> {
    Instrument::named(name).ok_or_else(|| StoreError::Corrupt {
        table: "cell",
        column: "instrument",
        row: name.to_owned(),
        why: "no known name".into(),
    })
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

#[cfg(test)]
mod tests {
    use bearing_shared::metric::Metric;
    use proptest::prelude::*;

    use super::*;

    fn window(from_day: Option<i32>, to_day: Option<i32>) -> ReportFilter {
        let metric = Metric::Nps;
        ReportFilter { metric, survey: None, touchpoint: None, from_day, to_day, values: Vec::new() }
    }

    #[test]
    fn whole_weeks_are_read_as_weeks_and_the_edges_as_days() {
        // Day 4 is a Monday.
        let spans = |from, to| spans(&window(Some(from), Some(to)), Grouping::Week);
        assert_eq!(spans(4, 10), [(WEEK, 4, 10)]);
        assert_eq!(spans(5, 10), [(DAY, 5, 10)]);
        assert_eq!(spans(3, 11), [(DAY, 3, 3), (WEEK, 4, 10), (DAY, 11, 11)]);
        assert_eq!(spans(4, 3), []);
        assert_eq!(super::spans(&window(Some(3), Some(11)), Grouping::Day), [(DAY, 3, 11)]);
    }

    proptest! {
        #[test]
        fn every_day_of_a_window_is_read_once(from in -40i32..40, length in -3i32..60) {
            let to = from + length;
            for grouping in [Grouping::Whole, Grouping::Week, Grouping::Day] {
                let mut read = Vec::new();
                for (grain, first, last) in spans(&window(Some(from), Some(to)), grouping) {
                    for period in first..=last {
                        // There are week cells on Mondays only.
                        if grain == DAY {
                            read.push(period);
                        } else if cell::week_of(period) == period {
                            read.extend(period..period + 7);
                        }
                    }
                }
                prop_assert_eq!(read, (from..=to).collect::<Vec<_>>());
            }
        }
    }
}
