//! How far a log is: the last message that is in it, the last that is in the store, and how old the next one is.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use bearing_shared::api::reports::Behind;
use tokio::sync::Notify;

/// How far a log is, as far as this server knows.
#[derive(Debug, Default)]
pub(super) struct Progress {
    last: AtomicU64,
    applied: AtomicU64,
    /// The first message that is not in the store, and when it came, ms since 1970 UTC.
    next: AtomicU64,
    next_came: AtomicI64,
    /// Told when more has been applied.
    moved: Notify,
}

impl Progress {
    /// Notes a message that is in the log.
    pub(super) fn holds(&self, number: u64) {
        self.last.fetch_max(number, Ordering::Relaxed);
    }

    /// Notes that messages up to this one are in the store.
    pub(super) fn has_applied(&self, number: u64) {
        self.holds(number);
        if self.applied.fetch_max(number, Ordering::Relaxed) < number {
            self.moved.notify_waiters();
        }
    }

    /// Notes the first message that is still in the log. What was before it is in the store: nothing else is taken out, but
    /// what a person takes out, and nobody waits for that.
    pub(super) fn begins_at(&self, number: u64) {
        self.has_applied(number.saturating_sub(1));
    }

    /// Notes when a message came that is not in the store.
    pub(super) fn waits_since(&self, number: u64, came: i64) {
        self.next_came.store(came, Ordering::Relaxed);
        self.next.store(number, Ordering::Release);
    }

    /// The last message that is in the store.
    pub(super) fn applied(&self) -> u64 {
        self.applied.load(Ordering::Relaxed)
    }

    /// The last message that is in the log.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Waits until messages up to this one are in the store.
    pub(super) async fn reach(&self, number: u64) {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // Before the look, so that no move is missed between the two.
            moved.as_mut().enable();
            if self.applied() >= number {
                return;
            }
            moved.await;
        }
    }

    /// How far the store is behind; `None` when all is in it.
    pub(super) fn behind(&self, now: i64) -> Option<Behind> {
        let applied = self.applied();
        let messages = self.last().checked_sub(applied).filter(|messages| *messages > 0)?;
        // What came a moment ago has not been looked at yet.
        let is_known = self.next.load(Ordering::Acquire) == applied + 1;
        let waits = if is_known { now - self.next_came.load(Ordering::Relaxed) } else { 0 };
        Some(Behind { messages, seconds: waits.max(0) as f64 / 1_000.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_behind_by_what_is_not_in_it() {
        let progress = Progress::default();
        assert_eq!(progress.behind(9_000), None, "an empty log");
        progress.holds(5);
        assert_eq!(progress.behind(9_000), Some(Behind { messages: 5, seconds: 0.0 }));
        progress.waits_since(1, 6_500);
        assert_eq!(progress.behind(9_000), Some(Behind { messages: 5, seconds: 2.5 }));
        assert_eq!(progress.behind(6_000), Some(Behind { messages: 5, seconds: 0.0 }), "clocks differ");
        progress.has_applied(3);
        assert_eq!(progress.behind(9_000), Some(Behind { messages: 2, seconds: 0.0 }), "of the next nothing is known");
        // What another server said earlier, and what it applied that this one had not heard of.
        progress.has_applied(2);
        assert_eq!(progress.applied(), 3);
        progress.has_applied(7);
        assert_eq!((progress.behind(9_000), progress.last()), (None, 7));
    }

    #[test]
    fn what_another_server_stored_and_took_out_is_not_waited_for() {
        let progress = Progress::default();
        progress.begins_at(0);
        progress.begins_at(1);
        assert_eq!((progress.applied(), progress.behind(9_000)), (0, None), "nothing was taken out yet");
        // The store answers no more since the other server brought 3 and 4 into it; the log has 5 to 9 left.
        progress.has_applied(2);
        progress.holds(9);
        progress.begins_at(5);
        progress.waits_since(5, 2_000);
        assert_eq!(progress.behind(9_000), Some(Behind { messages: 5, seconds: 7.0 }));
        progress.begins_at(3);
        assert_eq!(progress.applied(), 4, "what a server says late takes nothing back");
    }

    #[tokio::test]
    async fn whoever_waits_for_a_message_is_told() {
        let progress = std::sync::Arc::new(Progress::default());
        progress.has_applied(2);
        progress.reach(2).await;
        let waiting = tokio::spawn({
            let progress = std::sync::Arc::clone(&progress);
            async move { progress.reach(4).await }
        });
        tokio::task::yield_now().await;
        progress.has_applied(3);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        progress.has_applied(4);
        waiting.await.expect("it ends");
    }
}
