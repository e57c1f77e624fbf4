//! On which origins a site's tag was seen: noted as requests pass, and told to its team.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::api::origins::{OriginSeen, OriginsReply};
use bearing_storage::{Scope, Standing};

use super::intake::is_own;
use super::params::Params;
use crate::app::{App, Shared};
use crate::auth::Caller;
use crate::directory::SiteView;
use crate::error::{ApiError, ApiResult};
use crate::{origins, time};

/// Notes where a tag asked for what it shows. A page of the server's own says so by its address only, and so does a tag
/// whose script is its first request: of an address nothing but the origin is kept.
pub(super) fn asked(app: &App, view: &SiteView, headers: &HeaderMap) {
    let sent = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(address) = sent(header::ORIGIN).or_else(|| sent(header::REFERER)) else { return };
    let own = is_own(app, origins::part(address), headers);
    app.sightings.note(&view.site.id, &view.site.settings, address, own, app.clock.now());
}

/// Notes where something was sent from, whether or not it may be. The hosted form has no tag.
pub(super) fn sent(app: &App, view: &SiteView, headers: &HeaderMap) {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    if origin.is_some_and(|origin| !is_own(app, origin, headers)) {
        asked(app, view, headers);
    }
}

/// On which origins the site's tag was seen, whether or not they are allowed, and which of its list it was not seen on.
#[utoipa::path(get, path = "/v1/origins", tag = "management", params(("site" = Option<String>, Query)),
    responses((status = 200, body = OriginsReply), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<OriginsReply>> {
    let mut params = Params::read(query);
    let site = caller.may_in(Scope::Read, params.take("site").as_deref())?;
    params.end()?;
    let settings = app.store.site(site).await?.ok_or_else(ApiError::not_found)?.settings;
    let (mut items, mut others) = (Vec::new(), 0);
    for seen in app.sightings.of(app.store.as_ref(), site).await? {
        if seen.origin.is_empty() {
            others += seen.requests;
            continue;
        }
        // As the site's list is now, not as it was when the page was seen.
        let stands = origins::standing(&settings, &seen.origin) != Standing::Stranger;
        items.push(OriginSeen {
            allowed: stands || is_own(&app, &seen.origin, &headers),
            first_seen_at: Some(time::rfc3339(seen.first_at)),
            last_seen_at: Some(time::rfc3339(seen.last_at)),
            requests: seen.requests,
            origin: seen.origin,
        });
    }
    let unseen = settings.origins.iter().filter(|entry| !items.iter().any(|seen| origins::is_of(&seen.origin, entry)));
    let unseen: Vec<_> = unseen
        .map(|entry| OriginSeen {
            origin: entry.clone(),
            allowed: true,
            first_seen_at: None,
            last_seen_at: None,
            requests: 0,
        })
        .collect();
    items.extend(unseen);
    Ok(Json(OriginsReply { items, others }))
}
