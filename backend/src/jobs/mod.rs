//! Jobs: work that goes on beside requests, in steps so small that no answer waits for them.

pub mod attacks;
pub mod caps;
pub mod deliveries;
pub mod displays;
pub mod keys;
pub mod recount;
pub mod retention;
pub mod sightings;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

/// How long a job that broke off rests before its next turn.
const AFTER_PANIC: Duration = Duration::from_secs(10);

/// Gives a job its turns with such a pause before each. It ends when nobody else holds `app` any more.
fn every<A, F>(
    app: &Arc<A>,
    name: &'static str,
    pause: Duration,
    mut turn: impl FnMut(Arc<A>) -> F + Send + 'static,
) -> JoinHandle<()>
where
    A: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    again(app, name, pause, move |app| {
        let turn = turn(app);
        async move {
            turn.await;
            pause
        }
    })
}

/// Gives a job its turns: the first after `pause`, each other after what the one before it said. It ends when nobody else
/// holds `app` any more.
///
/// A turn that panics is not the last one: what a team was promised to be forgotten must not stay because of one bad row.
fn again<A, F>(
    app: &Arc<A>,
    name: &'static str,
    mut pause: Duration,
    mut turn: impl FnMut(Arc<A>) -> F + Send + 'static,
) -> JoinHandle<()>
where
    A: Send + Sync + 'static,
    F: Future<Output = Duration> + Send + 'static,
{
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(pause).await;
            let Some(app) = app.upgrade() else { return };
            pause = tokio::spawn(turn(app)).await.unwrap_or_else(|error| {
                tracing::error!(%error, job = name, "a job broke off; it has another turn soon");
                AFTER_PANIC
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_that_breaks_off_has_its_next_turn_and_ends_with_the_app() {
        let turns = Arc::new(AtomicU32::new(0));
        let job = every(&turns, "test", Duration::from_secs(1), |turns| async move {
            assert!(turns.fetch_add(1, Ordering::Relaxed) != 1, "the second turn breaks off");
        });
        let mut after = Vec::new();
        for _ in 0..14 {
            tokio::time::sleep(Duration::from_millis(1_001)).await;
            after.push(turns.load(Ordering::Relaxed));
        }
        assert_eq!(after, [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 4, 5]);
        drop(turns);
        job.await.expect("it ends by itself");
    }
}
