//! Plans: which cells answer a question exactly, and over which of them it is added up.

use bearing_shared::cell;
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;

use super::change::{DAY, WEEK};
use super::generation::Counting;
use crate::reports::{Axis, Base, Grouping, ReportFilter, TallyQuery};
use crate::{Result, StoreError};

/// Days beyond every calendar, where a filter names none.
pub(crate) const FIRST_DAY: i32 = -5_000_000;
pub(crate) const LAST_DAY: i32 = 5_000_000;

/// Which cells answer a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan<'a> {
    /// The dimension.
    pub(crate) dimension: &'a str,
    /// The one value of it; `None` for each that there is.
    pub(crate) value: Option<&'a str>,
}

impl<'a> Plan<'a> {
    /// The cells that answer a question exactly; `None` when none do.
    pub(crate) fn of(query: &'a TallyQuery, counting: &Counting) -> Option<Self> {
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
    pub(crate) fn of_filter(filter: &'a ReportFilter, counting: &Counting) -> Option<Self> {
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
pub(crate) fn spans(filter: &ReportFilter, grouping: Grouping) -> Vec<(i64, i32, i32)> {
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

/// The names of a metric's instruments.
pub(crate) fn instruments(metric: Metric) -> impl Iterator<Item = &'static str> {
    let of_metric = move |instrument: &Instrument| instrument.definition().metric == metric;
    Instrument::ALL.into_iter().filter(of_metric).map(Instrument::name)
}

/// The instruments of a metric, of which there are one or two.
pub(crate) fn instrument_pair(filter: &ReportFilter) -> (&'static str, &'static str) {
    let mut names = instruments(filter.metric);
    let first = names.next().unwrap_or_default();
    (first, names.last().unwrap_or(first))
}

/// An instrument by its name in the database.
pub(crate) fn instrument(name: &str) -> Result<Instrument> {
    Instrument::named(name).ok_or_else(|| StoreError::Corrupt {
        table: "cell",
        column: "instrument",
        row: name.to_owned(),
        why: "no known name".into(),
    })
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
