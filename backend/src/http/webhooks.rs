//! Webhooks: who is told of answers, with which secret, and what became of each delivery.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use bearing_shared::api::Page;
use bearing_shared::api::audit::Action;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::webhooks::{DeliveryReply, DeliveryState, Notice, WebhookCreate, WebhookPatch, WebhookReply};
use bearing_shared::fault::{Code, Fault};
use bearing_shared::id::{DeliveryId, SiteId, WebhookId};
use bearing_storage::{Delivery, DeliveryCursor, Replayed, Scope, Webhook, WebhookChange};

use super::extract;
use super::params::{NoParams, Params, paged};
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::error::{ApiError, ApiResult, read_in_time};
use crate::integrations::webhooks::{address, sign};
use crate::{audit, chance, time};

/// The most webhooks of a site: each answer writes up to two deliveries for each of them, in its own transaction.
const MOST: u32 = 20;
/// How long the secret before signs too, in ms: a day, in which receivers take the new one.
const OVERLAP: i64 = 24 * 3_600_000;

fn reply(webhook: Webhook, now: i64, secret: Option<String>) -> WebhookReply {
    WebhookReply {
        id: webhook.id,
        site: webhook.site,
        url: webhook.url,
        events: webhook.notices,
        score_max: webhook.score_max,
        enabled: webhook.disabled.is_none(),
        disabled: webhook.disabled,
        failing_since: webhook.failing_since.map(time::rfc3339),
        previous_secret_until: webhook.previous.map(|(_, until)| until).filter(|until| now < *until).map(time::rfc3339),
        created_at: time::rfc3339(webhook.created_at),
        secret,
    }
}

/// A webhook as whoever reads it may see it. Many receivers know who sends by the address alone: behind its host it is for
/// those who may change it.
fn read_by(caller: &Caller, webhook: Webhook, now: i64) -> WebhookReply {
    let reply = reply(webhook, now, None);
    match caller.may(Scope::Admin) {
        Ok(_) => reply,
        Err(_) => WebhookReply { url: brief(&reply.url), ..reply },
    }
}

/// An address without what may be a secret in it: `https://shop.example/…`.
fn brief(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else { return String::new() };
    let rest = if url.path() == "/" && url.query().is_none() { "" } else { "…" };
    format!("{}/{rest}", url.origin().ascii_serialization())
}

fn delivery_reply(delivery: Delivery) -> DeliveryReply {
    DeliveryReply {
        id: delivery.id,
        notice: delivery.notice,
        response: delivery.response.map(|id| id.to_string()),
        seq: delivery.seq,
        state: delivery.state,
        attempts: delivery.attempts,
        next_at: delivery.next_at.map(time::rfc3339),
        status: delivery.status,
        error: delivery.error,
        attempted_at: delivery.attempted_at.map(time::rfc3339),
        delivered_at: delivery.delivered_at.map(time::rfc3339),
        created_at: time::rfc3339(delivery.created_at),
    }
}

fn checked_url(app: &App, url: &str) -> Result<String, Fault> {
    match address::check(url, app.webhooks.allow_private) {
        Ok(url) => Ok(url.into()),
        Err(message) => Err(Fault::at(Code::INVALID_FIELD, "url", message)),
    }
}

fn checked_events(mut events: Vec<Notice>) -> Result<Vec<Notice>, Fault> {
    events.sort_unstable();
    events.dedup();
    if events.is_empty() || events.contains(&Notice::Test) {
        let message = "Name what it is to be told: response.stored, score.low, or both.";
        return Err(Fault::at(Code::INVALID_FIELD, "events", message));
    }
    Ok(events)
}

fn checked_score(most: Option<u8>) -> Result<Option<u8>, Fault> {
    if most.is_some_and(|most| most > 10) {
        let message = "The highest low score is a whole number from 0 to 10, or null for what each metric calls low.";
        return Err(Fault::at(Code::INVALID_FIELD, "score_max", message));
    }
    Ok(most)
}

fn disabled() -> Fault {
    Fault::new(Code::CONFLICT, "The webhook is disabled; enable it first.")
}

async fn found(app: &App, site: &SiteId, id: &str) -> ApiResult<Webhook> {
    app.store.webhook(site, &WebhookId::from(id)).await?.ok_or_else(ApiError::not_found)
}

/// Makes a webhook; the reply alone shows its secret.
#[utoipa::path(post, path = "/v1/webhooks", tag = "management", request_body = WebhookCreate,
    responses((status = 201, body = WebhookReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn create(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<(StatusCode, Json<WebhookReply>)> {
    // From here on every answer leaves the house: that is for those who may change the site.
    caller.may(Scope::Admin)?;
    let asked: WebhookCreate = extract::json(&headers, body).await?;
    let site = caller.may_in(Scope::Admin, asked.site.as_deref())?;
    let now = app.clock.now();
    let webhook = Webhook {
        id: WebhookId(chance::id(WebhookId::PREFIX)),
        site: site.clone(),
        url: checked_url(&app, &asked.url)?,
        notices: checked_events(asked.events)?,
        score_max: checked_score(asked.score_max)?,
        secret: sign::new_secret(),
        previous: None,
        disabled: None,
        failing_since: None,
        paused_until: 0,
        created_at: now,
    };
    if !app.store.create_webhook(webhook.clone(), MOST).await? {
        let message = format!("The site has {MOST} webhooks, and that is the most; delete one first.");
        return Err(Fault::new(Code::CONFLICT, message).into());
    }
    // The rest of an address may be a secret.
    let host = url::Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    audit::by(&app, &caller, Action::WebhookCreated, webhook.id.as_str(), &[("host", &host)]).await;
    let secret = Some(webhook.secret.clone());
    Ok((StatusCode::CREATED, Json(reply(webhook, now, secret))))
}

/// The webhooks of a site in the order they were made.
#[utoipa::path(get, path = "/v1/webhooks", tag = "management",
    params(("site" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<WebhookReply>), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<WebhookReply>>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let limit = params.limit()? as usize;
    let after = params.take("cursor");
    params.end()?;
    let mut webhooks = app.store.webhooks(site).await?;
    if let Some(after) = after {
        let place = webhooks.iter().position(|webhook| webhook.id.as_str() == after);
        let place = place.ok_or_else(|| {
            Fault::at(Code::INVALID_PARAMETER, "cursor", "Give the next_cursor of a page before, while it is there.")
        })?;
        webhooks.drain(..=place);
    }
    let more = webhooks.len() > limit;
    webhooks.truncate(limit);
    let next_cursor = webhooks.last().filter(|_| more).map(|webhook| webhook.id.to_string());
    let now = app.clock.now();
    Ok(Json(Page { items: webhooks.into_iter().map(|webhook| read_by(&caller, webhook, now)).collect(), next_cursor }))
}

/// One webhook.
#[utoipa::path(get, path = "/v1/webhooks/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 200, body = WebhookReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn read(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<Json<WebhookReply>> {
    let webhook = found(&app, caller.may(Scope::Read)?, &id).await?;
    Ok(Json(read_by(&caller, webhook, app.clock.now())))
}

/// Changes a webhook; enabling one that was disabled sends what has waited.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", tag = "management", params(("id" = String, Path)),
    request_body = WebhookPatch,
    responses((status = 200, body = WebhookReply), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn update(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<WebhookReply>> {
    let site = caller.may(Scope::Admin)?;
    let patch: WebhookPatch = extract::json(&headers, body).await?;
    let fields = audit::fields(&patch);
    found(&app, site, &id).await?;
    let change = WebhookChange {
        url: patch.url.map(|url| checked_url(&app, &url)).transpose()?,
        notices: patch.events.map(checked_events).transpose()?,
        score_max: patch.score_max.map(checked_score).transpose()?,
        enabled: patch.enabled,
    };
    let changed = app.store.change_webhook(site, &WebhookId(id), change).await?.ok_or_else(ApiError::not_found)?;
    audit::by(&app, &caller, Action::WebhookUpdated, changed.id.as_str(), &[("fields", &fields)]).await;
    Ok(Json(reply(changed, app.clock.now(), None)))
}

/// Removes a webhook with its deliveries; nothing more is sent.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", tag = "management", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn delete(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let site = caller.may(Scope::Admin)?;
    let id = WebhookId(id);
    if !app.store.delete_webhook(site, &id).await? {
        return Err(ApiError::not_found());
    }
    audit::by(&app, &caller, Action::WebhookDeleted, id.as_str(), &[]).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new secret, shown in the reply alone; for 24 hours messages are signed with the one before too.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", tag = "management", params(("id" = String, Path)),
    responses((status = 200, body = WebhookReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn rotate(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<Json<WebhookReply>> {
    let site = caller.may(Scope::Admin)?;
    let (secret, now) = (sign::new_secret(), app.clock.now());
    let rotated = app.store.rotate_webhook(site, &WebhookId(id), secret.clone(), now + OVERLAP).await?;
    let rotated = rotated.ok_or_else(ApiError::not_found)?;
    audit::by(&app, &caller, Action::WebhookRotated, rotated.id.as_str(), &[]).await;
    Ok(Json(reply(rotated, now, Some(secret))))
}

/// Sends a message of the type webhook.test.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", tag = "management", params(("id" = String, Path)),
    responses((status = 202, body = DeliveryReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn test(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> ApiResult<(StatusCode, Json<DeliveryReply>)> {
    let webhook = found(&app, caller.may(Scope::Write)?, &id).await?;
    let id = DeliveryId(chance::id(DeliveryId::PREFIX));
    let delivery = Delivery::test(id, webhook.site, webhook.id, app.clock.now());
    match app.store.add_delivery(delivery.clone()).await? {
        true => {
            audit::by(&app, &caller, Action::WebhookTested, delivery.webhook.as_str(), &[]).await;
            Ok((StatusCode::ACCEPTED, Json(delivery_reply(delivery))))
        }
        false => Err(disabled().into()),
    }
}

fn cursor_text(delivery: &Delivery) -> String {
    let bytes = [&delivery.created_at.to_be_bytes(), delivery.id.as_str().as_bytes()].concat();
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

fn cursor(text: &str) -> Option<DeliveryCursor> {
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (time, id) = bytes.split_at_checked(8)?;
    let id = DeliveryId(String::from_utf8(id.to_vec()).ok()?);
    Some(DeliveryCursor { created_at: i64::from_be_bytes(time.try_into().ok()?), id })
}

/// What became of each delivery of the last 30 days, newest first.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", tag = "management",
    params(("id" = String, Path), ("site" = Option<String>, Query), ("state" = Option<DeliveryState>, Query),
        ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<DeliveryReply>), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn deliveries(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<DeliveryReply>>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    let state = params.parsed("state", "pending, delivered, failed or erased", DeliveryState::named)?;
    let limit = params.limit()?;
    let after = params.parsed("cursor", "the next_cursor of a page before", cursor)?;
    params.end()?;
    let webhook = found(&app, site, &id).await?;
    let deliveries = app.store.deliveries(site, &webhook.id, state, after, limit + 1).await;
    let deliveries = read_in_time(deliveries.map_err(ApiError::from))?;
    Ok(Json(paged(deliveries, limit, cursor_text, delivery_reply)))
}

/// Sends a message once more, under the id that it had, with all attempts before it.
#[utoipa::path(post, path = "/v1/webhooks/{id}/deliveries/{delivery}/replay", tag = "management",
    params(("id" = String, Path), ("delivery" = String, Path)),
    responses((status = 202, body = DeliveryReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn replay(
    State(app): State<Shared>,
    caller: Caller,
    _: NoParams,
    Path((id, delivery)): Path<(String, String)>,
) -> ApiResult<(StatusCode, Json<DeliveryReply>)> {
    let site = caller.may(Scope::Write)?;
    let (id, delivery) = (WebhookId(id), DeliveryId(delivery));
    match app.store.replay_delivery(site, &id, &delivery, app.clock.now()).await?.ok_or_else(ApiError::not_found)? {
        Replayed::Due(delivery) => {
            audit::by(&app, &caller, Action::DeliveryReplayed, delivery.id.as_str(), &[("webhook", id.as_str())]).await;
            Ok((StatusCode::ACCEPTED, Json(delivery_reply(delivery))))
        }
        Replayed::Disabled => Err(disabled().into()),
        Replayed::Erased => {
            Err(Fault::new(Code::CONFLICT, "The response was erased; there is nothing left to send.").into())
        }
    }
}
