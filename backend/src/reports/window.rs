//! Windows of time: buckets of a site's days, and the limits of how many are drawn.

use bearing_shared::cell::week_of;
use bearing_shared::fault::{Code, Fault};
use bearing_storage::Grouping;
use jiff::{Span, ToSpan};

use super::Question;
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

    /// How the store parts the counts for it: months are summed from days.
    pub(super) fn grouping(self) -> Grouping {
        match self {
            Self::Hour => Grouping::Hour,
            Self::Day | Self::Month => Grouping::Day,
            Self::Week => Grouping::Week,
        }
    }

    /// The bucket that a period of its grouping lies in, by its first one.
    pub(super) fn start(self, period: i32) -> i32 {
        match self {
            Self::Hour | Self::Day => period,
            Self::Week => week_of(period),
            Self::Month => time::day_number(time::date_of(period).first_of_month()),
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

    /// Whether some of a bucket lies outside the window (first and last day), or is not over yet.
    pub(super) fn is_partial(self, start: i32, question: &Question, (from, to): (i32, i32)) -> bool {
        match self {
            Self::Hour => i64::from(start + 1) * HOUR_MS > question.now,
            _ => start < from || self.moved(start, 1) > to.min(question.today - 1) + 1,
        }
    }

    /// A bucket's start as it goes out.
    pub(super) fn text(self, start: i32) -> String {
        match self {
            Self::Hour => time::rfc3339(i64::from(start) * HOUR_MS),
            _ => time::date_of(start).to_string(),
        }
    }
}

/// The buckets of a window, and its first and last day.
pub(super) struct Window {
    pub(super) starts: Vec<i32>,
    pub(super) from: i32,
    pub(super) to: i32,
}

/// The buckets that a question names; without dates the last twelve.
///
/// # Errors
/// `invalid_parameter` when they are too many.
pub(super) fn window(question: &Question, bucket: Bucket) -> Result<Window, Fault> {
    let starts = if bucket == Bucket::Hour { hours(question)? } else { days(question, bucket)? };
    // An hour may begin on the day before; only days that were named cut it off.
    let first = starts.first().map_or(question.today, |start| match bucket {
        Bucket::Hour => time::day_of(i64::from(*start) * HOUR_MS, &question.zone),
        _ => *start,
    });
    let from = question.filter.from_day.unwrap_or(first);
    Ok(Window { starts, from, to: question.filter.to_day.unwrap_or(question.today) })
}

fn too_long(bucket: Bucket, most: &str) -> Fault {
    let message = format!("The window is too long for buckets of one {}: take at most {most}.", bucket.name());
    Fault::at(Code::INVALID_PARAMETER, "from", message)
}

/// The hours of a window, since 1970 UTC. Without a last day they end with the present one; without a first day they
/// are the last twelve.
fn hours(question: &Question) -> Result<Vec<i32>, Fault> {
    let midnight = |day: i32| {
        let date = time::date_of(day).to_zoned(question.zone.clone());
        // The last midnights of the calendar lie beyond what a time stamp holds.
        date.map_or(jiff::Timestamp::MAX, |zoned| zoned.timestamp()).as_millisecond()
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
