//! Responses: brought by a site's own server, read back, and removed.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::answer::{self, Submission};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::inbox;
use bearing_shared::api::intake::{IntakeReply, ItemResult, ItemStatus};
use bearing_shared::api::responses::{ResponseReply, ResponseState};
use bearing_shared::id::{ResponseId, SurveyId};
use bearing_storage::{Cursor, ResponseFilter, Scope, States, StoredResponse};

use super::exports::Filters;
use super::extract;
use super::params::{NoParams, Params, paged};
use crate::app::Shared;
use crate::audit;
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult, read_in_time};
use crate::intake::{self, Source};
use crate::live::News;
use crate::reading;
use crate::strangers::Sender;

fn cursor_text(response: &StoredResponse) -> String {
    let bytes = [response.received_at.to_be_bytes().as_slice(), &response.id.0].concat();
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

pub(super) fn cursor(text: &str) -> Option<Cursor> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (time, id) = bytes.split_at_checked(8)?;
    Some(Cursor { received_at: i64::from_be_bytes(time.try_into().ok()?), id: ResponseId(id.try_into().ok()?) })
}

fn states(text: &str) -> Option<States> {
    if text == "all" { Some(States::All) } else { ResponseState::named(text).map(States::Only) }
}

pub(super) fn filter(params: &mut Params) -> ApiResult<ResponseFilter> {
    let (from_day, to_day) = params.days()?;
    let score = |text: &str| text.parse().ok().filter(|score| *score <= 10);
    Ok(ResponseFilter {
        survey: params.take("survey").map(SurveyId),
        // The empty touchpoint is one: that of answers which have none.
        touchpoint: params.take_any("touchpoint"),
        from_day,
        to_day,
        score_min: params.parsed("score_min", "a whole number from 0 to 10", score)?,
        score_max: params.parsed("score_max", "a whole number from 0 to 10", score)?,
        has_comment: params.parsed("has_comment", "true or false", |text| text.parse().ok())?,
        text: params.take("q"),
        attributes: params.attributes()?,
        state: params.parsed("state", "counted, quarantined, test, excluded or all", states)?.unwrap_or_default(),
        // Kept as an answer's is, so that the same text finds it.
        customer: params.parsed("customer", "a customer's id", answer::customer_id)?,
        tag: params.parsed("tag", "a tag of 1 to 40 characters", inbox::tag)?,
        read: params.parsed("read", "true or false", |text| text.parse().ok())?,
    })
}

/// Stores responses that a site's own server brings: one, or an array of at most 1,000, of any past time.
#[utoipa::path(post, path = "/v1/responses", tag = "management",
    params(("site" = Option<String>, Query)),
    request_body(content = Vec<Submission>, description = "One response or an array of at most 1,000, in all 1 MiB",
        content_type = "application/json"),
    responses((status = 200, body = IntakeReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 415, body = ErrorBody), (status = 422, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<IntakeReply>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Write, params.take("site").as_deref())?;
    params.end()?;
    let view = app.directory.site_by_id(site).await?.ok_or_else(ApiError::not_found)?;
    let body = extract::management(&headers, body).await?;
    let reply = intake::reply(app.intake.take(&app, &view, &body, (Source::Server, Sender::default())).await?)?;
    // One entry a request, however many it brought: it says that something came from outside the pages.
    let taken = |item: &&ItemResult| matches!(item.status, ItemStatus::Stored | ItemStatus::Updated);
    let taken = reply.results.iter().filter(taken).count();
    if taken > 0 {
        audit::by(&app, &caller, Action::ResponsesImported, "", &[("responses", &taken.to_string())]).await;
    }
    Ok(Json(reply))
}

/// Responses, newest first.
#[utoipa::path(get, path = "/v1/responses", tag = "management",
    params(Filters, ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<ResponseReply>), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<ResponseReply>>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let filter = filter(&mut params)?;
    let limit = params.limit()?;
    let after = params.parsed("cursor", "the next_cursor of a page before", cursor)?;
    params.end()?;
    if let Some(id) = &filter.survey {
        app.store.survey(site, id).await?.ok_or_else(ApiError::not_found)?;
    }
    let found = app.store.responses(site, filter, after, limit + 1).await;
    let found = read_in_time(found.map_err(ApiError::from))?;
    Ok(Json(paged(found, limit, cursor_text, reading::response)))
}

/// One response.
#[utoipa::path(get, path = "/v1/responses/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 200, body = ResponseReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<Json<ResponseReply>> {
    let site = caller.may(Scope::Read)?;
    let id = ResponseId::parse(&id).ok_or_else(ApiError::not_found)?;
    Ok(Json(reading::response(app.store.response(site, id).await?.ok_or_else(ApiError::not_found)?)))
}

/// Removes a response from answers and counts; its id cannot come back.
#[utoipa::path(delete, path = "/v1/responses/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let site = caller.may(Scope::Write)?;
    let id = ResponseId::parse(&id).ok_or_else(ApiError::not_found)?;
    app.settle().await?;
    if !app.store.delete_response(site, id, app.clock.now()).await? {
        return Err(ApiError::not_found());
    }
    app.live.tell(site, News::ANYTHING);
    // Without its id: of what was erased nothing is kept but the hash that bars it.
    audit::by(&app, &caller, Action::ResponseDeleted, "", &[]).await;
    Ok(StatusCode::NO_CONTENT)
}
