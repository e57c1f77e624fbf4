//! Admission: may this request begin? Asked before its body is read, so that what is refused costs next to nothing.
//!
//! Three things refuse: the rate of answers that was asked for, the requests of a kind that are under way already, and
//! work that waits too long. Reports, exports and events give way before answers do.

mod bucket;
mod lane;
mod pressure;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub use bucket::{Asks, Bucket};
pub use lane::{Lane, Place};
pub use pressure::{Level, Pressure};

use crate::intake::{REQUEST_LIMIT, Waiting};

/// Kinds of requests, as measurements name them and as lanes take them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Responses from pages.
    Intake,
    /// Events from pages.
    Events,
    /// Responses from hosted forms.
    Hosted,
    /// Responses from a site's own server.
    Import,
    /// Reports.
    Reports,
    /// Exports.
    Exports,
    /// Sites, surveys, single responses.
    Management,
    /// What a page reads: configs, scripts, forms.
    Pages,
    /// Health, measurements and documentation.
    Operations,
    /// No address of ours.
    Nowhere,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Intake,
        Self::Events,
        Self::Hosted,
        Self::Import,
        Self::Reports,
        Self::Exports,
        Self::Management,
        Self::Pages,
        Self::Operations,
        Self::Nowhere,
    ];

    /// Its name in measurements.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Events => "events",
            Self::Hosted => "hosted",
            Self::Import => "import",
            Self::Reports => "reports",
            Self::Exports => "exports",
            Self::Management => "management",
            Self::Pages => "pages",
            Self::Operations => "operations",
            Self::Nowhere => "nowhere",
        }
    }
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// More answers a second than were asked for.
    Rate,
    /// As many requests of this kind as may be under way.
    Lane,
    /// Work waits too long.
    Pressure,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Rate, Self::Lane, Self::Pressure];

    /// Its name in measurements.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Lane => "lane",
            Self::Pressure => "pressure",
        }
    }
}

/// How much is let in.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Answers a second; none: as many as can be stored in time.
    pub rate: Option<u32>,
    /// Requests of the intake under way: four batches, one being flushed.
    pub intake: usize,
    /// Reports under way. The store reads a few at a time; the others wait for their turn.
    pub reports: usize,
    /// Exports under way, to their last byte. The store makes two pages at a time.
    pub exports: usize,
    /// Other requests of management under way.
    pub management: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rate: None, intake: 1_024, reports: 64, exports: 4, management: 64 }
    }
}

/// Bytes of bodies that a lane holds at most: what all that is being read takes of memory.
const BYTES: usize = 16 * 1024 * 1024;
/// What a body is taken for that does not say how long it is.
const UNANNOUNCED: usize = REQUEST_LIMIT;

/// The door.
pub struct Admission {
    bucket: Option<Mutex<Bucket>>,
    opened: Instant,
    intake: Arc<Lane>,
    reports: Arc<Lane>,
    exports: Arc<Lane>,
    management: Arc<Lane>,
    /// How long work waits.
    pub pressure: Arc<Pressure>,
    /// What waits for the store.
    waiting: Arc<Waiting>,
}

impl Admission {
    /// A door with these limits, before the queue of answers that `waiting` tells of; it watches the pressure on the
    /// current runtime.
    pub fn new(limits: Limits, waiting: Arc<Waiting>) -> Self {
        let (pressure, intake) = (Arc::<Pressure>::default(), Lane::new(limits.intake, BYTES));
        pressure.watch(Arc::clone(&intake));
        Self {
            bucket: limits.rate.map(|rate| Mutex::new(Bucket::new(rate))),
            opened: Instant::now(),
            intake,
            reports: Lane::new(limits.reports, BYTES),
            exports: Lane::new(limits.exports, BYTES),
            management: Lane::new(limits.management, BYTES),
            pressure,
            waiting,
        }
    }

    /// Lets a request begin that announced a body of this length; `None` where nothing limits its kind.
    ///
    /// # Errors
    /// Why it may not.
    pub fn enter(&self, kind: Kind, announced: Option<usize>) -> Result<Option<Place>, Reason> {
        let Some(lane) = self.lane(kind) else { return Ok(None) };
        let level = if self.waiting.is_too_long() { Level::Full } else { self.pressure.level() };
        let most = match kind {
            Kind::Intake => Level::Busy,
            // A form that a person sent by hand is answered with their words in it: its handler refuses, not the door.
            Kind::Hosted | Kind::Management => Level::Full,
            _ => Level::Calm,
        };
        if level > most {
            return Err(Reason::Pressure);
        }
        let place = lane.enter(announced.unwrap_or(UNANNOUNCED)).ok_or(Reason::Lane)?;
        let asks = match kind {
            Kind::Intake => Asks::First,
            Kind::Events | Kind::Import => Asks::Last,
            Kind::Hosted => Asks::Always,
            _ => return Ok(Some(place)),
        };
        // Last, so that a token is taken only by who comes in.
        let taken = self.bucket(|bucket, now| bucket.take(now, asks)).unwrap_or(true);
        if taken { Ok(Some(place)) } else { Err(Reason::Rate) }
    }

    /// Counts the answers of a request that was let in as one.
    pub fn charge(&self, answers: usize) {
        if answers > 1 {
            self.bucket(|bucket, _| bucket.charge(answers - 1));
        }
    }

    /// Each lane's name and the requests that are under way in it.
    pub fn in_flight(&self) -> [(&'static str, usize); 4] {
        let lanes = [&self.intake, &self.reports, &self.exports, &self.management];
        let names = ["intake", "reports", "exports", "management"];
        std::array::from_fn(|lane| (names[lane], lanes[lane].in_flight()))
    }

    fn lane(&self, kind: Kind) -> Option<&Arc<Lane>> {
        match kind {
            Kind::Intake | Kind::Events | Kind::Hosted => Some(&self.intake),
            Kind::Reports => Some(&self.reports),
            Kind::Exports => Some(&self.exports),
            Kind::Import | Kind::Management => Some(&self.management),
            Kind::Pages | Kind::Operations | Kind::Nowhere => None,
        }
    }

    fn bucket<T>(&self, work: impl FnOnce(&mut Bucket, Duration) -> T) -> Option<T> {
        let bucket = self.bucket.as_ref()?;
        // A panic inside leaves numbers, which are right enough to go on with.
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        Some(work(&mut bucket, self.opened.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(limits: Limits) -> Admission {
        Admission::new(limits, Arc::default())
    }

    #[tokio::test(start_paused = true)]
    async fn who_can_wait_gives_way_first() {
        let door = door(Limits::default());
        let refused = |kinds: &[Kind]| {
            Kind::ALL.iter().all(|kind| {
                let refused = matches!(door.enter(*kind, Some(1)), Err(Reason::Pressure));
                refused == kinds.contains(kind)
            })
        };
        assert!(refused(&[]));
        door.pressure.hold(Level::Busy);
        let busy = [Kind::Events, Kind::Import, Kind::Reports, Kind::Exports];
        assert!(refused(&busy));
        door.pressure.hold(Level::Full);
        assert!(refused(&[&busy[..], &[Kind::Intake]].concat()));
    }

    #[tokio::test(start_paused = true)]
    async fn each_lane_is_full_for_itself_alone() {
        let limits = Limits { rate: None, intake: 2, reports: 1, exports: 1, management: 1 };
        let door = door(limits);
        let enter = |kind| door.enter(kind, Some(100)).map(Option::unwrap);
        let report = enter(Kind::Reports).expect("the first report");
        assert_eq!(enter(Kind::Reports).err(), Some(Reason::Lane));
        let export = enter(Kind::Exports).expect("exports have places of their own");
        let change = enter(Kind::Management).expect("management too");
        let (one, two) = (enter(Kind::Intake).expect("answers"), enter(Kind::Intake).expect("answers"));
        assert_eq!(enter(Kind::Intake).err(), Some(Reason::Lane));
        assert_eq!(door.in_flight(), [("intake", 2), ("reports", 1), ("exports", 1), ("management", 1)]);
        assert!(door.enter(Kind::Operations, None).expect("who looks after it").is_none());
        drop((report, export, change, one, two));
        assert_eq!(door.in_flight().map(|(_, requests)| requests), [0; 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_array_counts_as_many_answers_as_it_holds() {
        let door = door(Limits { rate: Some(100), ..Limits::default() });
        door.enter(Kind::Intake, Some(100)).expect("the bucket is full");
        door.charge(50);
        assert_eq!(door.enter(Kind::Intake, Some(100)).err(), Some(Reason::Rate));
        assert_eq!(door.enter(Kind::Events, Some(100)).err(), Some(Reason::Rate));
        assert!(door.enter(Kind::Hosted, Some(100)).is_ok(), "what a person typed is not refused here");
        assert!(door.enter(Kind::Reports, None).is_ok(), "reports are no answers");
        tokio::time::advance(Duration::from_millis(430)).await;
        assert!(door.enter(Kind::Intake, Some(100)).is_ok());
        assert_eq!(door.in_flight()[0].1, 0, "nobody holds a place whom the rate refused");
    }
}
