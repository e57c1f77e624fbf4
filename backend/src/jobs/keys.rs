//! The keys' watch: when each was last used is noted in the store, not at every use.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How long between two notes.
const PAUSE: Duration = Duration::from_secs(60);

/// Notes again and again. Ends when the app does.
pub fn start(app: &Arc<App>) {
    super::every(app, "keys", PAUSE, |app| async move {
        if let Err(error) = app.directory.note_use().await {
            tracing::warn!(%error, "when keys were last used could not be noted");
        }
    });
}
