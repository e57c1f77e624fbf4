//! How often signing in may be tried: a token bucket for each address and one for each account.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as Ticking;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::strangers::address::network;

/// Tries of one address at once, and how long until it has one more. Many people may share one.
const ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// Tries of one account at once, and how long until it has one more.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(30));
/// Buckets of each kind that are kept; what is beyond them shares one.
const KEPT: usize = 10_000;

/// The address that a request counts as: of whoever is connected, or of whom a named proxy says ([`crate::strangers`]).
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The server's clock, for the buckets.
struct Ticks(Arc<dyn Clock>);

impl Clone for Ticks {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Ticking for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.now()).unwrap_or_default().saturating_mul(1_000_000))
    }
}

/// Buckets by the hash of what they are for: nothing of a person is kept, and none is larger than another.
type Buckets = RateLimiter<u64, HashMapStateStore<u64>, Ticks, NoOpMiddleware<Nanos>>;

/// The buckets of signing in.
pub struct Tries {
    clock: Ticks,
    hasher: RandomState,
    addresses: Buckets,
    accounts: Buckets,
}

impl Tries {
    /// Full buckets.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks(clock);
        let buckets = |(burst, period): (u32, Duration)| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::with_period(period).unwrap_or(Quota::per_minute(burst)).allow_burst(burst);
            RateLimiter::hashmap_with_clock(quota, clock.clone())
        };
        let (addresses, accounts) = (buckets(ADDRESS), buckets(ACCOUNT));
        Self { clock, hasher: RandomState::new(), addresses, accounts }
    }

    /// Takes one try of an address and of an account, by its address in lower case, whether there is such an account or
    /// not. An address that has none left takes none of the account's: nobody locks others out from one place.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take(&self, peer: Option<Peer>, email: &str) -> Result<(), Duration> {
        self.take_of(peer)?;
        self.take_one(&self.accounts, &email)
    }

    /// Takes one try of an address alone, where no account is named yet.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take_of(&self, peer: Option<Peer>) -> Result<(), Duration> {
        self.take_one(&self.addresses, &peer.map(|Peer(address)| network(address)))
    }

    fn take_one(&self, buckets: &Buckets, of: &impl Hash) -> Result<(), Duration> {
        let mut key = self.hasher.hash_one(of);
        if buckets.len() >= KEPT {
            // Full ones are as good as none.
            buckets.retain_recent();
            if buckets.len() >= KEPT {
                key = 0;
            }
        }
        buckets.check_key(&key).map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn peer(address: &str) -> Option<Peer> {
        Some(Peer(address.parse().expect("is an address")))
    }

    #[test]
    fn an_account_has_ten_tries_and_one_more_every_half_minute() {
        let clock = Arc::new(ManualClock::at(1_000_000));
        let tries = Tries::new(Arc::<ManualClock>::clone(&clock));
        for number in 0..ACCOUNT.0 {
            assert_eq!(tries.take(peer(&format!("203.0.113.{number}")), "ann@shop.example"), Ok(()));
        }
        let wait = tries.take(peer("203.0.113.200"), "ann@shop.example").expect_err("no try is left");
        assert_eq!(wait, ACCOUNT.1);
        assert_eq!(tries.take(peer("203.0.113.200"), "bob@shop.example"), Ok(()), "others are not held up");
        clock.set(1_000_000 + 30_000);
        assert_eq!(tries.take(peer("203.0.113.201"), "ann@shop.example"), Ok(()));
        assert!(tries.take(peer("203.0.113.202"), "ann@shop.example").is_err());
    }

    #[test]
    fn a_network_counts_as_one_address_and_takes_nothing_of_others_accounts() {
        let tries = Tries::new(Arc::new(ManualClock::at(0)));
        for number in 0..ADDRESS.0 {
            assert_eq!(
                tries.take(peer(&format!("2001:db8:1:2::{number:x}")), &format!("{number}@shop.example")),
                Ok(())
            );
        }
        for _ in 0..50 {
            assert!(tries.take(peer("2001:db8:1:2:ffff::1"), "ann@shop.example").is_err());
        }
        assert_eq!(tries.take(peer("2001:db8:1:3::1"), "ann@shop.example"), Ok(()));
    }

    #[test]
    fn no_crowd_makes_the_buckets_grow() {
        let tries = Tries::new(Arc::new(ManualClock::at(0)));
        for number in 0..KEPT + 500 {
            let address = IpAddr::from(std::net::Ipv4Addr::from_bits(number as u32));
            let _ = tries.take(Some(Peer(address)), &format!("{number}@shop.example"));
        }
        assert!(tries.addresses.len() <= KEPT + 1 && tries.accounts.len() <= KEPT + 1);
    }
}
