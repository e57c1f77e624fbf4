//! Delivery: which waiting answer a browser sends when, as a pure state machine; `widget/loader/queue.js` is its twin.
//!
//! The loader keeps what it is told to keep, sends what it is told to send, and tells the machine what came of it. No
//! effect is ever awaited before the visitor is thanked, and no lock is taken: two tabs may send the same answer, and the
//! server counts an id once. `shared/tests/delivery.json` holds the scenarios that both twins run.
//!
//! What holds after every step, and is tried with random faults in `shared/tests/delivery.rs`:
//!
//! 1. nothing is sent before it was written, or is known to live in memory only;
//! 2. an entry leaves on an acknowledgement, a final refusal, its seventh day or the visitor's own wish, never otherwise;
//! 3. an edition is sent as it was kept: `(id, seq)` names the same bytes at each try, but for `age_ms`, which says at
//!    each try how long ago the answer was given, since the visitor's clock is not trusted, and for `display`, the token
//!    of its showing, which may come after the answer was kept;
//! 4. nothing depends on a lock;
//! 5. keeping an answer asks for no network, so thanks need not wait for it;
//! 6. what an earlier page left behind is sent without anything being shown.

use serde::{Deserialize, Serialize};

/// An answer this old is given up, in ms: a week.
pub const GIVEN_UP_AFTER: i64 = 604_800_000;
/// The most entries that are written; further ones live in memory.
pub const WRITTEN_LIMIT: usize = 50;
/// The most characters of an entry that may outlive its page: browsers share 64 KiB among all such requests of a page.
pub const KEEPALIVE_LIMIT: u32 = 8_192;
/// Tries without a word of the server after which a page stops trying.
pub const SILENCE_LIMIT: u8 = 3;
/// The longest pause between two tries, in ms, unless the server asks for more.
pub const PAUSE_LIMIT: u64 = 300_000;
/// The longest pause that the server can ask for, in ms.
pub const RETRY_AFTER_LIMIT: u64 = 3_600_000;

/// One edition of one response.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edition {
    /// The response's id.
    pub id: String,
    /// Which edition; a higher one replaces a lower one.
    pub seq: u32,
}

/// The newest edition of a response that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which one.
    #[serde(flatten)]
    pub edition: Edition,
    /// When it was given, in ms of the visitor's clock; only differences of it are used.
    pub at: i64,
    /// Characters of the stored text.
    pub size: u32,
    /// Kept on this page and never sent.
    #[serde(default)]
    pub fresh: bool,
}

/// What waits and what is under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What waits, in the order in which it is tried; one entry an id.
    pub entries: Vec<Entry>,
    /// Whether what was kept last may go: arrow keys pass over scores that are not meant.
    #[serde(default)]
    pub asked: bool,
    /// What was sent and has not come back.
    pub flying: Vec<Edition>,
    /// Failures since the last success, which lengthen the pause.
    pub tries: u32,
    /// Failures in a row without a word of the server.
    pub silent: u8,
    /// Nothing but a leaving page sends before this moment, in ms: the server asked for it.
    pub before: i64,
}

/// What happens to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "lowercase")]
pub enum Event {
    /// An answer was given, or changed.
    Kept {
        /// It.
        entry: Entry,
    },
    /// Answers of earlier pages were found.
    Loaded {
        /// Them.
        entries: Vec<Entry>,
    },
    /// What was kept may go.
    Flush,
    /// The pause is over.
    Due,
    /// A request came back, or did not.
    Reply {
        /// What was sent.
        entry: Edition,
        /// The status; 0: no network, or no reply in time.
        status: u16,
        /// Seconds that the server asked for.
        #[serde(default, rename = "retryAfter")]
        retry_after: Option<u64>,
        /// Whether the reply is the server's own: a café's sign-in page answers 200 too, an empty proxy 404.
        ours: bool,
    },
    /// The browser has a network again.
    Online,
    /// The page was brought back.
    Pageshow,
    /// The page can be seen again.
    Visible,
    /// The page can no longer be seen, and may never be again.
    Hidden,
    /// The page is left.
    Pagehide,
    /// The visitor takes back the consent.
    Cleared,
}

/// What has to be done, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "lowercase")]
pub enum Effect {
    /// Write the newest edition of this response where it survives.
    Write {
        /// Which one.
        entry: Edition,
    },
    /// Remove it from there, unless a newer edition is there.
    Remove {
        /// Which one.
        entry: Edition,
    },
    /// Send it.
    Send {
        /// Which one.
        entry: Edition,
        /// Whether the request may outlive the page.
        keepalive: bool,
    },
    /// Say [`Event::Due`] once after a random time: from 0 to `cap`, but not before `floor`; both in ms.
    Wait {
        /// What the server asked for.
        floor: u64,
        /// The most that chance may pick: full jitter.
        cap: u64,
    },
    /// Tell the page what became of it: delivered below 300, else refused.
    Report {
        /// Which one.
        entry: Edition,
        /// The server's status.
        status: u16,
    },
}

/// Whether the server's own status ends the tries: it has the answer, or will never take it.
pub fn is_final(status: u16) -> bool {
    (200..500).contains(&status) && !matches!(status, 408 | 425 | 429)
}

/// Takes one event at `now`, in ms of the visitor's clock: the next state, and what has to be done.
pub fn step(state: &State, event: &Event, now: i64) -> (State, Vec<Effect>) {
    let mut next = Next { state: state.clone(), effects: Vec::new(), now };
    next.take(event);
    (next.state, next.effects)
}

/// A state on its way to the next.
struct Next {
    state: State,
    effects: Vec<Effect>,
    now: i64,
}

impl Next {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Kept { entry } => {
                self.state.asked = false;
                self.put(Entry { fresh: true, ..entry.clone() });
                if self.state.entries.len() <= WRITTEN_LIMIT {
                    self.effects.push(Effect::Write { entry: entry.edition.clone() });
                }
            }
            Event::Loaded { entries } => {
                for entry in entries {
                    let is_known =
                        |one: &Entry| one.edition.id == entry.edition.id && one.edition.seq >= entry.edition.seq;
                    if !self.state.entries.iter().any(is_known) {
                        self.put(Entry { fresh: false, ..entry.clone() });
                    }
                }
                self.flush();
            }
            Event::Reply { entry, status, retry_after, ours } => {
                self.state.flying.retain(|one| one != entry);
                self.state.silent = if *ours { 0 } else { self.state.silent.saturating_add(1) };
                if *ours && is_final(*status) {
                    self.settle(entry, *status);
                } else {
                    self.put_off(entry, retry_after.unwrap_or(0));
                }
            }
            Event::Hidden | Event::Pagehide => {
                if let Some(last) = self.freshest() {
                    self.send(&last, true);
                }
            }
            Event::Cleared => {
                for entry in std::mem::take(&mut self.state.entries) {
                    self.effects.push(Effect::Remove { entry: entry.edition });
                }
            }
            Event::Flush => {
                self.state.asked = true;
                self.flush();
            }
            Event::Due | Event::Visible | Event::Online | Event::Pageshow => {
                if matches!(event, Event::Online | Event::Pageshow) {
                    self.state.silent = 0;
                }
                if self.state.silent >= SILENCE_LIMIT {
                    return;
                }
                match event {
                    Event::Due => self.state.before = 0,
                    _ => self.state.tries = 0,
                }
                self.flush();
            }
        }
    }

    /// The server has it or will never take it.
    fn settle(&mut self, edition: &Edition, status: u16) {
        (self.state.tries, self.state.before) = (0, 0);
        if self.state.entries.iter().any(|one| one.edition == *edition) {
            self.drop(edition.clone());
        }
        self.effects.push(Effect::Report { entry: edition.clone(), status });
        self.flush();
    }

    /// It failed for now: all of them wait, and it goes last, so that one that always fails holds up no other.
    fn put_off(&mut self, edition: &Edition, retry_after_s: u64) {
        let floor = retry_after_s.saturating_mul(1_000).min(RETRY_AFTER_LIMIT);
        self.state.tries = self.state.tries.saturating_add(1);
        self.state.before = self.now.saturating_add_unsigned(floor);
        if let Some(entry) = self.state.entries.iter().find(|one| one.edition == *edition).cloned() {
            self.put(entry);
        }
        if self.state.silent < SILENCE_LIMIT {
            let cap =
                2_u64.checked_pow(self.state.tries).map_or(PAUSE_LIMIT, |n| n.saturating_mul(1_000).min(PAUSE_LIMIT));
            self.effects.push(Effect::Wait { floor, cap });
        }
    }

    /// Sends one, when none is under way: the visitor's latest first, once it may go, then what has waited longest.
    fn flush(&mut self) {
        let old: Vec<Edition> = self
            .state
            .entries
            .iter()
            .filter(|entry| self.now.saturating_sub(entry.at) >= GIVEN_UP_AFTER)
            .map(|entry| entry.edition.clone())
            .collect();
        for edition in old {
            self.drop(edition);
        }
        let latest = self.freshest().filter(|_| self.state.asked);
        let is_fresh = latest.is_some();
        let longest = self.state.entries.iter().find(|entry| !entry.fresh).map(|entry| entry.edition.clone());
        let next = latest.or(longest);
        if let Some(next) = next
            && self.state.flying.is_empty()
            && self.now >= self.state.before
        {
            // A second try goes without keepalive, in case the page had used up its share.
            self.send(&next, is_fresh || self.state.tries == 0);
        }
    }

    fn send(&mut self, edition: &Edition, may_outlive: bool) {
        let Some(entry) = self.state.entries.iter_mut().find(|one| one.edition == *edition) else { return };
        entry.fresh = false;
        let keepalive = may_outlive && entry.size <= KEEPALIVE_LIMIT;
        self.state.flying.push(edition.clone());
        self.effects.push(Effect::Send { entry: edition.clone(), keepalive });
    }

    fn freshest(&self) -> Option<Edition> {
        self.state.entries.iter().rev().find(|entry| entry.fresh).map(|entry| entry.edition.clone())
    }

    /// Puts an entry last, in place of an earlier edition.
    fn put(&mut self, entry: Entry) {
        self.state.entries.retain(|one| one.edition.id != entry.edition.id);
        self.state.entries.push(entry);
    }

    fn drop(&mut self, edition: Edition) {
        self.state.entries.retain(|one| one.edition != edition);
        self.effects.push(Effect::Remove { entry: edition });
    }
}
