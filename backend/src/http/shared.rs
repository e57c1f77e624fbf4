//! What is there for shared links alone: what a link shows, and its newest comments.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use bearing_shared::api::Page;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::shares::{SharedComment, SharedReply};
use bearing_shared::cell;
use bearing_shared::id::{SiteId, SurveyId};
use bearing_shared::metric::Metric;
use bearing_storage::{ResponseFilter, StoredResponse};

use super::params::{NoParams, Params};
use super::reports;
use crate::app::{App, Shared};
use crate::auth::ByLink;
use crate::auth::share::{Hold, Shown};
use crate::error::{ApiError, ApiResult, read_in_time};
use crate::time;

/// The most comments that a link shows.
const COMMENTS: usize = 20;
/// The newest comments among which those of a filter are looked for that no list has an index for.
const LOOKED_AT: u32 = 500;

/// What a shared link shows: its name, its site's, and the filter that it is held to.
#[utoipa::path(get, path = "/v1/shared", tag = "shared",
    responses((status = 200, body = SharedReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    ByLink(shown): ByLink,
    _: NoParams,
) -> ApiResult<Json<SharedReply>> {
    let Shown { share, hold } = *shown;
    let view = app.directory.site_by_id(&share.site).await?.ok_or_else(ApiError::not_found)?;
    let found = reports::filter(&app, &share.site, &mut Params::of(&hold.filter)).await?;
    let metrics = match (found.metric, &found.survey) {
        (Some(metric), _) => vec![metric],
        (None, Some((_, instrument))) => vec![instrument.definition().metric],
        (None, None) => Metric::ALL.to_vec(),
    };
    let survey = match found.survey {
        Some((id, _)) => app.store.survey(&share.site, &id).await?.map(|found| found.survey.name),
        None => None,
    };
    let locale = match &share.created_by {
        Some(id) => app.store.member(id).await?.and_then(|member| member.locale),
        None => None,
    };
    let settings = &view.site.settings;
    Ok(Json(SharedReply {
        name: share.name,
        site: settings.name.clone(),
        time_zone: settings.time_zone.clone(),
        filter: hold.filter,
        metrics,
        survey,
        comments: hold.comments,
        locale,
        expires_at: share.expires_at.map(time::rfc3339),
        sample: settings.sample,
    }))
}

/// The newest comments of a shared link that shows comments, without anything that says whose they are; of any other link
/// none.
#[utoipa::path(get, path = "/v1/shared/comments", tag = "shared",
    responses((status = 200, body = Page<SharedComment>), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn comments(
    State(app): State<Shared>,
    ByLink(shown): ByLink,
    _: NoParams,
) -> ApiResult<Json<Page<SharedComment>>> {
    let Shown { share, hold } = *shown;
    if !hold.comments {
        return Err(ApiError::not_found());
    }
    let view = app.directory.site_by_id(&share.site).await?.ok_or_else(ApiError::not_found)?;
    let of = |name: &str| hold.filter.get(name).cloned();
    let attributes = hold.filter.iter().filter_map(|(name, value)| Some((name.strip_prefix("attr.")?, value)));
    let filter = ResponseFilter {
        survey: of("survey").map(SurveyId),
        touchpoint: of("touchpoint"),
        has_comment: Some(true),
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        // Only what is counted: the default.
        ..ResponseFilter::default()
    };
    let found = app.store.responses(&share.site, filter, None, LOOKED_AT).await;
    let found = read_in_time(found.map_err(ApiError::from))?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for response in found.into_iter().filter(|response| is_within(&hold, response)).take(COMMENTS) {
        let Some(comment) = response.comment() else { continue };
        items.push(SharedComment {
            metric: response.instrument.definition().metric,
            score: response.score,
            comment,
            survey: names.of(&app, &share.site, &response.survey).await?,
            day: time::date_of(time::day_of(response.shown_at, &view.zone)).to_string(),
            touchpoint: response.touchpoint,
        });
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// Whether a response is within the part of a filter that lists of responses do not take.
fn is_within(hold: &Hold, response: &StoredResponse) -> bool {
    let is = |name: &str, value: &str| hold.filter.get(name).is_none_or(|held| held.eq_ignore_ascii_case(value));
    is("metric", response.instrument.definition().metric.name())
        && is("version", &response.version.to_string())
        && is("device", cell::device(response.context.device.as_deref()))
        && is("locale", &cell::language(response.context.locale.as_deref()))
}

/// Names of surveys, each read once.
#[derive(Default)]
struct Names(BTreeMap<SurveyId, String>);

impl Names {
    async fn of(&mut self, app: &App, site: &SiteId, survey: &SurveyId) -> ApiResult<String> {
        if let Some(name) = self.0.get(survey) {
            return Ok(name.clone());
        }
        let name = app.store.survey(site, survey).await?.map(|found| found.survey.name).unwrap_or_default();
        self.0.insert(survey.clone(), name.clone());
        Ok(name)
    }
}
