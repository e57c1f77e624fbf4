//! A site's shared links: made and taken back by editors and owners, listed for whoever may read.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::shares::{ShareCreate, ShareReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{MemberId, ShareId, SiteId};
use bearing_storage::{Scope, Share};

use super::invitations::base;
use super::params::{NoParams, Params};
use super::{extract, reports};
use crate::app::{App, Shared};
use crate::auth::share::{Hold, PREFIX};
use crate::auth::{self, Caller};
use crate::error::{ApiError, ApiResult};
use crate::{audit, chance, time};

/// The most shared links of a site, those that have ended too.
const MOST: usize = 100;
/// The most parts of a filter.
const FILTER_LIMIT: usize = 20;
/// The most characters of a part's value: an attribute's.
const VALUE_LIMIT: usize = 200;
/// The most days until one ends.
const DAYS_LIMIT: u32 = 3_650;
const DAY: i64 = 24 * 3_600_000;

fn reply(share: Share, hold: Hold, created_by: Option<String>, link: Option<String>) -> ShareReply {
    ShareReply {
        id: share.id,
        name: share.name,
        filter: hold.filter,
        comments: hold.comments,
        created_by,
        created_at: time::rfc3339(share.created_at),
        expires_at: share.expires_at.map(time::rfc3339),
        last_used_at: share.last_used_at.map(time::rfc3339),
        link,
    }
}

/// The name or address of a member who is there.
async fn named(app: &App, id: &MemberId) -> ApiResult<Option<String>> {
    let member = app.store.member(id).await?;
    Ok(member.map(|member| if member.name.is_empty() { member.email } else { member.name }))
}

/// The site's shared links without their secrets, the oldest first, those that have ended too.
#[utoipa::path(get, path = "/v1/shares", tag = "management",
    responses((status = 200, body = Page<ShareReply>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn list(State(app): State<Shared>, caller: Caller, _: NoParams) -> ApiResult<Json<Page<ShareReply>>> {
    let (site, _) = caller.member_may(Scope::Read)?;
    let mut names: BTreeMap<MemberId, Option<String>> = BTreeMap::new();
    let mut items = Vec::new();
    for share in app.store.shares(site).await? {
        if let Some(by) = share.created_by.as_ref().filter(|by| !names.contains_key(*by)) {
            names.insert(by.clone(), named(&app, by).await?);
        }
        let by = share.created_by.as_ref().and_then(|by| names.get(by).cloned().flatten());
        let hold = Hold::of(&share).unwrap_or_default();
        items.push(reply(share, hold, by, None));
    }
    Ok(Json(Page { items, next_cursor: None }))
}

/// Makes a shared link; the reply alone shows it.
#[utoipa::path(post, path = "/v1/shares", tag = "management", request_body = ShareCreate,
    responses((status = 201, body = ShareReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<ShareReply>)> {
    let (site, signed_in) = caller.member_may(Scope::Write)?;
    let asked: ShareCreate = extract::json(&headers, body).await?;
    let wrong = || Fault::at(Code::INVALID_FIELD, "name", "A shared link's name has 1 to 100 characters.");
    let name = extract::name(&asked.name).ok_or_else(wrong)?;
    if asked.expires_in_days.is_some_and(|days| !(1..=DAYS_LIMIT).contains(&days)) {
        let message = format!("A shared link ends after 1 to {DAYS_LIMIT} days, or is taken back.");
        return Err(Fault::at(Code::INVALID_FIELD, "expires_in_days", message).into());
    }
    check_filter(&app, site, &asked.filter).await?;
    if app.store.shares(site).await?.len() >= MOST {
        let message = format!("The site has {MOST} shared links, and that is the most; take one back first.");
        return Err(Fault::new(Code::CONFLICT, message).into());
    }
    let hold = Hold { filter: asked.filter, comments: asked.comments };
    let (secret, now) = (chance::secret(PREFIX), app.clock.now());
    let share = Share {
        id: ShareId(chance::id(ShareId::PREFIX)),
        site: site.clone(),
        hash: auth::hash(&secret),
        name,
        filter: serde_json::to_string(&hold).map_err(|error| {
            tracing::error!(%error, "a filter could not be written");
            Fault::new(Code::INTERNAL, Code::INTERNAL.meaning)
        })?,
        created_by: Some(signed_in.member.id.clone()),
        created_at: now,
        expires_at: asked.expires_in_days.map(|days| now + i64::from(days) * DAY),
        last_used_at: None,
    };
    if !app.store.create_share(share.clone()).await? {
        return Err(ApiError::not_found());
    }
    let filter: Vec<String> = hold.filter.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let comments = if hold.comments { "yes" } else { "no" };
    let detail = [("name", share.name.as_str()), ("filter", &filter.join(", ")), ("comments", comments)];
    audit::by(&app, &caller, Action::ShareCreated, share.id.as_str(), &detail).await;
    // Behind `#`, a browser sends it to no server and in no referrer.
    let link = format!("{}/app/shared#{secret}", base(&app, &headers));
    let by = auth::actor(signed_in).name;
    Ok((StatusCode::CREATED, Json(reply(share, hold, Some(by), Some(link)))))
}

/// Checks that a filter is one that reports take: a link with a mistake in it would show what nobody meant.
async fn check_filter(app: &App, site: &SiteId, filter: &BTreeMap<String, String>) -> ApiResult<()> {
    let wrong = |name: &str, message: &str| {
        // A name is a stranger's text until it is known.
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
        Fault::at(Code::INVALID_FIELD, format!("filter.{name}"), message)
    };
    if filter.len() > FILTER_LIMIT {
        let message = format!("A filter has at most {FILTER_LIMIT} parts.");
        return Err(Fault::at(Code::INVALID_FIELD, "filter", message).into());
    }
    let view = app.directory.site_by_id(site).await?.ok_or_else(ApiError::not_found)?;
    for (name, value) in filter {
        if (value.is_empty() && name != "touchpoint") || value.chars().count() > VALUE_LIMIT {
            return Err(wrong(name, "Give a value of 1 to 200 characters, or leave it out.").into());
        }
        if value.contains(char::is_control) {
            return Err(wrong(name, "No answer's value holds control characters; leave them out.").into());
        }
        if let Some(attribute) = name.strip_prefix("attr.")
            && !view.site.settings.dimensions.iter().any(|dimension| dimension.name == attribute)
        {
            return Err(
                wrong(name, "The site declares no attribute of that name; declare it in the settings first.").into()
            );
        }
    }
    let mut params = Params::of(filter);
    let checked = match reports::filter(app, site, &mut params).await {
        Ok(_) => params.end().map_err(ApiError),
        Err(error) => Err(error),
    };
    checked.map_err(|ApiError(fault)| {
        let code = match fault.code {
            Code::INVALID_PARAMETER => Code::INVALID_FIELD,
            Code::UNKNOWN_PARAMETER => Code::UNKNOWN_FIELD,
            // The only thing that a filter names is a survey.
            Code::NOT_FOUND => return ApiError(wrong("survey", "The site has no survey with that id.")),
            code => code,
        };
        ApiError(Fault { code, ..fault }.under("filter"))
    })
}

/// Takes a shared link back: it shows nothing any more, and boards that are open end within half a minute.
#[utoipa::path(delete, path = "/v1/shares/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (site, _) = caller.member_may(Scope::Write)?;
    let id = ShareId(id);
    if !app.store.delete_share(site, &id).await? {
        return Err(ApiError::not_found());
    }
    audit::by(&app, &caller, Action::ShareDeleted, id.as_str(), &[]).await;
    Ok(StatusCode::NO_CONTENT)
}
