//! A lane: how many requests of one kind may be under way at once, and how many bytes they have brought.
//!
//! A request is not under way while its body is awaited: who sends slowly takes nobody's place. Bytes are counted as they
//! arrive, whatever was announced.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The first bytes of each request are not counted: nearly every answer is smaller, and large bodies cannot shut it out.
/// How many such there are is the business of the limit of connections.
const SMALL: usize = 4 * 1024;

/// The requests of one kind that are under way.
#[derive(Debug)]
pub struct Lane {
    most: usize,
    most_bytes: usize,
    requests: AtomicUsize,
    bytes: AtomicUsize,
}

/// A request's place in a lane, given back when it is dropped. It is one request's: nothing here is asked from two threads
/// at once.
#[derive(Debug)]
pub struct Place {
    lane: Arc<Lane>,
    bytes: AtomicUsize,
    /// Whether it counts as under way.
    is_taken: AtomicBool,
    was_refused: AtomicBool,
}

impl Lane {
    /// An empty lane for this many requests with this many bytes in all.
    pub fn new(most: usize, most_bytes: usize) -> Arc<Self> {
        Arc::new(Self { most, most_bytes, requests: AtomicUsize::new(0), bytes: AtomicUsize::new(0) })
    }

    /// A place, if there is one.
    pub fn enter(self: &Arc<Self>) -> Option<Place> {
        self.takes().then(|| Place {
            lane: Arc::clone(self),
            bytes: AtomicUsize::new(0),
            is_taken: AtomicBool::new(true),
            was_refused: AtomicBool::new(false),
        })
    }

    /// Takes one more if there is room.
    fn takes(&self) -> bool {
        // Counted first and looked at then: of two that come at once, one is refused rather than both let in.
        let has_room = self.requests.fetch_add(1, Ordering::Relaxed) < self.most;
        if !has_room {
            self.requests.fetch_sub(1, Ordering::Relaxed);
        }
        has_room
    }

    /// Requests that are under way.
    pub fn in_flight(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Place {
    /// Leaves the place to others for as long as the body is awaited.
    pub fn leave(&self) {
        if self.is_taken.swap(false, Ordering::Relaxed) {
            self.lane.requests.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Takes a place again, now that the body is whole; whether there is one.
    pub fn come_back(&self) -> bool {
        let is_taken = self.is_taken.load(Ordering::Relaxed) || self.lane.takes();
        self.is_taken.store(is_taken, Ordering::Relaxed);
        self.was_refused.fetch_or(!is_taken, Ordering::Relaxed);
        is_taken
    }

    /// Counts bytes that have arrived; whether there is room for them. One request alone always has it.
    pub fn bring(&self, bytes: usize) -> bool {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let own = counted(before + bytes);
        let more = own - counted(before);
        let held = self.lane.bytes.fetch_add(more, Ordering::Relaxed) + more;
        let has_room = more == 0 || held <= self.lane.most_bytes || held == own;
        self.was_refused.fetch_or(!has_room, Ordering::Relaxed);
        has_room
    }

    /// Whether the request was let in and had to go all the same.
    pub fn was_refused(&self) -> bool {
        self.was_refused.load(Ordering::Relaxed)
    }
}

/// How many of a request's bytes count.
fn counted(bytes: usize) -> usize {
    bytes.saturating_sub(SMALL)
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
        self.lane.bytes.fetch_sub(counted(*self.bytes.get_mut()), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_lane_refuses_and_takes_again_when_one_has_left() {
        let lane = Lane::new(2, 100);
        let (one, two) = (lane.enter(), lane.enter());
        assert!(one.is_some() && two.is_some() && lane.enter().is_none());
        assert_eq!(lane.in_flight(), 2, "who was refused holds nothing");
        drop(one);
        assert!(lane.enter().is_some());
    }

    #[test]
    fn who_waits_for_a_body_holds_no_place_and_may_find_none_at_its_end() {
        let lane = Lane::new(1, 100);
        let slow = lane.enter().expect("it is empty");
        slow.leave();
        slow.leave();
        assert_eq!(lane.in_flight(), 0);
        let quick = lane.enter().expect("nobody is under way");
        assert!(!slow.come_back() && slow.was_refused());
        assert_eq!((quick.come_back(), quick.was_refused(), lane.in_flight()), (true, false, 1));
        drop(quick);
        assert!(slow.come_back() && lane.enter().is_none());
        drop(slow);
        assert_eq!(lane.in_flight(), 0);
    }

    #[test]
    fn bytes_count_as_they_arrive_and_small_requests_have_room_beside_large_ones() {
        let lane = Lane::new(10, 100);
        let [one, two, small] = [(); 3].map(|()| lane.enter().expect("there are ten"));
        assert!(one.bring(SMALL) && one.bring(60) && two.bring(SMALL + 40), "as much as there is room for");
        assert!(small.bring(SMALL) && !small.was_refused());
        assert!(!one.bring(1) && one.was_refused());
        drop(one);
        assert!(small.bring(1) && two.bring(59) && !two.bring(1), "what others gave back");
        drop((two, small));
        let alone = lane.enter().expect("nobody is left");
        assert!(alone.bring(SMALL + 60) && alone.bring(1_000), "one alone always has room");
        drop(alone);
        assert_eq!((lane.in_flight(), lane.bytes.load(Ordering::Relaxed)), (0, 0), "nothing is left behind");
    }
}
