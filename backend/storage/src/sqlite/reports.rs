//! Counts in SQLite: sums over cells, and scans where no cell answers.

use async_trait::async_trait;
use bearing_shared::api::responses::ResponseState;
use bearing_shared::cell;
use bearing_shared::histogram::{Histogram, SLOTS};
use bearing_shared::id::SiteId;
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;
use rusqlite::{Connection, Row, params_from_iter, types::Value};

use super::counting::{Counting, DAY};
use super::responses::conditions;
use super::{SqliteStore, rows};
use crate::reports::{FunnelCounts, Grouping, ReportFilter, ReportStore, Tally};
use crate::responses::ResponseFilter;
use crate::{Result, StoreError};

/// The instruments of a metric as an SQL list; the names are ours.
fn instruments(metric: Metric) -> String {
    let names: Vec<String> = Instrument::ALL
        .iter()
        .filter(|instrument| instrument.definition().metric == metric)
        .map(|instrument| format!("'{}'", instrument.name()))
        .collect();
    names.join(", ")
}

/// The conditions on `cell` and `funnel` rows, from `site_id = ?1` on, with their values.
fn cell_conditions(site: &SiteId, filter: &ReportFilter) -> (String, Vec<Value>) {
    let (dimension, value) = match filter.attributes.first() {
        Some((name, value)) => (cell::attribute(name), value.clone()),
        None => (cell::ALL.to_owned(), String::new()),
    };
    let mut sql = "site_id = ?1 AND dimension = ?2 AND value = ?3".to_owned();
    let mut values: Vec<Value> = vec![site.0.clone().into(), dimension.into(), value.into()];
    let optional = [
        ("survey_id =", filter.survey.as_ref().map(|id| id.0.clone().into())),
        ("touchpoint =", filter.touchpoint.clone().map(Into::into)),
        ("period >=", filter.from_day.map(|day| i64::from(day).into())),
        ("period <=", filter.to_day.map(|day| i64::from(day).into())),
    ];
    for (condition, value) in optional {
        if let Some(value) = value {
            values.push(value);
            sql.push_str(&format!(" AND {condition} ?{}", values.len()));
        }
    }
    sql.push_str(&format!(" AND instrument IN ({})", instruments(filter.metric)));
    (sql, values)
}

fn tally(row: &Row<'_>) -> Result<Tally> {
    let name: String = row.get(0)?;
    let instrument = Instrument::named(&name).ok_or_else(|| StoreError::Corrupt {
        table: "cell",
        column: "instrument",
        row: name.clone(),
        why: "no known name".into(),
    })?;
    let mut counts = [0; SLOTS];
    for (place, count) in counts.iter_mut().enumerate() {
        // Never below zero while running = recount holds; `bearing check` is what reports it.
        *count = u64::try_from(row.get::<_, i64>(place + 2)?).unwrap_or(0);
    }
    Ok(Tally { instrument, period: row.get(1)?, histogram: Histogram { counts } })
}

fn tallies(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<Tally>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params_from_iter(values))?;
    let mut tallies = Vec::new();
    while let Some(row) = found.next()? {
        tallies.push(tally(row)?);
    }
    Ok(tallies)
}

#[async_trait]
impl ReportStore for SqliteStore {
    async fn has_cells(&self, site: &SiteId, filter: &ReportFilter) -> Result<bool> {
        let (site, filter) = (site.clone(), filter.clone());
        let read = move |connection: &Connection| {
            let counting = Counting::read(connection, &site)?.unwrap_or_default();
            let declared = |(name, value): &(String, String)| {
                // A declared value that is spelt like the remainder shares its cell.
                value != cell::OTHER
                    && counting
                        .dimensions
                        .iter()
                        .any(|dimension| dimension.name == *name && dimension.values.contains(value))
            };
            let named = filter
                .touchpoint
                .as_ref()
                .is_none_or(|touchpoint| touchpoint.is_empty() || counting.touchpoints.contains(touchpoint));
            Ok(named && filter.attributes.len() <= 1 && filter.attributes.iter().all(declared))
        };
        self.readers.run(read).await
    }

    async fn tally_cells(&self, site: &SiteId, filter: ReportFilter, grouping: Grouping) -> Result<Vec<Tally>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let period = match grouping {
                Grouping::Whole => "0",
                Grouping::Day => "period",
                Grouping::Hour => return Err(StoreError::Driver("cells have no hours".into())),
            };
            let (conditions, values) = cell_conditions(&site, &filter);
            let sums: Vec<String> = (0..SLOTS).map(|slot| format!("sum(c{slot})")).collect();
            // Cells whose answers were all taken back are left at zero: to a reader they are not there.
            let sql = format!(
                "SELECT instrument, {period}, {} FROM cell WHERE grain = {DAY} AND {conditions}
                 GROUP BY 1, 2 HAVING {} > 0 ORDER BY 1, 2",
                sums.join(", "),
                sums.join(" + ")
            );
            tallies(connection, &sql, values)
        };
        self.readers.run(read).await
    }

    async fn tally_scan(&self, site: &SiteId, filter: ReportFilter, grouping: Grouping) -> Result<Vec<Tally>> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let period = match grouping {
                Grouping::Whole => "0",
                Grouping::Day => "day",
                Grouping::Hour => "shown_at / 3600000",
            };
            let metric = instruments(filter.metric);
            let (conditions, values) = conditions(&ResponseFilter {
                survey: filter.survey,
                touchpoint: filter.touchpoint,
                from_day: filter.from_day,
                to_day: filter.to_day,
                attributes: filter.attributes,
                state: ResponseState::Counted,
                ..ResponseFilter::default()
            });
            let counts: Vec<String> =
                (0..SLOTS).map(|slot| format!("count(*) FILTER (WHERE score = {slot})")).collect();
            let sql = format!(
                "SELECT instrument, {period}, {} FROM response
                 WHERE site_id = ?1{conditions} AND instrument IN ({metric}) GROUP BY 1, 2 ORDER BY 1, 2",
                counts.join(", ")
            );
            tallies(connection, &sql, [site.0.into()].into_iter().chain(values).collect())
        };
        self.readers.run(read).await
    }

    async fn funnel(&self, site: &SiteId, filter: ReportFilter) -> Result<FunnelCounts> {
        let site = site.clone();
        let read = move |connection: &Connection| {
            let (conditions, values) = cell_conditions(&site, &filter);
            let sql = format!(
                "SELECT coalesce(sum(eligible), 0), coalesce(sum(shown), 0), coalesce(sum(started), 0),
                        coalesce(sum(answered), 0), coalesce(sum(completed), 0), coalesce(sum(dismissed), 0)
                 FROM funnel WHERE {conditions}"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let counts: [i64; 6] = statement.query_row(params_from_iter(values), |row| {
                Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?])
            })?;
            let [eligible, shown, started, answered, completed, dismissed] =
                counts.map(|count| u64::try_from(count).unwrap_or(0));
            Ok(FunnelCounts { eligible, shown, started, answered, completed, dismissed })
        };
        self.readers.run(read).await
    }
}

/// The sites of the store, for upkeep.
pub(super) fn site_ids(connection: &Connection) -> Result<Vec<SiteId>> {
    let mut statement = connection.prepare("SELECT id FROM site ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0).map(SiteId))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// The revision, on a reading connection.
pub(super) fn revision(connection: &Connection) -> Result<i64> {
    rows::revision(connection)
}
