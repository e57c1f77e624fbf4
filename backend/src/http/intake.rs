//! What a visitor's browser sends: responses and events.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::{Extension, Json};
use bearing_shared::answer::Submission;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::intake::{EventIn, EventsReply, IntakeReply};
use bearing_shared::api::sites::SiteSettings;
use bearing_shared::fault::{Code, Fault};
use bearing_storage::Standing;
use std::sync::Arc;

use super::{embed, extract, origins as seen};
use crate::admission::Reason;
use crate::app::{App, Shared};
use crate::auth::limits::Peer;
use crate::directory::SiteView;
use crate::error::ApiResult;
use crate::intake::{self, REQUEST_LIMIT, Source};
use crate::origins;
use crate::strangers::{Sender, What};

/// Stores one response or an array of them; the reply leaves when they are durable.
#[utoipa::path(post, path = "/v1/embed/{site_key}/responses", tag = "embed",
    params(("site_key" = String, Path)),
    request_body(content = Vec<Submission>, description = "One response or an array of at most 50",
        content_type = "application/json"),
    responses((status = 200, body = IntakeReply), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 413, body = ErrorBody), (status = 415, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn responses(
    State(app): State<Shared>,
    Path(key): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<IntakeReply>> {
    let (view, body, sender) = admit(&app, &key, What::Answers, peer, &headers, body).await?;
    Ok(Json(intake::reply(app.intake.take(&app, &view, &body, (Source::Embed, sender)).await?)?))
}

/// Counts events: the denominators of the response rate.
#[utoipa::path(post, path = "/v1/embed/{site_key}/events", tag = "embed",
    params(("site_key" = String, Path)),
    request_body(content = Vec<EventIn>, description = "An array of at most 50 events",
        content_type = "application/json"),
    responses((status = 200, body = EventsReply), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 413, body = ErrorBody), (status = 415, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn events(
    State(app): State<Shared>,
    Path(key): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<EventsReply>> {
    let (view, body, sender) = admit(&app, &key, What::Events, peer, &headers, body).await?;
    let issued = app.intake.take_events(&app, &view, &body, sender).await?;
    let work = issued.as_ref().map(|issued| issued.work).filter(|work| *work > 0);
    Ok(Json(EventsReply { display: issued.map(|issued| issued.token), work }))
}

/// Lets a request in: its media type, its site, its origin and its size, the cheap questions first.
pub(super) async fn admit(
    app: &App,
    key: &str,
    what: What,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
    body: Body,
) -> ApiResult<(Arc<SiteView>, Bytes, Sender)> {
    if !extract::has_type(headers, &["application/json", "text/plain"]) {
        return Err(Fault::new(Code::UNSUPPORTED_MEDIA_TYPE, Code::UNSUPPORTED_MEDIA_TYPE.meaning).into());
    }
    let view = embed::site(app, key).await?;
    seen::sent(app, &view, headers);
    check_origin(app, &view.site.settings, headers)?;
    let sender = sender(app, what, &view, peer, headers)?;
    let body = extract::body(headers, body, REQUEST_LIMIT).await?;
    Ok((view, body, sender))
}

/// Who sends, where their network and the site may have one more.
///
/// # Errors
/// `rate_limited`.
pub(super) fn sender(
    app: &App,
    what: What,
    view: &SiteView,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
) -> ApiResult<Sender> {
    let site = view.site.id.as_str();
    let network = app.strangers.network(site, peer.map(|Extension(Peer(address))| address));
    if network.is_some_and(|network| app.strangers.rates.take(what, network, site, 1).is_err()) {
        app.metrics.refused(Reason::Stranger);
        return Err(Fault::new(Code::RATE_LIMITED, Code::RATE_LIMITED.meaning).into());
    }
    Ok(Sender { network, has_origin: headers.contains_key(header::ORIGIN), trapped: false })
}

/// Refuses pages of origins that are not on the site's list.
pub(super) fn check_origin(app: &App, settings: &SiteSettings, headers: &HeaderMap) -> ApiResult<()> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or("?");
    let allowed = origins::standing(settings, origin) != Standing::Stranger
        || (origin != origins::NULL && is_own(app, origin, headers));
    if allowed {
        return Ok(());
    }
    let shown: String = origin.chars().take(100).collect();
    let message = format!("The origin {shown} is not on the site's list; add it to the site's origins.");
    Err(Fault::new(Code::ORIGIN_NOT_ALLOWED, message).into())
}

/// Whether an origin is this server's own: the hosted form's.
pub(super) fn is_own(app: &App, origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let same_host = host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, authority)| authority == host));
    // The public address may go on behind the origin: a proxy may serve us below a path.
    let public = app.public_url.as_deref().and_then(|url| url.strip_prefix(origin));
    same_host || public.is_some_and(|path| !origin.is_empty() && (path.is_empty() || path.starts_with('/')))
}
