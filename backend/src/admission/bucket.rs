//! A token bucket as a pure function of time: so many answers a second, and a little at once.

use std::time::Duration;

/// How long tokens gather while nothing comes: what may arrive at once is small beside what a second takes.
const GATHERS: f64 = 0.1;

/// A bucket of tokens, one an answer. It may be in debt, since an array's answers are counted when they have been read;
/// the debt is never larger than what gathers, so that one array shuts the door for a moment and not for long.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Tokens a second, above 0.
    rate: f64,
    /// The most that gather, and the most that are owed.
    burst: f64,
    level: f64,
    /// When the level was right, since the beginning.
    at: Duration,
}

/// Who asks for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Gets one while there is one.
    First,
    /// Gets one while at least half of the bucket is left.
    Last,
}

impl Bucket {
    /// A full bucket that gains `rate` tokens a second, at least 1.
    pub fn new(rate: u32) -> Self {
        let rate = f64::from(rate.max(1));
        let burst = (rate * GATHERS).max(1.0);
        Self { rate, burst, level: burst, at: Duration::ZERO }
    }

    /// The most tokens that gather.
    pub fn burst(&self) -> f64 {
        self.burst
    }

    /// Takes one token at `now`, time since the beginning; whether there was one to take. A `now` that lies back counts
    /// as the latest that was seen.
    pub fn take(&mut self, now: Duration, asks: Asks) -> bool {
        let passed = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.level = self.burst.min(self.level + passed.as_secs_f64() * self.rate);
        let keeps = match asks {
            Asks::First => 0.0,
            // At low rates the bucket holds one token, and that one is for both.
            Asks::Last => (self.burst / 2.0).min(self.burst - 1.0),
        };
        // A token is whole up to what adding up parts of seconds leaves behind a 1.
        let taken = self.level - 1.0 >= keeps - 1e-6;
        if taken {
            self.level -= 1.0;
        }
        taken
    }

    /// Takes `count` more for what has been let in already, as far as there may be debt.
    pub fn charge(&mut self, count: usize) {
        self.level = (self.level - count as f64).max(-self.burst);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pauses between one request and the next, in microseconds.
    fn pauses() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(prop_oneof![Just(0), 0..2_000_u64, 0..2_000_000_u64], 1..300)
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_takes_more_than_its_rate_and_one_burst(rate in 1..20_000_u32, pauses in pauses()) {
            let mut bucket = Bucket::new(rate);
            let mut now = Duration::ZERO;
            let mut taken = Vec::new();
            for pause in pauses {
                now += Duration::from_micros(pause);
                if bucket.take(now, Asks::First) {
                    taken.push(now);
                }
            }
            // Every tenth as a beginning: all pairs take long, and a breach shows in most.
            for (first, from) in taken.iter().enumerate().step_by(10) {
                for (last, to) in taken.iter().enumerate().skip(first) {
                    let most = bucket.burst() + (*to - *from).as_secs_f64() * f64::from(rate);
                    prop_assert!((last - first + 1) as f64 <= most + 1e-3, "{from:?} to {to:?}: {first} to {last}");
                }
            }
        }

        #[test]
        fn who_keeps_to_the_rate_is_never_refused(rate in 1..20_000_u32, late in prop::collection::vec(0..1_000_u64, 1..300)) {
            let mut bucket = Bucket::new(rate);
            let pause = Duration::from_secs_f64(1.0 / f64::from(rate)) + Duration::from_nanos(1);
            let mut now = Duration::ZERO;
            for late in late {
                prop_assert!(bucket.take(now, Asks::First));
                now += pause + Duration::from_micros(late);
            }
        }

        #[test]
        fn under_any_load_nothing_of_the_rate_is_left_unused(rate in 1..2_000_u32, seconds in 1..5_u32) {
            let mut bucket = Bucket::new(rate);
            let asked = u64::from(rate) * u64::from(seconds) * 4;
            let pause = Duration::from_secs(1) / (rate * 4);
            let taken = (0..=asked).filter(|number| bucket.take(pause * *number as u32, Asks::First)).count();
            prop_assert!(taken as f64 >= 0.99 * f64::from(rate * seconds), "{taken}");
        }

        #[test]
        fn what_was_charged_is_waited_for(rate in 1..1_000_u32, more in 1..1_000_usize) {
            let mut bucket = Bucket::new(rate);
            prop_assert!(bucket.take(Duration::ZERO, Asks::First));
            bucket.charge(more);
            let level = (bucket.burst() - 1.0 - more as f64).max(-bucket.burst());
            let owed = (1.0 - level) / f64::from(rate);
            if owed > 0.0 {
                prop_assert!(!bucket.take(Duration::from_secs_f64(owed * 0.99), Asks::First));
            }
            prop_assert!(bucket.take(Duration::from_secs_f64(owed.max(0.0) + 0.001), Asks::First));
        }

        #[test]
        fn whatever_was_charged_the_next_waits_no_longer_than_a_debt_lasts(
            rate in 1..20_000_u32,
            charged in prop::collection::vec(0..100_000_usize, 0..50),
        ) {
            let mut bucket = Bucket::new(rate);
            charged.iter().for_each(|count| bucket.charge(*count));
            let longest = (bucket.burst() + 1.0) / f64::from(rate);
            prop_assert!(longest <= 2.0, "at a rate of 1, and a fifth of a second at 10 and more");
            prop_assert!(bucket.take(Duration::from_secs_f64(longest + 0.000_001), Asks::First));
        }

        #[test]
        fn time_that_runs_backwards_gives_nothing(rate in 1..1_000_u32, moments in prop::collection::vec(0..1_000_000_u64, 1..200)) {
            let mut bucket = Bucket::new(rate);
            let latest = moments.iter().copied().max().unwrap_or_default();
            let taken = moments.iter().filter(|at| bucket.take(Duration::from_micros(**at), Asks::First)).count();
            let most = bucket.burst() + Duration::from_micros(latest).as_secs_f64() * f64::from(rate);
            prop_assert!(taken as f64 <= most + 1e-3, "{taken}");
        }
    }

    #[test]
    fn the_last_in_line_leave_half_to_the_first() {
        let mut bucket = Bucket::new(100);
        let take = |bucket: &mut Bucket, asks| (0..100).filter(|_| bucket.take(Duration::ZERO, asks)).count();
        assert_eq!(take(&mut bucket, Asks::Last), 5);
        assert_eq!(take(&mut bucket, Asks::First), 5);
        assert!(Bucket::new(1).take(Duration::ZERO, Asks::Last), "the only token is for them too");
    }
}
