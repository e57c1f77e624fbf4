//! Is the process alive, can answers be kept, and what does the server measure of itself?

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use bearing_shared::api::error::ErrorBody;
use bearing_shared::fault::{Code, Fault};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::app::{App, Shared};
use crate::error::{ApiError, ApiResult};

/// How long one proof of writing holds: callers cannot make the store write more often.
const HOLDS: Duration = Duration::from_secs(2);

/// What is known of the store's health.
#[derive(Default)]
pub struct Health {
    draining: AtomicBool,
    proof: Mutex<Option<(Instant, bool)>>,
}

impl Health {
    /// Says that the server is stopping, so that balancers send no more.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok"
}

/// Whether answers can be kept: whether the replicated log takes them, or without one whether the store can write.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = String), (status = 503, body = ErrorBody)))]
pub(super) async fn readyz(State(app): State<Shared>) -> ApiResult<&'static str> {
    if app.health.draining.load(Ordering::SeqCst) {
        return Err(Fault::new(Code::SHUTTING_DOWN, Code::SHUTTING_DOWN.meaning).into());
    }
    let mut proof = app.health.proof.lock().await;
    let writes = match *proof {
        Some((at, writes)) if at.elapsed() < HOLDS => writes,
        _ => {
            let writes = can_keep(&app).await;
            *proof = Some((Instant::now(), writes));
            writes
        }
    };
    if writes {
        return Ok("ready");
    }
    Err(ApiError(Fault::new(Code::STORAGE_UNAVAILABLE, Code::STORAGE_UNAVAILABLE.meaning)))
}

async fn can_keep(app: &App) -> bool {
    if let Some(log) = &app.log {
        return log.is_ready().await;
    }
    let result = app.store.probe().await;
    if let Err(error) = &result {
        tracing::error!(%error, "the store cannot write");
    }
    result.is_ok()
}

/// The server's measurements in Prometheus' text form.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
pub(super) async fn metrics(State(app): State<Shared>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.measured())
}
