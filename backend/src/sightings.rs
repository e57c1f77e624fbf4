//! Sightings: on which origins tags were seen, gathered in memory until they are noted in the store.
//!
//! Strangers can send any origin, as often as they like. What they can fill is bounded, and none that is allowed makes
//! place for one that is not.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Mutex;

use bearing_shared::api::sites::SiteSettings;
use bearing_shared::id::SiteId;
use bearing_storage::{Result, Sighting, Standing, Store};

use crate::origins;

/// The most origins that are known of a site.
pub const MOST: u32 = 50;

/// What was seen of one site, by origin; under the empty one that for which there was no place.
type Book = HashMap<String, Sighting>;

/// What was seen and is not yet in the store.
#[derive(Default)]
pub struct Sightings {
    books: Mutex<HashMap<SiteId, Book>>,
}

impl Sightings {
    /// Notes that a site's tag was seen at `now` (ms since 1970 UTC) on a page of this address, of which only the origin
    /// is kept; `own`: the page is the server's own. What is no origin is left out.
    pub fn note(&self, site: &SiteId, settings: &SiteSettings, address: &str, own: bool, now: i64) {
        let sent = origins::part(address);
        let Ok(mut books) = self.books.lock() else { return };
        // Nearly always it was seen a moment ago: then nothing is copied.
        if let Some(known) = books.get_mut(site).and_then(|book| book.get_mut(sent)).filter(|_| !sent.is_empty()) {
            known.last_at = known.last_at.max(now);
            known.requests += 1;
            return;
        }
        let Some(origin) = origins::written(sent) else { return };
        let standing = match origins::standing(settings, &origin) {
            Standing::Stranger if own => Standing::Allowed,
            standing => standing,
        };
        let seen = Sighting { origin, standing, first_at: now, last_at: now, requests: 1 };
        put(books.entry(site.clone()).or_default(), seen);
    }

    /// What is known of a site, the store's knowledge with what is not yet in it, the origin that was seen last first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(&self, store: &dyn Store, site: &SiteId) -> Result<Vec<Sighting>> {
        let mut book = Book::new();
        let here = self.books.lock().ok().and_then(|books| books.get(site).cloned()).unwrap_or_default();
        for seen in store.sightings(site).await?.into_iter().chain(here.into_values()) {
            put(&mut book, seen);
        }
        let mut known: Vec<_> = book.into_values().collect();
        known.sort_by(|one, other| (other.last_at, &one.origin).cmp(&(one.last_at, &other.origin)));
        Ok(known)
    }

    /// Notes in the store what was seen.
    ///
    /// # Errors
    /// What the store says; what is not noted is tried again the next time.
    pub async fn write(&self, store: &dyn Store) -> Result<()> {
        let books = self.books.lock().map(|mut books| std::mem::take(&mut *books)).unwrap_or_default();
        let mut refusal = None;
        for (site, book) in books {
            let seen: Vec<_> = book.into_values().collect();
            let Err(error) = store.note_sightings(&site, seen.clone(), MOST).await else { continue };
            refusal = Some(error);
            if let Ok(mut later) = self.books.lock() {
                let book = later.entry(site).or_default();
                seen.into_iter().for_each(|seen| put(book, seen));
            }
        }
        refusal.map_or(Ok(()), Err)
    }
}

/// Puts what was seen of an origin into a book that never has more than [`MOST`] of them.
fn put(book: &mut Book, seen: Sighting) {
    if let Some(known) = book.get_mut(&seen.origin) {
        known.add(&seen);
        return;
    }
    let named = |one: &&Sighting| !one.origin.is_empty();
    if seen.origin.is_empty() || book.values().filter(named).count() < MOST as usize {
        book.insert(seen.origin.clone(), seen);
        return;
    }
    // Whoever stands better takes the place of the one that was not seen for the longest time.
    let last = book.values().filter(named).max_by_key(|one| (one.standing, Reverse(one.last_at)));
    let last = last.filter(|last| last.standing > seen.standing).map(|last| last.origin.clone());
    let out = match last.and_then(|last| book.remove(&last)) {
        Some(out) => {
            book.insert(seen.origin.clone(), seen);
            out
        }
        None => seen,
    };
    Sighting::together([out]).into_iter().for_each(|out| put(book, out));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(origin: &str, standing: Standing, at: i64) -> Sighting {
        Sighting { origin: origin.into(), standing, first_at: at, last_at: at, requests: 1 }
    }

    #[test]
    fn strangers_fill_a_bounded_book_and_push_out_nobody_who_is_allowed() {
        let mut book = Book::new();
        put(&mut book, seen("https://shop.example", Standing::Listed, 0));
        for number in 0..10_000 {
            put(&mut book, seen(&format!("https://s{number}.example"), Standing::Stranger, number));
        }
        assert_eq!(book.len(), MOST as usize + 1);
        assert_eq!(book[""].requests, 10_001 - u64::from(MOST));
        put(&mut book, seen("https://a.shop.example", Standing::Allowed, 10_000));
        assert_eq!(book.len(), MOST as usize + 1);
        assert!(book.contains_key("https://shop.example") && book.contains_key("https://a.shop.example"));
        assert!(!book.contains_key("https://s0.example"), "the one that was not seen for the longest time");
        let all: u64 = book.values().map(|one| one.requests).sum();
        assert_eq!(all, 10_002, "what has no place is counted");
    }
}
