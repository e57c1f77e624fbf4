//! Reading connections: a small pool, so that reports never wait for the writer nor the writer for them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::open;
use crate::{Result, StoreError};

/// Reads that run at once; each may hold a page cache of 4 MiB.
const READERS: usize = 4;

/// Steps of SQLite's machine between two looks at the clock: less than a millisecond.
const STEPS: i32 = 10_000;

/// The pool.
pub(super) struct Readers {
    path: PathBuf,
    limit: Duration,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// An empty pool; connections are opened when they are first needed.
    pub(super) fn new(path: &Path, limit: Duration) -> Self {
        Self { path: path.to_owned(), limit, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default() }
    }

    /// Runs a read on a pooled connection; it fails with [`StoreError::TooSlow`] when it takes longer than the limit.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_within(Some(self.limit), read).await
    }

    /// Runs a read on a pooled connection, however long it takes.
    pub(super) async fn run_unlimited<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_within(None, read).await
    }

    async fn run_within<T: Send + 'static>(
        &self,
        limit: Option<Duration>,
        read: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let lost = |error: &dyn std::fmt::Display| StoreError::Driver(format!("a read was lost: {error}"));
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
