//! The one writer: a thread that owns the writing connection and takes jobs in order.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::counting::Countings;
use super::open::PATIENCE;
use crate::{Result, StoreError};

/// Jobs that may wait for the writer; more would only hide overload, which is refused above.
const QUEUE: usize = 64;

/// How long readers of the WAL are waited for where it is to be emptied.
const MOMENT: Duration = Duration::from_millis(50);

type Job = Box<dyn FnOnce(&mut Pen) + Send>;

/// The handle to the writer thread.
pub(super) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer thread holds: the connection, and how each site's answers are counted.
pub(super) struct Pen {
    connection: Connection,
    countings: Countings,
}

impl Pen {
    /// Whether deliveries were written, perhaps in vain, since this was last asked.
    pub(super) fn wrote_deliveries(&mut self) -> bool {
        std::mem::take(&mut self.countings.wrote_deliveries)
    }

    /// Runs `work` in one transaction that is flushed before this returns `Ok`, and rolled back on an error.
    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut Countings) -> Result<T>,
    ) -> Result<T> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let countings = &mut self.countings;
        let worked = countings.refresh(&transaction).and_then(|()| work(&transaction, countings));
        let done = worked.and_then(|value| {
            transaction.commit()?;
            Ok(value)
        });
        if done.is_err() {
            self.countings.forget_all();
        }
        done
    }
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let mut pen = Pen { connection, countings: Countings::default() };
        let thread = std::thread::Builder::new()
            .name("bearing-writer".into())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    job(&mut pen);
                }
                // Leaves one file behind instead of three; a failure costs nothing, the WAL is read at the next start.
                let _ = pen.connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
            })
            .map_err(|error| StoreError::Unusable(format!("The writer thread cannot start: {error}.")))?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Mutex::new(Some(thread)) })
    }

    /// Runs a job on the writer thread and waits for its result.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Pen) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, result) = oneshot::channel();
        let boxed: Job = Box::new(move |pen| {
            // A panic must not take the writer with it; the transaction was rolled back as it unwound.
            let outcome = catch_unwind(AssertUnwindSafe(|| job(pen))).unwrap_or_else(|_| {
                pen.countings.forget_all();
                Err(StoreError::Driver("a write job panicked".into()))
            });
            let _ = done.send(outcome);
        });
        let jobs = self.jobs.lock().map_err(closed)?.clone().ok_or_else(|| closed(()))?;
        jobs.send(boxed).await.map_err(closed)?;
        result.await.map_err(closed)?
    }

    /// Runs `work` in one transaction on the writer thread and waits until it is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(move |pen| pen.transaction(|transaction, _| work(transaction))).await
    }

    /// Writes the whole WAL into the file and leaves it empty; false where somebody reads from it for longer than a moment.
    pub(super) async fn empty_wal(&self) -> Result<bool> {
        let empty = |pen: &mut Pen| {
            // Answers wait meanwhile.
            pen.connection.busy_timeout(MOMENT)?;
            let busy = pen.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
            pen.connection.busy_timeout(PATIENCE)?;
            Ok(!busy?)
        };
        self.run(empty).await
    }

    /// Finishes what is queued and ends the thread.
    pub(super) async fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn closed<E>(_: E) -> StoreError {
    StoreError::Unwritable("the store is closed".into())
}
