//! Token buckets in a table whose size never changes: how often something may be done by whoever a key stands for.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock as Ticking;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{NotUntil, Quota, RateLimiter};

use crate::clock::{Clock, Steady};

/// Buckets of each kind: half a megabyte.
const SLOTS: usize = 1 << 16;

/// Time that never runs back.
#[derive(Clone)]
pub(crate) struct Ticks(Arc<Steady>);

impl Ticks {
    /// By a clock, from now on.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Steady::new(clock)))
    }
}

impl Ticking for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.elapsed_ms().saturating_mul(1_000_000))
    }
}

/// The buckets' states. Who shares a slot shares a bucket: with a key that nobody outside knows none can be aimed at, and no
/// crowd makes the table grow or pushes anybody out of it.
struct Table(Box<[AtomicU64]>);

impl StateStore for Table {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let slot = &self.0[*key as usize % self.0.len()];
        let mut before = slot.load(Ordering::Acquire);
        loop {
            let (decided, after) = decide((before != 0).then(|| Nanos::new(before)))?;
            match slot.compare_exchange_weak(before, after.into(), Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Ok(decided),
                Err(meanwhile) => before = meanwhile,
            }
        }
    }
}

/// Buckets of one kind.
pub(crate) struct Buckets {
    ticks: Ticks,
    limiter: RateLimiter<u64, Table, Ticks, NoOpMiddleware<Nanos>>,
}

impl Buckets {
    /// Full ones, that hold `burst` and get one more each `period`.
    pub(crate) fn new(burst: u32, period: Duration, ticks: &Ticks) -> Self {
        Self::within(SLOTS, burst, period, ticks)
    }

    /// The same in a table of so many slots, at least 1.
    fn within(slots: usize, burst: u32, period: Duration, ticks: &Ticks) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
        let table = Table((0..slots.max(1)).map(|_| AtomicU64::new(0)).collect());
        Self { ticks: ticks.clone(), limiter: RateLimiter::new(quota, table, ticks.clone()) }
    }

    /// Takes so many of a key's bucket, all or nothing; of more than one holds nothing is taken, and all may pass.
    ///
    /// # Errors
    /// How long until there are as many.
    pub(crate) fn take(&self, key: u64, count: NonZeroU32) -> Result<(), Duration> {
        let wait = |refused: NotUntil<Nanos>| refused.wait_time_from(self.ticks.now());
        self.limiter.check_key_n(&key, count).unwrap_or(Ok(())).map_err(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn no_crowd_pushes_anybody_out_of_the_table() {
        let buckets = |slots| {
            let ticks = Ticks::new(Arc::new(ManualClock::at(0)));
            Buckets::within(slots, 3, Duration::from_secs(1), &ticks)
        };
        let one = NonZeroU32::MIN;
        let table = buckets(8);
        (0..3).for_each(|_| assert_eq!(table.take(1, one), Ok(())));
        let crowd = (0..10_000).filter(|key| table.take(*key, one).is_ok()).count();
        assert_eq!(crowd, 7 * 3, "whoever comes, there is as much as the slots hold");
        assert_eq!(table.take(1, one), Err(Duration::from_secs(1)));
        let single = buckets(0);
        let taken = (0..9).filter(|key| single.take(*key, one).is_ok()).count();
        assert_eq!(taken, 3, "there is always one");
    }
}
