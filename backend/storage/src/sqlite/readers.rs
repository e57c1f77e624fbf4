//! Reading connections: a small pool, in which slow reads wait neither for the writer nor in the way of quick ones.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bearing_shared::id::SiteId;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::open;
use crate::turns::Turns;
use crate::{Result, StoreError};

/// Reads that run at once; each may hold a page cache of 4 MiB.
const READERS: usize = 4;

/// Slow reads that run at once. The other readers are left to the quick reads: intake waits for sites and surveys.
const SLOW_READERS: usize = 2;

/// Steps of SQLite's machine between two looks at the clock: less than a millisecond.
const STEPS: i32 = 10_000;

/// The pool.
pub(super) struct Readers {
    path: PathBuf,
    limit: Duration,
    permits: Arc<Semaphore>,
    slow: Arc<Semaphore>,
    turns: Turns,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// An empty pool; connections are opened when they are first needed.
    pub(super) fn new(path: &Path, limit: Duration) -> Self {
        Self {
            path: path.to_owned(),
            limit,
            permits: Arc::new(Semaphore::new(READERS)),
            slow: Arc::new(Semaphore::new(SLOW_READERS)),
            turns: Turns::new(SLOW_READERS),
            idle: Arc::default(),
        }
    }

    /// Runs a read that takes about as long whatever there is: it meets few rows. As [`Self::run_slow`] it fails with
    /// [`StoreError::TooSlow`] when it takes longer than the limit all the same.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_within(Some(self.limit), read).await
    }

    /// Runs a read that may meet very many rows, of which few run at once; it fails with [`StoreError::TooSlow`] when it
    /// takes longer than the limit, without the time that it waited for its turn.
    pub(super) async fn run_slow<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turn().await?;
        self.run_within(Some(self.limit), with(turn, read)).await
    }

    /// As [`Self::run_slow`], for what is read of one site: those of another one do not wait behind all of its own.
    pub(super) async fn run_slow_of<T: Send + 'static>(
        &self,
        site: &SiteId,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let of_site = self.turns.of(site).await?;
        self.run_slow(with(of_site, read)).await
    }

    /// Runs a slow read, however long it takes.
    pub(super) async fn run_unlimited<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.turn().await?;
        self.run_within(None, with(turn, read)).await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.slow).acquire_owned().await.map_err(|error| lost(&error))
    }

    async fn run_within<T: Send + 'static>(
        &self,
        limit: Option<Duration>,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|error| lost(&error))?;
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let pooled = idle.lock().ok().and_then(|mut idle| idle.pop());
            let mut connection = match pooled {
                Some(connection) => connection,
                None => open::for_reading(&path)?,
            };
            // From here on, so that waiting for a reader does not count.
            let begun = Instant::now();
            connection.progress_handler(STEPS, limit.map(|limit| move || begun.elapsed() > limit))?;
            let value = read(&connection);
            if let Ok(mut idle) = idle.lock() {
                idle.push(connection);
            }
            value
        });
        task.await.map_err(|error| lost(&error))?
    }

    /// Closes the connections that are idle.
    pub(super) fn close(&self) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }
}

fn lost(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Driver(format!("a read was lost: {error}"))
}

/// A read that holds its turn until it has ended: who asked for it may have stopped waiting long before.
fn with<T>(
    turn: OwnedSemaphorePermit,
    read: impl FnOnce(&Connection) -> Result<T>,
) -> impl FnOnce(&Connection) -> Result<T> {
    move |connection| {
        let _turn = turn;
        read(connection)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn two(connection: &Connection) -> Result<i64> {
        Ok(connection.query_row("SELECT 1 + 1", [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn of_two_sites_the_one_that_reads_less_waits_for_one_read_of_the_other() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let readers = Arc::new(Readers::new(&folder.path().join("bearing.db"), PATIENCE));
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
        let reads = |site: &'static str| {
            let (hold, held) = mpsc::channel::<()>();
            let (readers, begun) = (Arc::clone(&readers), begun.clone());
            let read = move |connection: &Connection| {
                let _ = begun.send(site);
                let _ = held.recv();
                two(connection)
            };
            let mut reading = Box::pin(async move { readers.run_slow_of(&site.into(), read).await });
            // It stands where it has to wait before the next one comes.
            assert!(reading.as_mut().now_or_never().is_none());
            (hold, tokio::spawn(reading))
        };
        let mut greedy: Vec<_> = (0..2 * READERS).map(|_| reads("st_greedy")).collect();
        for _ in 0..SLOW_READERS {
            assert_eq!(begins.recv().await, Some("st_greedy"));
        }
        let other = reads("st_other");
        drop(greedy.remove(0).0);
        assert_eq!(begins.recv().await, Some("st_other"), "it does not wait behind all of the other site's");
        drop(other.0);
        for (hold, read) in greedy {
            drop(hold);
            assert_eq!(read.await.expect("nothing panics").expect("it reads"), 2);
        }
    }

    #[tokio::test]
    async fn slow_reads_that_hang_leave_the_quick_ones_answering() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let readers = Arc::new(Readers::new(&folder.path().join("bearing.db"), PATIENCE));
        let (begun, begins) = mpsc::channel();
        // More than there are readers: what has no turn yet must hold none of them either.
        let (holds, hanging): (Vec<_>, Vec<_>) = (0..2 * READERS)
            .map(|_| {
                let (hold, held) = mpsc::channel::<()>();
                let (readers, begun) = (Arc::clone(&readers), begun.clone());
                let read = move |connection: &Connection| {
                    let _ = begun.send(());
                    let _ = held.recv();
                    two(connection)
                };
                (hold, tokio::spawn(async move { readers.run_slow(read).await }))
            })
            .unzip();
        let waited = tokio::task::spawn_blocking(move || {
            let waited = (0..SLOW_READERS).all(|_| begins.recv_timeout(PATIENCE).is_ok());
            (waited, begins)
        });
        let (waited, begins) = waited.await.expect("nothing panics");
        assert!(waited, "slow reads run");
        for _ in 0..2 * READERS {
            let quick = tokio::time::timeout(PATIENCE, readers.run(two)).await;
            assert_eq!(quick.expect("it is not kept waiting").expect("it reads"), 2);
        }
        assert!(begins.try_recv().is_err(), "no third slow read has begun");
        drop(holds);
        for read in hanging {
            assert_eq!(read.await.expect("nothing panics").expect("it reads"), 2);
        }
    }
}
