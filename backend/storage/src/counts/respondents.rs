//! The last answer of each respondent, picked while rows come in.

use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxHashMap;

use crate::Result;

/// Respondents by a hash of 128 bits, which is far smaller than an id: an open scan may meet a million of them. Its keys
/// are drawn anew each time, so that nobody can choose an id that falls on another's.
pub(crate) struct Respondents {
    low: RandomState,
    high: RandomState,
}

/// A respondent, as a number that holds within one scan.
pub(crate) type Respondent = (u64, u64);

impl Respondents {
    pub(crate) fn new() -> Self {
        Self { low: RandomState::new(), high: RandomState::new() }
    }

    /// The respondent of a response: its customer, else its visitor; `None` when neither is known.
    pub(crate) fn of(&self, customer: Option<&[u8]>, visitor: Option<&[u8]>) -> Option<Respondent> {
        let who = match (customer, visitor) {
            (Some(customer), _) => (0, customer),
            (_, Some(visitor)) => (1, visitor),
            _ => return None,
        };
        Some((self.low.hash_one(who), self.high.hash_one(who)))
    }
}

/// When an answer was given, and its id: the greater one is the later one.
pub(crate) type Moment = (i64, [u8; 16]);

/// The last of each key's things.
pub(crate) struct Last<K, T>(FxHashMap<K, (Moment, T)>);

impl<K: std::hash::Hash + Eq, T> Last<K, T> {
    pub(crate) fn new() -> Self {
        Self(FxHashMap::default())
    }

    /// Keeps what `make` makes, unless a later one of its key is there.
    pub(crate) fn keep(&mut self, key: K, moment: Moment, make: impl FnOnce() -> Result<T>) -> Result<()> {
        match self.0.entry(key) {
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                if entry.get().0 < moment {
                    entry.insert((moment, make()?));
                }
            }
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert((moment, make()?));
            }
        }
        Ok(())
    }

    /// What was kept.
    pub(crate) fn into_kept(self) -> impl Iterator<Item = (K, (Moment, T))> {
        self.0.into_iter()
    }
}
