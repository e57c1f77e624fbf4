//! Surveys: made, edited, published, paused; a published version never changes.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::surveys::{SurveyContent, SurveyCreate, SurveyReply, VersionReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{SiteId, SurveyId};
use bearing_storage::{PublishedVersion, Scope, StoredSurvey};

use super::extract;
use super::params::{NoParams, Params, paged};
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};
use crate::{audit, chance, time};

fn reply(stored: StoredSurvey) -> SurveyReply {
    SurveyReply {
        id: stored.id,
        site: stored.site,
        state: stored.state,
        version: stored.version,
        edited: stored.edited,
        created_at: time::rfc3339(stored.created_at),
        updated_at: time::rfc3339(stored.updated_at),
        survey: stored.survey,
    }
}

async fn found(app: &App, site: &SiteId, id: &SurveyId) -> ApiResult<StoredSurvey> {
    app.store.survey(site, id).await?.ok_or_else(ApiError::not_found)
}

fn unknown_cursor() -> Fault {
    Fault::at(Code::INVALID_PARAMETER, "cursor", "The cursor is unknown; give the next_cursor of a page before.")
}

/// The site's surveys in the order they were made.
#[utoipa::path(get, path = "/v1/surveys", tag = "management",
    params(("site" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<SurveyReply>), (status = 401, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<SurveyReply>>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let (limit, after) = (params.limit()?, params.take("cursor").map(SurveyId));
    params.end()?;
    if let Some(id) = &after {
        app.store.survey(site, id).await?.ok_or_else(unknown_cursor)?;
    }
    let surveys = app.store.surveys(site, after, limit + 1).await?;
    Ok(Json(paged(surveys, limit, |survey| survey.id.to_string(), reply)))
}

/// Makes a draft; what is left out comes from the standard survey of its instrument.
#[utoipa::path(post, path = "/v1/surveys", tag = "management", request_body = SurveyCreate,
    responses((status = 201, body = SurveyReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<SurveyReply>)> {
    caller.may(Scope::Write)?;
    let sent: SurveyCreate = extract::json(&headers, body).await?;
    let site = caller.may_in(Scope::Write, sent.site.as_deref())?;
    let survey = sent.into_survey();
    survey.check()?;
    let name = survey.name.clone();
    let id = SurveyId(chance::id(SurveyId::PREFIX));
    if !app.store.create_survey(site, &id, survey, app.clock.now()).await? {
        return Err(ApiError::not_found());
    }
    audit::by(&app, &caller, Action::SurveyCreated, id.as_str(), &[("name", &name)]).await;
    app.directory.refresh().await?;
    Ok((StatusCode::CREATED, Json(reply(found(&app, site, &id).await?))))
}

/// One survey with the content being edited.
#[utoipa::path(get, path = "/v1/surveys/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 200, body = SurveyReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<Json<SurveyReply>> {
    let site = caller.may(Scope::Read)?;
    Ok(Json(reply(found(&app, site, &SurveyId(id)).await?)))
}

/// Edits the content; visitors see it once it is published.
#[utoipa::path(patch, path = "/v1/surveys/{id}", tag = "management", params(("id" = String, Path)),
    request_body = SurveyContent,
    responses((status = 200, body = SurveyReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn update(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<SurveyReply>> {
    let (site, id) = (caller.may(Scope::Write)?, SurveyId(id));
    let patch: SurveyContent = extract::json(&headers, body).await?;
    let fields = audit::fields(&patch);
    let mut survey = found(&app, site, &id).await?.survey;
    patch.apply(&mut survey);
    survey.check()?;
    app.store.edit_survey(site, &id, survey, app.clock.now()).await?;
    audit::by(&app, &caller, Action::SurveyUpdated, id.as_str(), &[("fields", &fields)]).await;
    app.directory.refresh().await?;
    Ok(Json(reply(found(&app, site, &id).await?)))
}

/// Shows the survey; edited content becomes its next version.
#[utoipa::path(post, path = "/v1/surveys/{id}/publish", tag = "management",
    params(("id" = String, Path), ("version" = Option<u32>, Query, description = "The latest version that the caller \
        has seen, 0 for none: where another is there by now, nothing is published")),
    responses((status = 200, body = SurveyReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn publish(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
    Path(id): Path<String>,
) -> ApiResult<Json<SurveyReply>> {
    let (site, id) = (caller.may(Scope::Write)?, SurveyId(id));
    let mut params = Params::read(query);
    // Judged where the caller is.
    params.take("site");
    let seen: Option<u32> = params.parsed("version", "the number of a version, or 0", |text| text.parse().ok())?;
    params.end()?;
    // Of two who publish in the same moment the second makes no version: both publish the one draft that there is.
    let latest = found(&app, site, &id).await?.version.unwrap_or_default();
    if seen.is_some_and(|seen| seen != latest) {
        let message = format!("Version {latest} was published meanwhile; look at what differs and publish again.");
        return Err(Fault::new(Code::CONFLICT, message).into());
    }
    let version = app.store.publish_survey(site, &id, app.clock.now()).await?.ok_or_else(ApiError::not_found)?;
    let version = version.to_string();
    audit::by(&app, &caller, Action::SurveyPublished, id.as_str(), &[("version", &version)]).await;
    app.directory.refresh().await?;
    Ok(Json(reply(found(&app, site, &id).await?)))
}

/// Stops showing the survey; answers on their way are taken for 8 days.
#[utoipa::path(post, path = "/v1/surveys/{id}/pause", tag = "management", params(("id" = String, Path)),
    responses((status = 200, body = SurveyReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn pause(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<Json<SurveyReply>> {
    let (site, id) = (caller.may(Scope::Write)?, SurveyId(id));
    if !app.store.pause_survey(site, &id, app.clock.now()).await? {
        let state = found(&app, site, &id).await?.state.name();
        return Err(
            Fault::new(Code::CONFLICT, format!("The survey is `{state}`; only a published one can pause.")).into()
        );
    }
    audit::by(&app, &caller, Action::SurveyPaused, id.as_str(), &[]).await;
    app.directory.refresh().await?;
    Ok(Json(reply(found(&app, site, &id).await?)))
}

/// The published versions, the newest first.
#[utoipa::path(get, path = "/v1/surveys/{id}/versions", tag = "management",
    params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<VersionReply>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn versions(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<VersionReply>>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let limit = params.limit()? as usize;
    let before = params.parsed("cursor", "the next_cursor of a page before", |text| text.parse::<u32>().ok())?;
    params.end()?;
    let id = SurveyId(id);
    found(&app, site, &id).await?;
    let version = |published: PublishedVersion| VersionReply {
        version: published.version,
        published_at: time::rfc3339(published.published_at),
        survey: published.survey,
    };
    let published = app.store.published_versions(site, Some(id)).await?.into_iter().rev();
    let mut rest = published.filter(|version| before.is_none_or(|before| version.version < before)).map(version);
    let items: Vec<VersionReply> = rest.by_ref().take(limit).collect();
    let next_cursor = rest.next().and(items.last()).map(|last| last.version.to_string());
    Ok(Json(Page { items, next_cursor }))
}
