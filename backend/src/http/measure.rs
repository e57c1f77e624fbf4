//! Two routes that do less than the intake, to measure what durability costs; only `examples/bench_intake.rs` mounts
//! them, inside the same layers.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use bearing_shared::api::intake::{IntakeReply, ItemResult, ItemStatus};

use super::extract;
use crate::app::Shared;
use crate::error::ApiResult;
use crate::intake::{self, REQUEST_LIMIT};

/// `POST /measure/noop` reads the body; `POST /measure/json` also reads the JSON in it. Both answer as the intake does.
pub fn routes() -> Router<Shared> {
    Router::new().route("/measure/noop", post(noop)).route("/measure/json", post(json))
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
