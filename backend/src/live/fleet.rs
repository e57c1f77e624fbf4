//! The other servers of a fleet: what this one stores is said to them all, gathered for a moment, and what they say is
//! passed on to the listeners here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bearing_shared::id::SiteId;
use bearing_storage::{Heard, Store};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use super::{Hub, News};
use crate::chance;

/// How long is gathered before it is said: at most ten times a second.
const GATHER: Duration = Duration::from_millis(100);
/// How long before it is tried again to say what could not be.
const AGAIN: Duration = Duration::from_secs(1);
/// The most bytes that are said at once; the database takes 8,000.
const WORDS: usize = 7_000;
/// The most news of one site that are gathered: more do not fit into the words.
const NEWS: usize = 40;

/// What is said.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Words {
    /// The server that says it.
    from: String,
    /// News by site; without any, of all sites anything may have changed.
    sites: Option<BTreeMap<SiteId, Option<Vec<News>>>>,
}

/// What waits to be said.
#[derive(Default)]
struct Gathered {
    /// News by site; none: anything of it may have changed.
    sites: BTreeMap<SiteId, Option<Vec<News>>>,
    /// Anything of any site may have changed.
    everything: bool,
}

/// This server among the others.
pub(super) struct Fleet {
    name: String,
    gathered: Mutex<Gathered>,
    more: Arc<Notify>,
}

impl Fleet {
    /// Says on the current runtime what is gathered, for as long as somebody holds it.
    pub(super) fn start(store: &Arc<dyn Store>) -> Arc<Self> {
        let fleet = Arc::new(Self { name: chance::id("sv"), gathered: Mutex::default(), more: Arc::default() });
        tokio::spawn(say(Arc::downgrade(&fleet), Arc::clone(&fleet.more), Arc::clone(store)));
        fleet
    }

    /// The name by which it knows its own words.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Adds news of a site to what is said next.
    pub(super) fn add(&self, site: &SiteId, news: &News) {
        let mut gathered = self.gathered();
        if gathered.everything {
            return;
        }
        match gathered.sites.get_mut(site) {
            None => {
                gathered.sites.insert(site.clone(), Some(vec![news.clone()]));
            }
            Some(None) => return,
            Some(Some(all)) if all.len() < NEWS => all.push(news.clone()),
            Some(too_many) => *too_many = None,
        }
        drop(gathered);
        self.more.notify_one();
    }

    /// Takes what was gathered, as words; none where nothing was.
    fn take(&self) -> Option<String> {
        let Gathered { sites, everything } = std::mem::take(&mut *self.gathered());
        let sites = if everything { None } else { Some(sites) };
        let words = Words { from: self.name.clone(), sites };
        words.sites.as_ref().is_none_or(|sites| !sites.is_empty()).then(|| words.within(WORDS))
    }

    /// What was taken could not be said.
    fn failed(&self) {
        *self.gathered() = Gathered { everything: true, ..Gathered::default() };
        self.more.notify_one();
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        // A panic inside leaves at worst news that are not said.
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Words {
    /// As text of at most so many bytes: what is too much is said in fewer words.
    fn within(mut self, most: usize) -> String {
        loop {
            let text = serde_json::to_string(&self).unwrap_or_default();
            let Some(sites) = self.sites.as_mut().filter(|_| text.len() > most) else { return text };
            let longest =
                sites.values_mut().filter(|news| news.is_some()).max_by_key(|news| news.as_ref().map(Vec::len));
            match longest {
                Some(news) => *news = None,
                None => self.sites = None,
            }
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.more.notify_one();
    }
}

async fn say(fleet: Weak<Fleet>, more: Arc<Notify>, store: Arc<dyn Store>) {
    let mut is_heard = true;
    loop {
        more.notified().await;
        tokio::time::sleep(GATHER).await;
        let Some(fleet) = fleet.upgrade() else { return };
        let Some(words) = fleet.take() else { continue };
        match store.say(&words).await {
            Ok(()) => is_heard = true,
            Err(why) => {
                // A database may be away for an hour: that is said once.
                if std::mem::take(&mut is_heard) {
                    tracing::warn!(%why, "the other servers cannot be told what is stored here");
                }
                tokio::time::sleep(AGAIN).await;
                fleet.failed();
            }
        }
    }
}

/// Passes on what other servers say.
pub(super) async fn hear(hub: Weak<Hub>, store: Arc<dyn Store>, own: String, mut closing: watch::Receiver<bool>) {
    let mut heard = store.listen().await;
    drop(store);
    loop {
        let heard = tokio::select! {
            heard = heard.recv() => heard,
            // Or the hub is gone.
            _ = closing.wait_for(|closing| *closing) => return,
        };
        let Some(heard) = heard else { return };
        let Some(hub) = hub.upgrade() else { return };
        let words = match heard {
            Heard::Words(text) => match serde_json::from_str::<Words>(&text) {
                Ok(words) if words.from == own => continue,
                Ok(words) => words,
                // Of a newer server, perhaps.
                Err(_) => Words::default(),
            },
            Heard::Gap => Words::default(),
        };
        let Some(sites) = words.sites else {
            hub.tell_all();
            hub.linked.send_replace(true);
            continue;
        };
        for (site, news) in sites {
            for news in news.unwrap_or_else(|| vec![News::ANYTHING]) {
                hub.tell_here(&site, news);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bearing_shared::api::stream::ScoreChanged;
    use bearing_shared::metric::Metric;

    use super::*;

    fn news(touchpoint: &str) -> News {
        let touchpoint = Some(touchpoint.to_owned());
        News::Changed(ScoreChanged { metric: Some(Metric::Nps), survey: None, touchpoint })
    }

    fn words(sites: &[(&str, usize)]) -> Words {
        let of = |count: usize| Some((0..count).map(|_| news("checkout")).collect());
        let sites = sites.iter().map(|(site, count)| (SiteId::from(*site), of(*count))).collect();
        Words { from: "sv".into(), sites: Some(sites) }
    }

    fn read(text: &str) -> Words {
        serde_json::from_str(text).expect("is what was said")
    }

    #[test]
    fn few_news_are_said_as_they_are() {
        assert_eq!(read(&words(&[("st_a", 2), ("st_b", 1)]).within(WORDS)), words(&[("st_a", 2), ("st_b", 1)]));
    }

    #[test]
    fn the_site_with_the_most_news_is_cut_short_first() {
        let text = words(&[("st_a", 2), ("st_b", 300), ("st_c", 3)]).within(WORDS);
        let sites = read(&text).sites.expect("sites");
        assert!(text.len() <= WORDS && sites[&SiteId::from("st_b")].is_none(), "{text}");
        assert!(sites[&SiteId::from("st_a")].is_some() && sites[&SiteId::from("st_c")].is_some(), "{text}");
    }

    #[test]
    fn more_sites_than_fit_are_said_as_all() {
        let names: Vec<String> = (0..1_000).map(|number| format!("st_{number:016}")).collect();
        let many: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        assert_eq!(read(&words(&many).within(WORDS)).sites, None);
    }

    #[test]
    fn a_site_of_which_too_much_is_gathered_is_said_as_a_whole() {
        let fleet = Fleet { name: "sv".into(), gathered: Mutex::default(), more: Arc::default() };
        let (busy, calm) = (SiteId::from("st_busy"), SiteId::from("st_calm"));
        (0..=NEWS).for_each(|_| fleet.add(&busy, &news("a")));
        fleet.add(&calm, &news("a"));
        let sites = read(&fleet.take().expect("something is said")).sites.expect("sites");
        assert_eq!((&sites[&busy], &sites[&calm]), (&None, &Some(vec![news("a")])));
        assert_eq!(fleet.take(), None);
        fleet.failed();
        fleet.add(&calm, &news("a"));
        assert_eq!(read(&fleet.take().expect("something is said")).sites, None);
    }
}
