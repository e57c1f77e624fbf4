//! Reports: a question in site dates becomes a filter in day numbers, histograms come back, scores go out.

pub mod funnel;
pub mod score;
pub mod trend;

use bearing_shared::api::reports::Source;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SiteId;
use bearing_shared::instrument::{Definition, Instrument};
use bearing_shared::metric::Metric;
use bearing_storage::{Grouping, ReportFilter, Store, Tally};
use jiff::tz::TimeZone;

use crate::directory::SiteView;
use crate::error::ApiResult;
use crate::time;

/// What every report is asked with.
#[derive(Clone, Debug)]
pub struct Question {
    /// The site.
    pub site: SiteId,
    /// The time zone of its days.
    pub zone: TimeZone,
    /// What to add up.
    pub filter: ReportFilter,
    /// The instrument of the survey that was named; it is the one of the report even without answers.
    pub instrument: Option<Instrument>,
    /// Now, in ms since 1970 UTC.
    pub now: i64,
    /// Today in the site's time zone, days since 1970-01-01.
    pub today: i32,
}

impl Question {
    /// A question about a site, asked now (ms since 1970 UTC).
    pub fn new(view: &SiteView, filter: ReportFilter, now: i64) -> Self {
        let (site, zone) = (view.site.id.clone(), view.zone.clone());
        Self { site, filter, instrument: None, now, today: time::day_of(now, &zone), zone }
    }

    /// Reads the counts from cells where they answer, else from the answers.
    async fn tallies(&self, store: &dyn Store, grouping: Grouping) -> ApiResult<(Vec<Tally>, Source)> {
        let filter = self.filter.clone();
        if grouping != Grouping::Hour && store.has_cells(&self.site, &filter).await? {
            return Ok((store.tally_cells(&self.site, filter, grouping).await?, Source::Cells));
        }
        Ok((store.tally_scan(&self.site, filter, grouping).await?, Source::Scan))
    }

    /// The one instrument of the counts; where nothing was counted the survey's, else the metric's usual one.
    ///
    /// # Errors
    /// `mixed_instruments` when two have answers: their scores cannot be pooled.
    fn instrument(&self, tallies: &[Tally]) -> Result<Instrument, Fault> {
        let mut found: Vec<Instrument> =
            tallies.iter().filter(|tally| tally.histogram.n() > 0).map(|tally| tally.instrument).collect();
        found.sort_unstable();
        found.dedup();
        match found[..] {
            // A survey of another metric has no answers to this one.
            [] => Ok(self
                .instrument
                .filter(|instrument| instrument.definition().metric == self.filter.metric)
                .unwrap_or(self.filter.metric.default_instrument())),
            [instrument] => Ok(instrument),
            _ => Err(Fault::at(Code::MIXED_INSTRUMENTS, "survey", Code::MIXED_INSTRUMENTS.meaning)),
        }
    }
}

/// The sum of tallies of one instrument.
fn sum<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Histogram {
    let mut total = Histogram::default();
    for tally in tallies {
        total.merge(&tally.histogram);
    }
    total
}

/// The answers of each score on the scale.
fn distribution(definition: &Definition, histogram: &Histogram) -> std::collections::BTreeMap<u8, u64> {
    (definition.min..=definition.max).map(|score| (score, histogram.counts[usize::from(score)])).collect()
}

/// Where the number is explained.
fn explain(metric: Metric) -> &'static str {
    match metric {
        Metric::Nps => "/docs/scoring#nps",
        Metric::Csat => "/docs/scoring#csat",
        Metric::Ces => "/docs/scoring#ces",
    }
}
