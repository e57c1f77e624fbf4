//! Reports: a question in site dates becomes a filter in day numbers, histograms come back, scores go out.

pub mod axis;
pub mod breakdown;
pub mod changes;
pub mod compare;
pub mod drivers;
mod estimate;
pub mod funnel;
pub mod score;
pub mod trend;
mod window;

use bearing_shared::api::reports::{Counted, Source};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::SiteId;
use bearing_shared::instrument::{Definition, Instrument};
use bearing_shared::metric::{Metric, Thresholds};
use bearing_storage::{Axis, Base, Grouping, ReportFilter, Store, Tallied, Tally, TallyQuery};
use jiff::tz::TimeZone;

use crate::directory::SiteView;
use crate::error::ApiResult;
use crate::time;

/// What every report is asked with.
#[derive(Clone, Debug)]
pub struct Question {
    /// The site.
    pub site: SiteId,
    /// The time zone in which its days are counted.
    pub zone: TimeZone,
    /// What to add up.
    pub filter: ReportFilter,
    /// Whose answers.
    pub base: Base,
    /// From how many answers on a number can be read.
    pub thresholds: Thresholds,
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
        let thresholds = view.site.settings.thresholds;
        let today = time::day_of(now, &zone);
        Self { site, filter, base: Base::default(), thresholds, instrument: None, now, today, zone }
    }

    /// The same question about other days.
    fn on(&self, from_day: Option<i32>, to_day: Option<i32>) -> Self {
        let mut other = self.clone();
        other.filter.from_day = from_day;
        other.filter.to_day = to_day;
        other
    }

    /// The period of equal length just before; `None` for all time, and where there is none.
    fn before(&self) -> Option<Self> {
        let from = self.filter.from_day?;
        let days = self.filter.to_day.unwrap_or(self.today) - from + 1;
        // None before the calendar begins, and none to a period that has not begun.
        let first = Some(from - days).filter(|first| days > 0 && *first >= time::FIRST_DAY)?;
        Some(self.on(Some(first), Some(from - 1)))
    }

    /// Asks the store.
    async fn tally(&self, store: &dyn Store, grouping: Grouping, by: Option<&Axis>) -> ApiResult<Tallied> {
        let query = TallyQuery { filter: self.filter.clone(), base: self.base, grouping, by: by.cloned() };
        Ok(store.tally(&self.site, query).await?)
    }

    /// What one unit of n is.
    fn counted(&self) -> Counted {
        match self.base {
            Base::Responses => Counted::Responses,
            Base::Respondents => Counted::Respondents,
        }
    }

    /// The one instrument of the counts; where nothing was counted the survey's, else the metric's usual one.
    ///
    /// # Errors
    /// `mixed_instruments` when two have answers: their scores cannot be pooled.
    fn instrument<'a>(&self, tallies: impl IntoIterator<Item = &'a Tally>) -> Result<Instrument, Fault> {
        let mut found: Vec<Instrument> =
            tallies.into_iter().filter(|tally| tally.histogram.n() > 0).map(|tally| tally.instrument).collect();
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

/// Where a report's numbers were read, of all its parts: one scan makes it a scan.
fn worst(sources: impl IntoIterator<Item = Source>) -> Source {
    if sources.into_iter().any(|source| source == Source::Scan) { Source::Scan } else { Source::Cells }
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

/// Where a metric is explained.
fn explain(metric: Metric) -> &'static str {
    match metric {
        Metric::Nps => "/docs/scoring#nps",
        Metric::Csat => "/docs/scoring#csat",
        Metric::Ces => "/docs/scoring#ces",
    }
}
