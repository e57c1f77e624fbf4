//! The clock, passed in so that tests can set it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
}
