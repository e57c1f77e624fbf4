//! Turns of each site among the slow reads: whoever may read one site keeps no other's reads waiting behind all of theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bearing_shared::id::SiteId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Result, StoreError};

/// The turns of every site that reads, or waits to.
pub(crate) struct Turns {
    most: usize,
    of: Mutex<HashMap<SiteId, Weak<Semaphore>>>,
}

impl Turns {
    /// As many at once for each site as there are in all: a site that is alone loses nothing, and of each other one no more
    /// than these stand before whoever comes.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, of: Mutex::default() }
    }

    /// A turn of this site, which ends when it is dropped.
    pub(crate) async fn of(&self, site: &SiteId) -> Result<OwnedSemaphorePermit> {
        let turn = self.turns(site).acquire_owned().await;
        turn.map_err(|error| StoreError::Driver(format!("a turn was lost: {error}")))
    }

    fn turns(&self, site: &SiteId) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = of.get(site).and_then(Weak::upgrade) {
            return turns;
        }
        // Those of sites that read no more: what is left are requests under way.
        of.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(self.most));
        of.insert(site.clone(), Arc::downgrade(&turns));
        turns
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_site_waits_for_its_own_turns_and_for_nobody_elses() {
        let (turns, [one, other]) = (Turns::new(2), ["st_one", "st_other"].map(SiteId::from));
        let held = (turns.of(&one).await, turns.of(&one).await);
        assert!(held.0.is_ok() && held.1.is_ok());
        assert!(turns.of(&one).now_or_never().is_none(), "a third one waits");
        assert!(turns.of(&other).now_or_never().is_some(), "another site does not");
        drop(held.0);
        assert!(turns.of(&one).now_or_never().is_some());
        drop(held.1);
        drop(turns.of(&other).await);
        assert_eq!(turns.of.lock().expect("nobody panicked").len(), 1, "what reads no more is forgotten");
    }
}
