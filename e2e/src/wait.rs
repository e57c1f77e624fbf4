//! Waiting for a condition instead of for time.

use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::time::{Instant, sleep, timeout_at};

/// How long a condition may take before the test fails. Generous: the machine may be busy with a build.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

tokio::task_local! {
    /// Another patience than the usual one.
    static OTHER: Duration;
}

/// Runs something in which every wait has its own patience: less where many things may fail one after the other, more
/// where time must pass first.
pub async fn with_patience<T>(patience: Duration, what: impl Future<Output = T>) -> T {
    OTHER.scope(patience, what).await
}

/// Looks until there is something to see, and returns it. An error counts as "not yet": elements come and go while a page
/// is drawn.
///
/// # Errors
/// The condition did not come true in a minute, or in the patience given; the last look's error is told with it.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + OTHER.try_with(|patience| *patience).unwrap_or(PATIENCE);
    let mut seen = anyhow!("nothing to see");
    while let Ok(look) = timeout_at(deadline, look()).await {
        match look {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => seen = error,
        }
        if Instant::now() >= deadline {
            break;
        }
        sleep(PAUSE).await;
    }
    Err(seen.context(format!("waited in vain for {what}")))
}
