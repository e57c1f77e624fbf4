//! Retention: what sites keep no longer goes step by step, and what was erased is scrubbed from the store's own log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bearing_storage::{Cutoffs, Expired};

use crate::app::App;
use crate::clock::Belief;
use crate::live::News;

/// How long between two looks at the store's log. The documents promise that what was erased is gone from the data folder
/// so soon after the last read that began before it.
const PAUSE: Duration = Duration::from_secs(10);
/// How many of those there are between two looks at every site: ten minutes.
const LOOK: u32 = 60;
/// Responses that go in one step: some milliseconds, which is what an answer that arrives may have to wait for.
const STEP: u32 = 250;
/// How long between two steps, so that answers are taken in meanwhile.
const REST: Duration = Duration::from_millis(20);

/// Scrubs, and lets go what has been kept long enough, again and again; nothing goes while the clock is doubted. Ends when
/// the app does.
pub fn start(app: &Arc<App>) {
    let began = Instant::now();
    let mut belief = Belief::of(app.clock.now(), began.elapsed());
    let mut looks = 0_u32;
    super::every(app, "retention", PAUSE, move |app| {
        looks = looks.wrapping_add(1);
        let doubts = looks.is_multiple_of(LOOK).then(|| belief.doubts(app.clock.now(), began.elapsed()));
        async move {
            match doubts {
                None => {}
                Some(None) => {
                    if let Err(error) = keep(&app).await {
                        tracing::warn!(%error, "what is kept no longer could not go");
                    }
                }
                Some(Some(ahead)) => {
                    let hours = ahead.as_secs() / 3_600;
                    tracing::error!(
                        hours,
                        "the clock has leapt ahead: nothing that is kept for a period goes for a day"
                    );
                }
            }
            if let Err(error) = app.store.scrub().await {
                tracing::warn!(%error, "what was erased stays in the store's log for now");
            }
        }
    });
}

/// Lets go once, of every site, what its periods say; what went of all together.
///
/// # Errors
/// What the store says of the first site that failed, after the others; it is tried again the next time.
pub async fn keep(app: &App) -> bearing_storage::Result<Expired> {
    let now = app.clock.now();
    let (mut all, mut failed) = (Expired::default(), None);
    for site in app.store.sites().await? {
        let cutoffs = Cutoffs::of(&site.settings.retention, now);
        if cutoffs.is_none() {
            continue;
        }
        let mut gone = Expired::default();
        loop {
            match app.store.expire(&site.id, cutoffs, STEP, now).await {
                Ok(step) => {
                    gone.answers += step.expired.answers;
                    gone.comments += step.expired.comments;
                    gone.identities += step.expired.identities;
                    if !step.has_more {
                        break;
                    }
                }
                // One site's trouble must not keep the others' answers.
                Err(error) => {
                    failed.get_or_insert(error);
                    break;
                }
            }
            tokio::time::sleep(REST).await;
        }
        if gone != Expired::default() {
            let Expired { answers, comments, identities } = gone;
            tracing::info!(site = %site.id, answers, comments, identities, "what is kept no longer has gone");
            app.live.tell(&site.id, News::ANYTHING);
        }
        all.answers += gone.answers;
        all.comments += gone.comments;
        all.identities += gone.identities;
    }
    while app.store.forget_tombstones(now, STEP).await? > 0 {}
    failed.map_or(Ok(all), Err)
}
