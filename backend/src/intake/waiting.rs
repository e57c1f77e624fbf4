//! What waits for the store, as others may see it: how many requests, and for how long.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::batch::BATCH;

/// How old an answer may become that no batch had room for, and how long who comes now may have to wait beside a full
/// batch: past it more come than can be stored.
const OLDEST: Duration = Duration::from_millis(100);
/// How long one flush may take before nobody else is let wait for it: four times as long as flushes take here, within
/// these limits. A disk that is always slow is not a disk that has stopped.
const STALLED: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];
/// How many flushes the usual time is made of.
const USUAL_OF: u64 = 8;

/// The state of a queue before a sink.
#[derive(Debug)]
pub struct Waiting {
    begun: Instant,
    requests: AtomicUsize,
    /// When the oldest came that no batch had room for, in µs since the beginning, plus 1; 0: there is none.
    left: AtomicU64,
    /// When the flush began that is going on, in the same way.
    flushing: AtomicU64,
    /// How long flushes take lately, µs.
    usual: AtomicU64,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            requests: AtomicUsize::new(0),
            left: AtomicU64::new(0),
            flushing: AtomicU64::new(0),
            usual: AtomicU64::new(0),
        }
    }
}

impl Waiting {
    /// Requests in the queue, without those that are being flushed.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// How long the oldest request has been waiting, to the length of a flush.
    pub fn oldest(&self) -> Duration {
        self.age(&self.left).max(self.age(&self.flushing)).unwrap_or_default()
    }

    /// Whether more comes than can be stored in time.
    pub fn is_too_long(&self) -> bool {
        self.forecast() >= OLDEST
            || self.age(&self.left).is_some_and(|age| age >= OLDEST)
            || self.age(&self.flushing).is_some_and(|age| age >= self.stalled())
    }

    /// How long who comes now would wait, as flushes take lately; nothing for who fits into the next batch, however slow
    /// the disk is: batches must be full before anybody is sent away.
    fn forecast(&self) -> Duration {
        match self.requests() / BATCH {
            0 => Duration::ZERO,
            full => self.usual() * (full as u32 + 1),
        }
    }

    fn usual(&self) -> Duration {
        Duration::from_micros(self.usual.load(Ordering::Relaxed))
    }

    fn stalled(&self) -> Duration {
        let [least, most] = STALLED;
        (self.usual() * 4).clamp(least, most)
    }

    pub(super) fn came(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Says that a flush of `requests` begins, and when the oldest came that it has no room for.
    pub(super) fn flushes(&self, requests: usize, left: Option<Instant>) {
        self.requests.fetch_sub(requests, Ordering::Relaxed);
        self.left.store(left.map_or(0, |came| self.stamp(came)), Ordering::Relaxed);
        self.flushing.store(self.stamp(Instant::now()), Ordering::Relaxed);
    }

    pub(super) fn flushed(&self) {
        let took = self.age(&self.flushing).unwrap_or_default().as_micros() as u64;
        let usual = self.usual.load(Ordering::Relaxed);
        self.usual.store((usual * (USUAL_OF - 1) + took) / USUAL_OF, Ordering::Relaxed);
        self.flushing.store(0, Ordering::Relaxed);
    }

    fn stamp(&self, at: Instant) -> u64 {
        at.duration_since(self.begun).as_micros() as u64 + 1
    }

    fn age(&self, stamp: &AtomicU64) -> Option<Duration> {
        let at = stamp.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.begun.elapsed().saturating_sub(Duration::from_micros(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_batch_is_no_overload_and_who_is_left_behind_is() {
        let waiting = Waiting::default();
        (0..300).for_each(|_| waiting.came());
        waiting.flushes(256, None);
        tokio::time::advance(Duration::from_millis(90)).await;
        assert_eq!((waiting.requests(), waiting.is_too_long()), (44, false), "it fits into the next batch");
        assert_eq!(waiting.oldest(), Duration::from_millis(90));
        let came = Instant::now();
        tokio::time::advance(Duration::from_millis(5)).await;
        waiting.flushed();
        waiting.flushes(43, Some(came));
        tokio::time::advance(Duration::from_millis(90)).await;
        assert!(!waiting.is_too_long());
        waiting.flushed();
        waiting.flushes(0, Some(came));
        tokio::time::advance(Duration::from_millis(5)).await;
        assert_eq!((waiting.is_too_long(), waiting.oldest()), (true, Duration::from_millis(100)));
        waiting.flushed();
        waiting.flushes(1, None);
        assert!(!waiting.is_too_long());
        waiting.flushed();
        assert_eq!((waiting.is_too_long(), waiting.oldest()), (false, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_known_before_he_has_waited() {
        for (flush_ms, room) in [(22, 4), (40, 2), (90, 1), (400, 1)] {
            let waiting = Waiting::default();
            for _ in 0..64 {
                waiting.flushes(0, None);
                tokio::time::advance(Duration::from_millis(flush_ms)).await;
                waiting.flushed();
            }
            let taken = (0..10 * BATCH).take_while(|_| !waiting.is_too_long()).inspect(|_| waiting.came()).count();
            assert_eq!(taken, room * BATCH, "{flush_ms} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_stands_still_is_told_from_one_that_is_slow() {
        let waiting = Waiting::default();
        let flush = async |ms| {
            waiting.flushes(0, None);
            tokio::time::advance(Duration::from_millis(ms)).await;
            let too_long = waiting.is_too_long();
            waiting.flushed();
            too_long
        };
        assert!(!flush(99).await);
        assert!(flush(100).await, "four times the usual is less");
        // A slow disk: at first it looks as one that stopped, then it is known.
        for _ in 0..32 {
            flush(200).await;
        }
        assert!(!flush(200).await && !flush(400).await);
        assert!(flush(1_000).await);
    }
}
