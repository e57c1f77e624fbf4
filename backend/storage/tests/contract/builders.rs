//! What the cases are built from: fresh databases, and sites, surveys and responses with one word changed.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

pub(crate) use bearing_fresh::{Place, postgres, sqlite};
use bearing_shared::answer::{Answer, Context};
use bearing_shared::api::intake::EventKind;
use bearing_shared::api::reports::Source;
use bearing_shared::api::responses::{Identity, ResponseState};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::cell::{ALL, Dimension, attribute};
use bearing_shared::histogram::Histogram;
use bearing_shared::id::{ResponseId, SiteId, SiteKey, SurveyId};
use bearing_shared::instrument::Instrument;
use bearing_shared::metric::Metric;
use bearing_shared::survey::Survey;
use bearing_storage::{
    Accept, Base, CountingStatus, EventCount, FunnelCounts, Grouping, Limits, Outcome, READ_LIMIT, RatingQuery,
    Replaced, ReportFilter, ResponseFilter, Result, Site, Store, StoredResponse, Tallied, Tally, TallyQuery,
};

/// A Monday, 2026-11-16: the day on which everything happens unless a case says otherwise.
pub(crate) const MONDAY: i32 = 20_773;
/// Noon of that Monday in UTC, ms since 1970.
pub(crate) const NOON: i64 = noon_of(MONDAY);

/// Noon of a day (days since 1970-01-01) in UTC, ms since 1970: the same day in Amsterdam.
pub(crate) const fn noon_of(day: i32) -> i64 {
    day as i64 * 86_400_000 + 43_200_000
}

/// Makes a place for a database that is not there yet.
pub(crate) type Engine = fn() -> Place;

/// One open store on a database of its own.
pub(crate) struct Database {
    store: Arc<dyn Store>,
    pub(crate) engine: Engine,
    place: Place,
}

impl Database {
    pub(crate) async fn fresh(engine: Engine) -> Self {
        let place = engine();
        Self { store: bearing_storage::open(&place.url).await.expect("a fresh database opens"), engine, place }
    }

    /// What a store on this database is opened with.
    pub(crate) fn url(&self) -> &str {
        &self.place.url
    }

    /// Another place of the same engine, without a database in it.
    pub(crate) fn place(&self) -> Place {
        (self.engine)()
    }

    /// A second store on the same database: another process's stand-in.
    pub(crate) async fn second(&self) -> Result<Arc<dyn Store>> {
        bearing_storage::open(&self.place.url).await
    }

    /// A second store on the same database, with other limits.
    pub(crate) async fn second_within(&self, limits: Limits) -> Result<Arc<dyn Store>> {
        bearing_storage::open_within(&self.place.url, limits).await
    }
}

impl Deref for Database {
    type Target = dyn Store;
    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

/// The site that most cases use.
pub(crate) fn home() -> SiteId {
    SiteId::from("st_home")
}

/// Its survey.
pub(crate) fn survey_id() -> SurveyId {
    SurveyId::from("sv_home")
}

pub(crate) fn site(id: &str) -> Site {
    Site {
        id: SiteId::from(id),
        key: SiteKey(format!("pk_of_{id}")),
        previous: None,
        identity_secret: "idsec_0123".into(),
        settings: SiteSettings {
            origins: vec!["https://shop.example".into()],
            require_signature: true,
            time_zone: "Europe/Amsterdam".into(),
            dimensions: vec![dimension("plan", &["free", "pro"])],
            ..SiteSettings::named(format!("Shop {id}"))
        },
        created_at: NOON,
    }
}

pub(crate) fn dimension(name: &str, values: &[&str]) -> Dimension {
    Dimension { name: name.into(), values: texts(values) }
}

/// A survey that is shown at these touchpoints.
pub(crate) fn nps(touchpoints: &[&str]) -> Survey {
    Survey { touchpoints: texts(touchpoints), ..Survey::standard("Loyalty", Instrument::Nps) }
}

pub(crate) fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// The home site with its survey, published at `checkout`.
pub(crate) async fn furnish(store: &impl Deref<Target = dyn Store>) -> Result<()> {
    add_site(store, "st_home", "sv_home").await
}

/// A site with one survey, published at `checkout`.
pub(crate) async fn add_site(store: &impl Deref<Target = dyn Store>, name: &str, survey: &str) -> Result<()> {
    store.create_site(site(name)).await?;
    let (site, survey) = (SiteId::from(name), SurveyId::from(survey));
    assert!(store.create_survey(&site, &survey, nps(&["checkout"]), NOON).await?);
    assert_eq!(store.publish_survey(&site, &survey, NOON).await?, Some(1));
    Ok(())
}

/// The response id of this number; a greater number is a greater id.
pub(crate) fn response_id(number: u128) -> ResponseId {
    ResponseId(number.to_be_bytes())
}

/// A finished, counted response to the home survey, at `checkout`, on the Monday.
pub(crate) fn response(number: u128, score: u8) -> StoredResponse {
    StoredResponse {
        id: response_id(number),
        seq: 0,
        survey: survey_id(),
        version: 1,
        instrument: Instrument::Nps,
        touchpoint: "checkout".into(),
        score,
        completed: true,
        state: ResponseState::Counted,
        identity: Identity::Anonymous,
        visitor: Some("v-1".into()),
        customer: None,
        answers: vec![Answer { question: "score".into(), value: Some(score), text: None, choices: None }],
        attributes: BTreeMap::new(),
        context: Context::default(),
        shown_at: NOON,
        answered_at: NOON + 4_000,
        received_at: NOON + 5_000,
        source: "embed".into(),
        suspicion: bearing_shared::suspicion::Suspicion::default(),
        marks: bearing_storage::Marks::default(),
    }
}

/// The same response with a comment.
pub(crate) fn with_comment(mut response: StoredResponse, text: &str) -> StoredResponse {
    response.answers.push(Answer { question: "why".into(), value: None, text: Some(text.into()), choices: None });
    response
}

/// The same response with these attributes.
pub(crate) fn with_attributes(mut response: StoredResponse, attributes: &[(&str, &str)]) -> StoredResponse {
    response.attributes = pairs(attributes).into_iter().collect();
    response
}

pub(crate) fn pairs(attributes: &[(&str, &str)]) -> Vec<(String, String)> {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Something that happened to the home survey at `checkout` on the Monday.
pub(crate) fn event(kind: EventKind, count: u32) -> EventCount {
    EventCount {
        site: home(),
        kind,
        survey: survey_id(),
        version: 1,
        instrument: Instrument::Nps,
        touchpoint: "checkout".into(),
        at: NOON,
        device: None,
        locale: None,
        attributes: BTreeMap::new(),
        count,
    }
}

/// Replaces a site, whatever it is now; whether there is one.
pub(crate) async fn reset(store: &impl Deref<Target = dyn Store>, site: Site) -> Result<bool> {
    let Some(now) = store.site(&site.id).await? else { return Ok(false) };
    Ok(store.update_site(&now, site).await? == Replaced::Done)
}

/// Accepts responses of the home site.
pub(crate) async fn accept(
    store: &impl Deref<Target = dyn Store>,
    responses: impl IntoIterator<Item = StoredResponse>,
) -> Result<Vec<Outcome>> {
    accept_at(store, home(), responses).await
}

/// Accepts responses of a site.
pub(crate) async fn accept_at(
    store: &impl Deref<Target = dyn Store>,
    site: SiteId,
    responses: impl IntoIterator<Item = StoredResponse>,
) -> Result<Vec<Outcome>> {
    store
        .accept(responses.into_iter().map(|response| Accept { site: site.clone(), response, display: None }).collect())
        .await
}

/// Asks for the ratings of whoever gave both kinds, a few of them.
pub(crate) fn every_rating() -> RatingQuery {
    RatingQuery { from_day: None, to_day: None, both: [Instrument::Nps, Instrument::Csat], limit: 9 }
}

/// The filter that lets every NPS answer through.
pub(crate) fn everything() -> ReportFilter {
    ReportFilter {
        metric: Metric::Nps,
        survey: None,
        touchpoint: None,
        from_day: None,
        to_day: None,
        values: Vec::new(),
    }
}

/// The answers from one touchpoint.
pub(crate) fn from(touchpoint: &str) -> ReportFilter {
    ReportFilter { touchpoint: Some(touchpoint.into()), ..everything() }
}

/// The answers with these attribute values.
pub(crate) fn having(attributes: &[(&str, &str)]) -> ReportFilter {
    let values = attributes.iter().map(|(name, value)| (attribute(name), (*value).to_owned())).collect();
    ReportFilter { values, ..everything() }
}

/// The answers with this value of a dimension, by its cell name.
pub(crate) fn with_value(dimension: &str, value: &str) -> ReportFilter {
    ReportFilter { values: vec![(dimension.into(), value.into())], ..everything() }
}

/// The question that adds up the answers of a filter.
pub(crate) fn query(filter: ReportFilter, grouping: Grouping) -> TallyQuery {
    TallyQuery { filter, base: Base::Responses, grouping, by: None }
}

/// The tallies of a question at the home site, read from the answers: a condition that always holds is more than cells
/// can answer.
pub(crate) async fn scanned(store: &impl Deref<Target = dyn Store>, mut query: TallyQuery) -> Result<Vec<Tally>> {
    query.filter.values.push((ALL.into(), String::new()));
    let Tallied { tallies, source } = store.tally(&home(), query).await?;
    assert_eq!(source, Source::Scan);
    Ok(tallies)
}

/// The tallies of a question at the home site and where they were read, after a scan has said the same.
pub(crate) async fn tallied(store: &impl Deref<Target = dyn Store>, query: TallyQuery) -> Result<Tallied> {
    let tallied = store.tally(&home(), query.clone()).await?;
    assert_eq!(tallied.tallies, scanned(store, query.clone()).await?, "{query:?} by {:?}", tallied.source);
    Ok(tallied)
}

/// Whether cells answer this filter at the home site.
pub(crate) async fn has_cells(store: &impl Deref<Target = dyn Store>, filter: &ReportFilter) -> Result<bool> {
    let tallied = tallied(store, query(filter.clone(), Grouping::Whole)).await?;
    assert_eq!(store.funnel(&home(), filter.clone()).await?.is_some(), tallied.source == Source::Cells);
    Ok(tallied.source == Source::Cells)
}

/// The cells of the home site that this filter adds up, as one histogram, after a scan has said the same.
pub(crate) async fn counted(store: &impl Deref<Target = dyn Store>, filter: ReportFilter) -> Result<Histogram> {
    let tallied = tallied(store, query(filter.clone(), Grouping::Whole)).await?;
    assert_eq!(tallied.source, Source::Cells, "cells answer {filter:?}");
    Ok(sum(&tallied.tallies))
}

/// The denominators of the home site's answers that this filter lets through.
pub(crate) async fn funnel(store: &impl Deref<Target = dyn Store>, filter: ReportFilter) -> Result<FunnelCounts> {
    Ok(store.funnel(&home(), filter).await?.expect("cells answer the filter"))
}

/// Ten responses a step.
pub(crate) const SMALL_STEPS: Limits = Limits { read: READ_LIMIT, step: 10 };

/// How the home site is counted.
pub(crate) async fn status(store: &Arc<dyn Store>) -> Result<CountingStatus> {
    Ok(store.counting(&home()).await?.expect("the site is there"))
}

/// Builds and clears until nothing is left to do; the number of steps.
pub(crate) async fn build(store: &impl Deref<Target = dyn Store>) -> Result<u32> {
    let mut steps = 0;
    while store.build_step().await? {
        steps += 1;
    }
    Ok(steps)
}

/// The tally of these scores.
pub(crate) fn tally(instrument: Instrument, period: i32, value: &str, scores: &[u8]) -> Tally {
    let histogram = Histogram::of(scores.iter().copied());
    Tally { instrument, period, survey: None, value: value.into(), histogram }
}

/// The sum of tallies, whatever their instruments.
pub(crate) fn sum(tallies: &[Tally]) -> Histogram {
    let mut sum = Histogram::default();
    tallies.iter().for_each(|tally| sum.merge(&tally.histogram));
    sum
}

/// The numbers of the home site's responses that a filter lists, in the order listed.
pub(crate) async fn listed(store: &impl Deref<Target = dyn Store>, filter: ResponseFilter) -> Result<Vec<u128>> {
    let found = store.responses(&home(), filter, None, 1_000).await?;
    Ok(found.into_iter().map(|response| u128::from_be_bytes(response.id.0)).collect())
}

/// Fails unless every count agrees with the answers.
pub(crate) async fn assert_sound(store: &impl Deref<Target = dyn Store>) -> Result<()> {
    assert_eq!(store.check().await?.problems, Vec::<String>::new());
    Ok(())
}
