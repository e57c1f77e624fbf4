//! The caps' watch: surveys that may have only so many answers are counted now and then, and only those.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How long between two counts: a cap is noticed this late, and answers that were on screens by then still count.
const PAUSE: Duration = Duration::from_secs(3);

/// Counts what is capped, again and again. Ends when the app does.
pub fn start(app: &Arc<App>) {
    super::every(app, "caps", PAUSE, |app| async move { count(&app).await });
}

/// Counts what is capped, once. A site that nobody has asked for is counted when somebody does.
pub async fn count(app: &App) {
    for view in app.directory.capped() {
        for cap in view.caps() {
            if let Err(error) = cap.count(app.store.as_ref(), &view.site.id).await {
                tracing::warn!(survey = %cap.survey, %error, "a survey's answers could not be counted against its cap");
            }
        }
    }
}
