//! Days as numbers and as dates: a period is arithmetic on days, and the API speaks of dates.

/// A day, counted from 1970-01-01 in whatever time zone its date was read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// The day of a date such as `2026-11-21`; `None` where there is no such day.
    pub fn parse(date: &str) -> Option<Self> {
        let mut parts = date.splitn(3, '-');
        let year: i32 = parts.next()?.parse().ok()?;
        let month: i32 = parts.next()?.parse().ok()?;
        let day: i32 = parts.next()?.parse().ok()?;
        let found = Self::of(year, month, day);
        (date.len() == 10 && found.date() == date).then_some(found)
    }

    /// The number of a civil date: years are counted from March, so that the leap day is a year's last
    /// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    fn of(year: i32, month: i32, day: i32) -> Self {
        let year = year - i32::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// The date, such as `2026-11-21`.
    pub fn date(self) -> String {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = (shifted + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// The day so many days later, or earlier.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same_thing() {
        assert_eq!(Day::parse("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::parse("2000-03-01"), Some(Day(11_017)));
        for number in [-1, 0, 58, 59, 11_016, 20_779, 47_540] {
            assert_eq!(Day::parse(&Day(number).date()), Some(Day(number)), "{number}");
        }
        assert_eq!(Day::parse("2024-02-29").map(|day| day.plus(1).date()), Some("2024-03-01".into()));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "2026-02-30", "2026-13-01", "2026-1-1", "21-11-2026", "2026-11-21T00:00", "x-y-z"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
