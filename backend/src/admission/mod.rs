//! Admission: may this request begin? Asked before its body is read, so that what is refused costs next to nothing, and
//! once more when it is whole, so that who sends slowly is in nobody's way.
//!
//! Three things refuse: the rate of answers that was asked for, the requests of a kind that are under way already, and
//! work that waits too long. Reports, exports and events give way before answers do.

mod bucket;
mod lane;
mod per_site;
mod pressure;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bearing_shared::id::SiteId;
use tokio::time::Instant;

pub use bucket::{Asks, Bucket};
pub use lane::{Lane, Place};
pub use per_site::SitePlace;
pub use pressure::{Level, Pressure};

use crate::intake::Waiting;
use per_site::PerSite;

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
    /// More from one network, or for one site, than there may be.
    Stranger,
    /// As many requests of this kind as may be under way.
    Lane,
    /// Work waits too long.
    Pressure,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Rate, Self::Stranger, Self::Lane, Self::Pressure];

    /// Its name in measurements.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Stranger => "stranger",
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
    /// Reports under way. The store reads a few at a time; the others wait for their turn. Of reports and of what management
    /// reads together, three quarters as many at most are of one site.
    pub reports: usize,
    /// Exports under way, to their last byte; half of them at most are of one site. The store makes two pages at a time.
    pub exports: usize,
    /// Other requests of management under way.
    pub management: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rate: None, intake: 1_024, reports: 64, exports: 4, management: 64 }
    }
}

/// Bytes of bodies that a lane holds at most, beside the first of each: what all that is being read takes of memory.
const BYTES: usize = 16 * 1024 * 1024;

/// The part of the rate that forms have beside what all share, at least one a second: a person who typed does not try again
/// by herself.
const FORMS: u32 = 10;

/// The tokens of the rate that was asked for.
#[derive(Debug)]
struct Rate {
    /// For everybody.
    answers: Bucket,
    /// For forms alone.
    forms: Bucket,
}

/// The door.
pub struct Admission {
    rate: Option<Mutex<Rate>>,
    opened: Instant,
    /// The time since then at which the rate's clock was stopped.
    stopped: OnceLock<Duration>,
    intake: Arc<Lane>,
    reports: Arc<Lane>,
    exports: Arc<Lane>,
    exports_of: Arc<PerSite>,
    management: Arc<Lane>,
    reads_of: Arc<PerSite>,
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
            rate: limits
                .rate
                .map(|rate| Mutex::new(Rate { answers: Bucket::new(rate), forms: Bucket::new(rate / FORMS) })),
            opened: Instant::now(),
            stopped: OnceLock::new(),
            intake,
            reports: Lane::new(limits.reports, BYTES),
            exports: Lane::new(limits.exports, BYTES),
            exports_of: PerSite::new(limits.exports.div_ceil(2)),
            management: Lane::new(limits.management, BYTES),
            reads_of: PerSite::new((limits.reports.min(limits.management) * 3 / 4).max(1)),
            pressure,
            waiting,
        }
    }

    /// Lets a request begin; `None` where nothing limits its kind.
    ///
    /// # Errors
    /// Why it may not.
    pub fn enter(&self, kind: Kind) -> Result<Option<Place>, Reason> {
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
        let place = lane.enter().ok_or(Reason::Lane)?;
        let asks = match kind {
            Kind::Intake => Asks::First,
            Kind::Events => Asks::Last,
            // A form is counted once it is known to be one. Who brings a key is no stranger, and gives way to pressure.
            _ => return Ok(Some(place)),
        };
        // Last, so that a token is taken only by who comes in.
        let taken = self.rate(|rate, now| rate.answers.take(now, asks)).unwrap_or(true);
        if taken { Ok(Some(place)) } else { Err(Reason::Rate) }
    }

    /// Counts the answers of a request from a page that was let in as one, once they are known to be answers.
    pub fn charge(&self, answers: usize) {
        if answers > 1 {
            self.rate(|rate, _| rate.answers.charge(answers - 1));
        }
    }

    /// Whether a form that can be stored may be, by the rate.
    pub fn takes_form(&self) -> bool {
        let take = |rate: &mut Rate, now| rate.forms.take(now, Asks::First) || rate.answers.take(now, Asks::First);
        self.rate(take).unwrap_or(true)
    }

    /// Gives no tokens for the time from now on: for tests.
    pub fn stop_clock(&self) {
        self.stopped.get_or_init(|| self.opened.elapsed());
    }

    /// A place for an export of this site, beside that of the lane; none: it has as many as it may have.
    pub fn export_of(&self, site: &SiteId) -> Option<SitePlace> {
        self.exports_of.enter(site)
    }

    /// A place for a read of this site, beside that of its lane; none: it has as many as it may have. Whoever may read one
    /// site could else keep every other site's team out, with searches that take their time.
    pub fn read_of(&self, site: &SiteId) -> Option<SitePlace> {
        self.reads_of.enter(site)
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

    fn rate<T>(&self, work: impl FnOnce(&mut Rate, Duration) -> T) -> Option<T> {
        // A panic inside leaves numbers, which are right enough to go on with.
        let mut rate = self.rate.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.stopped.get().copied().unwrap_or_else(|| self.opened.elapsed());
        Some(work(&mut rate, now))
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
                let refused = matches!(door.enter(*kind), Err(Reason::Pressure));
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
        let enter = |kind| door.enter(kind).map(Option::unwrap);
        let report = enter(Kind::Reports).expect("the first report");
        assert_eq!(enter(Kind::Reports).err(), Some(Reason::Lane));
        let export = enter(Kind::Exports).expect("exports have places of their own");
        let change = enter(Kind::Management).expect("management too");
        let (one, two) = (enter(Kind::Intake).expect("answers"), enter(Kind::Intake).expect("answers"));
        assert_eq!(enter(Kind::Intake).err(), Some(Reason::Lane));
        assert_eq!(door.in_flight(), [("intake", 2), ("reports", 1), ("exports", 1), ("management", 1)]);
        assert!(door.enter(Kind::Operations).expect("who looks after it").is_none());
        drop((report, export, change, one, two));
        assert_eq!(door.in_flight().map(|(_, requests)| requests), [0; 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_array_counts_as_many_answers_as_it_holds() {
        let door = door(Limits { rate: Some(100), ..Limits::default() });
        door.enter(Kind::Intake).expect("the bucket is full");
        door.charge(50);
        assert_eq!(door.enter(Kind::Intake).err(), Some(Reason::Rate));
        assert_eq!(door.enter(Kind::Events).err(), Some(Reason::Rate));
        for unlimited in [Kind::Hosted, Kind::Import, Kind::Reports] {
            assert!(door.enter(unlimited).is_ok(), "{unlimited:?} is not refused here");
        }
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(door.enter(Kind::Intake).err(), Some(Reason::Rate), "the debt is not paid");
        tokio::time::advance(Duration::from_millis(20)).await;
        assert!(door.enter(Kind::Intake).is_ok(), "it is no more than what gathers");
        assert_eq!(door.in_flight()[0].1, 0, "nobody holds a place whom the rate refused");
    }

    #[tokio::test(start_paused = true)]
    async fn forms_have_a_tenth_for_themselves_and_take_no_more_than_others_leave() {
        let door = door(Limits { rate: Some(200), ..Limits::default() });
        let forms = |door: &Admission| (0..1_000).filter(|_| door.takes_form()).count();
        let answers = |door: &Admission| (0..1_000).filter(|_| door.enter(Kind::Intake).is_ok()).count();
        assert_eq!(answers(&door), 20);
        assert_eq!(forms(&door), 2, "however many answers come");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(forms(&door), 22);
        assert_eq!(answers(&door), 0);
        tokio::time::advance(Duration::from_millis(6)).await;
        assert_eq!(answers(&door), 1, "and forms leave no debt");
    }
}
