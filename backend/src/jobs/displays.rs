//! The display tokens' upkeep: those that nobody can use any more are forgotten.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::time;

/// How long between two looks.
const PAUSE: Duration = Duration::from_secs(60);
/// Tokens that go in one step: some milliseconds, which is what an answer that arrives may have to wait for.
const STEP: u32 = 1_000;
/// How long a token is remembered after it has ended, ms: another server's clock may be behind.
const AFTER: i64 = 3_600_000;

/// Forgets, again and again. Ends when the app does.
pub fn start(app: &Arc<App>) {
    super::every(app, "displays", PAUSE, |app| async move {
        if let Err(error) = forget(&app).await {
            tracing::warn!(%error, "old display tokens could not be forgotten");
        }
    });
}

/// Forgets what has ended by now.
///
/// # Errors
/// What the store says.
pub async fn forget(app: &App) -> bearing_storage::Result<()> {
    let before = app.clock.now() - time::OLDEST_MS - AFTER;
    while app.store.forget_displays(before, STEP).await? > 0 {}
    Ok(())
}
