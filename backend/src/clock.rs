//! The clock, passed in so that tests can set it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Tells the time of day. Time-outs do not use it: they run on the monotonic clock.
pub trait Clock: Send + Sync {
    /// Now, in ms since 1970 UTC.
    fn now(&self) -> i64;
}

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
        let now = jiff::Timestamp::now();
        now.as_millisecond()
    }
}

/// Time that has passed by a clock, which never runs back: what a clock that is set back takes away is not counted.
pub struct Steady {
    clock: Arc<dyn Clock>,
    /// What the clock said last, and what had passed by then, in ms.
    seen: Mutex<(i64, u64)>,
}

impl Steady {
    /// Nothing has passed yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let seen = Mutex::new((clock.now(), 0));
        Self { clock, seen }
    }

    /// What has passed, in ms.
    pub fn elapsed_ms(&self) -> u64 {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let passed = u64::try_from(now.saturating_sub(seen.0)).unwrap_or(0);
        *seen = (now, seen.1.saturating_add(passed));
        seen.1
    }
}

/// How much further than the time that has passed a clock may have gone before it is doubted.
const LEAP: Duration = Duration::from_secs(3_600);
/// How long a clock that leapt is doubted: whoever looks after the machine has a day to set it right.
const DOUBT: Duration = Duration::from_secs(24 * 3_600);

/// Whether a clock may be believed by what cannot be undone: one that is suddenly years ahead says of everything that it has
/// been kept long enough. It looks at one process; what a clock says when that starts is believed.
pub struct Belief {
    /// What the clock said when it was believed last, ms since 1970 UTC, and what had passed by then.
    believed: (i64, Duration),
    /// What had passed when it was first seen ahead.
    doubted: Option<Duration>,
}

impl Belief {
    /// Believes what the clock says now, ms since 1970 UTC; `passed` is what the monotonic clock says.
    pub fn of(now: i64, passed: Duration) -> Self {
        Self { believed: (now, passed), doubted: None }
    }

    /// Looks at the clock again: how far it is ahead of where it should be, while that is doubted.
    pub fn doubts(&mut self, now: i64, passed: Duration) -> Option<Duration> {
        let (then, before) = self.believed;
        // Back is no danger: a clock that is behind says that nothing is old yet.
        let gone = Duration::from_millis(u64::try_from(now.saturating_sub(then)).unwrap_or(0));
        let ahead = gone.saturating_sub(passed.saturating_sub(before));
        let since = *self.doubted.get_or_insert(passed);
        if ahead > LEAP && passed.saturating_sub(since) < DOUBT {
            return Some(ahead);
        }
        *self = Self::of(now, passed);
        None
    }
}

/// A clock that stands still until it is set.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock at this time, ms since 1970 UTC.
    pub fn at(now: i64) -> Self {
        Self(AtomicI64::new(now))
    }

    /// Sets the time, forwards or back.
    pub fn set(&self, now: i64) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_time_goes_on_from_where_the_clock_was_set_back_to() {
        let clock = Arc::new(ManualClock::at(5_000));
        let steady = Steady::new(Arc::<ManualClock>::clone(&clock));
        let mut told = Vec::new();
        for now in [5_000, 5_010, 1_000, 1_005, 9_000] {
            clock.set(now);
            told.push(steady.elapsed_ms());
        }
        assert_eq!(told, [0, 10, 10, 15, 8_010]);
    }

    #[test]
    fn a_clock_that_leaps_ahead_is_doubted_for_a_day_and_one_that_is_set_right_is_believed_at_once() {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let at = |hours: i64| hours * 3_600_000;
        let year = 8_760;
        let mut belief = Belief::of(at(100), hours(0));
        assert_eq!(belief.doubts(at(101), hours(1)), None, "it goes as time does");
        assert_eq!(belief.doubts(at(103), hours(2)), None, "an hour more may be a correction");
        assert_eq!(belief.doubts(at(104 + year), hours(3)), Some(hours(year.unsigned_abs())));
        assert_eq!(belief.doubts(at(105 + year), hours(4)), Some(hours(year.unsigned_abs())), "still");
        assert_eq!(belief.doubts(at(106), hours(5)), None, "set right");
        assert_eq!(belief.doubts(at(107 + year), hours(6)), Some(hours(year.unsigned_abs())), "and a new leap is new");
        assert_eq!(belief.doubts(at(130 + year), hours(29)), Some(hours(year.unsigned_abs())));
        assert_eq!(belief.doubts(at(131 + year), hours(30)), None, "after a day it is what the machine means");
        assert_eq!(belief.doubts(at(132 + year), hours(31)), None);
        assert_eq!(belief.doubts(at(7), hours(32)), None, "back is no danger");
        assert_eq!(belief.doubts(at(8), hours(33)), None);
    }
}
