//! A score over time: one point a bucket, empty buckets too.

use std::collections::BTreeMap;

use bearing_shared::api::reports::{TrendPoint, TrendReport};
use bearing_shared::cell::week_of;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::histogram::Histogram;
use bearing_shared::instrument::Orientation;
use bearing_shared::metric;
use bearing_storage::{Grouping, Store};
use jiff::{Span, ToSpan};

use super::Question;
use crate::error::ApiResult;
use crate::time;

/// The buckets of a trend without dates.
const LAST: i32 = 12;
/// The longest window by the hour, in days: it is read from the answers.
const HOUR_DAYS: i32 = 14;
/// The most points of a trend.
const POINTS: usize = 5_000;
const HOUR_MS: i64 = 3_600_000;

/// The length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// An hour of UTC.
    Hour,
    /// A day of the site's time zone.
    Day,
    /// An ISO week: Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Bucket {
    /// Every bucket.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The first day of the bucket that a day lies in.
    fn start(self, day: i32) -> i32 {
        match self {
            Self::Hour | Self::Day => day,
            Self::Week => week_of(day),
            Self::Month => time::day_number(time::date_of(day).first_of_month()),
        }
    }

    /// A bucket's first day, moved by a number of buckets.
    fn moved(self, start: i32, by: i32) -> i32 {
        let span: Span = match self {
            Self::Hour | Self::Day => by.days(),
            Self::Week => by.weeks(),
            Self::Month => by.months(),
        };
        time::date_of(start).checked_add(span).map_or(start, time::day_number)
    }
}

/// The trend report.
///
/// # Errors
/// A window that is too long, `mixed_instruments`, or what the store says.
pub async fn report(store: &dyn Store, question: &Question, bucket: Bucket) -> ApiResult<TrendReport> {
    let starts = if bucket == Bucket::Hour { hours(question)? } else { days(question, bucket)? };
    let mut question = question.clone();
    let grouping = if bucket == Bucket::Hour { Grouping::Hour } else { Grouping::Day };
    // An hour may begin on the day before; only days that were named cut it off.
    let first_day = starts.first().map(|start| match bucket {
        Bucket::Hour => time::day_of(i64::from(*start) * HOUR_MS, &question.zone),
        _ => *start,
    });
    question.filter.from_day = question.filter.from_day.or(first_day);
    question.filter.to_day = question.filter.to_day.or(Some(question.today));
    let (tallies, source) = question.tallies(store, grouping).await?;
    let definition = question.instrument(&tallies)?.definition();
    let mut buckets: BTreeMap<i32, Histogram> = BTreeMap::new();
    for tally in &tallies {
        let start = if bucket == Bucket::Hour { tally.period } else { bucket.start(tally.period) };
        buckets.entry(start).or_default().merge(&tally.histogram);
    }
    let point = |start: i32| {
        let histogram = buckets.get(&start).copied().unwrap_or_default();
        TrendPoint {
            start: match bucket {
                Bucket::Hour => time::rfc3339(i64::from(start) * HOUR_MS),
                _ => time::date_of(start).to_string(),
            },
            n: histogram.n(),
            score: metric::score(definition, &histogram),
            interval: None,
        }
    };
    Ok(TrendReport {
        metric: definition.metric,
        base: "responses",
        bucket: bucket.name(),
        points: starts.into_iter().map(point).collect(),
        changes: Vec::new(),
        unit: definition.metric.unit(),
        direction: Orientation::HigherIsBetter,
        source,
    })
}

fn too_long(bucket: Bucket, most: &str) -> Fault {
    let message = format!("The window is too long for buckets of one {}: take at most {most}.", bucket.name());
    Fault::at(Code::INVALID_PARAMETER, "from", message)
}

/// The hours of a window, since 1970 UTC. Without a last day they end with the present one; without a first day they
/// are the last twelve.
fn hours(question: &Question) -> Result<Vec<i32>, Fault> {
    let midnight = |day: i32| {
        time::date_of(day).to_zoned(question.zone.clone()).map_or(0, |zoned| zoned.timestamp().as_millisecond())
    };
    let end = match question.filter.to_day {
        Some(to) => (midnight(to + 1) + HOUR_MS - 1).div_euclid(HOUR_MS),
        None => question.now.div_euclid(HOUR_MS) + 1,
    };
    let first = match question.filter.from_day {
        Some(from) if question.filter.to_day.unwrap_or(question.today) - from >= HOUR_DAYS => {
            return Err(too_long(Bucket::Hour, "14 days"));
        }
        Some(from) => midnight(from).div_euclid(HOUR_MS),
        None => end - i64::from(LAST),
    };
    Ok((first..end).filter_map(|hour| i32::try_from(hour).ok()).collect())
}

/// The first days of a window's buckets; without dates those of the last twelve.
fn days(question: &Question, bucket: Bucket) -> Result<Vec<i32>, Fault> {
    let to = question.filter.to_day.unwrap_or(question.today);
    let from = question.filter.from_day.unwrap_or_else(|| bucket.moved(bucket.start(to), 1 - LAST));
    let mut starts = vec![bucket.start(from)];
    while let Some(last) = starts.last().copied() {
        let next = bucket.moved(last, 1);
        if next > to || next <= last {
            break;
        }
        if starts.len() == POINTS {
            return Err(too_long(bucket, &format!("{POINTS} of them")));
        }
        starts.push(next);
    }
    Ok(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_begin_where_people_expect() {
        let day = |text: &str| time::day_number(text.parse().expect("is a date"));
        let date = |day: i32| time::date_of(day).to_string();
        assert_eq!(date(Bucket::Week.start(day("2026-11-21"))), "2026-11-16");
        assert_eq!(date(Bucket::Month.start(day("2026-11-21"))), "2026-11-01");
        assert_eq!(date(Bucket::Month.moved(day("2026-01-01"), -11)), "2025-02-01");
        // The year 2026 ends on a Thursday: its last week reaches into January.
        assert_eq!(date(Bucket::Week.start(day("2027-01-02"))), "2026-12-28");
    }
}
