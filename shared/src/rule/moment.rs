//! Moments as RFC 3339 texts: the form that the server checks and that every browser's `Date.parse` reads alike.

/// The milliseconds since 1970 UTC of a moment such as `2026-11-21T09:30:00Z` or `2026-11-21T09:30:00.250+01:00`.
///
/// `None` for any other text, for a date or time that does not exist, and for what browsers read each in its own way:
/// small letters, more than three decimals, a leap second, a year before 1970.
pub fn moment(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset_minutes) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let sign = time.rfind(['+', '-'])?;
            let [hours, minutes] = numbers(&time[sign + 1..], ':', [2, 2])?;
            let minutes = in_range(hours, 0, 23)? * 60 + in_range(minutes, 0, 59)?;
            (&time[..sign], if time.as_bytes()[sign] == b'-' { -minutes } else { minutes })
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let digits = fraction.len();
    let [fraction] = numbers(fraction, '.', [in_range(digits as i64, 1, 3)? as usize])?;
    let millis = fraction * [100, 10, 1][digits - 1];
    let days = days_since_1970(in_range(year, 1970, 9999)?, in_range(month, 1, 12)?, day)?;
    let minutes = in_range(hour, 0, 23)? * 60 + in_range(minute, 0, 59)? - offset_minutes;
    Some(((days * 1_440 + minutes) * 60 + in_range(second, 0, 59)?) * 1_000 + millis)
}

/// Numbers of so many digits each between separators, and nothing else.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut found = [0; N];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part =
            parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn in_range(number: i64, low: i64, high: i64) -> Option<i64> {
    (low..=high).contains(&number).then_some(number)
}

/// The day number of a date in the Gregorian calendar, for years from 1970 on; `None` for a day that the month lacks.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month - 1).ok()?;
    in_range(day, 1, *lengths.get(before)?)?;
    let past = year - 1;
    // Leap days up to the end of the year before, less those up to the end of 1969.
    let leap_days = past / 4 - past / 100 + past / 400 - 477;
    Some((year - 1970) * 365 + leap_days + lengths[..before].iter().sum::<i64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_to_the_millisecond() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.5Z", 500),
            ("1970-01-01T00:00:00.05Z", 50),
            ("1970-01-01T00:00:00.005Z", 5),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01T00:00:00+01:00", -3_600_000),
            ("1969-12-31T23:59:59Z", i64::MIN),
            ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2027-01-15T08:00:00.001Z", 1_800_000_000_001),
            ("2027-01-14T20:30:00-11:30", 1_800_000_000_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] {
            assert_eq!(moment(text), Some(ms).filter(|ms| *ms != i64::MIN), "{text}");
        }
    }

    #[test]
    fn other_forms_and_moments_that_do_not_exist_are_refused() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T09:30Z",
            "2026-11-21T09:30:00",
            "2026-11-21 09:30:00Z",
            "2026-11-21t09:30:00z",
            "2026-11-21T09:30:00.Z",
            "2026-11-21T09:30:00.1234Z",
            "2026-11-21T24:00:00Z",
            "2026-12-31T23:59:60Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-11-21T09:30:00+1:00",
            "2026-11-21T09:30:00+24:00",
            "+2026-11-21T09:30:00Z",
            "2026-11-21T09:30:00ZZ",
            "2026-11-2éT09:30:00Z",
            "20261-1-21T09:30:00Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
