//! The audit log of a site: who changed what.

use axum::Json;
use axum::extract::{RawQuery, State};
use bearing_shared::api::Page;
use bearing_shared::api::audit::AuditReply;
use bearing_shared::api::error::ErrorBody;
use bearing_storage::{AuditEntry, Scope};

use super::params::{Params, paged};
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::ApiResult;
use crate::time;

fn reply((id, entry): (i64, AuditEntry)) -> AuditReply {
    AuditReply {
        id,
        at: time::rfc3339(entry.at),
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        detail: entry.detail,
    }
}

/// Who changed what in the site, the latest first.
#[utoipa::path(get, path = "/v1/audit", tag = "management",
    params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<AuditReply>), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub(super) async fn list(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<Page<AuditReply>>> {
    let site = caller.may(Scope::Admin)?;
    let mut params = Params::read(query);
    params.take("site");
    let limit = params.limit()?;
    let before = params.parsed("cursor", "the next_cursor of a page before", |text| text.parse().ok())?;
    params.end()?;
    let entries = app.store.audit(site, before, limit + 1).await?;
    Ok(Json(paged(entries, limit, |(id, _)| id.to_string(), reply)))
}
