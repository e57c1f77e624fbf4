//! Routes that do less than the intake, to measure what durability costs, and one that shares no flush, to measure what
//! sharing saves; only `examples/bench_intake` mounts them, inside the same layers.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use bearing_shared::api::intake::{IntakeReply, ItemResult, ItemStatus};

use super::extract;
use super::intake::admit;
use crate::app::Shared;
use crate::error::ApiResult;
use crate::intake::{self, Intake, REQUEST_LIMIT};
use crate::strangers::What;

/// `POST /measure/noop` reads the body; `POST /measure/json` also reads the JSON in it; `POST /measure/unshared/{site_key}`
/// stores as the intake does, each request in a transaction of its own. All answer as the intake does.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/measure/noop", post(noop))
        .route("/measure/json", post(json))
        .route("/measure/unshared/{site_key}", post(unshared))
}

fn stored(id: Option<String>) -> Json<IntakeReply> {
    Json(IntakeReply { results: vec![ItemResult { id, status: ItemStatus::Stored, error: None }] })
}

async fn noop(headers: HeaderMap, body: Body) -> ApiResult<Json<IntakeReply>> {
    extract::body(&headers, body, REQUEST_LIMIT).await?;
    Ok(stored(Some("00000000-0000-7000-8000-000000000000".to_owned())))
}

async fn json(headers: HeaderMap, body: Body) -> ApiResult<Json<IntakeReply>> {
    let body = extract::body(&headers, body, REQUEST_LIMIT).await?;
    Ok(stored(intake::only_read(&body)?))
}

async fn unshared(
    State(app): State<Shared>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Json<IntakeReply>> {
    let (view, body, _) = admit(&app, &key, What::Answers, None, &headers, body).await?;
    Ok(Json(intake::reply(Intake::take_unshared(&app, &view, &body).await?)?))
}
