//! Surveys: the content being edited, and published versions that never change.

use async_trait::async_trait;
use bearing_shared::api::surveys::SurveyState;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::survey::Survey;

use crate::Result;

/// A survey with the content being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSurvey {
    /// Its id.
    pub id: SurveyId,
    /// Its site.
    pub site: SiteId,
    /// Whether it is shown.
    pub state: SurveyState,
    /// The latest published version.
    pub version: Option<u32>,
    /// Whether the content differs from that version.
    pub edited: bool,
    /// The content being edited.
    pub survey: Survey,
    /// When it was made, ms since 1970 UTC.
    pub created_at: i64,
    /// When it last changed, ms since 1970 UTC.
    pub updated_at: i64,
}

/// One published version of a survey, with what decides whether answers to it are still taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedVersion {
    /// The survey.
    pub id: SurveyId,
    /// The version's number, from 1.
    pub version: u32,
    /// Whether it is the survey's latest.
    pub latest: bool,
    /// The content.
    pub survey: Survey,
    /// When it was published, ms since 1970 UTC.
    pub published_at: i64,
    /// When it stopped being shown: replaced or paused, ms since 1970 UTC; `None` while it is shown.
    pub closed_at: Option<i64>,
    /// When the survey was made, ms since 1970 UTC.
    pub created_at: i64,
}

/// Storage of surveys.
#[async_trait]
pub trait SurveyStore: Send + Sync {
    /// Adds a draft. False when there is no such site.
    async fn create_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool>;

    /// One survey of a site.
    async fn survey(&self, site: &SiteId, id: &SurveyId) -> Result<Option<StoredSurvey>>;

    /// The surveys of a site in the order they were made, after the one named.
    async fn surveys(&self, site: &SiteId, after: Option<SurveyId>, limit: u32) -> Result<Vec<StoredSurvey>>;

    /// Replaces the content being edited. False when there is no such survey.
    async fn edit_survey(&self, site: &SiteId, id: &SurveyId, survey: Survey, now: i64) -> Result<bool>;

    /// Shows the survey: the content being edited becomes the next version if it differs from the latest. Touchpoints
    /// that are named for the first time get cells of their own, past answers included, as soon as these are counted
    /// ([`crate::UpkeepStore::build_step`]). The number of the version shown; `None` when there is no such survey.
    async fn publish_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<Option<u32>>;

    /// Stops showing the survey. False when it is not published.
    async fn pause_survey(&self, site: &SiteId, id: &SurveyId, now: i64) -> Result<bool>;

    /// Every published version of every survey of a site; or of one survey.
    async fn published_versions(&self, site: &SiteId, only: Option<SurveyId>) -> Result<Vec<PublishedVersion>>;

    /// The ids of every question that any published version of a survey (or of all surveys) has asked, in the order of
    /// their first appearance.
    async fn question_ids(&self, site: &SiteId, survey: Option<&SurveyId>) -> Result<Vec<String>>;

    /// The site that a survey belongs to, for addresses that name the survey alone.
    async fn site_of_survey(&self, id: &SurveyId) -> Result<Option<SiteId>>;
}
