//! How many requests of one kind a site may have under way: none takes all the places.

use std::sync::{Arc, Mutex, PoisonError};

use bearing_shared::id::SiteId;

/// The sites whose requests are under way.
#[derive(Debug)]
pub(super) struct PerSite {
    most: usize,
    /// One for each request: there are a few.
    under_way: Mutex<Vec<SiteId>>,
}

/// A site's place, given back when it is dropped.
#[derive(Debug)]
pub struct SitePlace {
    of: Arc<PerSite>,
    site: SiteId,
}

impl PerSite {
    /// At most so many of each site.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, under_way: Mutex::default() })
    }

    /// A place for one more of this site, if it may have one.
    pub(super) fn enter(self: &Arc<Self>, site: &SiteId) -> Option<SitePlace> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.iter().filter(|other| *other == site).count() >= self.most {
            return None;
        }
        under_way.push(site.clone());
        Some(SitePlace { of: Arc::clone(self), site: site.clone() })
    }
}

impl Drop for SitePlace {
    fn drop(&mut self) {
        let mut under_way = self.of.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = under_way.iter().position(|site| *site == self.site) {
            under_way.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_so_many_whatever_others_have() {
        let (exports, [one, other]) = (PerSite::new(2), ["st_one", "st_other"].map(SiteId::from));
        let held = (exports.enter(&one), exports.enter(&one));
        assert!(held.0.is_some() && held.1.is_some() && exports.enter(&one).is_none());
        assert!(exports.enter(&other).is_some());
        drop(held.0);
        assert!(exports.enter(&one).is_some());
    }
}
