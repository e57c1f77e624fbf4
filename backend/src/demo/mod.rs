//! `bearing demo`: a site with a team, three surveys and two years of sample answers, made once and found again.

mod comments;
mod draw;
mod sample;
pub mod shop;
mod surveys;
mod team;
mod visit;

use std::collections::BTreeMap;

use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::intake::EventKind;
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::id::{KeyId, SiteId, SurveyId};
use bearing_shared::suspicion::Suspicion;
use bearing_storage::{
    Accept, EventCount, Key, Marks, Outcome, Replaced, Result, Scope, Site, Store, StoreError, StoredResponse,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use sample::ANSWERS;
use sample::{Counts, Sample, SampleAnswer};
use visit::{Place, Visit};

use crate::{auth, chance};

/// The sample site's name.
const NAME: &str = "Sample shop";
/// Its name until the last sample answer is stored: a site that still has it was interrupted and is made anew.
const NAME_UNTIL_FILLED: &str = "Sample shop (being filled)";
/// What marks a sample answer.
const SOURCE: &str = "sample";
/// Answers and events stored at a time: large, since each batch is one flush, yet small in memory.
const BATCH: usize = 5_000;
const DAY_MS: i64 = 86_400_000;
/// How long a sample answer is unread.
const READ_AFTER_MS: i64 = 2 * DAY_MS;

/// The sample site with its surveys.
#[derive(Clone, Debug)]
pub struct Demo {
    /// The site.
    pub site: Site,
    /// The secret of its API key, with the scope `admin`: the same at every start.
    pub api_key: String,
    /// The surveys of its pages.
    surveys: BTreeMap<Place, SurveyId>,
    /// How many sample answers were made just now; 0 when they were there.
    pub made: usize,
}

impl Demo {
    /// What the shop's pages need to know.
    pub fn shop(&self) -> shop::Shop {
        let survey = |place: Place| self.surveys[&place].clone();
        shop::Shop {
            site_key: self.site.key.clone(),
            nps: survey(Place::ThankYou),
            csat: survey(Place::Product),
            ces: survey(Place::Checkout),
        }
    }
}

/// Finds the sample site, or makes it with `answers` sample answers before `now` (ms since 1970 UTC).
///
/// # Errors
/// What the store says; a site that could not be filled is made anew by the next call.
pub async fn prepare(store: &dyn Store, now: i64, answers: usize) -> Result<Demo> {
    for site in store.sites().await? {
        if site.settings.sample && site.settings.name == NAME_UNTIL_FILLED {
            store.delete_site(&site.id).await?;
        } else if site.settings.sample {
            let surveys = known_surveys(store, &site.id).await?;
            if surveys.len() == Place::ALL.len() {
                let api_key = api_key(store, &site, now).await?;
                return Ok(Demo { site, api_key, surveys, made: 0 });
            }
        }
    }
    let opened = team::opening(now);
    let mut site = Site {
        id: SiteId(chance::id("st_")),
        key: chance::id("pk_").as_str().into(),
        previous: None,
        identity_secret: chance::secret(""),
        settings: SiteSettings {
            time_zone: "Europe/Amsterdam".to_owned(),
            dimensions: surveys::dimensions(),
            sample: true,
            ..SiteSettings::named(NAME_UNTIL_FILLED)
        },
        created_at: opened,
    };
    store.create_site(site.clone()).await?;
    let mut surveys = BTreeMap::new();
    for place in Place::ALL {
        let id = SurveyId(chance::id("sv_"));
        store.create_survey(&site.id, &id, surveys::survey(place), opened).await?;
        store.publish_survey(&site.id, &id, opened).await?;
        surveys.insert(place, id);
    }
    let made = fill(store, &site.id, &surveys, now, answers).await?;
    team::make(store, &site.id, &surveys, now).await?;
    let unfilled = site.clone();
    site.settings.name = NAME.to_owned();
    if store.update_site(&unfilled, site.clone()).await? != Replaced::Done {
        return Err(StoreError::Driver("the sample was changed while it was made".into()));
    }
    let api_key = api_key(store, &site, now).await?;
    Ok(Demo { site, api_key, surveys, made })
}

/// The sample site's API key. Its secret follows from the site's identity secret, so that a second start can print it
/// again although the store knows only its hash.
async fn api_key(store: &dyn Store, site: &Site, now: i64) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(site.identity_secret.as_bytes())
        .map_err(|error| StoreError::Driver(error.to_string()))?;
    mac.update(b"the key of the sample shop");
    let secret = format!("sk_{}", data_encoding::BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()));
    let hash = auth::hash(&secret);
    if store.key_by_hash(hash).await?.is_none() {
        let (id, site) = (KeyId(chance::id("key_")), site.id.clone());
        let name = "The sample shop".to_owned();
        let key = Key { id, site, hash, scope: Scope::Admin, name, created_at: now, last_used_at: None };
        store.create_key(key).await?;
    }
    Ok(secret)
}

/// The first survey of each page's metric that the site has, whatever its owner has edited since.
async fn known_surveys(store: &dyn Store, site: &SiteId) -> Result<BTreeMap<Place, SurveyId>> {
    let surveys = store.surveys(site, None, 500).await?;
    let first = |place: Place| surveys.iter().find(|survey| survey.survey.metric == place.metric());
    Ok(Place::ALL.into_iter().filter_map(|place| Some((place, first(place)?.id.clone()))).collect())
}

/// Stores a sample; the number of its answers.
async fn fill(
    store: &dyn Store,
    site: &SiteId,
    surveys: &BTreeMap<Place, SurveyId>,
    now: i64,
    answers: usize,
) -> Result<usize> {
    let Sample { answers, counts } = sample::sample(now, answers);
    let made = answers.len();
    let mut rows = answers.into_iter().map(|answer| accept(site, &surveys[&answer.place], answer, now));
    loop {
        let batch: Vec<Accept> = rows.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let outcomes = store.accept(batch).await?;
        if let Some(outcome) = outcomes.into_iter().find(|outcome| *outcome != Outcome::Stored) {
            return Err(StoreError::Driver(format!("a sample answer was not stored: {outcome:?}")));
        }
    }
    let mut events = counts
        .into_iter()
        .flat_map(|((day, place, visit), counts)| events(site, &surveys[&place], place, day, visit, counts));
    loop {
        let batch: Vec<EventCount> = events.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(made);
        }
        store.count_events(batch).await?;
    }
}

fn attributes(visit: Visit) -> BTreeMap<String, String> {
    BTreeMap::from([("plan".to_owned(), visit.plan.to_owned()), ("country".to_owned(), visit.country.to_owned())])
}

fn accept(site: &SiteId, survey: &SurveyId, sample: SampleAnswer, now: i64) -> Accept {
    let answer = |question: &str| Answer { question: question.to_owned(), value: None, text: None, choices: None };
    let mut answers = vec![Answer { value: Some(sample.score), ..answer("score") }];
    if let Some((question, choices)) = sample.choices {
        answers.push(Answer { choices: Some(choices.into_iter().map(str::to_owned).collect()), ..answer(question) });
    }
    if let Some((question, text)) = sample.comment {
        answers.push(Answer { text: Some(text), ..answer(question) });
    }
    let page = sample.place.touchpoint();
    // A team that reads what came: the newest wait for it.
    let read_at = sample.answered_at + READ_AFTER_MS;
    let response = StoredResponse {
        id: sample.id,
        seq: u32::from(sample.completed),
        survey: survey.clone(),
        version: 1,
        instrument: sample.place.metric().default_instrument(),
        touchpoint: page.to_owned(),
        score: sample.score,
        completed: sample.completed,
        state: ResponseState::Counted,
        identity: if sample.customer.is_some() { Identity::Verified } else { Identity::Anonymous },
        visitor: Some(sample.visitor),
        customer: sample.customer,
        answers,
        attributes: attributes(sample.visit),
        context: Context {
            url: Some(format!("https://gloam.example/{}", page.replace('_', "-"))),
            locale: Some(sample.visit.locale.to_owned()),
            device: Some(sample.visit.device.to_owned()),
            ..Context::default()
        },
        shown_at: sample.shown_at,
        answered_at: sample.answered_at,
        received_at: sample.answered_at,
        source: SOURCE.to_owned(),
        suspicion: Suspicion::default(),
        marks: Marks { read_at: Some(read_at).filter(|read_at| *read_at < now), ..Marks::default() },
    };
    Accept { site: site.clone(), response, display: None }
}

fn events(
    site: &SiteId,
    survey: &SurveyId,
    place: Place,
    day: i32,
    visit: Visit,
    counts: Counts,
) -> impl Iterator<Item = EventCount> + use<> {
    let event = EventCount {
        site: site.clone(),
        kind: EventKind::Eligible,
        survey: survey.clone(),
        version: 1,
        instrument: place.metric().default_instrument(),
        touchpoint: place.touchpoint().to_owned(),
        // Noon is on the same day in UTC and in the site's time zone.
        at: i64::from(day) * DAY_MS + DAY_MS / 2,
        device: Some(visit.device.to_owned()),
        locale: Some(visit.locale.to_owned()),
        attributes: attributes(visit),
        count: 0,
    };
    [
        (EventKind::Eligible, counts.eligible),
        (EventKind::Shown, counts.shown),
        (EventKind::Started, counts.started),
        (EventKind::Dismissed, counts.dismissed),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(move |(kind, count)| EventCount { kind, count, ..event.clone() })
}

#[cfg(test)]
#[path = "demo_tests.rs"]
mod tests;
