//! A lane: how many requests of one kind may be under way at once, and how many bytes they may bring.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The requests of one kind that are under way.
#[derive(Debug)]
pub struct Lane {
    most: usize,
    most_bytes: usize,
    requests: AtomicUsize,
    bytes: AtomicUsize,
}

/// A request's place in a lane, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    lane: Arc<Lane>,
    bytes: usize,
}

impl Lane {
    /// An empty lane for this many requests with this many bytes in all.
    pub fn new(most: usize, most_bytes: usize) -> Arc<Self> {
        Arc::new(Self { most, most_bytes, requests: AtomicUsize::new(0), bytes: AtomicUsize::new(0) })
    }

    /// A place for a request that brings this many bytes, if there is one. One request alone always finds a place.
    pub fn enter(self: &Arc<Self>, bytes: usize) -> Option<Place> {
        // Counted first and looked at then: of two that come at once, one is refused rather than both let in.
        let place = Place { lane: Arc::clone(self), bytes };
        let requests = self.requests.fetch_add(1, Ordering::Relaxed);
        let held = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let fits = requests == 0 || (requests < self.most && held.saturating_add(bytes) <= self.most_bytes);
        fits.then_some(place)
    }

    /// Requests that are under way.
    pub fn in_flight(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lane.requests.fetch_sub(1, Ordering::Relaxed);
        self.lane.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_lane_refuses_and_takes_again_when_one_has_left() {
        let lane = Lane::new(2, 100);
        let (one, two) = (lane.enter(10), lane.enter(10));
        assert!(one.is_some() && two.is_some() && lane.enter(10).is_none());
        assert_eq!(lane.in_flight(), 2, "who was refused holds nothing");
        drop(one);
        assert!(lane.enter(10).is_some());
    }

    #[test]
    fn bytes_are_limited_too_and_one_alone_is_always_taken() {
        let lane = Lane::new(10, 100);
        let large = lane.enter(1_000);
        assert!(large.is_some() && lane.enter(1).is_none());
        drop(large);
        let (one, two) = (lane.enter(60), lane.enter(40));
        assert!(one.is_some() && two.is_some() && lane.enter(1).is_none());
        drop((one, two));
        assert_eq!(lane.in_flight(), 0);
        assert!(lane.enter(100).is_some(), "nothing is left behind");
    }
}
