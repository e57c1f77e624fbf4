//! The inbox: what a site's team notes on responses, one or many at once, how many there are, and the tags.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::inbox::{
    Before, COUNT_LIMIT, RESPONSES_LIMIT, ResponseChange, ResponseChanged, ResponseCounts, ResponsesChange,
    ResponsesChanged, StateCounts, TAG_LIMIT, TAGS_LIMIT, TagCount, tag,
};
use bearing_shared::api::responses::ResponseState;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{ResponseId, SiteId};
use bearing_storage::{MarkChange, Marked, Marking, Scope, StoredResponse};

use super::exports::Filters;
use super::extract;
use super::params::{NoParams, Params};
use super::responses::filter;
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult, read_in_time};
use crate::{live, reading};

fn before(response: &StoredResponse) -> Before {
    Before {
        id: response.id.to_string(),
        state: response.state,
        read: response.marks.read_at.is_some(),
        tags: response.marks.tags.clone(),
    }
}

/// Tags as they are kept.
fn tags(sent: Vec<String>, field: &str) -> Result<Vec<String>, Fault> {
    if sent.len() > TAGS_LIMIT {
        return Err(Fault::at(Code::INVALID_FIELD, field, format!("A response has at most {TAGS_LIMIT} tags.")));
    }
    let kept = |(place, text): (usize, String)| {
        let message = || format!("A tag has 1 to {TAG_LIMIT} characters.");
        tag(&text).ok_or_else(|| Fault::at(Code::INVALID_FIELD, format!("{field}[{place}]"), message()))
    };
    sent.into_iter().enumerate().map(kept).collect()
}

/// A state that a member may give.
fn given(state: Option<ResponseState>) -> Result<Option<ResponseState>, Fault> {
    match state {
        Some(ResponseState::Test) => {
            let message = "Nothing becomes a test afterwards; give counted, excluded or quarantined.";
            Err(Fault::at(Code::INVALID_FIELD, "state", message))
        }
        state => Ok(state),
    }
}

/// Changes marks and tells who listens what has become of states.
async fn mark(
    app: &Shared,
    site: &SiteId,
    ids: &[ResponseId],
    change: MarkChange,
    field: &str,
) -> ApiResult<Vec<Option<Marked>>> {
    let marked = match app.store.mark(site, ids, change, app.clock.now()).await? {
        Marking::Done(marked) => marked,
        Marking::TooManyTags(id) => {
            let message = format!("Response {id} would have more than {TAGS_LIMIT} tags; take some off first.");
            return Err(Fault::at(Code::INVALID_FIELD, field, message).into());
        }
    };
    for Marked { before, after } in marked.iter().flatten() {
        for news in live::judged(before, after) {
            app.live.tell(site, news);
        }
    }
    Ok(marked)
}

/// Changes what the team notes on a response, or whether it is in the score; the reply says how it was, for undoing.
#[utoipa::path(patch, path = "/v1/responses/{id}", tag = "management", params(("id" = String, Path)),
    request_body = ResponseChange,
    responses((status = 200, body = ResponseChanged), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 415, body = ErrorBody), (status = 422, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn change(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<ResponseChanged>> {
    let site = caller.may(Scope::Write)?;
    let id = ResponseId::parse(&id).ok_or_else(ApiError::not_found)?;
    let sent: ResponseChange = extract::json(&headers, body).await?;
    let (state, read) = (given(sent.state)?, sent.read);
    let tags = sent.tags.map(|sent| tags(sent, "tags")).transpose()?;
    if state.is_some() {
        let found = app.store.response(site, id).await?.ok_or_else(ApiError::not_found)?;
        if found.state == ResponseState::Test {
            let message = "The response is a test, and a test is never in the score.";
            return Err(Fault::at(Code::CONFLICT, "state", message).into());
        }
    }
    let change = MarkChange { state, read, tags, ..MarkChange::default() };
    let marked = mark(&app, site, &[id], change, "tags").await?;
    let Marked { before: was, after } = marked.into_iter().flatten().next().ok_or_else(ApiError::not_found)?;
    Ok(Json(ResponseChanged { response: reading::response(after), before: before(&was) }))
}

/// Changes many responses at once, all or none; the reply says how each was that has changed, for undoing.
#[utoipa::path(patch, path = "/v1/responses", tag = "management", params(("site" = Option<String>, Query)),
    request_body = ResponsesChange,
    responses((status = 200, body = ResponsesChanged), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 415, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn change_many(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<ResponsesChanged>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Write, params.take("site").as_deref())?;
    params.end()?;
    let sent: ResponsesChange = extract::json(&headers, body).await?;
    if sent.ids.len() > RESPONSES_LIMIT {
        let message = format!("At most {RESPONSES_LIMIT} responses change at once; send the rest in another request.");
        return Err(Fault::at(Code::TOO_MANY_ITEMS, "ids", message).into());
    }
    let change = MarkChange {
        state: given(sent.state)?,
        read: sent.read,
        tags: None,
        add_tags: tags(sent.add_tags, "add_tags")?,
        remove_tags: tags(sent.remove_tags, "remove_tags")?,
        set_apart: None,
    };
    let (known, ids): (Vec<_>, Vec<_>) =
        sent.ids.iter().filter_map(|id| Some((id.clone(), ResponseId::parse(id)?))).unzip();
    let marked = mark(&app, site, &ids, change, "add_tags").await?;
    let there: Vec<&String> =
        known.iter().zip(&marked).filter(|(_, marked)| marked.is_some()).map(|(id, _)| id).collect();
    let missing = sent.ids.iter().filter(|id| !there.contains(id)).cloned().collect();
    let changed = marked.iter().flatten().filter(|marked| marked.before != marked.after);
    let items: Vec<Before> = changed.map(|marked| before(&marked.before)).collect();
    Ok(Json(ResponsesChanged { changed: items.len() as u64, missing, items }))
}

/// How many responses fit a list's filters, each number up to 1,000.
#[utoipa::path(get, path = "/v1/responses/count", tag = "management", params(Filters),
    responses((status = 200, body = ResponseCounts), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn count(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<ResponseCounts>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let filter = filter(&mut params)?;
    params.end()?;
    if let Some(id) = &filter.survey {
        app.store.survey(site, id).await?.ok_or_else(ApiError::not_found)?;
    }
    let counted = app.store.count_responses(site, filter, COUNT_LIMIT).await;
    let counted = read_in_time(counted.map_err(ApiError::from))?;
    // In the order of `ResponseState::ALL`.
    let [counted_ones, quarantined, test, excluded] = counted.by_state;
    let by_state = StateCounts { counted: counted_ones, quarantined, test, excluded };
    Ok(Json(ResponseCounts { count: counted.count, unread: counted.unread, by_state, most: COUNT_LIMIT }))
}

/// The tags that the team has put on responses, in order; at most 1,000.
#[utoipa::path(get, path = "/v1/tags", tag = "management", params(("site" = Option<String>, Query)),
    responses((status = 200, body = Vec<TagCount>), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn tags_of_site(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Vec<TagCount>>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    params.end()?;
    let found = read_in_time(app.store.tags(site).await.map_err(ApiError::from))?;
    Ok(Json(found.into_iter().map(|(tag, count)| TagCount { tag, count }).collect()))
}
