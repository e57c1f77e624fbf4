//! Times and days: RFC 3339 at the edge, ms since 1970 inside, days in a site's time zone for counting.

use bearing_shared::answer::Age;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::suspicion::TOKEN_LASTS_MS;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How far back an answer may lie: as far as the token of its showing holds.
pub const OLDEST_MS: i64 = TOKEN_LASTS_MS;
/// The earliest moment that a site's own server can bring: there were no surveys on web pages before 1970.
pub const FIRST_MS: i64 = 0;
/// The first day of the calendar, 0001-01-01, in days since 1970-01-01.
pub const FIRST_DAY: i32 = -719_162;
/// How far ahead a client's clock may be.
const AHEAD_MS: i64 = 5 * 60_000;

/// A moment as RFC 3339 UTC with milliseconds.
pub fn rfc3339(ms: i64) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(moment) => format!("{moment:.3}"),
        Err(_) => String::new(),
    }
}

/// The day of a moment in a time zone, days since 1970-01-01.
pub fn day_of(ms: i64, zone: &TimeZone) -> i32 {
    Timestamp::from_millisecond(ms).map_or(0, |moment| day_number(moment.to_zoned(zone.clone()).date()))
}

/// A date's day number, days since 1970-01-01.
pub fn day_number(date: Date) -> i32 {
    (date - Date::constant(1970, 1, 1)).get_days()
}

/// The date of a day number; dates end in the year 9999.
pub fn date_of(day: i32) -> Date {
    use jiff::ToSpan;
    Date::constant(1970, 1, 1).checked_add(day.days()).unwrap_or(Date::MAX)
}

/// When a response was shown and answered, ms since 1970 UTC, by the server's clock.
///
/// Ages at sending win; absolute times alone must lie between `oldest` and 5 minutes from now; without either it is now.
///
/// # Errors
/// `time_out_of_range`, or `invalid_field` for a text that is no RFC 3339 time.
pub fn dated(
    age: Option<Age>,
    shown: Option<&str>,
    answered: Option<&str>,
    now: i64,
    oldest: i64,
) -> Result<(i64, i64), Fault> {
    let days = (now - oldest).div_euclid(24 * 3_600_000);
    if let Some(age) = age.filter(|age| age.shown.is_some() || age.answered.is_some()) {
        let ago = |age: u64| i64::try_from(age).unwrap_or(i64::MAX);
        let answered_ago = ago(age.answered.unwrap_or(0));
        if answered_ago > now - oldest {
            let message = format!("The answer is older than {days} days; it can no longer be counted.");
            return Err(Fault::at(Code::TIME_OUT_OF_RANGE, "age_ms.answered", message));
        }
        // A card may stand open for weeks before it is answered: that answer still counts, on the oldest day allowed.
        let shown_ago = age.shown.map_or(answered_ago, ago).clamp(answered_ago, now - oldest);
        return Ok((now - shown_ago, now - answered_ago));
    }
    let absolute = |field: &str, text: Option<&str>| -> Result<Option<i64>, Fault> {
        let Some(text) = text else { return Ok(None) };
        let moment: Timestamp = text.parse().map_err(|_| {
            Fault::at(Code::INVALID_FIELD, field, "Write the time as RFC 3339, such as 2026-11-21T09:30:00.000Z.")
        })?;
        let ms = moment.as_millisecond();
        if !(oldest..=now + AHEAD_MS).contains(&ms) {
            let message = if oldest == FIRST_MS {
                "The time lies before 1970 or more than 5 minutes ahead.".to_owned()
            } else {
                format!("The time lies more than {days} days back or more than 5 minutes ahead; send `age_ms`.")
            };
            return Err(Fault::at(Code::TIME_OUT_OF_RANGE, field, message));
        }
        Ok(Some(ms.min(now)))
    };
    let (shown, answered) = (absolute("shown_at", shown)?, absolute("answered_at", answered)?);
    let answered = answered.unwrap_or(now);
    Ok((shown.unwrap_or(answered).min(answered), answered))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_300_000_000;

    #[test]
    fn ages_win_over_a_wrong_clock() {
        let age = Some(Age { shown: Some(5_000), answered: Some(1_000) });
        assert_eq!(
            dated(age, Some("1999-01-01T00:00:00Z"), None, NOW, NOW - OLDEST_MS),
            Ok((NOW - 5_000, NOW - 1_000))
        );
    }

    #[test]
    fn an_old_showing_does_not_lose_a_new_answer() {
        let age = Some(Age { shown: Some(u64::MAX), answered: Some(0) });
        assert_eq!(dated(age, None, None, NOW, NOW - OLDEST_MS), Ok((NOW - OLDEST_MS, NOW)));
    }

    #[test]
    fn times_out_of_range_are_refused() {
        for (shown, answered) in [
            (Some("2100-01-01T00:00:00Z"), None),
            (None, Some("1999-01-01T00:00:00Z")),
            (Some("0001-01-01T00:00:00Z"), None),
        ] {
            let fault = dated(None, shown, answered, NOW, NOW - OLDEST_MS).expect_err("is refused");
            assert_eq!(fault.code, Code::TIME_OUT_OF_RANGE);
        }
        let old = Some(Age { shown: None, answered: Some(9 * 24 * 3_600_000) });
        assert_eq!(dated(old, None, None, NOW, NOW - OLDEST_MS).expect_err("is refused").code, Code::TIME_OUT_OF_RANGE);
        assert_eq!(
            dated(None, Some("yesterday"), None, NOW, FIRST_MS).expect_err("is refused").code,
            Code::INVALID_FIELD
        );
    }

    #[test]
    fn days_begin_in_the_sites_time_zone() {
        let zone = TimeZone::get("Europe/Amsterdam").expect("is in the bundled data");
        let utc = |text: &str| text.parse::<Timestamp>().expect("is a time").as_millisecond();
        let day = |text: &str| date_of(day_of(utc(text), &zone)).to_string();
        assert_eq!(day("2026-11-21T22:59:59Z"), "2026-11-21");
        assert_eq!(day("2026-11-21T23:00:00Z"), "2026-11-22");
        // The night of 2026-03-29 has 23 hours: midnight is 23:00 UTC before it and 22:00 UTC after.
        assert_eq!(day("2026-03-28T23:00:00Z"), "2026-03-29");
        assert_eq!(day("2026-03-29T22:00:00Z"), "2026-03-30");
    }

    #[test]
    fn times_carry_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
    }
}
