//! Waiting for a condition instead of for time.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use tokio::time::{Instant, sleep, timeout_at};

/// How long a condition may take before the test fails. Generous: the machine may be busy with a build.
const PATIENCE: Duration = Duration::from_secs(60);
/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until there is something to see, and returns it. An error counts as "not yet": elements come and go while a page
/// is drawn.
///
/// # Errors
/// The condition did not come true in a minute; the last look's error is told with it.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = timeout_at(deadline, look()).await.unwrap_or_else(|_| Err(anyhow!("the look itself hung")));
        match seen {
            Ok(Some(found)) => return Ok(found),
            Ok(None) if Instant::now() >= deadline => bail!("waited in vain for {what}"),
            Err(error) if Instant::now() >= deadline => return Err(error.context(format!("waited in vain for {what}"))),
            _ => sleep(PAUSE).await,
        }
    }
}
