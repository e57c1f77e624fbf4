//! The sightings' watch: where tags were seen is noted in the store now and then, and forgotten in time.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How long between two notes.
const PAUSE: Duration = Duration::from_secs(60);
/// How many notes there are between two looks for what is to be forgotten: an hour.
const LOOK: u32 = 60;
/// How long an origin is remembered after it was last seen, in ms: 90 days.
pub const KEPT: i64 = 90 * 24 * 3_600_000;

/// Notes and forgets again and again. Ends when the app does.
pub fn start(app: &Arc<App>) {
    let mut notes = 0_u32;
    super::every(app, "sightings", PAUSE, move |app| {
        let forgets = notes.is_multiple_of(LOOK);
        notes = notes.wrapping_add(1);
        async move {
            if let Err(error) = note(&app, forgets).await {
                tracing::warn!(%error, "where tags were seen could not be noted");
            }
        }
    });
}

/// Notes once what was seen; if `forgets`, what was not seen for long goes.
///
/// # Errors
/// What the store says; it is tried again the next time.
pub async fn note(app: &App, forgets: bool) -> bearing_storage::Result<()> {
    app.sightings.write(app.store.as_ref()).await?;
    if forgets {
        app.store.forget_sightings(app.clock.now() - KEPT).await?;
    }
    Ok(())
}
