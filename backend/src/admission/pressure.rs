//! Pressure: has work been waiting too long, and for long enough that it is no hiccup?
//!
//! Not how busy the machine is but how long something waits tells overload (the idea of CoDel). Two waits are looked at:
//! how late a timer's task runs, which is how long every request waits for its turn on the processor, and how old the
//! oldest answer is that no batch had room for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::lane::Lane;

/// Between two looks.
const TICK: Duration = Duration::from_millis(10);
/// How late a task may run. An answer waits for its turn about three times, and 200 ms is what it may take in all.
const LATE: Duration = Duration::from_millis(40);
/// How long tasks must have been late before it counts: one pause of the machine is none of the visitors' doing.
const LASTS: Duration = Duration::from_millis(100);
/// Requests of the intake that must be under way: where there are few, it is others who keep the machine busy, and
/// refusing would help nobody.
const ENOUGH: usize = 64;
/// How long after it was over the next lateness counts at once.
const REMEMBERS: Duration = Duration::from_secs(1);

/// How much waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Everything has its turn in time.
    Calm = 0,
    /// What can wait gives way.
    Busy = 1,
    /// Answers are refused too.
    Full = 2,
}

/// The pressure as the last look found it.
#[derive(Debug, Default)]
pub struct Pressure {
    level: AtomicU8,
    held: AtomicBool,
}

impl Pressure {
    /// The level of the last look.
    pub fn level(&self) -> Level {
        match self.level.load(Ordering::Relaxed) {
            0 => Level::Calm,
            1 => Level::Busy,
            _ => Level::Full,
        }
    }

    /// Sets the level for good, whatever is found: for tests.
    pub fn hold(&self, level: Level) {
        self.held.store(true, Ordering::Relaxed);
        self.level.store(level as u8, Ordering::Relaxed);
    }

    fn found(&self, level: Level) {
        if !self.held.load(Ordering::Relaxed) {
            self.level.store(level as u8, Ordering::Relaxed);
        }
    }

    /// Looks every few milliseconds, on the current runtime, for as long as somebody else holds this, whether what is in
    /// the intake's lane has its turn in time.
    pub fn watch(self: &Arc<Self>, intake: Arc<Lane>) {
        let pressure = Arc::downgrade(self);
        tokio::spawn(async move {
            let (mut full, mut busy) = (Lateness::default(), Lateness::default());
            loop {
                let due = Instant::now() + TICK;
                tokio::time::sleep_until(due).await;
                let Some(pressure) = pressure.upgrade() else { return };
                let (now, late) = (Instant::now(), due.elapsed());
                let enough = intake.in_flight() >= ENOUGH;
                let full = full.lasts(now, enough && late >= LATE);
                let busy = busy.lasts(now, enough && late >= LATE / 2);
                pressure.found(if full {
                    Level::Full
                } else if busy {
                    Level::Busy
                } else {
                    Level::Calm
                });
            }
        });
    }
}

/// For how long something has been late.
#[derive(Debug, Default)]
struct Lateness {
    since: Option<Instant>,
    counted: Option<Instant>,
}

impl Lateness {
    /// Whether it counts, given what is found now.
    fn lasts(&mut self, now: Instant, late: bool) -> bool {
        if !late {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let again = self.counted.is_some_and(|last| now.duration_since(last) < REMEMBERS);
        let counts = again || now.duration_since(since) >= LASTS;
        if counts {
            self.counted = Some(now);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hiccup_does_not_count_and_lasting_lateness_does() {
        let (start, mut lateness) = (Instant::now(), Lateness::default());
        let at = |ms| start + Duration::from_millis(ms);
        assert!(!lateness.lasts(at(0), true));
        assert!(!lateness.lasts(at(90), true));
        assert!(!lateness.lasts(at(95), false), "it was over in time");
        assert!(!lateness.lasts(at(190), true));
        assert!(lateness.lasts(at(290), true));
        assert!(!lateness.lasts(at(300), false), "it ends with the first turn in time");
        assert!(lateness.lasts(at(310), true), "so soon after it is the same again");
        assert!(!lateness.lasts(at(320), false));
        assert!(!lateness.lasts(at(1_400), true), "later it is another");
    }
}
