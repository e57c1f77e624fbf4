//! The directory: sites, keys and published surveys in memory, never more than a second behind the store.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bearing_shared::cell;
use bearing_shared::id::{KeyId, SiteId, SiteKey, SurveyId};
use bearing_shared::rule::{self, moment};
use bearing_storage::{Attack, CountingStatus, Key, PublishedVersion, Result, Site, Store};
use jiff::tz::TimeZone;
use moka::sync::Cache;

use crate::app::App;
use crate::caps::Cap;

/// How often the store is asked whether its configuration has changed.
const WATCH: Duration = Duration::from_millis(250);
/// The most sites, keys and surveys kept; the rest are read when they are needed.
const KEPT: u64 = 10_000;

/// One site as intake and embed need it.
#[derive(Debug)]
pub struct SiteView {
    /// The site.
    pub site: Site,
    /// How its answers are counted at the moment, which follows its settings as soon as the counts are there.
    pub counting: CountingStatus,
    /// The time zone in which its days are counted.
    pub zone: TimeZone,
    versions: HashMap<SurveyId, Vec<PublishedVersion>>,
    caps: Vec<Cap>,
    /// The last attack on the site, over or not.
    attack: Option<Attack>,
    /// How far the store's configuration had come when this was read.
    pub revision: i64,
}

impl SiteView {
    /// Every published version of a survey, the oldest first.
    pub fn versions(&self, survey: &SurveyId) -> &[PublishedVersion] {
        self.versions.get(survey).map_or(&[], Vec::as_slice)
    }

    /// One published version of a survey.
    pub fn version(&self, survey: &SurveyId, version: u32) -> Option<&PublishedVersion> {
        self.versions(survey).iter().find(|published| published.version == version)
    }

    /// Every published version of every survey.
    pub fn every_version(&self) -> impl Iterator<Item = &PublishedVersion> {
        self.versions.values().flatten()
    }

    /// The surveys that are shown, in their latest versions, first the one that goes first.
    pub fn shown(&self) -> Vec<&PublishedVersion> {
        let latest = self.versions.values().flatten().filter(|version| version.latest && version.closed_at.is_none());
        let mut shown: Vec<_> = latest.collect();
        shown.sort_by_key(|version| (rule::precedence(&version.survey, version.created_at), version.id.clone()));
        shown
    }

    /// The surveys that visitors may be asked now: those that are shown, but for those that are over or full; none while
    /// the site is silenced.
    pub fn asked(&self, now: i64) -> Vec<&PublishedVersion> {
        if self.site.settings.silenced {
            return Vec::new();
        }
        let is_over = |version: &PublishedVersion| {
            version.survey.rules.until.as_deref().and_then(moment).is_some_and(|until| now >= until)
        };
        let mut asked = self.shown();
        asked.retain(|version| !is_over(version) && !self.is_full(&version.id));
        asked
    }

    /// Whether a survey had all the answers that it may have when they were last counted.
    pub fn is_full(&self, survey: &SurveyId) -> bool {
        self.caps.iter().any(|cap| cap.survey == *survey && cap.is_reached())
    }

    /// The shown surveys that may have only so many answers.
    pub fn caps(&self) -> &[Cap] {
        &self.caps
    }

    /// Whether the site is under attack at `now`, ms since 1970 UTC.
    pub fn is_attacked(&self, now: i64) -> bool {
        self.attack.is_some_and(|attack| (attack.began_at..attack.until).contains(&now))
    }

    /// A touchpoint as the config tells it apart: one that a shown survey names, else none.
    pub fn touchpoint<'a>(&self, sent: &'a str) -> &'a str {
        let shown = self.shown();
        let named = shown.iter().flat_map(|version| version.survey.touchpoints.iter().map(String::as_str));
        if cell::touchpoint(sent, named) == sent { sent } else { "" }
    }
}

/// The directory.
pub struct Directory {
    store: Arc<dyn Store>,
    revision: AtomicI64,
    sites: Cache<SiteKey, Arc<SiteView>>,
    keys: Cache<[u8; 32], (i64, Key)>,
    site_keys: Cache<SiteId, (i64, SiteKey)>,
    /// When keys were last used, until that is noted in the store.
    used: Mutex<HashMap<KeyId, i64>>,
}

impl Directory {
    /// An empty directory over a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let (sites, keys, site_keys) = (Cache::new(KEPT), Cache::new(KEPT), Cache::new(KEPT));
        Self { store, revision: AtomicI64::new(0), sites, keys, site_keys, used: Mutex::default() }
    }

    /// Asks the store, now and then, whether another process has changed anything. Ends when the app does.
    pub fn watch(app: &Arc<App>) {
        let app = Arc::downgrade(app);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(WATCH);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut stale = false;
            loop {
                ticks.tick().await;
                let Some(app) = app.upgrade() else { return };
                match app.directory.refresh().await {
                    Ok(_) if stale => tracing::warn!("the directory is up to date again"),
                    Err(error) if !stale => tracing::warn!(%error, "the directory may be stale"),
                    _ => continue,
                }
                // A store may be away for an hour: that is said once.
                stale = !stale;
            }
        });
    }

    /// Notices a change of the store's configuration; true if there was one.
    ///
    /// # Errors
    /// What the store says.
    pub async fn refresh(&self) -> Result<bool> {
        let revision = self.store.revision().await?;
        Ok(self.revision.fetch_max(revision, Ordering::SeqCst) < revision)
    }

    /// The number that grows when the configuration changes.
    pub fn revision(&self) -> i64 {
        self.revision.load(Ordering::SeqCst)
    }

    /// The site with this public key.
    ///
    /// # Errors
    /// What the store says.
    pub async fn site(&self, key: &SiteKey) -> Result<Option<Arc<SiteView>>> {
        if let Some(view) = self.sites.get(key).filter(|view| view.revision >= self.revision()) {
            return Ok(Some(view));
        }
        // The revision is read first: whatever changes after it makes this view stale, not wrong for ever.
        let revision = self.store.revision().await?;
        let Some(site) = self.store.site_by_key(key).await? else { return Ok(None) };
        let mut versions: HashMap<SurveyId, Vec<PublishedVersion>> = HashMap::new();
        for version in self.store.published_versions(&site.id, None).await? {
            versions.entry(version.id.clone()).or_default().push(version);
        }
        let Some(counting) = self.store.counting(&site.id).await? else { return Ok(None) };
        let zone = TimeZone::get(&counting.zone).unwrap_or_else(|error| {
            // Checked when it was set: only a changed time zone database brings this, and no answer is lost for it.
            tracing::error!(site = %site.id, %error, "the site's time zone is not known; its days are counted in UTC");
            TimeZone::UTC
        });
        let attack = self.store.attack(&site.id).await?;
        let mut view = SiteView { site, counting, zone, versions, caps: Vec::new(), attack, revision };
        let before = self.sites.get(key);
        view.caps = Cap::of(&view.shown(), before.as_ref().map_or(&[], |before| &before.caps));
        // Answers wait for the view, so the caps' watch counts; but nobody is asked before the first count.
        if before.is_none() {
            for cap in &view.caps {
                cap.count(self.store.as_ref(), &view.site.id).await?;
            }
        }
        let view = Arc::new(view);
        self.revision.fetch_max(revision, Ordering::SeqCst);
        self.sites.insert(key.clone(), Arc::clone(&view));
        Ok(Some(view))
    }

    /// The sites that are in memory and have surveys that may have only so many answers.
    pub fn capped(&self) -> Vec<Arc<SiteView>> {
        self.sites.iter().map(|(_, view)| view).filter(|view| !view.caps.is_empty()).collect()
    }

    /// The site with this public key, read again if `view` may be behind the store: before anything is refused.
    ///
    /// # Errors
    /// What the store says.
    pub async fn newer(&self, view: &Arc<SiteView>) -> Result<Option<Arc<SiteView>>> {
        self.refresh().await?;
        if view.revision >= self.revision() { Ok(None) } else { self.site(&view.site.key).await }
    }

    /// The site with this id.
    ///
    /// # Errors
    /// What the store says.
    pub async fn site_by_id(&self, id: &SiteId) -> Result<Option<Arc<SiteView>>> {
        let revision = self.revision();
        if let Some((_, key)) = self.site_keys.get(id).filter(|(seen, _)| *seen >= revision) {
            return self.site(&key).await;
        }
        let Some(site) = self.store.site(id).await? else { return Ok(None) };
        self.site_keys.insert(id.clone(), (revision, site.key.clone()));
        self.site(&site.key).await
    }

    /// The API key whose secret has this hash.
    ///
    /// # Errors
    /// What the store says.
    pub async fn key(&self, hash: [u8; 32]) -> Result<Option<Key>> {
        let revision = self.revision();
        if let Some((_, key)) = self.keys.get(&hash).filter(|(seen, _)| *seen >= revision) {
            return Ok(Some(key));
        }
        let found = self.store.key_by_hash(hash).await?;
        if let Some(key) = &found {
            self.keys.insert(hash, (revision, key.clone()));
        }
        Ok(found)
    }

    /// Remembers that a key was used at `now`, ms since 1970 UTC.
    pub fn used(&self, key: &KeyId, now: i64) {
        if let Ok(mut used) = self.used.lock() {
            used.insert(key.clone(), now);
        }
    }

    /// Notes in the store when keys were last used.
    ///
    /// # Errors
    /// What the store says; it is tried again the next time.
    pub async fn note_use(&self) -> Result<()> {
        let used = self.used.lock().map(|mut used| std::mem::take(&mut *used)).unwrap_or_default();
        if used.is_empty() {
            return Ok(());
        }
        let noted = self.store.touch_keys(used.iter().map(|(key, at)| (key.clone(), *at)).collect()).await;
        if noted.is_err()
            && let Ok(mut later) = self.used.lock()
        {
            for (key, at) in used {
                later.entry(key).or_insert(at);
            }
        }
        noted
    }
}
