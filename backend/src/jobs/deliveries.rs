//! The outbox's upkeep: old deliveries are cleared away, and what waits is counted for the metrics.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// How long a delivery is kept, whatever became of it, in ms: 30 days.
pub const KEPT: i64 = 30 * 24 * 3_600_000;
/// Deliveries that go in one step: some milliseconds, which is what an answer that arrives may have to wait for.
const STEP: u32 = 500;
/// What is waiting is counted up to here; past it the number says no more.
const COUNTED: u32 = 100_000;

/// Prunes and counts, again and again. Ends when the app does.
pub fn start(app: &Arc<App>) {
    super::every(app, "deliveries", PAUSE, |app| async move {
        if let Err(error) = keep(&app).await {
            tracing::warn!(%error, "the outbox could not be looked after");
        }
    });
}

/// Prunes and counts once.
///
/// # Errors
/// What the store says.
pub async fn keep(app: &App) -> bearing_storage::Result<()> {
    while app.store.prune_deliveries(app.clock.now() - KEPT, STEP).await? > 0 {}
    app.metrics.deliveries_waiting.set(app.store.waiting_deliveries(COUNTED).await?.into());
    Ok(())
}
