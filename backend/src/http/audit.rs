//! The audit log of a site: who changed what, whether it is as it was written, and all of it as a file.

use std::io;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bearing_shared::api::Page;
use bearing_shared::api::audit::{AuditReply, ChainReply};
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::{Code, Fault};
use bearing_shared::formula::defused;
use bearing_shared::id::SiteId;
use bearing_storage::{Recorded, Scope, look_through};
use futures_util::{StreamExt, stream};

use super::exports::record;
use super::params::{NoParams, Params, paged};
use crate::admission::Reason;
use crate::app::Shared;
use crate::auth::Caller;
use crate::error::ApiResult;
use crate::time;

/// Entries of an export that are read at once.
const PAGE: u32 = 500;

/// The columns of an export.
const COLUMNS: [&str; 9] = ["id", "at", "actor_kind", "actor_id", "actor_name", "action", "object", "detail", "hash"];

fn reply(Recorded { number, entry, hash }: Recorded) -> AuditReply {
    AuditReply {
        id: number,
        at: time::rfc3339(entry.at),
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        detail: entry.detail,
        hash,
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
    Ok(Json(paged(entries, limit, |found| found.number.to_string(), reply)))
}

/// Whether the site's log is as it was written: every entry is looked at. `head` asks whether a hash that was kept is still
/// in it.
#[utoipa::path(get, path = "/v1/audit/verify", tag = "management", params(("head" = Option<String>, Query)),
    responses((status = 200, body = ChainReply), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn verify(
    State(app): State<Shared>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<ChainReply>> {
    let site = caller.may(Scope::Admin)?;
    let mut params = Params::read(query);
    params.take("site");
    let kept = params.take("head");
    params.end()?;
    let _place = place(&app, site)?;
    let chain = look_through(app.store.as_ref(), Some(site), kept.as_deref()).await?;
    Ok(Json(ChainReply {
        entries: chain.entries,
        head: chain.head,
        intact: chain.broken.is_none(),
        broken: chain.broken.map(|broken| broken.number),
        holds_head: kept.map(|_| chain.holds_head),
    }))
}

/// A place among the site's exports: reading all of the log is as dear as one.
fn place(app: &Shared, site: &SiteId) -> ApiResult<impl Send + Sync + use<>> {
    app.admission.export_of(site).ok_or_else(|| {
        app.metrics.refused(Reason::Lane);
        let message = "This site has as many exports under way as it may have; try again after `Retry-After` seconds.";
        Fault::new(Code::OVERLOADED, message).into()
    })
}

/// An entry as a line of a file.
fn line(entry: AuditReply, is_csv: bool) -> anyhow::Result<Vec<u8>> {
    if is_csv {
        return record(&[
            entry.id.to_string(),
            entry.at,
            entry.actor.kind.name().to_owned(),
            defused(&entry.actor.id).into_owned(),
            defused(&entry.actor.name).into_owned(),
            defused(&entry.action).into_owned(),
            defused(&entry.object).into_owned(),
            serde_json::to_string(&entry.detail)?,
            entry.hash.unwrap_or_default(),
        ]);
    }
    let mut line = serde_json::to_vec(&entry)?;
    line.push(b'\n');
    Ok(line)
}

/// The entries behind a number as bytes, and behind which one the next page begins.
async fn page(app: &Shared, site: &SiteId, after: i64, is_csv: bool) -> ApiResult<(Bytes, Option<i64>)> {
    let found = app.store.audit_chain(Some(site), after, PAGE).await?;
    let next = found.last().filter(|_| found.len() == PAGE as usize).map(|last| last.number);
    let written = || -> anyhow::Result<Vec<u8>> {
        let mut bytes = if is_csv && after == i64::MIN { record(&COLUMNS.map(str::to_owned))? } else { Vec::new() };
        for entry in found {
            bytes.extend(line(reply(entry), is_csv)?);
        }
        Ok(bytes)
    };
    match written() {
        Ok(bytes) => Ok((bytes.into(), next)),
        Err(error) => {
            tracing::error!(%error, "an entry of the audit log could not be written into an export");
            Err(Fault::new(Code::INTERNAL, Code::INTERNAL.meaning).into())
        }
    }
}

async fn export(app: Shared, caller: Caller, is_csv: bool) -> ApiResult<Response> {
    let site = caller.may(Scope::Admin)?.clone();
    let held = place(&app, &site)?;
    let (first, next) = page(&app, &site, i64::MIN, is_csv).await?;
    // As with the export of responses: what fails on the way ends the body unfinished.
    let rest = stream::try_unfold((next, app, site, held), move |(next, app, site, held)| async move {
        let Some(after) = next else { return Ok(None) };
        match page(&app, &site, after, is_csv).await {
            Ok((bytes, next)) => Ok(Some((bytes, (next, app, site, held)))),
            Err(error) => {
                tracing::error!(?error, "an export broke off");
                Err(io::Error::other("the export broke off"))
            }
        }
    });
    let body = Body::from_stream(stream::once(async move { Ok(first) }).chain(rest));
    let (kind, attachment) = if is_csv {
        ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\"")
    } else {
        ("application/x-ndjson", "attachment; filename=\"audit.jsonl\"")
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, attachment)], body).into_response())
}

/// The site's whole audit log, the oldest entry first, as CSV: a row each.
#[utoipa::path(get, path = "/v1/exports/audit.csv", tag = "management",
    responses((status = 200, content_type = "text/csv", body = String), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn audit_csv(State(app): State<Shared>, caller: Caller, _: NoParams) -> ApiResult<Response> {
    export(app, caller, true).await
}

/// The site's whole audit log, the oldest entry first, as JSON lines: each as `/v1/audit` shows it.
#[utoipa::path(get, path = "/v1/exports/audit.jsonl", tag = "management",
    responses((status = 200, content_type = "application/x-ndjson", body = String), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(super) async fn audit_jsonl(State(app): State<Shared>, caller: Caller, _: NoParams) -> ApiResult<Response> {
    export(app, caller, false).await
}
