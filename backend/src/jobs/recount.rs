//! The recount: counts are built anew in the background after what they depend on has changed.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How long between two looks while there is nothing to build; another process may have begun something.
const REST: Duration = Duration::from_millis(500);
/// How long after a failure; the store may be full or away.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Builds, step by step, whatever there is to build. Ends when the app does.
pub fn start(app: &Arc<App>) {
    super::again(app, "recount", Duration::ZERO, |app| async move {
        match app.store.build_step().await {
            // Between two steps the writer takes the answers that came meanwhile.
            Ok(true) => Duration::ZERO,
            Ok(false) => REST,
            Err(error) => {
                tracing::warn!(%error, "the counts could not be built on");
                AFTER_FAILURE
            }
        }
    });
}
