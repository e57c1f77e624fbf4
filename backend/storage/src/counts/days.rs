//! Days of a time zone: which day a moment lies in, and when a day begins.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The first moment of a day (days since 1970-01-01), ms since 1970 UTC; the end of time for days beyond the calendar.
///
/// Where clocks skip midnight the day begins after the gap; where midnight comes twice it begins with the first.
pub(crate) fn start_of(day: i32, zone: &TimeZone) -> i64 {
    let days: Span = match 0.days().try_days(day) {
        Ok(days) => days,
        Err(_) => return end_of_time(day),
    };
    match EPOCH.checked_add(days).and_then(|date| date.to_zoned(zone.clone())) {
        Ok(midnight) => midnight.timestamp().as_millisecond(),
        Err(_) => end_of_time(day),
    }
}

fn end_of_time(day: i32) -> i64 {
    if day < 0 { i64::MIN } else { i64::MAX }
}

/// The day that a moment (ms since 1970 UTC) lies in, days since 1970-01-01: the last one that has begun by then.
pub(crate) fn day_of(ms: i64, zone: &TimeZone) -> i32 {
    let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let moment = Timestamp::from_millisecond(ms).unwrap_or(end);
    let day = (zone.to_datetime(moment).date() - EPOCH).get_days();
    // Where clocks are put back over midnight, the calendar returns to the day before. Counts do not: days that are
    // intervals can be found by their two ends.
    if moment.as_millisecond() >= start_of(day + 1, zone) { day + 1 } else { day }
}

/// Days of moments that come in about the order of time: nearly all lie in the day of the one before.
pub(crate) struct Days<'a> {
    zone: &'a TimeZone,
    day: i32,
    from: i64,
    until: i64,
}

impl<'a> Days<'a> {
    pub(crate) fn of(zone: &'a TimeZone) -> Self {
        Self { zone, day: 0, from: 0, until: 0 }
    }

    /// As [`day_of`].
    pub(crate) fn day_of(&mut self, ms: i64) -> i32 {
        if !(self.from..self.until).contains(&ms) {
            self.day = day_of(ms, self.zone);
            (self.from, self.until) = (start_of(self.day, self.zone), start_of(self.day + 1, self.zone));
        }
        self.day
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("is a time zone")
    }

    fn utc(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("is a time").as_millisecond()
    }

    fn day(text: &str) -> i32 {
        (text.parse::<Date>().expect("is a date") - EPOCH).get_days()
    }

    #[test]
    fn days_begin_at_midnight_of_their_zone() {
        for (name, date, midnight) in [
            ("UTC", "2026-11-22", "2026-11-22T00:00:00Z"),
            ("Europe/Amsterdam", "2026-11-22", "2026-11-21T23:00:00Z"),
            // The night in which Dutch clocks go forward, and the day after.
            ("Europe/Amsterdam", "2026-03-29", "2026-03-28T23:00:00Z"),
            ("Europe/Amsterdam", "2026-03-30", "2026-03-29T22:00:00Z"),
            ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z"),
            ("America/New_York", "2026-11-02", "2026-11-02T05:00:00Z"),
            ("Asia/Kathmandu", "2026-11-22", "2026-11-21T18:15:00Z"),
            // Midnight was skipped here: the day began at one o'clock.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            // Midnight came twice here: the day began with the first.
            ("America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"),
        ] {
            assert_eq!(start_of(day(date), &zone(name)), utc(midnight), "{name} {date}");
            assert_eq!(day_of(utc(midnight), &zone(name)), day(date), "{name} {date}");
            assert_eq!(day_of(utc(midnight) - 1, &zone(name)), day(date) - 1, "{name} {date}");
        }
    }

    #[test]
    fn a_day_that_a_zone_left_out_holds_nothing() {
        // Samoa went from 29 December 2011 to the 31st.
        let samoa = zone("Pacific/Apia");
        assert_eq!(start_of(day("2011-12-30"), &samoa), start_of(day("2011-12-31"), &samoa));
        assert_eq!(day_of(utc("2011-12-30T10:00:00Z"), &samoa), day("2011-12-31"));
    }

    #[test]
    fn days_beyond_the_calendar_begin_at_the_ends_of_time() {
        let zone = zone("Europe/Amsterdam");
        assert_eq!(start_of(i32::MIN, &zone), i64::MIN);
        assert_eq!(start_of(i32::MAX, &zone), i64::MAX);
        assert_eq!(day_of(i64::MIN, &zone), day_of(Timestamp::MIN.as_millisecond(), &zone));
        assert_eq!(day_of(i64::MAX, &zone), day("9999-12-30"), "the last hours of the calendar are in no zone");
    }

    proptest! {
        #[test]
        fn a_moment_lies_between_the_midnights_of_its_day(
            ms in -2_000_000_000_000i64..4_000_000_000_000,
            name in prop::sample::select(vec![
                "UTC", "Europe/Amsterdam", "America/St_Johns", "America/Sao_Paulo", "Pacific/Apia", "Africa/Monrovia",
                "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana",
            ]),
        ) {
            let zone = zone(name);
            let day = day_of(ms, &zone);
            prop_assert!(start_of(day, &zone) <= ms && ms < start_of(day + 1, &zone), "{name} {ms} {day}");
            let mut days = Days::of(&zone);
            prop_assert_eq!(days.day_of(ms), day);
            prop_assert_eq!(days.day_of(ms + 3_600_000), day_of(ms + 3_600_000, &zone));
        }
    }
}
