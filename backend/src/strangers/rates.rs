//! How much may come from one network and for one site.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::buckets::{Buckets, Ticks};
use crate::clock::Clock;

/// Answers of one network to one site: at once, and how long until it has one more.
const ANSWERS: (u32, Duration) = (120, Duration::from_secs(1));
/// Events of one network to one site: a page view brings up to four.
const EVENTS: (u32, Duration) = (600, Duration::from_millis(200));
/// Answers to one site, from all networks together.
const SITE: (u32, Duration) = (2_000, Duration::from_millis(2));

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Responses.
    Answers,
    /// Events.
    Events,
}

/// The buckets of the intake.
pub struct Rates {
    hasher: RandomState,
    answers: Buckets,
    events: Buckets,
    sites: Buckets,
}

impl Rates {
    /// Full buckets.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let ticks = Ticks::new(clock);
        let buckets = |(burst, period)| Buckets::new(burst, period, &ticks);
        let (answers, events, sites) = (buckets(ANSWERS), buckets(EVENTS), buckets(SITE));
        Self { hasher: RandomState::new(), answers, events, sites }
    }

    /// What a site and a network count as, here and until this process ends: no address can be read from it.
    pub fn key(&self, of: impl Hash) -> u64 {
        self.hasher.hash_one(of)
    }

    /// Takes as many as a request brings, of a network at a site ([`Rates::key`]) and of the site; all or nothing of each.
    ///
    /// # Errors
    /// How long until there are as many.
    pub fn take(&self, what: What, network: u64, site: &str, count: usize) -> Result<(), Duration> {
        let Some(count) = u32::try_from(count).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        let buckets = match what {
            What::Answers => &self.answers,
            What::Events => &self.events,
        };
        // A request brings at most 50, which every bucket holds.
        buckets.take(network, count)?;
        if what == What::Answers { self.sites.take(self.key(site), count) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn rates() -> (Arc<ManualClock>, Rates) {
        let clock = Arc::new(ManualClock::at(1_800_000_000_000));
        (Arc::clone(&clock), Rates::new(clock))
    }

    fn taken(rates: &Rates, what: What, network: u64, most: usize) -> usize {
        (0..most).take_while(|_| rates.take(what, network, "st_a", 1).is_ok()).count()
    }

    #[test]
    fn a_network_has_two_minutes_answers_at_once_and_one_more_a_second() {
        let (clock, rates) = rates();
        assert_eq!(taken(&rates, What::Answers, 1, 1_000), 120);
        assert_eq!(rates.take(What::Answers, 1, "st_a", 1), Err(Duration::from_secs(1)));
        assert_eq!(taken(&rates, What::Answers, 2, 1_000), 120, "others are not held up");
        assert_eq!(taken(&rates, What::Events, 1, 1_000), 600, "events have buckets of their own");
        clock.set(clock.now() + 10_000);
        assert_eq!(taken(&rates, What::Answers, 1, 1_000), 10);
    }

    #[test]
    fn a_site_has_what_all_networks_send_together() {
        let (clock, rates) = rates();
        let taken = (0..5_000).filter(|network| rates.take(What::Answers, *network, "st_a", 1).is_ok()).count();
        assert_eq!(taken, 2_000);
        assert_eq!(rates.take(What::Answers, 9_999, "st_b", 1), Ok(()), "another site is not held up");
        clock.set(clock.now() + 1_000);
        let taken = (10_000..12_000).filter(|network| rates.take(What::Answers, *network, "st_a", 1).is_ok()).count();
        assert_eq!(taken, 500);
    }

    #[test]
    fn a_request_is_taken_whole_or_not_at_all() {
        let (_, rates) = rates();
        assert_eq!(rates.take(What::Answers, 1, "st_a", 50), Ok(()));
        assert_eq!(rates.take(What::Answers, 1, "st_a", 50), Ok(()));
        assert!(rates.take(What::Answers, 1, "st_a", 50).is_err());
        assert_eq!(rates.take(What::Answers, 1, "st_a", 20), Ok(()), "what was refused took nothing");
        assert_eq!(rates.take(What::Answers, 1, "st_a", 0), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let (clock, rates) = rates();
        assert_eq!(taken(&rates, What::Answers, 1, 60), 60);
        clock.set(clock.now() - 3_600_000);
        assert_eq!(taken(&rates, What::Answers, 1, 1_000), 60);
        clock.set(clock.now() + 5_000);
        assert_eq!(taken(&rates, What::Answers, 1, 1_000), 5);
    }
}
