//! How often signing in may be tried: a token bucket for each address, one for each account, and one for both together.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::strangers::address::network;
use crate::strangers::buckets::{Buckets, Ticks};

/// Tries of one address at once, and how long until it has one more. Many people may share one.
const ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// Tries of one account at once, and how long until it has one more.
const ACCOUNT: (u32, Duration) = (10, Duration::from_secs(30));
/// Tries of one account from one address: half of what the account gets again. With as many as it gets, whoever knows an
/// account's address could keep its member out from anywhere.
const PAIR: (u32, Duration) = (10, Duration::from_secs(60));

/// The address that a request counts as: of whoever is connected, or of whom a named proxy says ([`crate::strangers`]).
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The buckets of signing in.
pub struct Tries {
    hasher: RandomState,
    addresses: Buckets,
    accounts: Buckets,
    pairs: Buckets,
}

impl Tries {
    /// Full buckets.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let ticks = Ticks::new(clock);
        let buckets = |(burst, period)| Buckets::new(burst, period, &ticks);
        let [addresses, accounts, pairs] = [ADDRESS, ACCOUNT, PAIR].map(buckets);
        Self { hasher: RandomState::new(), addresses, accounts, pairs }
    }

    /// Takes one try of an address and of an account, by its address in lower case, whether there is such an account or
    /// not. An address that has none left, or none of this account, takes none of the account's: nobody locks others out from
    /// one place.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take(&self, peer: Option<Peer>, email: &str) -> Result<(), Duration> {
        self.take_of(peer)?;
        self.take_one(&self.pairs, &(peer.map(|Peer(address)| network(address)), email))?;
        self.take_one(&self.accounts, &email)
    }

    /// Takes one try of an address alone, where no account is named yet.
    ///
    /// # Errors
    /// How long until there is one again.
    pub fn take_of(&self, peer: Option<Peer>) -> Result<(), Duration> {
        self.take_one(&self.addresses, &peer.map(|Peer(address)| network(address)))
    }

    /// Nothing of a person is kept: a bucket is found by a hash.
    fn take_one(&self, buckets: &Buckets, of: &impl Hash) -> Result<(), Duration> {
        buckets.take(self.hasher.hash_one(of), NonZeroU32::MIN)
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
    fn whoever_tries_without_end_from_one_place_keeps_nobody_out_elsewhere() {
        let clock = Arc::new(ManualClock::at(0));
        let tries = Tries::new(Arc::<ManualClock>::clone(&clock));
        for second in 0..3_600 {
            clock.set(second * 1_000);
            while tries.take(peer("203.0.113.1"), "ann@shop.example").is_ok() {}
            // Once the first tries are spent a member waits for one, and not for the other to grow tired.
            if second >= 60 && second % 60 == 0 {
                assert_eq!(tries.take(peer("203.0.113.2"), "ann@shop.example"), Ok(()), "after {second} s");
            }
        }
    }

    #[test]
    fn no_crowd_gives_an_account_more_tries() {
        let tries = Tries::new(Arc::new(ManualClock::at(0)));
        let from = |number: u32| Some(Peer(IpAddr::from(std::net::Ipv4Addr::from_bits(number))));
        for number in 0..ACCOUNT.0 {
            assert_eq!(tries.take(from(number), "ann@shop.example"), Ok(()));
        }
        for number in 0..100_000 {
            let _ = tries.take(from(1_000 + number), &format!("{number}@shop.example"));
        }
        let wait = tries.take(from(999), "ann@shop.example").expect_err("the crowd has washed nothing away");
        assert_eq!(wait, ACCOUNT.1);
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_no_member_out() {
        let clock = Arc::new(ManualClock::at(3_600_000));
        let tries = Tries::new(Arc::<ManualClock>::clone(&clock));
        assert_eq!(tries.take(peer("203.0.113.1"), "ann@shop.example"), Ok(()));
        clock.set(0);
        let more = (0..20).filter(|_| tries.take(peer("203.0.113.1"), "ann@shop.example").is_ok()).count();
        assert_eq!(more, 9);
        clock.set(60_000);
        assert_eq!(tries.take(peer("203.0.113.1"), "ann@shop.example"), Ok(()));
    }
}
