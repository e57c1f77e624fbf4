//! The clock, passed in so that tests can set it.

use std::sync::atomic::{AtomicI64, Ordering};

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
