//! The live hub: who listens to which site, and what they are told when its answers or counts change.
//!
//! Nobody waits for a listener. Who is too slow is told to read everything again, and so is everybody where more happens
//! than people can follow.

mod changes;
mod fleet;
mod listener;
mod news;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bearing_shared::api::responses::ResponseState;
use bearing_shared::api::stream::ScoreChanged;
use bearing_shared::id::SiteId;
use bearing_storage::{Arrival, Outcome, Store, StoredResponse};
use bytes::Bytes;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::Instant;

use crate::metrics::Metrics;
use changes::Changes;
use fleet::Fleet;
pub use listener::Listener;
pub use news::News;

/// How much is listened to at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Listeners of the server.
    pub all: usize,
    /// Listeners of one site.
    pub of_a_site: usize,
    /// Those of one site that came by shared links: whoever got hold of a link leaves its team room.
    pub by_links: usize,
}

/// Who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A member, or a key.
    Team,
    /// Whoever has a shared link.
    Link,
}

impl Default for Limits {
    fn default() -> Self {
        Self { all: 2_000, of_a_site: 1_000, by_links: 500 }
    }
}

/// Why somebody may not listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// As many listen as the server can serve.
    All,
    /// As many listen to this site as may.
    OfSite,
    /// The server is stopping.
    Closing,
}

/// Frames that a listener may be behind before it has to read everything again.
const BEHIND: usize = 128;
/// How often it is looked for changes whose time has come.
const LOOK: Duration = Duration::from_millis(100);

/// A site that somebody listens to.
struct Watched {
    frames: broadcast::Sender<Bytes>,
    changes: Changes,
    /// How many of the listeners came by shared links.
    by_links: usize,
}

/// The hub.
pub struct Hub {
    watched: Mutex<HashMap<SiteId, Watched>>,
    listeners: AtomicUsize,
    limits: Limits,
    /// The other servers, where there may be some.
    fleet: Option<Arc<Fleet>>,
    closing: watch::Sender<bool>,
    /// Whether the other servers are, or once were, heard.
    linked: watch::Sender<bool>,
    /// Told when a change waits for its time.
    waits: Arc<Notify>,
    metrics: Arc<Metrics>,
}

impl Hub {
    /// A hub with these limits; what it does by itself goes on in the current runtime until it is dropped.
    pub fn start(store: &Arc<dyn Store>, metrics: Arc<Metrics>, limits: Limits) -> Arc<Self> {
        let fleet = store.is_shared().then(|| Fleet::start(store));
        let hub = Arc::new(Self {
            watched: Mutex::default(),
            listeners: AtomicUsize::new(0),
            limits,
            fleet,
            closing: watch::Sender::new(false),
            linked: watch::Sender::new(false),
            waits: Arc::default(),
            metrics,
        });
        tokio::spawn(tell_in_time(Arc::downgrade(&hub), Arc::clone(&hub.waits)));
        if let Some(fleet) = &hub.fleet {
            let (own, closing) = (fleet.name().to_owned(), hub.closing.subscribe());
            tokio::spawn(fleet::hear(Arc::downgrade(&hub), Arc::clone(store), own, closing));
        }
        hub
    }

    /// Listens to a site from now on.
    ///
    /// # Errors
    /// Why that may not be.
    pub fn listen(self: &Arc<Self>, site: &SiteId, by: By) -> Result<Listener, Refused> {
        if *self.closing.borrow() {
            return Err(Refused::Closing);
        }
        let mut watched = self.watched();
        if self.listeners.load(Ordering::Relaxed) >= self.limits.all {
            return Err(Refused::All);
        }
        let (of_site, by_links) =
            watched.get(site).map_or((0, 0), |watched| (watched.frames.receiver_count(), watched.by_links));
        if of_site >= self.limits.of_a_site || (by == By::Link && by_links >= self.limits.by_links) {
            return Err(Refused::OfSite);
        }
        let new = || Watched { frames: broadcast::Sender::new(BEHIND), changes: Changes::default(), by_links: 0 };
        let watched = watched.entry(site.clone()).or_insert_with(new);
        watched.by_links += usize::from(by == By::Link);
        let frames = watched.frames.subscribe();
        self.listeners.fetch_add(1, Ordering::Relaxed);
        self.metrics.streams.open.inc();
        Ok(Listener::new(Arc::clone(self), (site.clone(), by), frames, self.closing.subscribe()))
    }

    /// What a batch would be told as, taken before the store has it: none of what nobody would hear. Without a listener
    /// this is one look at a number.
    pub fn prepare(&self, batch: &[Arrival]) -> Vec<(usize, SiteId, News)> {
        if self.fleet.is_none() && self.listeners.load(Ordering::Relaxed) == 0 {
            return Vec::new();
        }
        let watched = self.watched();
        let is_heard = |site: &SiteId| self.fleet.is_some() || watched.contains_key(site);
        let heard = batch.iter().enumerate().filter(|(_, arrival)| is_heard(arrival.site()));
        heard.map(|(place, arrival)| (place, arrival.site().clone(), News::of(arrival))).collect()
    }

    /// Tells of what came of a batch.
    pub fn came(&self, prepared: Vec<(usize, SiteId, News)>, outcomes: &[Outcome]) {
        for (place, site, news) in prepared {
            match outcomes.get(place) {
                Some(Outcome::Stored | Outcome::Updated | Outcome::Withdrawn) => self.tell(&site, news),
                // What is stored is not what came, and whoever shows it reads it.
                Some(Outcome::UpdatedAsJudged | Outcome::StoredApart) => self.tell(&site, News::ANYTHING),
                _ => {}
            }
        }
    }

    /// Tells of a site here and on the other servers.
    pub fn tell(&self, site: &SiteId, news: News) {
        if let Some(fleet) = &self.fleet {
            fleet.add(site, &news);
        }
        self.tell_here(site, news);
    }

    /// Tells the listeners of this server.
    fn tell_here(&self, site: &SiteId, news: News) {
        if self.listeners.load(Ordering::Relaxed) == 0 {
            return;
        }
        if let Some(watched) = self.watched().get_mut(site)
            && watched.tell(news, Instant::now())
        {
            self.waits.notify_one();
        }
    }

    /// Tells every listener of this server to read everything again.
    fn tell_all(&self) {
        for watched in self.watched().values_mut() {
            if watched.tell(News::Changed(ScoreChanged::ANYTHING), Instant::now()) {
                self.waits.notify_one();
            }
        }
    }

    /// Waits until the other servers are heard for the first time, which every listener is told as anything; not at all
    /// where there are none.
    pub async fn linked(&self) {
        if self.fleet.is_some() {
            // The sender is ours: it cannot be gone.
            let _ = self.linked.subscribe().wait_for(|linked| *linked).await;
        }
    }

    /// Ends what every listener hears, and lets nobody listen any more.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// A site has one listener less.
    fn left(&self, site: &SiteId, by: By, frames: Option<broadcast::Receiver<Bytes>>) {
        let mut watched = self.watched();
        // Within the lock, so that who listens and who came by a link are always counted alike.
        drop(frames);
        if let Some(left) = watched.get_mut(site) {
            left.by_links -= usize::from(by == By::Link);
            if left.frames.receiver_count() == 0 {
                watched.remove(site);
            }
        }
        self.listeners.fetch_sub(1, Ordering::Relaxed);
        self.metrics.streams.open.dec();
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<SiteId, Watched>> {
        // A panic inside leaves at worst a change that is not told.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // What goes on by itself looks whether the hub is there, and ends.
        self.waits.notify_one();
    }
}

impl Watched {
    /// Tells the listeners; whether a change waits for its time now.
    fn tell(&mut self, news: News, now: Instant) -> bool {
        match news {
            News::Stored(response) => {
                let counts = response.state == ResponseState::Counted;
                let is_told = self.changes.may_tell_one(now);
                if is_told {
                    self.send(news::stored(&response));
                }
                match (counts, is_told) {
                    (_, false) => self.change(ScoreChanged::ANYTHING, now),
                    (true, true) => self.change(ScoreChanged::of(&response), now),
                    (false, true) => false,
                }
            }
            News::Changed(changed) => self.change(changed, now),
        }
    }

    fn change(&mut self, changed: ScoreChanged, now: Instant) -> bool {
        match self.changes.note(changed, now) {
            Some(changed) => {
                self.send(news::changed(&changed));
                false
            }
            None => true,
        }
    }

    /// Tells the changes whose time has come; whether others wait.
    fn tell_due(&mut self, now: Instant) -> bool {
        let due = self.changes.due(now);
        due.iter().for_each(|changed| self.send(news::changed(changed)));
        self.changes.wait()
    }

    fn send(&self, frame: Bytes) {
        // Without a receiver nobody is told, which is right.
        let _ = self.frames.send(frame);
    }
}

/// Tells changes that had to wait when their time has come.
async fn tell_in_time(hub: Weak<Hub>, waits: Arc<Notify>) {
    loop {
        waits.notified().await;
        loop {
            tokio::time::sleep(LOOK).await;
            let Some(hub) = hub.upgrade() else { return };
            let now = Instant::now();
            let waiting =
                hub.watched().values_mut().map(|watched| watched.tell_due(now)).filter(|waits| *waits).count();
            if waiting == 0 {
                break;
            }
        }
    }
}

/// What tells of a response that a member has changed: nothing, where its state is what it was.
pub fn judged(before: &StoredResponse, after: &StoredResponse) -> Vec<News> {
    if before.state == after.state {
        return Vec::new();
    }
    let response = news::stored_response(after);
    // What counts now tells by itself that its counts have changed.
    let uncounted = before.state == ResponseState::Counted;
    let changed = uncounted.then(|| News::Changed(ScoreChanged::of(&response)));
    [News::Stored(response)].into_iter().chain(changed).collect()
}

#[cfg(test)]
mod live_tests;
