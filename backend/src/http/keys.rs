//! A site's API keys: made, listed and taken away by an owner who is signed in.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::keys::{KeyCreate, KeyReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::KeyId;
use bearing_storage::{Key, Scope};

use super::extract;
use super::params::NoParams;
use crate::app::Shared;
use crate::auth::{self, Caller};
use crate::error::{ApiError, ApiResult};
use crate::{audit, chance, time};

/// The most keys of a site.
const MOST: usize = 100;

fn reply(key: Key, secret: Option<String>) -> KeyReply {
    KeyReply {
        id: key.id,
        name: key.name,
        scope: key.scope,
        created_at: time::rfc3339(key.created_at),
        last_used_at: key.last_used_at.map(time::rfc3339),
        key: secret,
    }
}

/// The site's keys without their secrets, the oldest first.
#[utoipa::path(get, path = "/v1/keys", tag = "management",
    responses((status = 200, body = Page<KeyReply>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn list(State(app): State<Shared>, caller: Caller, _: NoParams) -> ApiResult<Json<Page<KeyReply>>> {
    let (site, _) = caller.member_may(Scope::Admin)?;
    // What is still in memory is noted first, so that the list is right to the second.
    app.directory.note_use().await?;
    let keys = app.store.keys(site).await?;
    Ok(Json(Page { items: keys.into_iter().map(|key| reply(key, None)).collect(), next_cursor: None }))
}

/// Makes a key; the reply alone shows it.
#[utoipa::path(post, path = "/v1/keys", tag = "management", request_body = KeyCreate,
    responses((status = 201, body = KeyReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<KeyReply>)> {
    let (site, _) = caller.member_may(Scope::Admin)?;
    let asked: KeyCreate = extract::json(&headers, body).await?;
    let wrong = || Fault::at(Code::INVALID_FIELD, "name", "A key's name has 1 to 100 characters.");
    let name = extract::name(&asked.name).ok_or_else(wrong)?;
    if app.store.keys(site).await?.len() >= MOST {
        let message = format!("The site has {MOST} keys, and that is the most; take one away first.");
        return Err(Fault::new(Code::CONFLICT, message).into());
    }
    let secret = chance::secret("sk_");
    let key = Key {
        id: KeyId(chance::id(KeyId::PREFIX)),
        site: site.clone(),
        hash: auth::hash(&secret),
        scope: asked.scope,
        name,
        created_at: app.clock.now(),
        last_used_at: None,
    };
    if !app.store.create_key(key.clone()).await? {
        return Err(ApiError::not_found());
    }
    let detail = [("name", key.name.as_str()), ("scope", key.scope.name())];
    audit::by(&app, &caller, Action::KeyCreated, key.id.as_str(), &detail).await;
    Ok((StatusCode::CREATED, Json(reply(key, Some(secret)))))
}

/// Takes a key away: it opens nothing any more, here at once and on other servers within a second.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (site, _) = caller.member_may(Scope::Admin)?;
    let id = KeyId(id);
    if !app.store.delete_key(site, &id).await? {
        return Err(ApiError::not_found());
    }
    audit::by(&app, &caller, Action::KeyDeleted, id.as_str(), &[]).await;
    app.directory.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}
